/** Single records, and what is said of those that are not there. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { Refusal } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { buildSelection, selectFields } from '../resources/fields.ts';
import type { Resource } from '../resources/resource.ts';
import { listLongFields, readLongFields } from './finish.ts';
import { findNearestId } from './ids.ts';

/** One record, rendered; with `fields`, that part of it. Throws `not_found` or `withdrawn`. */
export async function readRecord(
  db: Db,
  resource: Resource,
  id: string,
  fields: readonly string[] | null,
): Promise<string> {
  const row = prepare(db, `SELECT key, document FROM ${resource.name} WHERE id = ?`).raw().get(id) as
    | [number, string]
    | undefined;
  if (row === undefined) throw explainAbsence(db, resource, id);
  if (fields === null) return row[1];
  const record = JSON.parse(row[1]) as Record<string, unknown>;
  const long = listLongFields(resource, fields);
  if (long.length > 0) Object.assign(record, readLongFields(db, resource, long, row[0]));
  return JSON.stringify(selectFields(record, buildSelection(fields)));
}

export function hasRecord(db: Db, resource: Resource, id: string): boolean {
  return prepare(db, `SELECT 1 FROM ${resource.name} WHERE id = ?`).get(id) !== undefined;
}

export function explainAbsence(db: Db, resource: Resource, id: string): Refusal {
  const shown = id.slice(0, 100);
  const reason = prepare(db, 'SELECT reason FROM withdrawn WHERE noun = ? AND id = ?')
    .pluck()
    .get(resource.name, id);
  if (reason !== undefined)
    return new Refusal('withdrawn', `The ${resource.singular} "${shown}" was withdrawn: ${reason}`, {
      value: shown,
    });
  const nearest = findNearestId(db, resource.name, id);
  return new Refusal('not_found', `There is no ${resource.singular} "${shown}".${suggest(nearest)}`, {
    value: shown,
    ...(nearest === undefined ? {} : { nearest }),
  });
}
