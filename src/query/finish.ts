/** From rows to what is given: documents, the places of words, how a name fits, long texts, and what `fields` leaves of it. */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { buildSelection, listFieldPaths, selectFields } from '../resources/fields.ts';
import type { Resource, SearchDeclaration } from '../resources/resource.ts';
import { PAGE_SIZE, STEP_SIZE } from './budget.ts';
import { describeMatches, findPlaces } from './matches.ts';
import { describeFits } from './names.ts';
import type { Query } from './params.ts';

/** A record as it is stored: its key, its document, and the long texts that were asked for. */
type Stored = [key: number, document: string, ...long: (string | null)[]];

/** Records of one step. */
const TOGETHER = 50;

/** Whether rows are given otherwise than as they are stored. */
export function needsFinishing({ words, fields, name }: Query): boolean {
  return words?.match != null || fields !== null || name !== null;
}

/**
 * The records of these keys, rendered as the query asks, in the order of the keys. They end with the record that makes
 * them `most` large, so that one comes at least. The event loop has its turn by records and by their size.
 */
export function* findRecords(
  db: Db,
  query: Query,
  keys: readonly number[],
  most = PAGE_SIZE,
): Steps<string[]> {
  const { resource, fields } = query;
  const long = listLongFields(resource, fields);
  const columns = ['key', 'document', ...long.map((name) => `"${name}"`)].join(', ');
  const read = prepare(db, `SELECT ${columns} FROM ${resource.name} WHERE key = ?`).raw();
  const documents: string[] = [];
  let size = 0;
  let step: Stored[] = [];
  let stepSize = 0;
  for (const [n, key] of keys.entries()) {
    const stored = read.get(key) as Stored;
    step.push(stored);
    for (const text of stored) if (typeof text === 'string') stepSize += text.length;
    const full = size + stepSize >= most || n === keys.length - 1;
    if (!full && step.length < TOGETHER && stepSize < STEP_SIZE) continue;
    const finished = yield* finishSome(db, query, long, step);
    documents.push(...finished);
    // The places of words may take more than the text does.
    size += Math.max(
      stepSize,
      finished.reduce((sum, document) => sum + document.length, 0),
    );
    if (full || size >= most) break;
    step = [];
    stepSize = 0;
    yield;
  }
  return documents;
}

/** Adds what a stored document does not hold: the places of the words searched for, how a name fits, and long texts; and leaves out what was not asked for. */
function* finishSome(
  db: Db,
  query: Query,
  long: readonly string[],
  rows: readonly Stored[],
): Steps<string[]> {
  if (!needsFinishing(query)) return rows.map(([, document]) => document);
  const { resource, words, fields } = query;
  const records = new Map(
    rows.map(([key, document]) => [key, JSON.parse(document) as Record<string, unknown>]),
  );
  const found = words?.match == null ? null : yield* findPlaces(db, resource, words, [...records.keys()]);
  const fits = query.name === null ? null : describeFits(resource, query.name.found, records);
  const selection = fields === null ? null : buildSelection(fields);
  const documents: string[] = [];
  for (const [key, , ...texts] of rows) {
    const record = records.get(key) as Record<string, unknown>;
    const searched = found?.get(key);
    const matches =
      searched === undefined ? null : describeMatches(resource.search as SearchDeclaration, record, searched);
    for (const [n, name] of long.entries()) record[name] = texts[n];
    const selected =
      selection === null ? record : (selectFields(record, selection) as Record<string, unknown>);
    documents.push(
      JSON.stringify({
        ...selected,
        ...matches,
        ...(fits === null ? {} : { name_match: fits.get(key) }),
      }),
    );
    // The places of words may be many.
    if (matches !== null) yield;
  }
  return documents;
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
