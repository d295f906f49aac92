/** The rows of a query: pages, single records, samples and whole lists in slices. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { prepare } from '../db/statements.ts';
import { Refusal } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { buildSelection, listFieldPaths, selectFields } from '../resources/fields.ts';
import type { Resource } from '../resources/resource.ts';
import { joinSql, placeholders, type Sql, TRUE } from './conditions.ts';
import { bindCursor, type Position, readCursor, writeCursor } from './cursor.ts';
import { describeFits } from './names.ts';
import { findNearestId, type Query } from './params.ts';
import { compileAll, mayRank, type Plan, PROBE_LIMIT, planExactly, planRows } from './plan.ts';
import { findMatches } from './search.ts';
import { listSorts, type Sort } from './sorts.ts';

/** The most rows one request reads, whatever it asks: about 10 ms of work. */
export const WORK_BUDGET = 10_000;
/** `sort=relevance` ranks and gives at most so many. */
export const MOST_RANKED = 1000;

export type Total = { total: number; total_is: 'exact' | 'at_least' };
export type Page = Total & {
  /** Rendered records: JSON texts. */
  documents: string[];
  next_cursor: string | null;
  ranking: 'bm25' | 'newest' | 'name' | null;
  data_version: string;
  /** How many rows were looked at, for tests of the bound. */
  visited: number;
};

type Row = [key: number, sort: string | number, document: string | null];

export async function readPage(db: Db, query: Query, pageSize: number): Promise<Page> {
  const limit = query.limit ?? pageSize;
  const version = readDataVersion(db);
  const binding = bindCursor(query.list);
  const after = query.cursor === null ? null : readCursor(query.cursor, binding);
  if (query.sort.column === null && query.name !== null)
    return readNamed(db, query, query.name, limit, binding, after, version);
  if (query.sort.column === null) return readRanked(db, query, limit, binding, after, version);
  return readOrdered(db, query, limit, binding, after, version);
}

function readOrdered(
  db: Db,
  query: Query,
  limit: number,
  binding: string,
  after: Position | null,
  version: string,
): Page {
  if (after !== null && after.kind !== 'keyset') {
    throw new Refusal('invalid_cursor', 'The cursor is one of a ranked list.', { parameter: 'cursor' });
  }
  const plan = planRows(db, query, query.sort);
  const slice = readSlice(db, query, plan, after, limit);
  const counted = countRows(
    db,
    query,
    plan.kind === 'ordered' && plan.probes ? planRows(db, query, null) : plan,
  );
  return {
    total: Math.max(counted.total, slice.rows.length),
    total_is: counted.total_is,
    documents: finishRows(db, query, slice.rows),
    next_cursor: slice.next === null ? null : writeCursor(binding, slice.next),
    ranking: null,
    data_version: version,
    visited: slice.visited,
  };
}

type Slice = { rows: Row[]; next: Extract<Position, { kind: 'keyset' }> | null; visited: number };

function readSlice(
  db: Db,
  query: Query,
  plan: Plan,
  after: Extract<Position, { kind: 'keyset' }> | null,
  limit: number,
): Slice {
  const tested = plan.residual !== TRUE;
  const budget = plan.kind === 'gathered' ? null : getBudget(plan);
  const rows: Row[] = [];
  let visited = 0;
  let last: Row | null = null;
  for (const row of iterateRows(db, query, plan, after, tested ? budget : limit + 1)) {
    if (tested && visited === budget) break;
    visited += 1;
    if (row[2] === null) {
      last = row;
      continue;
    }
    if (rows.length === limit) {
      const end = rows[limit - 1] as Row;
      return { rows, next: { kind: 'keyset', sort: end[1], key: end[0] }, visited };
    }
    rows.push(row);
    last = row;
  }
  const spent = tested && visited === budget;
  return {
    rows,
    next: spent && last !== null ? { kind: 'keyset', sort: last[1], key: last[0] } : null,
    visited,
  };
}

/** The rows behind a cursor in the order asked for, `most` of each part; a null document where the row fails its test. */
function* iterateRows(
  db: Db,
  query: Query,
  plan: Plan,
  after: Extract<Position, { kind: 'keyset' }> | null,
  most: number | null,
): Generator<Row> {
  const { column, descending } = query.sort;
  const way = descending ? 'DESC' : 'ASC';
  const sign = descending ? '<' : '>';
  // Not `(column, key) < (?, ?)`: SQLite looks up the column alone, and from there reads its way to the cursor through
  // all rows of that date, which may be every undated one.
  const parts: Sql[] =
    after === null
      ? [TRUE]
      : [
          { sql: `t.${column} = ? AND t.key ${sign} ?`, params: [after.sort, after.key] },
          { sql: `t.${column} ${sign} ?`, params: [after.sort] },
        ];
  const tested = plan.residual !== TRUE;
  const document = tested ? `CASE WHEN ${plan.residual.sql} THEN t.document END` : 't.document';
  for (const beyond of parts) {
    const where = joinSql(
      [plan.driver, plan.bound, beyond].filter((part) => part !== TRUE),
      'AND',
    );
    const statement = prepare(
      db,
      `SELECT t.key, t.${column}, ${document} FROM ${query.resource.name} t WHERE ${where.sql} ORDER BY t.${column} ${way}, t.key ${way}${most === null ? '' : ` LIMIT ${most}`}`,
    ).raw();
    // The document's test stands first in the text, so its parameters do too.
    yield* statement.iterate(
      ...(tested ? plan.residual.params : []),
      ...where.params,
    ) as IterableIterator<Row>;
  }
}

/** How many rows may be read: fewer where each is looked up in the text index. */
export function getBudget(plan: Plan): number {
  return plan.probes && plan.kind === 'ordered' ? PROBE_LIMIT : WORK_BUDGET;
}

/** How many rows match, as far as the budget goes. */
export function countRows(db: Db, query: Query, plan: Plan): Total {
  const budget = getBudget(plan);
  const where = joinSql(
    [plan.driver, plan.bound].filter((part) => part !== TRUE),
    'AND',
  );
  const [visited, total] = prepare(
    db,
    `SELECT count(*), coalesce(sum(ok), 0) FROM (SELECT (${plan.residual.sql}) AS ok FROM ${query.resource.name} t WHERE ${where.sql} LIMIT ${budget + 1})`,
  )
    .raw()
    .get(...plan.residual.params, ...where.params) as [number, number];
  if (visited > budget) return { total: Math.min(total, budget), total_is: 'at_least' };
  return { total, total_is: plan.kind === 'newest' ? 'at_least' : 'exact' };
}

/** How many rows match, whatever it costs: not for the process that answers requests. */
export function countMatching(db: Db, query: Query): number {
  const plan = planExactly(db, query);
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  return prepare(db, `SELECT count(*) FROM ${query.resource.name} t WHERE ${where.sql}`)
    .pluck()
    .get(...where.params) as number;
}

/**
 * At most the best MOST_RANKED. Words so common that ranking all matches would cost too much come in the noun's own
 * order, in pages that reach every match, and the page says so.
 */
function readRanked(
  db: Db,
  query: Query,
  limit: number,
  binding: string,
  after: Position | null,
  version: string,
): Page {
  const plan = planRows(db, query, null);
  const { words, resource } = query;
  if (plan.kind !== 'gathered' || !mayRank(db, query)) {
    return { ...readOrdered(db, takeOwnOrder(query), limit, binding, after, version), ranking: 'newest' };
  }
  const given = countGiven(after, version);
  const table = resource.search?.table ?? '';
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  const best = Math.min(limit + 1, MOST_RANKED - given);
  // CROSS JOIN makes the text index the outer loop: as the inner one, it would be weighed anew for each row.
  const from = `${table} f CROSS JOIN ${resource.name} t`;
  const rows =
    best <= 0
      ? []
      : (prepare(
          db,
          `SELECT t.key, 0, t.document FROM ${from} ON t.key = f.rowid WHERE ${table} MATCH ? AND ${where.sql} ORDER BY f.rank, t.key LIMIT ${best} OFFSET ${given}`,
        )
          .raw()
          .all(words?.match, ...where.params) as Row[]);
  const shown = rows.slice(0, limit);
  return {
    ...countRows(db, query, plan),
    documents: finishRows(db, query, shown),
    next_cursor:
      rows.length > limit ? writeCursor(binding, { kind: 'ranked', given: given + limit, version }) : null,
    ranking: 'bm25',
    data_version: version,
    visited: shown.length,
  };
}

/** How many results of a ranked list were given before a cursor. Throws a Refusal for one of other data. */
function countGiven(after: Position | null, version: string): number {
  if (after === null) return 0;
  if (after.kind === 'keyset') {
    throw new Refusal('invalid_cursor', 'The cursor is not one of a ranked list.', { parameter: 'cursor' });
  }
  if (after.version !== version) {
    throw new Refusal(
      'cursor_expired',
      'The data has changed since this list was ranked. Start again without a cursor.',
      { parameter: 'cursor' },
    );
  }
  return after.given;
}

/** The records that a name may mean and that the other filters let through, the best fit first. */
function readNamed(
  db: Db,
  query: Query,
  name: NonNullable<Query['name']>,
  limit: number,
  binding: string,
  after: Position | null,
  version: string,
): Page {
  const given = countGiven(after, version);
  const all = compileAll(query);
  const places = new Map(name.found.records.map((record, n) => [record.key, n]));
  const rows = prepare(
    db,
    `SELECT t.key, 0, t.document FROM ${query.resource.name} t WHERE t.key IN (${placeholders(places.size)}) AND ${all.sql}`,
  )
    .raw()
    .all(...places.keys(), ...all.params) as Row[];
  rows.sort((a, b) => (places.get(a[0]) as number) - (places.get(b[0]) as number));
  const shown = rows.slice(given, given + limit);
  return {
    total: rows.length,
    total_is: name.found.complete ? 'exact' : 'at_least',
    documents: finishRows(db, query, shown),
    next_cursor:
      rows.length > given + limit
        ? writeCursor(binding, { kind: 'ranked', given: given + limit, version })
        : null,
    ranking: 'name',
    data_version: version,
    visited: rows.length,
  };
}

/** The same query in the order that its noun has without a search. */
export function takeOwnOrder(query: Query): Query {
  const sort = listSorts(query.resource).get(query.resource.default_sort) as Sort;
  return { ...query, sort };
}

/** Adds what a stored document does not hold: the places of the words searched for, how a name fits, and long texts; and leaves out what was not asked for. */
export function finishRows(db: Db, query: Query, rows: readonly Row[]): string[] {
  const { resource, words, fields } = query;
  const matching = words?.match != null && resource.search !== undefined ? words.match : null;
  if (matching === null && fields === null && query.name === null) return rows.map((row) => row[2] as string);
  const records = new Map(
    rows.map((row) => [row[0], JSON.parse(row[2] as string) as Record<string, unknown>]),
  );
  const matches =
    matching === null
      ? null
      : findMatches(db, resource.search as NonNullable<Resource['search']>, matching, records);
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
export function readRecords(db: Db, query: Query, keys: readonly number[]): string[] {
  const read = prepare(db, `SELECT key, 0, document FROM ${query.resource.name} WHERE key = ?`).raw();
  return finishRows(
    db,
    query,
    keys.map((key) => read.get(key) as Row),
  );
}

function listLongFields(resource: Resource, fields: readonly string[] | null): string[] {
  return listFieldPaths(resource)
    .filter((field) => field.on_request && fields?.includes(field.path))
    .map((field) => field.path);
}

function readLongFields(
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

export function countAll(db: Db, resource: Resource): number {
  return prepare(db, `SELECT count(*) FROM ${resource.name}`).pluck().get() as number;
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

const SLICE = 500;

/**
 * Everything that matches, in slices; other requests are answered between them. A `limit` gives that many from the
 * cursor on. Ranked lists end at MOST_RANKED. Each slice is an array of rendered records.
 */
export async function* streamDocuments(db: Db, query: Query): AsyncGenerator<string[]> {
  let cursor = query.cursor;
  do {
    const page: Page = await readStreamPage(db, { ...query, cursor, limit: SLICE });
    if (page.documents.length > 0) yield page.documents;
    cursor = page.next_cursor;
    await new Promise((resolve) => setImmediate(resolve));
  } while (cursor !== null);
}

async function readStreamPage(db: Db, query: Query): Promise<Page> {
  if (query.sort.column === null) return readPage(db, query, SLICE);
  const binding = bindCursor(query.list);
  const after = query.cursor === null ? null : readCursor(query.cursor, binding);
  if (after !== null && after.kind !== 'keyset')
    throw new Refusal('invalid_cursor', 'The cursor is one of a ranked list.', { parameter: 'cursor' });
  const slice = readSlice(db, query, planRows(db, query, query.sort), after, SLICE);
  return {
    total: 0,
    total_is: 'at_least',
    documents: finishRows(db, query, slice.rows),
    next_cursor: slice.next === null ? null : writeCursor(binding, slice.next),
    ranking: null,
    data_version: '',
    visited: slice.visited,
  };
}
