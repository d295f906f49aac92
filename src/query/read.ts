/** The rows of a query: pages, single records, samples and whole lists in slices. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { prepare } from '../db/statements.ts';
import { Refusal } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { buildSelection, listFieldPaths, selectFields } from '../resources/fields.ts';
import type { Resource } from '../resources/resource.ts';
import { GATHER_LIMIT, WORK_BUDGET } from './budget.ts';
import { joinSql, placeholders, type Sql, TRUE } from './conditions.ts';
import { bindCursor, type Position, readCursor, writeCursor } from './cursor.ts';
import { describeFits } from './names.ts';
import { findNearestId, type Query } from './params.ts';
import { compileTests, type Plan, planExactly, planRows } from './plan.ts';
import { findMatches, inText } from './search.ts';
import { listSorts, type Sort } from './sorts.ts';
import { gaugeWords, readNewest } from './words.ts';

/** `sort=relevance` ranks and gives at most so many. */
export const MOST_RANKED = 1000;

export type Total = { total: number; total_is: 'exact' | 'at_least' };
export type Page = Total & {
  /** Rendered records: JSON texts. */
  documents: string[];
  next_cursor: string | null;
  ranking: 'bm25' | 'newest' | 'name' | null;
  data_version: string;
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
  const plan = planRows(db, query, query.sort);
  const slice = readSlice(db, query, plan, requireKeyset(after), limit);
  return finishPage(db, query, slice, slice.total ?? countRows(db, query, plan), binding, version);
}

type Keyset = Extract<Position, { kind: 'keyset' }>;

function requireKeyset(after: Position | null): Keyset | null {
  if (after === null || after.kind === 'keyset') return after;
  throw new Refusal('invalid_cursor', 'The cursor is one of a ranked list.', { parameter: 'cursor' });
}

function finishPage(
  db: Db,
  query: Query,
  slice: Slice,
  counted: Total,
  binding: string,
  version: string,
): Page {
  return {
    total: Math.max(counted.total, slice.rows.length),
    total_is: counted.total_is,
    documents: finishRows(db, query, slice.rows),
    next_cursor: slice.next === null ? null : writeCursor(binding, slice.next),
    ranking: null,
    data_version: version,
  };
}

type Slice = { rows: Row[]; next: Keyset | null; total?: Total };

/** So many of the rows behind a cursor, in the order asked for, or as many as are found within the budget. */
function readSlice(db: Db, query: Query, plan: Plan, after: Keyset | null, limit: number): Slice {
  if (plan.kind === 'gathered') return readGathered(db, query, plan, after, limit);
  const tested = plan.residual !== TRUE;
  const budget = getBudget(plan);
  const found = listCandidates(query, plan, after, tested ? budget : limit + 1, true);
  const rows: Row[] = [];
  for (const row of prepare(
    db,
    `SELECT c.key, c.sort, d.document FROM (${found.sql}) c CROSS JOIN ${query.resource.name} d ON d.key = c.key WHERE c.ok`,
  )
    .raw()
    .iterate(...found.params) as IterableIterator<Row>) {
    rows.push(row);
    if (rows.length > limit) return { rows: rows.slice(0, limit), next: endOf(rows.slice(0, limit)) };
  }
  if (!tested) return { rows, next: null };
  const where = listCandidates(query, plan, after, 1, false);
  const end = prepare(db, `${where.sql} OFFSET ${budget - 1}`)
    .raw()
    .get(...where.params) as [number, string | number] | undefined;
  return { rows, next: end === undefined ? null : { kind: 'keyset', sort: end[1], key: end[0] } };
}

/** All rows that were gathered and pass, by their keys; documents are read of those that are shown. */
function readGathered(db: Db, query: Query, plan: Plan, after: Keyset | null, limit: number): Slice {
  const { column, descending } = query.sort;
  const way = descending ? 'DESC' : 'ASC';
  const sign = descending ? '<' : '>';
  const beyond: Sql =
    after === null
      ? TRUE
      : {
          sql: `t.${column} ${sign} ? OR (t.${column} = ? AND t.key ${sign} ?)`,
          params: [after.sort, after.sort, after.key],
        };
  const where = joinSql(
    [plan.driver, holds(plan.residual)].filter((part) => part !== TRUE),
    'AND',
  );
  const all = prepare(
    db,
    `SELECT t.key, t.${column}, (${beyond.sql}) FROM ${query.resource.name} t WHERE ${where.sql} ORDER BY t.${column} ${way}, t.key ${way}`,
  )
    .raw()
    .all(...beyond.params, ...where.params) as [number, string | number, number][];
  const behind = all.filter(([, , later]) => later === 1);
  const read = prepare(db, `SELECT document FROM ${query.resource.name} WHERE key = ?`).pluck();
  const rows = behind.slice(0, limit).map(([key, sort]): Row => [key, sort, read.get(key) as string]);
  return {
    rows,
    next: behind.length > limit ? endOf(rows) : null,
    total: { total: all.length, total_is: 'exact' },
  };
}

/** `key`, `sort` and whether the row passes its test (`ok`), in the order asked for, at most so many. */
function listCandidates(query: Query, plan: Plan, after: Keyset | null, most: number, tested: boolean): Sql {
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
  const test = tested ? plan.residual : TRUE;
  const arms = parts.map((beyond): Sql => {
    const where = joinSql(
      [plan.driver, plan.bound, beyond].filter((part) => part !== TRUE),
      'AND',
    );
    return {
      sql: `SELECT t.key AS key, t.${column} AS sort, (${test.sql}) AS ok FROM ${query.resource.name} t WHERE ${where.sql}`,
      params: [...test.params, ...where.params],
    };
  });
  return {
    sql: `${arms.map((arm) => arm.sql).join(' UNION ALL ')} ORDER BY sort ${way}, key ${way} LIMIT ${most}`,
    params: arms.flatMap((arm) => arm.params),
  };
}

/** As one expression, so that SQLite finds no rows by parts of it. */
function holds(test: Sql): Sql {
  return test === TRUE ? TRUE : { sql: `(${test.sql}) IS TRUE`, params: test.params };
}

/** How many rows may be read of a plan's candidates. */
export function getBudget(plan: Plan): number {
  return Math.max(1, Math.floor(WORK_BUDGET / plan.cost));
}

/** How many rows match, as far as the budget goes. */
export function countRows(db: Db, query: Query, plan: Plan): Total {
  if (plan.found !== undefined && plan.residual === TRUE)
    return { total: plan.found, total_is: plan.complete ? 'exact' : 'at_least' };
  const budget = plan.kind === 'ordered' ? getBudget(plan) : GATHER_LIMIT;
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
  return { total, total_is: plan.complete ? 'exact' : 'at_least' };
}

/** How many rows match, whatever it costs: not for the process that answers requests. */
export function countMatching(db: Db, query: Query): number {
  const plan = planExactly(db, query);
  const where = joinSql(
    [plan.driver, holds(plan.residual)].filter((part) => part !== TRUE),
    'AND',
  );
  return prepare(db, `SELECT count(*) FROM ${query.resource.name} t WHERE ${where.sql}`)
    .pluck()
    .get(...where.params) as number;
}

/**
 * At most the best MOST_RANKED. Where ranking all matches would cost too much, all of them come, those added last
 * first, and the page says so.
 */
function readRanked(
  db: Db,
  query: Query,
  limit: number,
  binding: string,
  after: Position | null,
  version: string,
): Page {
  const { words, resource } = query;
  // There is nothing to rank by where words are only excluded.
  if (words?.match === null && !words.empty)
    return readOrdered(db, takeOwnOrder(query), limit, binding, after, version);
  const plan = planRows(db, query, null);
  const gauge = words === null || words.empty ? null : gaugeWords(db, query);
  if (plan.kind !== 'gathered' || gauge?.kind === 'many') {
    const slice = readAddedLast(db, query, plan, requireKeyset(after), limit);
    return {
      ...finishPage(db, query, slice, slice.total ?? countRows(db, query, plan), binding, version),
      ranking: 'newest',
    };
  }
  const given = countGiven(after, version);
  const table = resource.search?.table ?? '';
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  const best = Math.min(limit + 1, MOST_RANKED - given);
  // CROSS JOIN makes the text index the outer loop: as the inner one, it would be weighed anew for each row. The best
  // are chosen by their keys alone, so that no documents are sorted.
  const ranked = `SELECT t.key AS key, f.rank AS rank FROM ${table} f CROSS JOIN ${resource.name} t ON t.key = f.rowid WHERE ${table} MATCH ? AND (${where.sql}) ORDER BY f.rank, t.key LIMIT ${best} OFFSET ${given}`;
  const rows =
    best <= 0 || gauge === null
      ? []
      : (prepare(
          db,
          `SELECT c.key, 0, d.document FROM (${ranked}) c CROSS JOIN ${resource.name} d ON d.key = c.key`,
        )
          .raw()
          .all(inText(gauge.rank), ...where.params) as Row[]);
  const shown = rows.slice(0, limit);
  return {
    ...countRows(db, query, plan),
    documents: finishRows(db, query, shown),
    next_cursor:
      rows.length > limit ? writeCursor(binding, { kind: 'ranked', given: given + limit, version }) : null,
    ranking: 'bm25',
    data_version: version,
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
  const all = compileTests(db, query);
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
  };
}

/** Those added last first: of few rows, or of those that have the words. */
function readAddedLast(db: Db, query: Query, plan: Plan, after: Keyset | null, limit: number): Slice {
  const byKey: Query = {
    ...query,
    sort: { name: 'added', column: 'key', descending: true, description: '' },
  };
  if (plan.kind !== 'newest') return readSlice(db, byKey, plan, after, limit);
  const rows: Row[] = [];
  let visited = 0;
  const document: Sql =
    plan.residual === TRUE
      ? { sql: 't.document', params: [] }
      : { sql: `CASE WHEN ${plan.residual.sql} THEN t.document END`, params: plan.residual.params };
  for (const { key, spent, row } of readNewest<[string | null]>(db, query, after?.key ?? null, document)) {
    if (row !== null) {
      visited += 1;
      if (row[0] !== null) {
        if (rows.length === limit) return { rows, next: endOf(rows) };
        rows.push([key, key, row[0]]);
      }
    }
    if (spent + visited * plan.cost >= WORK_BUDGET / 2)
      return { rows, next: key <= 1 ? null : { kind: 'keyset', sort: key, key } };
  }
  return { rows, next: null };
}

function endOf(rows: readonly Row[]): Keyset {
  const [key, sort] = rows.at(-1) as Row;
  return { kind: 'keyset', sort, key };
}

/** For all that matches: words that are too common to be ranked come as they do in pages, everything else in the order of the noun. */
export function takeWholeOrder(db: Db, query: Query): Query {
  return query.sort.column === null && !hasCommonWords(db, query) ? takeOwnOrder(query) : query;
}

/** The same query in the order that its noun has without a search. */
function takeOwnOrder(query: Query): Query {
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
 * Everything that matches, in slices; other requests are answered between them. A list in the order of relevance ends at
 * MOST_RANKED, unless its words are too common to be ranked. Each slice is an array of rendered records.
 */
export async function* streamDocuments(db: Db, query: Query): AsyncGenerator<string[]> {
  let cursor = query.cursor;
  do {
    const page = await readStreamPage(db, { ...query, cursor });
    if (page.documents.length > 0) yield page.documents;
    cursor = page.next_cursor;
    await new Promise((resolve) => setImmediate(resolve));
  } while (cursor !== null);
}

/** A page without its total. */
async function readStreamPage(db: Db, query: Query): Promise<Pick<Page, 'documents' | 'next_cursor'>> {
  const ranked = query.sort.column === null;
  if (ranked && !hasCommonWords(db, query)) return readPage(db, { ...query, limit: SLICE }, SLICE);
  const binding = bindCursor(query.list);
  const after = requireKeyset(query.cursor === null ? null : readCursor(query.cursor, binding));
  const plan = planRows(db, query, ranked ? null : query.sort);
  const slice = ranked
    ? readAddedLast(db, query, plan, after, SLICE)
    : readSlice(db, query, plan, after, SLICE);
  return {
    documents: finishRows(db, query, slice.rows),
    next_cursor: slice.next === null ? null : writeCursor(binding, slice.next),
  };
}

function hasCommonWords(db: Db, query: Query): boolean {
  return query.words?.match != null && gaugeWords(db, query).kind === 'many';
}
