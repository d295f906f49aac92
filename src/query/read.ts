/** The rows of a query, a page at a time. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readInTurns, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import type { Total } from './count.ts';
import { bindCursor, countGiven, type Position, readCursor, requireKeyset, writeCursor } from './cursor.ts';
import { findRecords } from './finish.ts';
import { gatherRows } from './gather.ts';
import type { Query } from './params.ts';
import { planRows } from './plan.ts';
import { listKeys, testByKey, testKeys } from './row-tests.ts';
import { inText } from './search.ts';
import { endGiven, listPlaced, readAddedLast, readSlice, type Slice } from './slice.ts';
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
  const documents = yield* findRecords(db, query, listPlaced(slice.places));
  const next = endGiven(slice, documents.length);
  return {
    total: Math.max(counted.total, slice.places.length),
    total_is: counted.total_is,
    documents,
    next_cursor: next === null ? null : writeCursor(binding, next),
    ranking: null,
    data_version: version,
  };
}

/**
 * At most the best MOST_RANKED. Where ranking all matches would cost too much, all of them come, those added last
 * first, and the page says so.
 */
function* readRanked(db: Db, asked: Asked): Steps<Page> {
  const { query, limit, after, version } = asked;
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
  const passed = (yield* gatherRows(db, query, plan)).map(([key]) => key);
  const best = Math.min(limit + 1, MOST_RANKED - given);
  const among = listKeys(passed);
  yield;
  // CROSS JOIN makes the text index the outer loop: as the inner one, it would be weighed anew for each row. The best
  // are chosen by their keys alone, so that no documents are sorted.
  const ranked = `SELECT t.key FROM ${table} f CROSS JOIN ${resource.name} t ON t.key = f.rowid WHERE ${table} MATCH ? AND t.key IN (${among.sql}) ORDER BY f.rank, t.key LIMIT ${best} OFFSET ${given}`;
  const keys =
    best <= 0 || gauge === null
      ? []
      : (prepare(db, ranked)
          .pluck()
          .all(inText(gauge.rank), ...among.params) as number[]);
  yield;
  const finished = yield* finishRanked(db, asked, keys, given);
  return { total: passed.length, total_is: 'exact', ...finished, ranking: 'bm25' };
}

/** The records that a name may mean and that the other filters let through, the best fit first. */
function* readNamed(db: Db, asked: Asked, name: NonNullable<Query['name']>): Steps<Page> {
  const { query, after, version } = asked;
  const given = countGiven(after, version);
  const places = new Map(name.found.records.map((record, n) => [record.key, n]));
  const keys = (yield* testKeys(db, query, testByKey(db, query), [...places.keys()])).map(([key]) => key);
  keys.sort((a, b) => (places.get(a) as number) - (places.get(b) as number));
  return {
    total: keys.length,
    total_is: name.found.complete ? 'exact' : 'at_least',
    ...(yield* finishRanked(db, asked, keys.slice(given), given)),
    ranking: 'name',
  };
}

/** Of the keys behind those that were given, a page; its cursor says how many are given by then. */
function* finishRanked(
  db: Db,
  { query, limit, binding, version }: Asked,
  keys: readonly number[],
  given: number,
): Steps<Pick<Page, 'documents' | 'next_cursor' | 'data_version'>> {
  const documents = yield* findRecords(db, query, keys.slice(0, limit));
  const next = { kind: 'ranked', given: given + documents.length, version } as const;
  return {
    documents,
    next_cursor: keys.length > documents.length ? writeCursor(binding, next) : null,
    data_version: version,
  };
}

/** The same query in the order that its noun has without a search. */
export function takeOwnOrder(query: Query): Query {
  const sort = listSorts(query.resource).get(query.resource.default_sort) as Sort;
  return { ...query, sort };
}
