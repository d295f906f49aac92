/** From rows to what is given: the places of words, how a name fits, long texts, and what `fields` leaves of it. */
import type { Db } from '../db/client.ts';
import { runSteps, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { buildSelection, listFieldPaths, selectFields } from '../resources/fields.ts';
import type { Resource } from '../resources/resource.ts';
import { describeFits } from './names.ts';
import type { Query } from './params.ts';
import { findMatches } from './search.ts';

export type Row = [key: number, sort: string | number, document: string | null];

/** Records of one step. */
const TOGETHER = 50;

/** Whether rows are given otherwise than as they are stored. */
export function needsFinishing({ words, fields, name }: Query): boolean {
  return words?.match != null || fields !== null || name !== null;
}

/** Adds what a stored document does not hold: the places of the words searched for, how a name fits, and long texts; and leaves out what was not asked for. */
export function* finishRows(db: Db, query: Query, rows: readonly Row[]): Steps<string[]> {
  if (!needsFinishing(query)) return rows.map((row) => row[2] as string);
  const documents: string[] = [];
  for (let first = 0; first < rows.length; first += TOGETHER) {
    documents.push(...finishSome(db, query, rows.slice(first, first + TOGETHER)));
    yield;
  }
  return documents;
}

function finishSome(db: Db, query: Query, rows: readonly Row[]): string[] {
  const { resource, words, fields } = query;
  const records = new Map(
    rows.map((row) => [row[0], JSON.parse(row[2] as string) as Record<string, unknown>]),
  );
  const matches =
    words?.match == null || resource.search === undefined
      ? null
      : findMatches(db, resource.name, resource.search, words.match, records);
  const fits = query.name === null ? null : describeFits(resource, query.name.found, records);
  const selection = fields === null ? null : buildSelection(fields);
  const long = listLongFields(resource, fields);
  return rows.map(([key]) => {
    const record = records.get(key) as Record<string, unknown>;
    if (long.length > 0) Object.assign(record, readLongFields(db, resource, long, key));
    const selected =
      selection === null ? record : (selectFields(record, selection) as Record<string, unknown>);
    return JSON.stringify({
      ...selected,
      ...(matches === null ? {} : { matches: matches.get(key) }),
      ...(fits === null ? {} : { name_match: fits.get(key) }),
    });
  });
}

/** The records of these keys, rendered as the query asks, in the order of the keys. */
export function* findRecords(db: Db, query: Query, keys: readonly number[]): Steps<string[]> {
  const read = prepare(db, `SELECT key, 0, document FROM ${query.resource.name} WHERE key = ?`).raw();
  const rows: Row[] = [];
  for (const key of keys) {
    rows.push(read.get(key) as Row);
    if (rows.length % TOGETHER === 0) yield;
  }
  return yield* finishRows(db, query, rows);
}

/** The same at once: for few. */
export function readRecords(db: Db, query: Query, keys: readonly number[]): string[] {
  return runSteps(findRecords(db, query, keys));
}

export function listLongFields(resource: Resource, fields: readonly string[] | null): string[] {
  return listFieldPaths(resource)
    .filter((field) => field.on_request && fields?.includes(field.path))
    .map((field) => field.path);
}

export function readLongFields(
  db: Db,
  resource: Resource,
  names: readonly string[],
  key: number,
): Record<string, unknown> {
  return prepare(
    db,
    `SELECT ${names.map((name) => `"${name}"`).join(', ')} FROM ${resource.name} WHERE key = ?`,
  ).get(key) as Record<string, unknown>;
}
