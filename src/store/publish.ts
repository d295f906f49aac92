/** A copy of a base to be published as a file of SQLite: whole, and with views that show what people look for. */
import Database from 'better-sqlite3';
import type { Db } from '../db/client.ts';
import { listFieldPaths } from '../resources/fields.ts';
import { resources, servedResources } from '../resources/registry.ts';
import type { ChildrenField, Resource } from '../resources/resource.ts';
import { listListFields } from './columns.ts';

/**
 * One state of the base, whoever writes to it meanwhile. Not the backup of SQLite's C interface, which copies the pages
 * that deleted records have left too, and begins again whenever somebody writes. What only this program can use is left
 * out: the copy is to be read, and not a base to serve.
 */
export function publishBase(db: Db, path: string): void {
  db.prepare('VACUUM INTO ?').run(path);
  const copy = new Database(path);
  try {
    // One file, which may lie where nobody can write.
    copy.pragma('journal_mode = DELETE');
    copy.pragma('foreign_keys = OFF');
    dropInternals(copy);
    for (const sql of listViews()) copy.exec(sql);
    copy.exec('VACUUM');
  } finally {
    copy.close();
  }
}

/** Triggers, views and tables that are not records or their text indexes; views and triggers may need functions of ours. */
function dropInternals(db: Db): void {
  const kept = new Set(['withdrawn']);
  for (const resource of resources) {
    kept.add(resource.name);
    if (resource.search) kept.add(resource.search.table);
    if (resource.tree) kept.add(resource.tree.closure);
    for (const [, field] of listListFields(resource)) kept.add(field.table);
  }
  const list = (type: string) =>
    db
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY sql NOT LIKE 'CREATE VIRTUAL%'",
      )
      .pluck()
      .all(type) as string[];
  for (const type of ['trigger', 'view']) for (const name of list(type)) db.exec(`DROP ${type} "${name}"`);
  const tables = list('table').filter((name) => !kept.has(name) && !isShadow(name, kept));
  // Text indexes go first, and take their own tables with them.
  for (const name of tables) db.exec(`DROP TABLE IF EXISTS "${name}"`);
}

function isShadow(name: string, kept: ReadonlySet<string>): boolean {
  return kept.has(name.replace(/_(data|idx|content|docsize|config)$/, ''));
}

/** For each noun its records with the names of those that they refer to, and for each of its lists an entry a row. */
function listViews(): string[] {
  return servedResources.flatMap((resource) => [
    `CREATE VIEW "${resource.name}_readable" AS SELECT ${listColumns(resource).join(', ')} FROM ${resource.name} ORDER BY key`,
    ...Object.entries(resource.fields).flatMap(([name, field]) =>
      field.type === 'children' ? [writeListView(resource, name, field)] : [],
    ),
  ]);
}

function listColumns(resource: Resource): string[] {
  return listFieldPaths(resource).map(({ path, many, json, on_request }) => {
    const alias = `AS "${path.replaceAll('.', '_')}"`;
    if (on_request) return `"${path}" ${alias}`;
    if (json) return `document -> '$.${path}' ${alias}`;
    if (!many) return `document ->> '$.${path}' ${alias}`;
    const [list, ...rest] = path.split('.');
    return `(SELECT group_concat(value ->> '$.${rest.join('.')}', ' | ') FROM json_each(document, '$.${list}')) ${alias}`;
  });
}

function writeListView(resource: Resource, name: string, field: ChildrenField): string {
  const columns = Object.entries(field.fields).map(([part, { type }]) =>
    type === 'reference' || type === 'object'
      ? `entry.value -> '$.${part}' AS "${part}"`
      : `entry.value ->> '$.${part}' AS "${part}"`,
  );
  return `CREATE VIEW "${resource.name}_${name}_readable" AS SELECT record.id AS "${resource.singular}_id", entry.key + 1 AS ordinal, ${columns.join(', ')} FROM ${resource.name} record, json_each(record.document, '$.${name}') entry`;
}
