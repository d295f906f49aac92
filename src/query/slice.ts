/** The rows behind a cursor, so many, in the order asked for. */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { WORK_BUDGET } from './budget.ts';
import { joinSql, type Sql, TRUE } from './conditions.ts';
import { getBudget, type Total } from './count.ts';
import type { Keyset } from './cursor.ts';
import type { Row } from './finish.ts';
import type { Query } from './params.ts';
import { gatherNewest, gatherRows, type Plan, type Sorted } from './plan.ts';
import { readNewest } from './words.ts';

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
