/**
 * Which quotes a sentence may come from, found within a bound on what is read: the rarest words of the sentence name the
 * quotes that have them, and each word votes with its rarity. What is common is asked about only among the quotes that
 * others name, and never read, whatever the sentence.
 */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { joinLetters, listTerms, nameLetters, type Word } from '../evidence/words.ts';
import { readKeyRange, readKeysOfTerm, readKeysOfTermAmong } from '../query/said-words.ts';

/** The most places in the index that one question reads, whatever it asks. */
export const POSTINGS_BUDGET = 20_000;
/** And so many more, about, that the index walks through for it without handing them over. */
export const WALKED_BUDGET = 400_000;
/** Of each word, so many places are read first: enough to tell a rare word, and to guess how common another is. */
const PROBE = 128;
/** The most words that are looked up; of longer texts the longest words of each part, because they are the rarer ones. */
const MOST_PROBED = 120;
/** A long text is searched part by part, so that a quote in it is not outvoted by the rest. */
const PART_LENGTH = 48;
const PART_STEP = 36;
const MOST_PARTS = 24;
/** The most quotes that are compared word by word. */
export const MOST_CANDIDATES = 24;
/** The most quotes with exactly the letters of the sentence. */
const MOST_EXACT = 100;

/** What the commonest word still weighs. */
const LEAST_WEIGHT = 0.12;

/** In a base of a few quotes every word would be common: it counts as one of so many. */
const LEAST_SIZE = 200;

export type Candidates = {
  /** Keys of quotes that have exactly these letters, all of them up to a bound. */
  exact: number[];
  /** Keys of the others, the most likely first. */
  likely: number[];
  /** How rare each word is among the quotes: the natural logarithm of one in how many has it. */
  rarities: number[];
  /** The same from about 0 to 1, for a word that most quotes have to one that only one has. */
  weights: number[];
  /** The rarity of what only one quote has: words less rare together meet by chance. */
  chance: number;
  /** False where some part of the sentence has too few words that are rare enough to be looked up completely. */
  complete: boolean;
  /** How many places of the index were read. */
  read: number;
  /** And about how many it walked through. */
  walked: number;
};

type Term = { text: string; keys: number[]; whole: boolean; frequency: number };

/** A step is a part of the sentence. */
export function* findCandidates(db: Db, words: readonly Word[]): Steps<Candidates> {
  const { lowest, highest } = readKeyRange(db);
  const size = Math.max(LEAST_SIZE, highest - lowest + 1);
  const terms = listTerms(words);
  const search: Search = { db, size, lowest, highest, read: 0, walked: 0, looked: new Map() };
  const exact = words.length === 0 ? [] : readCounted(search, nameLetters(joinLetters(words)), MOST_EXACT);
  const parts = cutParts(words.length);
  const probes = Math.max(4, Math.floor(MOST_PROBED / parts.length));
  const share = Math.floor((POSTINGS_BUDGET - exact.length) / parts.length);
  const found: Map<number, number>[] = [];
  let complete = true;
  for (const { first, last } of parts) {
    const votes = new Map<number, number>();
    const chosen = chooseTerms(words.slice(first, last), terms.slice(first, last), probes);
    complete = vote(search, chosen, share, votes) && complete;
    found.push(votes);
    yield;
  }
  const chance = Math.log(size + 1);
  const rarities = terms.map((term) => rarityOf(search, term));
  return {
    exact,
    rarities,
    weights: words.map(
      ({ size: part }, n) => part * Math.max(LEAST_WEIGHT, Math.min(1, (rarities[n] as number) / chance)),
    ),
    chance,
    likely: pickMostVoted(found).filter((key) => !exact.includes(key)),
    complete,
    read: search.read,
    walked: search.walked,
  };
}

type Search = {
  db: Db;
  size: number;
  lowest: number;
  highest: number;
  read: number;
  walked: number;
  looked: Map<string, Term>;
};

function readCounted(search: Search, term: string, most: number, after?: number): number[] {
  const keys = readKeysOfTerm(search.db, term, most, after);
  search.read += keys.length;
  return keys;
}

function cutParts(length: number): { first: number; last: number }[] {
  if (length <= PART_LENGTH + PART_STEP / 2) return [{ first: 0, last: length }];
  const step = Math.max(PART_STEP, Math.ceil(length / MOST_PARTS));
  const parts: { first: number; last: number }[] = [];
  for (let first = 0; first < length - (PART_LENGTH - PART_STEP); first += step)
    parts.push({ first, last: Math.min(length, first + Math.max(PART_LENGTH, step)) });
  return parts;
}

function chooseTerms(words: readonly Word[], terms: readonly string[], most: number): string[] {
  const unique = [...new Set(terms)];
  if (unique.length <= most) return unique;
  const lengths = new Map(terms.map((term, n) => [term, words[n]?.folded.length ?? 0]));
  return unique.toSorted((a, b) => (lengths.get(b) as number) - (lengths.get(a) as number)).slice(0, most);
}

function look(search: Search, text: string): Term {
  let term = search.looked.get(text);
  if (term === undefined) {
    const keys = readCounted(search, text, PROBE);
    const whole = keys.length < PROBE;
    const reached = (keys.at(-1) ?? 0) - search.lowest + 1;
    const frequency = whole ? keys.length : (keys.length * (search.highest - search.lowest + 1)) / reached;
    term = { text, keys, whole, frequency };
    search.looked.set(text, term);
  }
  return term;
}

/** A word that was not looked up counts as a common one. */
function rarityOf(search: Search, text: string): number {
  const term = search.looked.get(text);
  const frequency = term === undefined ? search.size / 20 : term.frequency;
  return Math.log((search.size + 1) / (frequency + 0.5));
}

/**
 * Reads the rarest words completely, as far as the share goes. Where these tell little, the others are asked about.
 * True where enough of them could be read.
 */
function vote(search: Search, texts: readonly string[], share: number, votes: Map<number, number>): boolean {
  const end = search.read + share;
  const terms = texts.map((text) => look(search, text)).toSorted((a, b) => a.frequency - b.frequency);
  let full = 0;
  let told = 0;
  for (const term of terms) {
    const left = end - search.read;
    // Half is left for the words behind it: a common one tells more together with others than alone.
    if (!term.whole && full < ENOUGH && term.frequency <= left / 2) {
      const rest = readCounted(search, term.text, left, term.keys.at(-1));
      term.whole = rest.length < left;
      term.keys = term.keys.concat(rest);
      term.frequency = Math.max(term.frequency, term.keys.length);
    }
    if (!term.whole) continue;
    const rarity = rarityOf(search, term.text);
    if (term.keys.length > 0) {
      full += 1;
      told += rarity;
    }
    cast(votes, term.keys, rarity);
  }
  if (told < TOLD_ENOUGH * Math.log(search.size + 1)) askCommon(search, terms, end, votes);
  return full >= LEAST || terms.every(({ whole }) => whole);
}

/**
 * Words too common to be read vote on the quotes alone that a rarer one names, or, with too few of those, another common
 * one. The index walks through their places without handing them over, which costs about a tenth of reading them.
 */
function askCommon(search: Search, terms: readonly Term[], end: number, votes: Map<number, number>): void {
  const common = terms.filter(({ whole, text }) => !whole && rarityOf(search, text) >= LEAST_RARITY);
  const rare = terms.filter(({ whole, keys }) => whole && keys.length > 0);
  const voted = new Map(common.map(({ text }) => [text, new Set<number>()]));
  const ask = (term: Term, among: readonly Term[]) => {
    const size = among.reduce((sum, { frequency }) => sum + frequency, 0);
    const walk = term.frequency + size;
    const expected = (size * term.frequency) / search.size;
    if (search.walked + walk > WALKED_BUDGET || search.read + expected > end) return;
    search.walked += walk;
    const texts = among.map(({ text }) => text);
    const keys = readKeysOfTermAmong(search.db, term.text, texts, end - search.read);
    search.read += keys.length;
    for (const { text } of [term, ...among]) {
      const known = voted.get(text);
      if (known === undefined) continue;
      const others = keys.filter((key) => !known.has(key));
      for (const key of others) known.add(key);
      cast(votes, others, rarityOf(search, text));
    }
  };
  if (rare.length > 0) for (const term of common) ask(term, rare);
  if (rare.length >= LEAST) return;
  const pairs = common
    .slice(0, MOST_PAIRED)
    .flatMap((a, n, all) => all.slice(n + 1).map((b) => [a, b] as const));
  for (const [a, b] of pairs) if ((a.frequency * b.frequency) / search.size < MOST_IN_PAIR) ask(b, [a]);
}

/** So many words looked up completely find nearly every quote, though a third of them be wrong: no more are read. */
const ENOUGH = 8;
/** With fewer than so many, the search is called limited. */
const LEAST = 3;
/** Words read completely that are together so many times as rare as what one quote has tell it from the others. */
const TOLD_ENOUGH = 2;
/** A word that more than one in three quotes have is not worth the walk. */
const LEAST_RARITY = 1;
/** So many of the rarest common words are asked about two by two, where about so few quotes have both. */
const MOST_PAIRED = 4;
const MOST_IN_PAIR = 3000;

function cast(votes: Map<number, number>, keys: readonly number[], weight: number): void {
  for (const key of keys) votes.set(key, (votes.get(key) ?? 0) + weight);
}

/** The best of each part, and of these the best: a short quote in a long text is not lost among the others. */
function pickMostVoted(parts: readonly Map<number, number>[]): number[] {
  const each = Math.max(3, Math.ceil(MOST_CANDIDATES / parts.length));
  const best = new Map<number, number>();
  for (const votes of parts)
    for (const [key, weight] of pickBest(votes, each)) best.set(key, Math.max(weight, best.get(key) ?? 0));
  return pickBest(best, MOST_CANDIDATES).map(([key]) => key);
}

function pickBest(votes: ReadonlyMap<number, number>, most: number): [number, number][] {
  let best: [number, number][] = [];
  let least = 0;
  for (const entry of votes) {
    if (best.length >= most && entry[1] <= least) continue;
    best.push(entry);
    if (best.length < most * 4) continue;
    best = sortBest(best).slice(0, most);
    least = (best.at(-1) as [number, number])[1];
  }
  return sortBest(best).slice(0, most);
}

function sortBest(entries: [number, number][]): [number, number][] {
  return entries.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}
