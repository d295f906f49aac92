/**
 * Records by any spelling of their names. What may fit is found through indexes, a bounded number of names whatever the
 * base holds, and then compared name by name (evidence/name-similarity.ts).
 */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { type FoldedName, foldName } from '../evidence/name-folding.ts';
import {
  compareNames,
  countAllowedEdits,
  differInGeneration,
  type NameReason,
} from '../evidence/name-similarity.ts';
import { soundWord } from '../evidence/name-sounds.ts';
import type { NamesDeclaration, Resource } from '../resources/resource.ts';

/** A record that a name may mean. */
export type NamedRecord = {
  key: number;
  /** Which of its names fits best: 0 for the main one, else the place in the list, from 1. */
  ordinal: number;
  score: number;
  reasons: NameReason[];
  /** One of its names differs from the one asked for by a word such as `Jr.`, and by nothing else. */
  namesake: boolean;
};

export type FoundNames = {
  records: NamedRecord[];
  /** Whether all names that may fit were compared. */
  complete: boolean;
};

/** How a name fits a record, as it is shown beside it. */
export type NameMatch = {
  /** The field of the record that holds the name, and, in a list, which entry; from 0. */
  field: string;
  index?: number;
  name: string;
  score: number;
  reasons: NameReason[];
};

/** What fits worse is no answer. */
export const LEAST_SCORE = 0.5;
/** The most records that a name is said to fit. */
export const MOST_NAMED = 100;
/** The most names that one step of the search takes from the index. */
const MOST_FOUND = 150;
/** The most terms of the index that are read for words like a misspelt one, and the most that stand for it. */
const MOST_TERMS = 600;
const MOST_LIKE = 12;
/** Words that are looked up; the rest are compared only. */
const MOST_LOOKED_UP = 6;

type NameRow = [owner: number, ordinal: number, plain: string, joined: string, words: string];
type Word = { text: string; match: string; rarity: number };

/** The best first; among equals in the order in which they were added. Never throws. */
export function findNames(db: Db, names: NamesDeclaration, name: string): FoundNames {
  const asked = foldName(name);
  if (asked.joined === '') return { records: [], complete: true };
  const rows = new Map<string, NameRow>();
  let complete = true;
  const take = (found: readonly NameRow[]) => {
    if (found.length === MOST_FOUND) complete = false;
    for (const row of found) rows.set(`${row[0]} ${row[1]}`, row);
  };
  take(readSameNames(db, names, asked.joined));
  for (const match of listSteps(db, names, asked)) take(readMatchingNames(db, names, match));
  return { records: rankRecords(asked, [...rows.values()]), complete };
}

/** Of the records of a page, by key, the name that fits best and why. */
export function describeFits(
  resource: Resource,
  found: FoundNames,
  records: ReadonlyMap<number, Record<string, unknown>>,
): Map<number, NameMatch> {
  const fits = new Map<number, NameMatch>();
  for (const fit of found.records) {
    const record = records.get(fit.key);
    if (record !== undefined) fits.set(fit.key, describeFit(resource, fit, record));
  }
  return fits;
}

export function describeFit(
  { names, name: noun }: Resource,
  { ordinal, score, reasons }: NamedRecord,
  record: Record<string, unknown>,
): NameMatch {
  if (names === undefined) throw new Error(`${noun} declare no names`);
  const { main, others } = names;
  if (ordinal === 0 || others === undefined)
    return { field: main, name: String(record[main]), score, reasons };
  const child = (record[others.field] as Record<string, unknown>[])[ordinal - 1];
  return { field: others.field, index: ordinal - 1, name: String(child?.[others.name]), score, reasons };
}

function readSameNames(db: Db, names: NamesDeclaration, joined: string): NameRow[] {
  return prepare(
    db,
    `SELECT owner_key, ordinal, plain, joined, words FROM ${names.table} WHERE joined = ? LIMIT ${MOST_FOUND}`,
  )
    .raw()
    .all(joined) as NameRow[];
}

function readMatchingNames(db: Db, names: NamesDeclaration, match: string): NameRow[] {
  // The inner query ends at its limit before any row is looked up.
  return prepare(
    db,
    `SELECT owner_key, ordinal, plain, joined, words FROM ${names.table}
       WHERE key IN (SELECT rowid FROM ${names.table}_fts WHERE ${names.table}_fts MATCH ? LIMIT ${MOST_FOUND})`,
  )
    .raw()
    .all(match) as NameRow[];
}

/**
 * Searches from narrow to wide, each a bounded one: the words as they are, all words in any spelling, the two rarest
 * (a name may lack some of the words asked for), and each of these alone.
 */
function listSteps(db: Db, names: NamesDeclaration, asked: FoldedName): string[] {
  const long = [...new Set(asked.words.filter((word) => word.length > 1))].slice(0, MOST_LOOKED_UP);
  const words = long.map((word) => lookUpWord(db, names, word));
  const steps = [long.map((word) => matchWord('words', word)).join(' AND ')];
  const known = words.filter((word) => word.match !== '').sort((a, b) => a.rarity - b.rarity);
  if (known.length === words.length) steps.push(joinMatches(known));
  if (known.length > 2)
    steps.push(joinMatches(known.slice(0, 2)), joinMatches([known[0], known[2]] as Word[]));
  for (const word of known.slice(0, 2)) steps.push(word.match);
  // Two words asked for may be one that is stored, and the other way round.
  for (const [n, word] of asked.words.slice(1, MOST_LOOKED_UP).entries())
    steps.push(matchWord('words', `${asked.words[n]}${word}`));
  return [...new Set(steps)].filter((step) => step !== '');
}

function joinMatches(words: readonly Word[]): string {
  return words.map((word) => word.match).join(' AND ');
}

function matchWord(column: 'words' | 'sounds', word: string): string {
  return `${column} : "${word}"`;
}

/** The expression for a word in any of its spellings; '' for one that nothing is like. */
function lookUpWord(db: Db, names: NamesDeclaration, text: string): Word {
  const counts = prepare(db, `SELECT doc FROM ${names.table}_fts_words WHERE term = ? AND col = ?`).pluck();
  const count = (column: string, term: string) => (counts.get(term, column) as number | undefined) ?? 0;
  const written = count('words', text);
  const any = names.spelling === 'any';
  const sound = any ? soundWord(text) : '';
  const sounding = sound.length > 1 ? count('sounds', sound) : 0;
  const like = any && written === 0 ? findLikeWords(db, names, text) : [];
  const parts = [
    ...(written > 0 ? [matchWord('words', text)] : []),
    ...(sounding > 0 ? [matchWord('sounds', sound)] : []),
    ...like.map((word) => matchWord('words', word)),
  ];
  const match = parts.length > 1 ? `(${parts.join(' OR ')})` : (parts[0] ?? '');
  return { text, match, rarity: Math.max(written, sounding) };
}

/**
 * Words of the index that differ by few letters. One slip leaves the first or the second half of a word as it is, so
 * that words with one of these halves are looked at; two letters that changed places are put back one pair at a time.
 */
function findLikeWords(db: Db, names: NamesDeclaration, text: string): string[] {
  if (countAllowedEdits(text, text) === 0) return [];
  const half = Math.floor(text.length / 2);
  const vocabulary = `${names.table}_fts_words`;
  const range = prepare(
    db,
    `SELECT term FROM (SELECT term, col FROM ${vocabulary} WHERE term >= ? AND term < ? LIMIT ${MOST_TERMS}) WHERE col = ?`,
  ).pluck();
  const read = (start: string, column: string) => range.all(start, `${start}{`, column) as string[];
  const found = new Set([
    ...read(text.slice(0, half), 'words'),
    ...read(reverseLetters(text.slice(half)), 'backwards').map(reverseLetters),
    ...listSwapped(text).filter((word) => read(word, 'words').includes(word)),
  ]);
  return [...found]
    .map((word) => ({ word, fit: compareNames(foldName(text), foldName(word)).score }))
    .filter(({ fit }) => fit > LEAST_SCORE)
    .sort((a, b) => b.fit - a.fit)
    .slice(0, MOST_LIKE)
    .map(({ word }) => word);
}

function reverseLetters(word: string): string {
  return [...word].reverse().join('');
}

function listSwapped(text: string): string[] {
  return Array.from(
    { length: text.length - 1 },
    (_, n) => `${text.slice(0, n)}${text[n + 1]}${text[n]}${text.slice(n + 2)}`,
  );
}

/** Of each record the name that fits best. */
function rankRecords(asked: FoldedName, rows: readonly NameRow[]): NamedRecord[] {
  const best = new Map<number, NamedRecord>();
  for (const [key, ordinal, plain, joined, words] of rows) {
    const stored = { plain, joined, words: words === '' ? [] : words.split(' ') };
    const { score, reasons } = compareNames(asked, stored);
    const before = best.get(key);
    const namesake = (before?.namesake ?? false) || differInGeneration(asked, stored);
    if (before === undefined || score > before.score || (score === before.score && ordinal < before.ordinal))
      best.set(key, { key, ordinal, score, reasons, namesake });
    else before.namesake = namesake;
  }
  return [...best.values()]
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score || a.key - b.key)
    .slice(0, MOST_NAMED);
}
