/** Rows in and out of the tables of records. */
import type { Statement } from 'better-sqlite3';
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import type { Draft, Resource } from '../resources/resource.ts';
import {
  type FindKey,
  fillListRows,
  listListColumns,
  listListFields,
  planRow,
  type SqlValue,
} from './columns.ts';
import { deleteNameRows, insertNameRows } from './name-keys.ts';

/** What a record's row holds beside its fields. */
export type RowHead = { key: number; origin: string; digest: string; document: string };

const HEAD = ['key', 'origin', 'digest', 'document'];
type Statements = { insert: Statement; update: Statement; lists: Map<string, Statement> };
const kept = new WeakMap<Db, Map<Resource, Statements>>();

/** Held apart from other statements: looking one up by its text costs as much as the row. */
function getStatements(db: Db, resource: Resource): Statements {
  let all = kept.get(db);
  if (all === undefined) {
    all = new Map();
    kept.set(db, all);
  }
  let statements = all.get(resource);
  if (statements === undefined) {
    const columns = planRow(resource.fields).columns;
    statements = {
      insert: db.prepare(buildInsert(resource.name, [...HEAD, ...columns])),
      update: db.prepare(
        `UPDATE ${resource.name} SET ${[...HEAD, ...columns].map((column) => `${quoteName(column)} = ?`).join(', ')} WHERE key = ?`,
      ),
      lists: new Map(
        listListFields(resource).map(([name, field]) => [
          name,
          db.prepare(buildInsert(field.table, listListColumns(field))),
        ]),
      ),
    };
    all.set(resource, statements);
  }
  return statements;
}

export function insertRecord(
  db: Db,
  resource: Resource,
  head: RowHead,
  draft: Draft,
  findKey: FindKey,
): void {
  const { insert } = getStatements(db, resource);
  insert.run(fillRow(resource, head, draft, findKey));
  insertListRows(db, resource, head.key, draft, findKey);
  insertNameRows(db, resource, head.key, draft);
}

export function updateRecord(
  db: Db,
  resource: Resource,
  head: RowHead,
  draft: Draft,
  findKey: FindKey,
): void {
  deleteListRows(db, resource, head.key);
  const { update } = getStatements(db, resource);
  update.run([...fillRow(resource, head, draft, findKey), head.key]);
  insertListRows(db, resource, head.key, draft, findKey);
  insertNameRows(db, resource, head.key, draft);
}

function fillRow(resource: Resource, head: RowHead, draft: Draft, findKey: FindKey): SqlValue[] {
  const row: SqlValue[] = [head.key, head.origin, head.digest, head.document];
  planRow(resource.fields).fill(draft, row, findKey);
  return row;
}

function insertListRows(db: Db, resource: Resource, key: number, draft: Draft, findKey: FindKey): void {
  const { lists } = getStatements(db, resource);
  for (const [name, field] of listListFields(resource)) {
    for (const row of fillListRows(field, key, draft[name], findKey)) lists.get(name)?.run(row);
  }
}

/** Deletes a record with its lists, and what the tree's closure says of it. */
export function deleteRecord(db: Db, resource: Resource, key: number): void {
  deleteListRows(db, resource, key);
  if (resource.tree) {
    prepare(db, `DELETE FROM ${resource.tree.closure} WHERE ancestor_key = ? OR descendant_key = ?`).run(
      key,
      key,
    );
  }
  prepare(db, `DELETE FROM ${resource.name} WHERE key = ?`).run(key);
}

function deleteListRows(db: Db, resource: Resource, key: number): void {
  deleteNameRows(db, resource, key);
  for (const [, field] of listListFields(resource)) {
    prepare(db, `DELETE FROM ${field.table} WHERE ${field.owner} = ?`).run(key);
  }
}

function buildInsert(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.map(quoteName).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}

/** `end` is a word of SQL and a column of spans. */
function quoteName(column: string): string {
  return `"${column}"`;
}
