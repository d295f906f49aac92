/**
 * Where the words of a search stand in the records that are given. Their texts get an index of their own, in which
 * FTS5 marks the words: asked for one row, the large one reads on from its first match, which may be far away. Marking
 * takes the square of what a text holds, so that long ones go into it in parts.
 */
import type { Db } from '../db/client.ts';
import { readOneState, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { indexCodePoints } from '../evidence/code-points.ts';
import type { Resource, SearchDeclaration } from '../resources/resource.ts';
import { MATCHES_LIMIT, PART_SIZE, PARTS_SIZE } from './budget.ts';
import type { Total } from './count.ts';
import { TOKENIZER, type WordSearch } from './search.ts';

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

/** The first MATCHES_LIMIT of a record, and whether these are all. */
export type Matches = { matches: Match[]; matches_are: Total['total_is'] };

/** In a text, in UTF-16 units, end exclusive. */
type Place = { start: number; end: number };

/** A text that is searched, and where the words stand in it: all places, or more than are given. */
export type SearchedText = { text: string; places: Place[] };

/** A stretch of a text; what begins from `next` on stands in the next one too. */
type Part = { of: SearchedText; start: number; next: number; end: number };

/** The texts of the records of these keys that a search is about, in which its words, of which there are some, were looked for. */
export function* findPlaces(
  db: Db,
  { name, search }: Resource,
  words: WordSearch,
  keys: readonly number[],
  partSize = PART_SIZE,
): Steps<Map<number, SearchedText[]>> {
  const { columns } = search as SearchDeclaration;
  const rows = prepare(
    db,
    `SELECT key, ${columns.map(({ column }) => column).join(', ')} FROM main.${name} WHERE key IN (SELECT value FROM json_each(?))`,
  )
    .raw()
    .all(JSON.stringify(keys)) as [number, ...(string | null)[]][];
  const found = new Map(
    rows.map(([key, ...texts]) => [key, texts.map((text) => ({ text: text ?? '', places: [] }))]),
  );
  // The records are known to match: what must be there is there, and what must not be is not.
  const terms = words.required.flat();
  const expression = terms.join(' OR ');
  // A word takes one unit at least, and what parts it from the next another; two more are quotation marks.
  const longest = Math.max(...terms.map((term) => Math.floor((term.length - 1) / 2)));
  let parts: Part[] = [];
  let size = 0;
  for (const of of [...found.values()].flat()) {
    for (const part of cutText(of, partSize, longest - 1)) {
      parts.push(part);
      size += part.end - part.start;
      if (size < PARTS_SIZE) continue;
      yield;
      markParts(db, expression, parts);
      parts = [];
      size = 0;
      if (of.places.length > MATCHES_LIMIT) break;
    }
  }
  yield;
  markParts(db, expression, parts);
  return found;
}

/** The places in these texts of a record as they are given. */
export function describeMatches(
  search: SearchDeclaration,
  record: Record<string, unknown>,
  texts: readonly SearchedText[],
): Matches {
  const matches = texts.flatMap((text, n) => describePlaces(text, search.columns[n] as Column));
  return {
    matches: markOwnWords(search, record, matches.slice(0, MATCHES_LIMIT)),
    matches_are: matches.length > MATCHES_LIMIT ? 'at_least' : 'exact',
  };
}

type Column = SearchDeclaration['columns'][number];

/** No word has one of these, whatever the language and however old the tokenizer's Unicode: texts are cut before them. */
const BREAK = /[\p{Z}\p{Cc}.,;:!?…،؛؟۔、。，；：！？]/gu;
const LETTER = /[\p{L}\p{N}]/gu;

/**
 * In parts of about this size, each with so many words of the next: a phrase that begins in a part is whole in it. No
 * word is cut, so that a part may be larger, and nothing stands in more than two.
 */
function* cutText(of: SearchedText, size: number, overlap: number): Generator<Part> {
  const { text } = of;
  for (let start = 0, end = 0; end < text.length; ) {
    let next = findFrom(BREAK, text, Math.max(start + size, end));
    end = next;
    for (let n = 0; n < overlap && end < text.length; n += 1)
      end = findFrom(BREAK, text, findFrom(LETTER, text, end));
    if (end === text.length) next = end;
    yield { of, start, next, end };
    start = next;
  }
}

/** Where the first of these characters stands, or the end of the text. */
function findFrom(characters: RegExp, text: string, from: number): number {
  if (from >= text.length) return text.length;
  characters.lastIndex = from;
  return characters.exec(text)?.index ?? text.length;
}

// Noncharacters: no text that is meant for exchange holds them.
const OPEN = '\u{FDD0}';
const CLOSE = '\u{FDD1}';

/** The tables belong to the connection, that is to every request: they are empty before and after. */
function markParts(db: Db, expression: string, parts: readonly Part[]): void {
  const texts = JSON.stringify(parts.map(({ of, start, end }) => of.text.slice(start, end)));
  const marked = readOneState(db, () => {
    db.exec(`
      CREATE TABLE IF NOT EXISTS temp.parts (n INTEGER PRIMARY KEY, text);
      CREATE VIRTUAL TABLE IF NOT EXISTS temp.parts_fts
        USING fts5(text, content='parts', content_rowid='n', columnsize=0, tokenize='${TOKENIZER}');
    `);
    prepare(db, 'INSERT INTO temp.parts SELECT key, value FROM json_each(?)').run(texts);
    prepare(db, 'INSERT INTO temp.parts_fts (rowid, text) SELECT n, text FROM temp.parts').run();
    const rows = prepare(
      db,
      `SELECT rowid, highlight(parts_fts, 0, '${OPEN}', '${CLOSE}') FROM temp.parts_fts WHERE parts_fts MATCH ? ORDER BY rowid`,
    )
      .raw()
      .all(expression) as [number, string][];
    prepare(db, `INSERT INTO temp.parts_fts (parts_fts) VALUES ('delete-all')`).run();
    prepare(db, 'DELETE FROM temp.parts').run();
    return rows;
  });
  for (const [n, text] of marked) addPlaces(parts[n] as Part, readMarks(text));
}

function readMarks(marked: string): Place[] {
  const places: Place[] = [];
  let start = 0;
  let marks = 0;
  for (const { 0: mark, index } of marked.matchAll(/[\u{FDD0}\u{FDD1}]/gu)) {
    const place = index - marks;
    marks += 1;
    if (mark === OPEN) start = place;
    else places.push({ start, end: place });
  }
  return places;
}

/** As FTS5 does within one text: words and phrases that overlap are one place, and those side by side are two. */
function addPlaces({ of: { places }, start, next }: Part, found: readonly Place[]): void {
  for (const place of found) {
    if (start + place.start >= next) return;
    const last = places.at(-1);
    if (last !== undefined && start + place.start < last.end)
      last.end = Math.max(last.end, start + place.end);
    else places.push({ start: start + place.start, end: start + place.end });
  }
}

function describePlaces({ text, places }: SearchedText, { field, lines }: Column): Match[] {
  if (places.length === 0) return [];
  const { toCodePoint } = indexCodePoints(text);
  if (!lines)
    return places.map(({ start, end }) => ({ field, start: toCodePoint(start), end: toCodePoint(end) }));
  return splitByLines(text, places).map(({ index, from, start, end }) => ({
    field,
    index,
    start: toCodePoint(start) - toCodePoint(from),
    end: toCodePoint(end) - toCodePoint(from),
  }));
}

/** A phrase may run from the end of one line into the next: each line gets its own part of it. */
function splitByLines(text: string, places: readonly Place[]): (Place & { index: number; from: number })[] {
  const lines = text.split('\n');
  const split: (Place & { index: number; from: number })[] = [];
  let index = 0;
  let from = 0;
  let end = (lines[0] as string).length;
  const goOn = () => {
    index += 1;
    from = end + 1;
    end = from + (lines[index] as string).length;
  };
  for (const place of places) {
    while (place.start > end) goOn();
    for (;;) {
      split.push({ index, from, start: Math.max(place.start, from), end: Math.min(place.end, end) });
      if (place.end <= end) break;
      goOn();
    }
  }
  return split;
}

function markOwnWords(search: SearchDeclaration, record: Record<string, unknown>, matches: Match[]): Match[] {
  const own = search.own_words;
  if (own === undefined) return matches;
  const spans = ((record[own.children] ?? []) as Record<string, number>[]).toSorted(
    (a, b) => (a[own.start] as number) - (b[own.start] as number),
  );
  // Of the spans that begin before a match, the one that ends last.
  let begun = 0;
  let end = 0;
  return matches.map((match) => {
    if (match.field !== own.field) return match;
    for (; begun < spans.length && (spans[begun]?.[own.start] as number) <= match.start; begun += 1)
      end = Math.max(end, spans[begun]?.[own.end] as number);
    return { ...match, own_words: match.end <= end };
  });
}
