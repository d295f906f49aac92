/** Rendered records that an analysis shows, by their keys or ids. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import type { Noun } from '../resources/resource.ts';

export type ShownRecord = { id: string } & Record<string, unknown>;

/** Looks each up by an index; what the base does not hold is not among them. */
export function readDocuments<K extends number | string>(
  db: Db,
  noun: Noun,
  by: 'key' | 'id',
  values: Iterable<K>,
): Map<K, ShownRecord> {
  const find = prepare(db, `SELECT document FROM ${noun} WHERE ${by} = ?`).pluck();
  const records = new Map<K, ShownRecord>();
  for (const value of new Set(values)) {
    const document = find.get(value) as string | undefined;
    if (document !== undefined) records.set(value, JSON.parse(document) as ShownRecord);
  }
  return records;
}
