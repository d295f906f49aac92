/** Everything that matches, in slices. */
import type { Db } from '../db/client.ts';
import { readInTurns, type Steps } from '../db/one-state.ts';
import { awaitSlice } from '../turns.ts';
import { SLICE_SIZE } from './budget.ts';
import { bindCursor, readCursor, requireKeyset, writeCursor } from './cursor.ts';
import { findRecords } from './finish.ts';
import type { Query } from './params.ts';
import { planRows } from './plan.ts';
import { findPage, type Page, takeOwnOrder } from './read.ts';
import { endGiven, listPlaced, readAddedLast, readSlice } from './slice.ts';
import { gaugeWords } from './words.ts';

/** The most records of a slice. */
const SLICE = 500;

/** For all that matches: words that are too common to be ranked come as they do in pages, everything else in the order of the noun. */
export function takeWholeOrder(db: Db, query: Query): Query {
  return query.sort.column === null && !hasCommonWords(db, query) ? takeOwnOrder(query) : query;
}

/**
 * Everything that matches, in slices; other requests are answered between them. A list in the order of relevance ends at
 * MOST_RANKED, unless its words are too common to be ranked. Each slice is an array of rendered records.
 */
export async function* streamDocuments(db: Db, query: Query): AsyncGenerator<string[]> {
  let cursor = query.cursor;
  do {
    const from = { ...query, cursor };
    const page = await readInTurns(db, () => findStreamPage(db, from));
    if (page.documents.length > 0) yield page.documents;
    cursor = page.next_cursor;
    await awaitSlice();
  } while (cursor !== null);
}

/** A page without its total. */
function* findStreamPage(db: Db, query: Query): Steps<Pick<Page, 'documents' | 'next_cursor'>> {
  const ranked = query.sort.column === null;
  if (ranked && !hasCommonWords(db, query)) return yield* findPage(db, { ...query, limit: SLICE }, SLICE);
  const binding = bindCursor(query.list);
  const after = requireKeyset(query.cursor === null ? null : readCursor(query.cursor, binding));
  const plan = planRows(db, query, ranked ? null : query.sort);
  yield;
  const slice = ranked
    ? yield* readAddedLast(db, query, plan, after, SLICE)
    : yield* readSlice(db, query, plan, after, SLICE);
  yield;
  const documents = yield* findRecords(db, query, listPlaced(slice.places), SLICE_SIZE);
  const next = endGiven(slice, documents.length);
  return { documents, next_cursor: next === null ? null : writeCursor(binding, next) };
}

function hasCommonWords(db: Db, query: Query): boolean {
  return query.words?.match != null && gaugeWords(db, query).kind === 'many';
}
