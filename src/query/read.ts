/** The rows of a query, a page at a time. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readInTurns, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { joinSql, placeholders, TRUE } from './conditions.ts';
import type { Total } from './count.ts';
import { bindCursor, countGiven, type Position, readCursor, requireKeyset, writeCursor } from './cursor.ts';
import { finishRows, type Row } from './finish.ts';
import type { Query } from './params.ts';
import { compileTests, planRows } from './plan.ts';
import { inText } from './search.ts';
import { readAddedLast, readSlice, type Slice } from './slice.ts';
import { listSorts, type Sort } from './sorts.ts';
import { countList } from './totals.ts';
import { gaugeWords } from './words.ts';

/** `sort=relevance` ranks and gives at most so many. */
export const MOST_RANKED = 1000;

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

/** One page as it is asked for: behind a position, and with what the cursor to the next is made of. */
type Asked = { query: Query; limit: number; after: Position | null; binding: string; version: string };

export function* findPage(db: Db, query: Query, pageSize: number): Steps<Page> {
  const binding = bindCursor(query.list);
  const after = query.cursor === null ? null : readCursor(query.cursor, binding);
  const asked = { query, limit: query.limit ?? pageSize, after, binding, version: readDataVersion(db) };
  if (query.sort.column !== null) return yield* readOrdered(db, asked);
  return query.name === null ? yield* readRanked(db, asked) : yield* readNamed(db, asked, query.name);
}

function* readOrdered(db: Db, asked: Asked): Steps<Page> {
  const { query, limit, after, version } = asked;
  const plan = planRows(db, query, query.sort);
  yield;
  const slice = yield* readSlice(db, query, plan, requireKeyset(after), limit);
  yield;
  const counted = slice.total ?? (yield* countList(db, query, plan, version));
  return yield* finishPage(db, asked, slice, counted);
}

function* finishPage(db: Db, asked: Asked, slice: Slice, counted: Total): Steps<Page> {
  const { query, binding, version } = asked;
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

/**
 * At most the best MOST_RANKED. Where ranking all matches would cost too much, all of them come, those added last
 * first, and the page says so.
 */
function* readRanked(db: Db, asked: Asked): Steps<Page> {
  const { query, limit, after, binding, version } = asked;
  const { words, resource } = query;
  // There is nothing to rank by where words are only excluded.
  if (words?.match === null && !words.empty)
    return yield* readOrdered(db, { ...asked, query: takeOwnOrder(query) });
  const plan = planRows(db, query, null);
  const gauge = words === null || words.empty ? null : gaugeWords(db, query);
  if (plan.kind !== 'gathered' || gauge?.kind === 'many') {
    yield;
    const slice = yield* readAddedLast(db, query, plan, requireKeyset(after), limit);
    yield;
    const counted = slice.total ?? (yield* countList(db, query, plan, version));
    return {
      ...(yield* finishPage(db, asked, slice, counted)),
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
  const counted = yield* countList(db, query, plan, version);
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

/** The records that a name may mean and that the other filters let through, the best fit first. */
function* readNamed(db: Db, asked: Asked, name: NonNullable<Query['name']>): Steps<Page> {
  const { query, limit, after, binding, version } = asked;
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

/** The same query in the order that its noun has without a search. */
export function takeOwnOrder(query: Query): Query {
  const sort = listSorts(query.resource).get(query.resource.default_sort) as Sort;
  return { ...query, sort };
}
