/**
 * How the rows with the words of a search are found. FTS5 reads on until it finds a match, however far that is: two
 * common words that never stand side by side are read to their ends. So a search is read as a whole only where a rare
 * word leads it, or where the index is small; otherwise block by block of rows, those added last first. A row's block
 * is a word in a column of the index beside its text, which ends the reading where the block does.
 */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import type { SearchDeclaration } from '../resources/resource.ts';
import {
  COMMON,
  COUNT_COST,
  FOUND_COST,
  GATHER_LIMIT,
  PASS_COST,
  PROBE_COST,
  RANK_BUDGET,
  RANK_COST,
  WORK_BUDGET,
} from './budget.ts';
import type { Sql } from './conditions.ts';
import type { Query } from './params.ts';
import { inBlocks, inText, splitWords, type WordSearch } from './search.ts';

/** Rows of a block, as powers of two; the column `block` of the tables that are searched says the same. */
const FINE = { word: 'f', bits: 8 };
const COARSE = { word: 'c', bits: 13 };
/** Read at once where the first ones had little. */
const MOST_BLOCKS = 16;

/** `few`: all matches may be read, and ranked by the words of `rank`. `many`: they are read block by block. */
export type Gauge = { kind: 'few'; rank: string } | { kind: 'many' };

const gauges = new WeakMap<WordSearch, Gauge>();

/** Whether all rows with the words (or, of a search that only excludes, all that are excluded) may be read. */
export function gaugeWords(db: Db, query: Query): Gauge {
  const words = query.words as WordSearch;
  let gauge = gauges.get(words);
  if (gauge === undefined) {
    gauge = measureWords(db, query.resource.search as SearchDeclaration, query.resource.name, words);
    gauges.set(words, gauge);
  }
  return gauge;
}

function measureWords(db: Db, search: SearchDeclaration, table: string, words: WordSearch): Gauge {
  const whole = (words.match ?? words.exclude) as string;
  // Of a search that only excludes, all alternatives are read.
  const required = words.match === null ? [[whole]] : words.required;
  const rare = listRare(db, search, required);
  if (rare.length > 0)
    return { kind: 'few', rank: rare.map((alternatives) => `(${alternatives.join(' OR ')})`).join(' AND ') };
  const rows = countIndexed(db, table);
  if (rows * words.words * PASS_COST > WORK_BUDGET) return { kind: 'many' };
  const found = prepare(
    db,
    `SELECT count(*) FROM (SELECT 1 FROM ${search.table} WHERE ${search.table} MATCH ? LIMIT ${GATHER_LIMIT + 1})`,
  )
    .pluck()
    .get(inText(whole)) as number;
  return found <= GATHER_LIMIT && found * weighRank(words.words) <= RANK_BUDGET
    ? { kind: 'few', rank: whole }
    : { kind: 'many' };
}

/** Units for ranking a record by so many words. */
function weighRank(words: number): number {
  return RANK_COST * (1 + words);
}

/** At most so many rows were ever added. */
function countIndexed(db: Db, table: string): number {
  return (prepare(db, `SELECT max(key) FROM ${table}`).pluck().get() as number | null) ?? 0;
}

/**
 * Those of the required alternatives that stand in few records, as far as counting may go: the longest are counted
 * first, because they are likely the rarest.
 */
function listRare(
  db: Db,
  search: SearchDeclaration,
  required: readonly (readonly string[])[],
): (readonly string[])[] {
  const count = prepare(
    db,
    `SELECT count(*) FROM (SELECT 1 FROM ${search.table} WHERE ${search.table} MATCH ? LIMIT ${COMMON + 1})`,
  ).pluck();
  let spent = 0;
  const countWord = (word: string) => {
    if (spent > WORK_BUDGET) return COMMON + 1;
    const found = count.get(inText(`"${word}"`)) as number;
    spent += PROBE_COST + found * COUNT_COST;
    return found;
  };
  const isRare = (alternatives: readonly string[]) => {
    // What it costs to rank by them grows with their number.
    const words = alternatives.reduce((sum, alternative) => sum + splitWords(alternative).length, 0);
    const most = Math.min(COMMON, RANK_BUDGET / weighRank(words));
    let sum = 0;
    for (const alternative of alternatives) {
      // A phrase is no more frequent than the rarest of its words.
      let least = COMMON + 1;
      for (const word of splitWords(alternative).sort((a, b) => b.length - a.length)) {
        least = Math.min(least, countWord(word));
        if (sum + least <= most) break;
      }
      sum += least;
      if (sum > most) return false;
    }
    return true;
  };
  const longest = (alternatives: readonly string[]) => Math.min(...alternatives.map((one) => one.length));
  return required.toSorted((a, b) => longest(b) - longest(a)).filter(isRare);
}

/** Keys of all rows with the words: only where the gauge says `few`, or where no request waits. */
export function selectWords({ resource, words }: Query): Sql | null {
  if (words === null || resource.search === undefined) return null;
  if (words.empty) return { sql: 'SELECT 0 WHERE 0', params: [] };
  if (words.match === null) return null;
  const { table } = resource.search;
  return { sql: `SELECT rowid FROM ${table} WHERE ${table} MATCH ?`, params: [inText(words.match)] };
}

/** What a row `t` is tested against: as one set of keys, which is read once. */
export function testWordsAtOnce(query: Query): Sql | null {
  const { words, resource } = query;
  const rows = selectWords(query);
  if (rows !== null) return { sql: `t.key IN (${rows.sql})`, params: rows.params };
  if (words?.exclude == null || resource.search === undefined) return null;
  const { table } = resource.search;
  return {
    sql: `t.key NOT IN (SELECT rowid FROM ${table} WHERE ${table} MATCH ?)`,
    params: [inText(words.exclude)],
  };
}

export type WordTest = { test: Sql; cost: number };

/** What a row `t` is tested against, and what that costs: this row is looked up in its block of the index, and no other. */
export function testWords(db: Db, query: Query): WordTest | null {
  const { words, resource } = query;
  if (words === null || resource.search === undefined) return null;
  if (words.empty) return { test: { sql: '0', params: [] }, cost: 0 };
  if (gaugeWords(db, query).kind === 'few') {
    const test = testWordsAtOnce(query);
    return test === null ? null : { test, cost: 0.5 };
  }
  const { table } = resource.search;
  const found = `EXISTS (SELECT 1 FROM ${table} WHERE ${table} MATCH ? || (t.key >> ${FINE.bits}) || ')' AND rowid = t.key)`;
  const expression = inBlocks((words.match ?? words.exclude) as string, FINE.word).slice(0, -1);
  return {
    test: { sql: words.match === null ? `NOT ${found}` : found, params: [expression] },
    cost: PROBE_COST * (1 + words.words),
  };
}

export type Found<T extends unknown[]> = {
  /** Everything from here up has been read. */
  key: number;
  /** Units of work so far, for finding the rows; what is done with each is the reader's to count. */
  spent: number;
  /** What was selected of this row; null at the end of a block, where nothing may stand. */
  row: T | null;
};

/** Of a search in blocks: their size, the units that beginning to read costs, and those for passing over one row. */
function sizeBlocks(words: number): { block: typeof FINE; most: number; begin: number; pass: number } {
  const pass = PASS_COST * words;
  const begin = PROBE_COST * (1 + words);
  const rows = Math.max(0, WORK_BUDGET / 2 - begin) / pass;
  const block = rows >= 2 ** COARSE.bits ? COARSE : FINE;
  return { block, most: Math.max(1, Math.min(MOST_BLOCKS, Math.floor(rows / 2 ** block.bits))), begin, pass };
}

/** The rows with the words, those added last first, from below a key on: in blocks, until the reader has had enough. */
export function* readNewest<T extends unknown[]>(
  db: Db,
  query: Query,
  below: number | null,
  select: Sql | null,
): Generator<Found<T>> {
  const { resource, words } = query;
  const { table } = resource.search as SearchDeclaration;
  const { match, words: count } = words as WordSearch & { match: string };
  const { block, most, begin, pass } = sizeBlocks(count);
  const width = 2 ** block.bits;
  const from =
    select === null
      ? `f.rowid FROM ${table} f`
      : `f.rowid, ${select.sql} FROM ${table} f CROSS JOIN ${resource.name} t ON t.key = f.rowid`;
  const read = prepare(
    db,
    `SELECT ${from} WHERE ${table} MATCH ? AND f.rowid < CAST(? AS INTEGER) ORDER BY f.rowid DESC`,
  ).raw();
  let end = below ?? countIndexed(db, resource.name) + 1;
  let spent = 0;
  for (let blocks = block === FINE ? most : 1; end > 0; blocks = Math.min(blocks * 2, most)) {
    const last = Math.floor((end - 1) / width);
    const first = Math.max(0, last - blocks + 1);
    const names = Array.from({ length: last - first + 1 }, (_, n) => `${block.word}${first + n}`);
    spent += begin;
    const rows = read.iterate(...(select?.params ?? []), inBlocks(match, names.join(' OR ')), end);
    let found = 0;
    for (const [key, ...row] of rows as IterableIterator<[number, ...T]>) {
      found += 1;
      yield { key, spent: spent + (end - key) * pass + found * FOUND_COST, row: row as unknown as T };
    }
    spent += (end - first * width) * pass + found * FOUND_COST;
    end = first * width;
    yield { key: end, spent, row: null };
  }
}
