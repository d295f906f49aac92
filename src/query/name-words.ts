/**
 * Which names have all the words asked for. FTS5 reads on until it finds a match, however far that is: two common words
 * that never meet in a name are read to their ends, and no limit holds that up. So the index is asked for one word at a
 * time, the rarest, and each name that it gives is tested for the others.
 */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import type { NamesDeclaration } from '../resources/resource.ts';

/** A word of a name, its sound, or, with `begins`, its beginning: in lower-case ASCII. */
export type NameTerm = { column: 'words' | 'sounds'; text: string; begins?: true };
/** A word asked for: any of these is the word. */
export type Spellings = readonly NameTerm[];

/** How many names may still be tested. Counting takes of it too: so many names for the work of testing one. */
export type Allowance = { left: number };
const COUNTED = 10;
/** The index has a list of the names with each beginning up to so long; for longer ones it would read many lists at once. */
const LONGEST_LISTED = 3;

export type NamesWithWords<Row> = {
  /** In the order in which they were added. */
  rows: Row[];
  /** Whether these are all that there are. */
  complete: boolean;
};

/**
 * The first `most` names with every one of these words, at least one. Costs no more than the allowance gives: the names
 * with the rarest of the words are read and tested for the others. Where these are too many, those added first are, and
 * `complete` is false. One thing grows with the base: where every word is that common, a beginning of more than
 * `LONGEST_LISTED` letters is read with all its letters, at a cost in proportion to the names that have it.
 */
export function readNamesWith<Row extends unknown[]>(
  db: Db,
  names: NamesDeclaration,
  columns: string,
  words: readonly Spellings[],
  most: number,
  allowance: Allowance,
): NamesWithWords<Row> {
  const lead = chooseLead(db, names, words, allowance);
  const others = words.filter((word) => word !== lead.word || !(lead.whole || isListed(word)));
  // What has no other word to be tested for is what was asked for.
  const read = others.length === 0 ? most : Math.max(0, Math.min(lead.bearers, Math.floor(allowance.left)));
  const tests = others.map(
    (word) => ` AND (${word.map(({ column }) => `instr(' ' || n.${column} || ' ', ?)`).join(' OR ')})`,
  );
  const index = `${names.table}_fts`;
  const rows = prepare(
    db,
    `SELECT ${columns} FROM (SELECT rowid FROM ${index} WHERE ${index} MATCH ? LIMIT ?) f
       CROSS JOIN ${names.table} n ON n.key = f.rowid WHERE 1${tests.join('')} LIMIT ?`,
  )
    .raw()
    .all(writeMatch(lead.word, lead.whole), read, ...others.flat().map(writeTested), most) as Row[];
  if (others.length > 0) allowance.left -= read;
  return { rows, complete: rows.length < most && (others.length === 0 || read === lead.bearers) };
}

/** How many names have the word, up to a bound: the vocabulary of the index would count all of a common one. */
export function countNames(db: Db, names: NamesDeclaration, word: Spellings, most: number): number {
  const index = `${names.table}_fts`;
  return prepare(db, `SELECT count(*) FROM (SELECT 1 FROM ${index} WHERE ${index} MATCH ? LIMIT ?)`)
    .pluck()
    .get(writeMatch(word), most) as number;
}

/** `whole`: whether the index is asked for all letters of a beginning, not only for those that it lists. */
type Lead = { word: Spellings; bearers: number; whole: boolean };

/** The word that the fewest names have, the longest counted first because they are likely the rarest. Its bearers may be too many. */
function chooseLead(
  db: Db,
  names: NamesDeclaration,
  words: readonly Spellings[],
  allowance: Allowance,
): Lead {
  const length = (word: Spellings) => Math.min(...word.map(({ text }) => text.length));
  const [first, ...others] = words.toSorted((a, b) => length(b) - length(a)) as [Spellings, ...Spellings[]];
  let lead: Lead = { word: first, bearers: Number.POSITIVE_INFINITY, whole: false };
  if (others.length === 0 && isListed(first)) return lead;
  for (const word of [first, ...others]) {
    const most = Math.max(1, Math.min(lead.bearers, Math.floor(allowance.left) + 1));
    const bearers = countNames(db, names, word, most);
    allowance.left -= bearers / COUNTED;
    if (bearers < most) lead = { word, bearers, whole: false };
  }
  if (lead.bearers < Number.POSITIVE_INFINITY) return lead;
  // Likely rarer than what is listed of it: the index merges the lists of all words that begin so.
  const longest = words.find((word) => !isListed(word));
  return longest === undefined ? lead : { ...lead, word: longest, whole: true };
}

/** Whether the index lists the names with the word, so that those it gives need not be tested for it. */
function isListed(word: Spellings): boolean {
  return word.every(({ text, begins }) => !begins || text.length <= LONGEST_LISTED);
}

function writeMatch(word: Spellings, whole = false): string {
  return word
    .map(({ column, text, begins }) =>
      begins ? `${column} : "${whole ? text : text.slice(0, LONGEST_LISTED)}" *` : `${column} : "${text}"`,
    )
    .join(' OR ');
}

function writeTested({ text, begins }: NameTerm): string {
  return begins ? ` ${text}` : ` ${text} `;
}
