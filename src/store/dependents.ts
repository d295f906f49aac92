/** Which records show something of others, and are rendered anew when it changes. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { holdings, resources } from '../resources/registry.ts';
import type { Draft, Noun, Resource } from '../resources/resource.ts';
import { listReferencePlaces } from './columns.ts';
import { digestRecord } from './digest-record.ts';
import { storeDocuments } from './render.ts';
import { rereadChildren } from './reread.ts';

/** Keys of records of one noun: of those with another label, and of those with another list of which others show a part. */
export type Changes = { relabelled: number[]; relisted: number[] };

/** Whether a list of which others show a part is another in the draft than in the base, which holds the record as it was. */
export function isRelisted(db: Db, resource: Resource, key: number, draft: Draft): boolean {
  const findId = (noun: Noun, other: number) =>
    prepare(db, `SELECT id FROM ${noun} WHERE key = ?`).pluck().get(other) as string | null;
  return holdings.some(
    ({ field, list }) =>
      field.to === resource.name &&
      digestRecord(rereadChildren(db, list, key, findId)) !== digestRecord(draft[field.children] ?? []),
  );
}

/** Renders the records anew that show what changed. */
export function renderDependents(db: Db, changes: ReadonlyMap<Noun, Changes>): void {
  for (const [noun, changed] of changes)
    for (const [from, keys] of listDependents(db, noun, changed)) storeDocuments(db, from, keys);
}

export function listDependents(
  db: Db,
  noun: Noun,
  { relabelled, relisted }: Changes,
): Map<Resource, Set<number>> {
  const dependents = new Map<Resource, Set<number>>();
  const add = (from: Resource, sql: string, keys: readonly number[]) => {
    if (keys.length === 0) return;
    const found = dependents.get(from) ?? new Set();
    dependents.set(from, found);
    // One statement for all of them: while a base is loaded there are no indexes.
    for (const key of prepare(db, sql).pluck().all(JSON.stringify(keys)) as number[]) found.add(key);
  };
  const some = 'IN (SELECT value FROM json_each(?))';
  for (const { from, table, column, owner } of listReferencePlaces(resources, noun)) {
    add(from, `SELECT ${owner} FROM ${table} WHERE ${column} ${some}`, relabelled);
    for (const { from: shower, field, list } of holdings) {
      if (list.table !== table) continue;
      const join = `${list.table} l CROSS JOIN ${shower.name} t ON t.${field.of}_key = l.${owner}`;
      add(shower, `SELECT t.key FROM ${join} WHERE l.${column} ${some}`, relabelled);
    }
  }
  for (const { from, field } of holdings)
    if (field.to === noun) add(from, `SELECT key FROM ${from.name} WHERE ${field.of}_key ${some}`, relisted);
  return dependents;
}
