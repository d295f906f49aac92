/** What somebody may be typing the name of: by its beginning, and where too little begins so, by any spelling. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { type FoldedName, foldName, foldWord, type NameWord, splitName } from '../evidence/name-folding.ts';
import type { NamesDeclaration, Resource } from '../resources/resource.ts';
import { readNamesWith, type Spellings } from './name-words.ts';
import { findNames } from './names.ts';

export type Suggestion = {
  /** The noun in the singular: what the id filters. */
  type: string;
  id: string;
  label: string;
  kind: string | null;
  description: string | null;
  /** The name that was matched, in its field of the record and, in a list, its entry; from 0. */
  matched: {
    field: string;
    index?: number;
    text: string;
    /** Where what was typed stands in it, in code points, end exclusive; empty where it is only alike. */
    highlights: { start: number; end: number }[];
  };
};

/** How a name meets what was typed, the best first. */
const TIERS = { same: 0, begins: 1, words: 2, alike: 3 } as const;
type Candidate = {
  resource: Resource;
  key: number;
  ordinal: number;
  tier: number;
  /** Written in the letters that were typed. */
  own: boolean;
  length: number;
};

/** The most names taken from an index in each step. */
const MOST_TAKEN = 60;
/** The most names of a noun that are tested for several words. */
const MOST_TESTED = 5000;
/** Shorter texts begin too many names to be a slip in one of them. */
const SHORTEST_ALIKE = 4;

/**
 * At most `limit`, each record once. Costs a bounded amount for each noun: `MOST_TAKEN` names that begin so, as many of
 * `MOST_TESTED` that have the words, and with fewer than `limit`, `findNames`. Of words that more names have, those
 * added first are seen. Never throws; a text without letters and digits suggests nothing.
 */
export function suggestRecords(
  db: Db,
  resources: readonly Resource[],
  typed: string,
  limit: number,
): Suggestion[] {
  const asked = foldName(typed);
  if (asked.words.length === 0) return [];
  const best = new Map<string, Candidate>();
  for (const resource of resources) {
    for (const candidate of gatherCandidates(db, resource, typed, asked, limit)) {
      const id = `${resource.name} ${candidate.key}`;
      const before = best.get(id);
      if (before === undefined || compare(candidate, before) < 0) best.set(id, candidate);
    }
  }
  return [...best.values()]
    .sort(compare)
    .slice(0, limit)
    .map((candidate) => describe(db, candidate, asked.words));
}

/** Shorter names first: more of them was typed. */
function compare(a: Candidate, b: Candidate): number {
  return (
    a.tier - b.tier ||
    Number(b.own) - Number(a.own) ||
    a.length - b.length ||
    a.ordinal - b.ordinal ||
    a.key - b.key
  );
}

function gatherCandidates(
  db: Db,
  resource: Resource,
  typed: string,
  { words, joined, plain }: FoldedName,
  limit: number,
): Candidate[] {
  const { names } = resource;
  if (names === undefined) return [];
  const found: Candidate[] = readBeginnings(db, names, joined).map(([key, ordinal, length, stored]) => ({
    ...{ resource, key, ordinal, length, own: stored.startsWith(plain) },
    tier: length === joined.length ? TIERS.same : TIERS.begins,
  }));
  for (const [key, ordinal, length, stored] of readWords(db, names, words))
    found.push({ resource, key, ordinal, length, own: stored.includes(plain), tier: TIERS.words });
  if (new Set(found.map(({ key }) => key)).size >= limit || joined.length < SHORTEST_ALIKE) return found;
  const reach = found.length === 0 ? 'wide' : 'narrow';
  const alike = findNames(db, names, typed, reach).records.slice(0, limit);
  return [
    ...found,
    // Behind each other by their score, which is no length.
    ...alike.map(({ key, ordinal }, n) => ({
      ...{ resource, key, ordinal, own: true },
      ...{ length: n, tier: TIERS.alike },
    })),
  ];
}

type Found = [key: number, ordinal: number, length: number, plain: string];

function readBeginnings(db: Db, names: NamesDeclaration, joined: string): Found[] {
  return prepare(
    db,
    `SELECT owner_key, ordinal, length(joined), plain FROM ${names.table} WHERE joined >= ? AND joined < ? ORDER BY joined LIMIT ${MOST_TAKEN}`,
  )
    .raw()
    .all(joined, `${joined}{`) as Found[];
}

/** Every word but the last as it is, the last one by its beginning. */
function readWords(db: Db, names: NamesDeclaration, words: readonly string[]): Found[] {
  const asked: Spellings[] = words.map((text, n) => [
    { column: 'words', text, ...(n === words.length - 1 ? { begins: true } : {}) },
  ]);
  const columns = 'owner_key, ordinal, length(joined), plain';
  return readNamesWith<Found>(db, names, columns, asked, MOST_TAKEN, { left: MOST_TESTED }).rows;
}

function describe(db: Db, { resource, key, ordinal, tier }: Candidate, typed: readonly string[]): Suggestion {
  const document = prepare(db, `SELECT document FROM ${resource.name} WHERE key = ?`).pluck().get(key);
  const record = JSON.parse(String(document)) as Record<string, unknown>;
  const { main, others, kind, description } = resource.names as NamesDeclaration;
  const read = (field: string | undefined) =>
    field === undefined ? null : ((record[field] ?? null) as string | null);
  const children = others === undefined ? [] : (record[others.field] as Record<string, unknown>[]);
  const text = String(ordinal === 0 ? record[main] : children[ordinal - 1]?.[others?.name ?? '']);
  return {
    type: resource.singular,
    id: String(record.id),
    label: String(record[main]),
    kind: read(kind),
    description: read(description),
    matched: {
      field: ordinal === 0 ? main : (others?.field ?? main),
      ...(ordinal === 0 ? {} : { index: ordinal - 1 }),
      text,
      highlights: highlight(text, tier, typed),
    },
  };
}

/** The typed letters one after another where the name begins with them, else each word that begins with one typed. */
function highlight(name: string, tier: number, typed: readonly string[]): { start: number; end: number }[] {
  if (tier === TIERS.alike) return [];
  const words = splitName(name);
  if (tier === TIERS.words)
    return words.flatMap((word) => {
      const part = typed.find((one) => word.text.startsWith(one));
      return part === undefined ? [] : [cutWord(name, word, part.length)];
    });
  let left = typed.join('').length;
  return words.flatMap((word) => {
    if (left <= 0) return [];
    const place = cutWord(name, word, left);
    left -= word.text.length;
    return [place];
  });
}

/** As many of a word's letters as make so many in ASCII: one of another script may make several. */
function cutWord(name: string, word: NameWord, letters: number): { start: number; end: number } {
  if (letters >= word.text.length) return { start: word.start, end: word.end };
  const written = [...name].slice(word.start, word.end);
  let length = 1;
  while (length < written.length && foldWord(written.slice(0, length).join('')).length < letters) length += 1;
  return { start: word.start, end: word.start + length };
}
