/** Words as people type them into a search box, made into an FTS5 expression in which nothing is syntax by accident. */
import type { Db } from '../db/client.ts';
import { readOneState } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { indexCodePoints } from '../evidence/code-points.ts';
import type { SearchDeclaration } from '../resources/resource.ts';

export type WordSearch = {
  /** Canonical spelling, for cursors and tags. */
  text: string;
  /** The FTS5 expression of what must be there, or null where only exclusions were given. */
  match: string | null;
  /** What must not be there, when nothing must. */
  exclude: string | null;
  /** What must be there: of each of these, one word or phrase, in FTS5's quotes. */
  required: readonly (readonly string[])[];
  /** How many words and phrases there are. */
  terms: number;
  /** How many words, those of phrases counted one by one: what looking for them costs. */
  words: number;
  /** Nothing in it is a word: it matches nothing. */
  empty: boolean;
};

/** Of every index of texts. */
export const TOKENIZER = 'porter unicode61 remove_diacritics 2';
/** What the tokenizer takes for part of a word: letters, numbers and private use characters. */
const HAS_WORD = /[\p{L}\p{N}\p{Co}]/u;
export const MOST_TERMS = 32;
/** The words of phrases counted one by one. */
export const MOST_WORDS = 100;

/**
 * `words` all of them, `"a phrase"`, `-not this`, `this OR that`. Everything else is read as words.
 * Never throws.
 */
export function parseWordSearch(input: string): WordSearch {
  const terms: { text: string; exclude: boolean; or: boolean }[] = [];
  let or = false;
  for (const [, minus, phrase, word] of input
    .replaceAll('\0', ' ')
    .matchAll(/(-?)(?:["“”„«»]([^"“”„«»]*)["“”„«»]?|([^\s"“”„«»]+))/gu)) {
    if (word === 'OR' && minus === '') {
      or = true;
      continue;
    }
    const text = (phrase ?? word ?? '').trim();
    if (HAS_WORD.test(text)) terms.push({ text, exclude: minus === '-', or: or && minus === '' });
    or = false;
  }
  const required: string[][] = [];
  const excluded: string[] = [];
  for (const term of terms) {
    const quoted = `"${term.text.replaceAll('"', '""')}"`;
    if (term.exclude) excluded.push(quoted);
    else if (term.or && required.length > 0) required.at(-1)?.push(quoted);
    else required.push([quoted]);
  }
  const all = required.map((alternatives) =>
    alternatives.length > 1 ? `(${alternatives.join(' OR ')})` : alternatives[0],
  );
  const none = excluded.length > 1 ? `(${excluded.join(' OR ')})` : (excluded[0] ?? null);
  const match =
    all.length === 0 ? null : none === null ? all.join(' AND ') : `(${all.join(' AND ')}) NOT ${none}`;
  return {
    text: [
      ...required.map((alternatives) => alternatives.join(' OR ')),
      ...excluded.map((term) => `-${term}`),
    ].join(' '),
    match,
    exclude: match === null ? none : null,
    required,
    terms: terms.length,
    words: terms.reduce((sum, term) => sum + Math.max(1, splitWords(term.text).length), 0),
    empty: terms.length === 0,
  };
}

/** Into what the tokenizer takes for words, marks on letters included. */
export function splitWords(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{Co}\p{M}]*[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu) ?? [];
}

export type Match = {
  /** The field of the record that was searched. */
  field: string;
  /** In which entry, where the field is a list; from 0. */
  index?: number;
  /** Code points in the field's text, end exclusive. */
  start: number;
  end: number;
  /** Where the noun tells them apart: whether the words are the actor's own or the source's or curator's. */
  own_words?: boolean;
};

// Noncharacters: no text that is meant for exchange holds them.
const OPEN = '\u{FDD0}';
const CLOSE = '\u{FDD1}';

/** The column of every full-text index that says where in the index a row stands, for reading it part by part (words.ts). */
const BLOCK = 'block';

/** An expression that looks for its words in the texts alone. */
export function inText(expression: string): string {
  return `- ${BLOCK} : (${expression})`;
}

/** The same, in some parts of the index: each is one word of `block`. */
export function inBlocks(expression: string, blocks: string): string {
  return `(${inText(expression)}) AND ${BLOCK} : (${blocks})`;
}

/**
 * Where the words of a search stand in the records of a page, by key. The texts of the page get an index of their own:
 * asked for one row, the large one reads on from its first match, which may be far away.
 */
export function findMatches(
  db: Db,
  table: string,
  search: SearchDeclaration,
  match: string,
  records: ReadonlyMap<number, Record<string, unknown>>,
): Map<number, Match[]> {
  const marked = readOneState(db, () => markWords(db, table, search, match, [...records.keys()]));
  const found = new Map<number, Match[]>();
  for (const [key, record] of records) {
    const matches = search.columns.flatMap(({ field, lines }, n) => {
      const text = marked.get(key)?.[n];
      if (text == null) return [];
      if (!lines) return readMarks(text).map((place) => ({ field, ...place }));
      return splitMarkedLines(text).flatMap((line, index) =>
        readMarks(line).map((place) => ({ field, index, ...place })),
      );
    });
    found.set(key, markOwnWords(search, record, matches));
  }
  return found;
}

type Marked = (string | null)[];

/** The texts of these rows, each word of the search between two marks. */
function markWords(
  db: Db,
  table: string,
  search: SearchDeclaration,
  match: string,
  keys: readonly number[],
): Map<number, Marked> {
  const texts = `page_of_${table}`;
  const index = `${texts}_fts`;
  const columns = search.columns.map(({ column }) => column).join(', ');
  db.exec(`
    CREATE TABLE IF NOT EXISTS temp.${texts} (key INTEGER PRIMARY KEY, ${columns});
    CREATE VIRTUAL TABLE IF NOT EXISTS temp.${index}
      USING fts5(${columns}, content='${texts}', content_rowid='key', columnsize=0, tokenize='${TOKENIZER}');
  `);
  prepare(
    db,
    `INSERT INTO temp.${texts} SELECT key, ${columns} FROM main.${table} WHERE key IN (SELECT value FROM json_each(?))`,
  ).run(JSON.stringify(keys));
  prepare(
    db,
    `INSERT INTO temp.${index} (rowid, ${columns}) SELECT key, ${columns} FROM temp.${texts}`,
  ).run();
  const marks = search.columns.map((_, n) => `highlight(${index}, ${n}, '${OPEN}', '${CLOSE}')`).join(', ');
  const rows = prepare(db, `SELECT rowid, ${marks} FROM temp.${index} WHERE ${index} MATCH ?`)
    .raw()
    .all(match) as [number, ...Marked][];
  prepare(db, `INSERT INTO temp.${index} (${index}) VALUES ('delete-all')`).run();
  prepare(db, `DELETE FROM temp.${texts}`).run();
  return new Map(rows.map(([key, ...marked]) => [key, marked]));
}

/** A phrase may run from the end of one line into the next: each line gets its own part of it. */
function splitMarkedLines(marked: string): string[] {
  let open = false;
  return marked.split('\n').map((line) => {
    const start = open ? OPEN : '';
    open = line.lastIndexOf(OPEN) > line.lastIndexOf(CLOSE) || (open && !line.includes(CLOSE));
    return `${start}${line}${open ? CLOSE : ''}`;
  });
}

function readMarks(marked: string): { start: number; end: number }[] {
  const places: { start: number; end: number }[] = [];
  if (!marked.includes(OPEN)) return places;
  const index = indexCodePoints(marked);
  let marks = 0;
  let start = 0;
  for (const { 0: mark, index: offset } of marked.matchAll(/[\u{FDD0}\u{FDD1}]/gu)) {
    const place = index.toCodePoint(offset) - marks;
    marks += 1;
    if (mark === OPEN) start = place;
    else places.push({ start, end: place });
  }
  return places;
}

function markOwnWords(search: SearchDeclaration, record: Record<string, unknown>, matches: Match[]): Match[] {
  const own = search.own_words;
  if (own === undefined) return matches;
  const spans = (record[own.children] ?? []) as Record<string, number>[];
  return matches.map((match) =>
    match.field === own.field
      ? {
          ...match,
          own_words: spans.some(
            (span) => (span[own.start] as number) <= match.start && match.end <= (span[own.end] as number),
          ),
        }
      : match,
  );
}
