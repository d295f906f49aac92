/** The rows of a query, a page at a time. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readInTurns, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { Refusal } from '../errors.ts';
import { WORK_BUDGET } from './budget.ts';
import { joinSql, placeholders, type Sql, TRUE } from './conditions.ts';
import { bindCursor, type Position, readCursor, writeCursor } from './cursor.ts';
import { finishRows, type Row } from './finish.ts';
import type { Query } from './params.ts';
import {
  compileTests,
  gatherNewest,
  gatherRows,
  type Plan,
  planExactly,
  planRows,
  type Sorted,
} from './plan.ts';
import { inText } from './search.ts';
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

export function readPage(db: Db, query: Query, pageSize: number): Promise<Page> {
  return readInTurns(db, () => findPage(db, query, pageSize));
}

export function* findPage(db: Db, query: Query, pageSize: number): Steps<Page> {
  const limit = query.limit ?? pageSize;
  const version = readDataVersion(db);
  const binding = bindCursor(query.list);
  const after = query.cursor === null ? null : readCursor(query.cursor, binding);
  if (query.sort.column === null && query.name !== null)
    return yield* readNamed(db, query, query.name, limit, binding, after, version);
  if (query.sort.column === null) return yield* readRanked(db, query, limit, binding, after, version);
  return yield* readOrdered(db, query, limit, binding, after, version);
}

function* readOrdered(
  db: Db,
  query: Query,
  limit: number,
  binding: string,
  after: Position | null,
  version: string,
): Steps<Page> {
  const plan = planRows(db, query, query.sort);
  yield;
  const slice = yield* readSlice(db, query, plan, requireKeyset(after), limit);
  yield;
  const counted = slice.total ?? (yield* countRows(db, query, plan));
  return yield* finishPage(db, query, slice, counted, binding, version);
}

export type Keyset = Extract<Position, { kind: 'keyset' }>;

export function requireKeyset(after: Position | null): Keyset | null {
  if (after === null || after.kind === 'keyset') return after;
  throw new Refusal('invalid_cursor', 'The cursor is one of a ranked list.', { parameter: 'cursor' });
}

function* finishPage(
  db: Db,
  query: Query,
  slice: Slice,
  counted: Total,
  binding: string,
  version: string,
): Steps<Page> {
  yield;
  return {
    total: Math.max(counted.total, slice.rows.length),
    total_is: counted.total_is,
    documents: yield* finishRows(db, query, slice.rows),
    next_cursor: slice.next === null ? null : writeCursor(binding, slice.next),
    ranking: null,
    data_version: version,
  };
}

export type Slice = { rows: Row[]; next: Keyset | null; total?: Total };

/** So many of the rows behind a cursor, in the order asked for, or as many as are found within the budget. */
export function* readSlice(
  db: Db,
  query: Query,
  plan: Plan,
  after: Keyset | null,
  limit: number,
): Steps<Slice> {
  if (plan.kind === 'gathered') return yield* readGathered(db, query, plan, after, limit);
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

/** All rows that were gathered and pass, put in order; documents are read of those that are shown. */
function* readGathered(db: Db, query: Query, plan: Plan, after: Keyset | null, limit: number): Steps<Slice> {
  const { column, descending } = query.sort;
  const all = yield* gatherRows(db, query, plan, column as string);
  const sign = descending ? -1 : 1;
  const compareText = all.some(([, sort]) => ABOVE_BASIC.test(String(sort))) ? compareBytes : compareUnits;
  const compare = (a: Sorted, b: Sorted) => sign * (compareText(a[1], b[1]) || a[0] - b[0]);
  all.sort(compare);
  const behind = after === null ? all : all.filter((row) => compare(row, [after.key, after.sort]) > 0);
  const shown = behind.slice(0, limit);
  const read = prepare(db, `SELECT document FROM ${query.resource.name} WHERE key = ?`).pluck();
  const rows = shown.map(([key, sort]): Row => [key, sort, read.get(key) as string]);
  return {
    rows,
    next: behind.length > limit ? endOf(rows) : null,
    total: { total: all.length, total_is: 'exact' },
  };
}

/** SQLite compares texts by their bytes; UTF-16 has another order where characters above U+FFFF stand. */
const ABOVE_BASIC = /[\uD800-\uDFFF]/;

function compareUnits(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareBytes(a: string | number, b: string | number): number {
  return typeof a === 'number' || typeof b === 'number'
    ? compareUnits(a, b)
    : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** `key`, `sort` and whether the row passes its test (`ok`), in the order asked for, at most so many. */
export function listCandidates(
  query: Query,
  plan: Plan,
  after: Keyset | null,
  most: number,
  tested: boolean,
): Sql {
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
  const along = plan.index === undefined ? '' : ` INDEXED BY ${plan.index}`;
  const arms = parts.map((beyond): Sql => {
    const where = joinSql(
      [plan.driver, plan.bound, beyond].filter((part) => part !== TRUE),
      'AND',
    );
    return {
      sql: `SELECT t.key AS key, t.${column} AS sort, (${test.sql}) AS ok FROM ${query.resource.name} t${along} WHERE ${where.sql}`,
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
export function* countRows(db: Db, query: Query, plan: Plan): Steps<Total> {
  if (plan.kind === 'newest') {
    const { keys, complete } = yield* gatherNewest(db, query, plan);
    return { total: keys.length, total_is: complete ? 'exact' : 'at_least' };
  }
  if (plan.kind === 'gathered')
    return { total: (yield* gatherRows(db, query, plan)).length, total_is: 'exact' };
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
  return visited > budget
    ? { total: Math.min(total, budget), total_is: 'at_least' }
    : { total, total_is: 'exact' };
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
function* readRanked(
  db: Db,
  query: Query,
  limit: number,
  binding: string,
  after: Position | null,
  version: string,
): Steps<Page> {
  const { words, resource } = query;
  // There is nothing to rank by where words are only excluded.
  if (words?.match === null && !words.empty)
    return yield* readOrdered(db, takeOwnOrder(query), limit, binding, after, version);
  const plan = planRows(db, query, null);
  const gauge = words === null || words.empty ? null : gaugeWords(db, query);
  if (plan.kind !== 'gathered' || gauge?.kind === 'many') {
    yield;
    const slice = yield* readAddedLast(db, query, plan, requireKeyset(after), limit);
    yield;
    const counted = slice.total ?? (yield* countRows(db, query, plan));
    return {
      ...(yield* finishPage(db, query, slice, counted, binding, version)),
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
  yield;
  const counted = yield* countRows(db, query, plan);
  yield;
  return {
    ...counted,
    documents: yield* finishRows(db, query, shown),
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
function* readNamed(
  db: Db,
  query: Query,
  name: NonNullable<Query['name']>,
  limit: number,
  binding: string,
  after: Position | null,
  version: string,
): Steps<Page> {
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
    documents: yield* finishRows(db, query, shown),
    next_cursor:
      rows.length > given + limit
        ? writeCursor(binding, { kind: 'ranked', given: given + limit, version })
        : null,
    ranking: 'name',
    data_version: version,
  };
}

/** Those added last first: of few rows, or of those that have the words. */
export function* readAddedLast(
  db: Db,
  query: Query,
  plan: Plan,
  after: Keyset | null,
  limit: number,
): Steps<Slice> {
  const byKey: Query = {
    ...query,
    sort: { name: 'added', column: 'key', descending: true, description: '' },
  };
  if (plan.kind !== 'newest') return yield* readSlice(db, byKey, plan, after, limit);
  if (after === null) return yield* readFirstAdded(db, query, plan, limit);
  const rows: Row[] = [];
  let visited = 0;
  const document: Sql =
    plan.residual === TRUE
      ? { sql: 't.document', params: [] }
      : { sql: `CASE WHEN ${plan.residual.sql} THEN t.document END`, params: plan.residual.params };
  for (const { key, spent, row } of readNewest<[string | null]>(db, query, after.key, document)) {
    if (row !== null) {
      visited += 1;
      if (row[0] !== null) {
        if (rows.length === limit) return { rows, next: endOf(rows) };
        rows.push([key, key, row[0]]);
      }
    }
    if (spent + visited * plan.cost_by_key >= WORK_BUDGET) return { rows, next: endAt(key) };
  }
  return { rows, next: null };
}

/** The first page is one of the rows that are counted for its total. */
function* readFirstAdded(db: Db, query: Query, plan: Plan, limit: number): Steps<Slice> {
  const { keys, complete, reached } = yield* gatherNewest(db, query, plan);
  yield;
  const read = prepare(db, `SELECT document FROM ${query.resource.name} WHERE key = ?`).pluck();
  const rows = keys.slice(0, limit).map((key): Row => [key, key, read.get(key) as string]);
  return {
    rows,
    next: keys.length > limit ? endOf(rows) : endAt(reached),
    total: { total: keys.length, total_is: complete ? 'exact' : 'at_least' },
  };
}

/** Where reading ended, if anything may be left below. */
function endAt(key: number): Keyset | null {
  return key <= 1 ? null : { kind: 'keyset', sort: key, key };
}

function endOf(rows: readonly Row[]): Keyset {
  const [key, sort] = rows.at(-1) as Row;
  return { kind: 'keyset', sort, key };
}

/** The same query in the order that its noun has without a search. */
export function takeOwnOrder(query: Query): Query {
  const sort = listSorts(query.resource).get(query.resource.default_sort) as Sort;
  return { ...query, sort };
}
