/** The index of the words that actors are said to have said: which quotes have a term, and what a quote's own words are. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';

/** The keys of the quotes, from the lowest to the highest: their number, where none is missing between. */
export function readKeyRange(db: Db): { lowest: number; highest: number } {
  // Two queries, because for both at once SQLite would read every row.
  const lowest = prepare(db, 'SELECT min(key) FROM quotes').pluck().get() as number | null;
  const highest = prepare(db, 'SELECT max(key) FROM quotes').pluck().get() as number | null;
  return { lowest: lowest ?? 0, highest: highest ?? -1 };
}

/** Keys of the quotes that have a term, ascending, behind `after`: at most so many, and no other place of the index is read. */
export function readKeysOfTerm(db: Db, term: string, most: number, after = 0): number[] {
  // The driver binds numbers as REAL, and FTS5 takes a rowid that is no INTEGER for no condition at all.
  return prepare(
    db,
    'SELECT rowid FROM said_words_fts WHERE said_words_fts MATCH ? AND rowid > CAST(? AS INTEGER) LIMIT ?',
  )
    .pluck()
    .all(quoteTerm(term), after, most) as number[];
}

/** Keys of the quotes that have a term and at least one of some others, ascending: at most so many. */
export function readKeysOfTermAmong(db: Db, term: string, anyOf: readonly string[], most: number): number[] {
  return prepare(db, 'SELECT rowid FROM said_words_fts WHERE said_words_fts MATCH ? LIMIT ?')
    .pluck()
    .all(`${quoteTerm(term)} AND (${anyOf.map(quoteTerm).join(' OR ')})`, most) as number[];
}

/** Terms hold no quotation mark: they are letters, digits and emoji. */
function quoteTerm(term: string): string {
  return `"${term}"`;
}

/** One unbroken stretch of an actor's own words, and where it stands in the text of its quote (code points). */
export type SaidStretch = { exact: string; text_start: number };

/** The own words of a quote; empty for a quote without any. */
export function readSaidStretches(db: Db, key: number): SaidStretch[] {
  const spans = prepare(db, 'SELECT exact, text_start FROM spans WHERE quote_key = ? ORDER BY ordinal').all(
    key,
  ) as SaidStretch[];
  if (spans.length > 0) return spans;
  return prepare(
    db,
    "SELECT text AS exact, 0 AS text_start FROM quotes WHERE key = ? AND kind = 'unspecified' AND text_by = 'source'",
  ).all(key) as SaidStretch[];
}

/** Of a quote as it is served, what an answer shows. */
export type SaidQuote = {
  id: string;
  actor: { id: string; name: string } | null;
  relayed_by: { id: string; name: string } | null;
  on_behalf_of: { id: string; name: string } | null;
  source: { id: string; title: string };
  kind: string;
  text: string;
  spans: unknown[];
  said: string | null;
  attribution_status: string;
  verification: string;
};

export function readSaidQuote(db: Db, key: number): SaidQuote {
  const document = prepare(db, 'SELECT document FROM quotes WHERE key = ?').pluck().get(key) as string;
  return JSON.parse(document) as SaidQuote;
}
