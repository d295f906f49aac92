/** The rows behind a cursor, so many, in the order asked for. */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { WORK_BUDGET } from './budget.ts';
import { joinSql, type Sql, TRUE } from './conditions.ts';
import type { Total } from './count.ts';
import type { Keyset } from './cursor.ts';
import { gatherNewest, gatherRows } from './gather.ts';
import type { Query } from './params.ts';
import { type Plan, planRows } from './plan.ts';
import { countTestable, type Sorted } from './row-tests.ts';
import { weighLists } from './weigh.ts';
import { readNewest } from './words.ts';

/** Where a row stands in the order asked for. */
export type Place = [key: number, sort: Keyset['sort']];
export type Slice = { places: Place[]; next: Keyset | null; total?: Total };

/** The places of so many rows behind a cursor, or of as many as are found within the budget. */
export function* readSlice(
  db: Db,
  query: Query,
  plan: Plan,
  after: Keyset | null,
  limit: number,
): Steps<Slice> {
  if (plan.kind === 'gathered') return yield* readGathered(db, query, plan, after, limit);
  const tested = plan.residual !== TRUE;
  const budget = countTestable(db, plan, plan.cost, (most) =>
    listCandidates(query, plan, after, most, false),
  );
  const found = listCandidates(query, plan, after, tested ? budget : limit + 1, true);
  const places: Place[] = [];
  for (const place of prepare(db, `SELECT key, sort FROM (${found.sql}) WHERE ok`)
    .raw()
    .iterate(...found.params) as IterableIterator<Place>) {
    if (places.length === limit) return { places, next: endOf(places) };
    places.push(place);
  }
  if (!tested) return { places, next: null };
  const where = listCandidates(query, plan, after, 1, false);
  const end = prepare(db, `${where.sql} OFFSET ${budget - 1}`)
    .raw()
    .get(...where.params) as Place | undefined;
  return { places, next: end === undefined ? null : { kind: 'keyset', sort: end[1], key: end[0] } };
}

/** All rows that were gathered and pass, put in order. */
function* readGathered(db: Db, query: Query, plan: Plan, after: Keyset | null, limit: number): Steps<Slice> {
  const { column, descending } = query.sort;
  const all = yield* gatherRows(db, query, plan, column as string);
  const sign = descending ? -1 : 1;
  const compareText = all.some(([, sort]) => ABOVE_BASIC.test(String(sort))) ? compareBytes : compareUnits;
  const compare = (a: Sorted, b: Sorted) => sign * (compareText(a[1], b[1]) || a[0] - b[0]);
  all.sort(compare);
  const behind = after === null ? all : all.filter((row) => compare(row, [after.key, after.sort]) > 0);
  const places = behind.slice(0, limit);
  return {
    places,
    next: behind.length > limit ? endOf(places) : null,
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
  // A filter whose index does not go on with the key would have all its rows sorted for each page.
  if (plan.kind === 'ordered')
    return yield* readSlice(db, byKey, planRows(db, byKey, byKey.sort), after, limit);
  if (plan.kind === 'gathered') return yield* readSlice(db, byKey, plan, after, limit);
  if (after === null) return yield* readFirstAdded(db, query, plan, limit);
  const places: Place[] = [];
  const { residual, cost_by_key, long } = plan;
  const more = long.length === 0 ? '0' : weighLists(long, 't', WORK_BUDGET);
  const select = { sql: `(${residual.sql}), ${more}`, params: residual.params };
  let testing = 0;
  for (const { key, spent, row } of readNewest<[ok: number | null, more: number]>(
    db,
    query,
    after.key,
    select,
  )) {
    if (row !== null) {
      testing += cost_by_key + row[1];
      if (row[0]) {
        if (places.length === limit) return { places, next: endOf(places) };
        places.push([key, key]);
      }
    }
    if (spent + testing >= WORK_BUDGET) return { places, next: endAt(key) };
  }
  return { places, next: null };
}

/** The first page is one of the rows that are counted for its total. */
function* readFirstAdded(db: Db, query: Query, plan: Plan, limit: number): Steps<Slice> {
  const { keys, complete, reached } = yield* gatherNewest(db, query, plan);
  yield;
  const places = keys.slice(0, limit).map((key): Place => [key, key]);
  return {
    places,
    next: keys.length > limit ? endOf(places) : endAt(reached),
    total: { total: keys.length, total_is: complete ? 'exact' : 'at_least' },
  };
}

/** Where reading ended, if anything may be left below. */
function endAt(key: number): Keyset | null {
  return key <= 1 ? null : { kind: 'keyset', sort: key, key };
}

export function listPlaced(places: readonly Place[]): number[] {
  return places.map(([key]) => key);
}

/** Where a page ends of which so many records were given: behind the last of them, or where its slice does. */
export function endGiven({ places, next }: Slice, given: number): Keyset | null {
  return given < places.length ? endOf(places.slice(0, given)) : next;
}

function endOf(places: readonly Place[]): Keyset {
  const [key, sort] = places.at(-1) as Place;
  return { kind: 'keyset', sort, key };
}
