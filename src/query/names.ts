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
  measureSlip,
  type NameReason,
} from '../evidence/name-similarity.ts';
import { soundWord } from '../evidence/name-sounds.ts';
import type { NamesDeclaration, Resource } from '../resources/resource.ts';
import { type Allowance, countNames, readNamesWith, type Spellings } from './name-words.ts';

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
const MOST_FOUND = 100;
/** The most names that are tested for several words. */
const MOST_TESTED = 5000;
/** With so many names to compare, wider searches are left out. */
const ENOUGH = 25;
/** The most terms of the index that are read for words like a misspelt one, and the most that stand for it. */
const MOST_TERMS = 300;
const MOST_LIKE = 12;
/** To tell which of two words is the rarer one, no more names are counted. */
const MOST_COUNTED = 1000;
/** Words that are looked up; the rest are compared only. */
const MOST_LOOKED_UP = 6;

type NameRow = [owner: number, ordinal: number, plain: string, joined: string, words: string, sounds: string];
const COLUMNS = 'owner_key, ordinal, plain, joined, words, sounds';
type Step = { words: readonly Spellings[]; wide: boolean };

/**
 * The best first; among equals in the order in which they were added. `narrow` looks for names that have every word of
 * it, in any spelling. Costs a bounded amount: whole names and single words give `MOST_FOUND` names each, several words
 * together are looked for among `MOST_TESTED` names over all steps. Where more may fit, `complete` is false. Never throws.
 */
export function findNames(
  db: Db,
  names: NamesDeclaration,
  name: string,
  reach: 'narrow' | 'wide' = 'wide',
): FoundNames {
  const asked = foldName(name);
  if (asked.joined === '') return { records: [], complete: true };
  const rows = new Map<string, NameRow>();
  const same = readSameNames(db, names, asked.joined);
  let complete = same.length < MOST_FOUND;
  const take = (found: readonly NameRow[]) => {
    for (const row of found) rows.set(`${row[0]} ${row[1]}`, row);
  };
  take(same);
  const allowance: Allowance = { left: MOST_TESTED };
  for (const { words, wide } of listSteps(db, names, asked, reach)) {
    if (wide && rows.size >= ENOUGH) break;
    const found = readNamesWith<NameRow>(db, names, COLUMNS, words, MOST_FOUND, allowance);
    complete &&= found.complete;
    take(found.rows);
  }
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

/** Keys of the records with this value in an indexed column. */
export function findByCode(db: Db, resource: Resource, field: string, value: string): number[] {
  return prepare(db, `SELECT key FROM ${resource.name} WHERE ${field} = ? ORDER BY key LIMIT ${MOST_FOUND}`)
    .pluck()
    .all(value) as number[];
}

function readSameNames(db: Db, names: NamesDeclaration, joined: string): NameRow[] {
  return prepare(db, `SELECT ${COLUMNS} FROM ${names.table} WHERE joined = ? LIMIT ${MOST_FOUND}`)
    .raw()
    .all(joined) as NameRow[];
}

/**
 * Searches from narrow to wide, each a bounded one: the words as they are, two of them as one, all words in any spelling;
 * then, where that found little, the two rarest (a name may lack some of the words asked for), and each alone.
 */
function* listSteps(
  db: Db,
  names: NamesDeclaration,
  asked: FoldedName,
  reach: 'narrow' | 'wide',
): Generator<Step> {
  const long = [...new Set(asked.words.filter((word) => word.length > 1))].slice(0, MOST_LOOKED_UP);
  if (long.length > 0) yield { words: long.map(asWritten), wide: false };
  for (const [n, word] of asked.words.slice(1, MOST_LOOKED_UP).entries())
    yield { words: [asWritten(`${asked.words[n]}${word}`)], wide: false };
  const words = long.map((word) => lookUpWord(db, names, word)).filter((word) => word.length > 0);
  if (words.length === 0) return;
  if (words.length === long.length) yield { words, wide: false };
  if (reach === 'narrow') return;
  const known = words
    .map((word) => ({ word, bearers: countNames(db, names, word, MOST_COUNTED) }))
    .sort((a, b) => a.bearers - b.bearers)
    .map(({ word }) => word);
  const [first, second, third] = known;
  for (const other of [second, third])
    if (first !== undefined && other !== undefined) yield { words: [first, other], wide: true };
  for (const word of known.slice(0, 2)) yield { words: [word], wide: true };
}

function asWritten(text: string): Spellings {
  return [{ column: 'words', text }];
}

/** A word in any of its spellings; none for one that nothing is like. */
function lookUpWord(db: Db, names: NamesDeclaration, text: string): Spellings {
  const any = names.spelling === 'any';
  const sound = any ? soundWord(text) : '';
  const written = isWritten(db, names, text);
  const like = any && !written ? findLikeWords(db, names, text) : [];
  const sounds: Spellings = [{ column: 'sounds', text: sound }];
  return [
    ...(written ? asWritten(text) : []),
    ...(sound.length > 1 && countNames(db, names, sounds, 1) > 0 ? sounds : []),
    ...like.flatMap(asWritten),
  ];
}

function isWritten(db: Db, names: NamesDeclaration, text: string): boolean {
  return countNames(db, names, asWritten(text), 1) > 0;
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
    ...listSwapped(text).filter((word) => isWritten(db, names, word)),
  ]);
  return [...found]
    .map((word) => ({ word, fit: measureSlip(text, word) }))
    .filter(({ fit }) => fit > 0)
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

function splitWords(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

/** Of each record the name that fits best. */
function rankRecords(asked: FoldedName, rows: readonly NameRow[]): NamedRecord[] {
  const best = new Map<number, NamedRecord>();
  for (const [key, ordinal, plain, joined, words, sounds] of rows) {
    const stored = { plain, joined, words: splitWords(words), sounds: splitWords(sounds) };
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
