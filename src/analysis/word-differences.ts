/** What became of each word between a quote and a sentence, once it is known where the two run alike. */
import { distance } from 'fastest-levenshtein';
import type { Pair, Stretch, WeighedWord } from './word-alignment.ts';

export type Difference = {
  kind: 'kept' | 'changed' | 'missing' | 'added';
  /** Words of the sentence, first and one past the last; empty where the quote has a word that it lacks. */
  sentence: Stretch;
  /** Words of the quote, likewise. */
  quote: Stretch;
  /** How much of the word is left: 1 for kept, the share of equal letters for one that is spelt otherwise, or 0. */
  likeness: number;
};

/** How far before the first pair and behind the last words are looked at that resemble each other. */
const EDGE = 12;

/** In the order of both; the first and the last are kept or changed words. Empty where there are no pairs. */
export function listDifferences(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  pairs: readonly Pair[],
): Difference[] {
  const [start] = pairs;
  const end = pairs.at(-1);
  if (start === undefined || end === undefined) return [];
  const before = fillGap(
    sentence,
    quote,
    { first: Math.max(0, start[0] - EDGE), last: start[0] },
    { first: Math.max(0, start[1] - EDGE), last: start[1] },
  );
  const behind = fillGap(
    sentence,
    quote,
    { first: end[0] + 1, last: Math.min(sentence.length, end[0] + 1 + EDGE) },
    { first: end[1] + 1, last: Math.min(quote.length, end[1] + 1 + EDGE) },
  );
  const weigh = (difference: Difference) => weighDifference(sentence, quote, difference);
  const differences = before.slice(before.length - countWorth(before.toReversed().map(weigh)));
  let last: Pair | null = null;
  for (const pair of pairs) {
    const [i, j] = pair;
    if (last !== null)
      differences.push(
        ...fillGap(sentence, quote, { first: last[0] + 1, last: i }, { first: last[1] + 1, last: j }),
      );
    differences.push(compareWords(sentence, quote, i, j));
    last = pair;
  }
  differences.push(...behind.slice(0, countWorth(behind.map(weigh))));
  return differences;
}

/** At the edges a word that is unlike takes away less than inside: what was added there may be a sentence of its own. */
const UNLIKE_SHARE = 0.2;

/** What a difference adds to a stretch that takes it in. */
function weighDifference(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  difference: Difference,
): number {
  const words = [
    ...sentence.slice(difference.sentence.first, difference.sentence.last),
    ...quote.slice(difference.quote.first, difference.quote.last),
  ];
  const weight = words.reduce((sum, word) => sum + word.weight, 0);
  return difference.likeness > 0 ? (weight / 2) * difference.likeness : -weight * UNLIKE_SHARE;
}

/** How many from the first on are worth the most together; none where that is nothing. */
function countWorth(weights: readonly number[]): number {
  let [sum, best, count] = [0, 0, 0];
  for (const [n, weight] of weights.entries()) {
    sum += weight;
    if (sum <= best) continue;
    best = sum;
    count = n + 1;
  }
  return count;
}

/** Two words that begin alike. */
function compareWords(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  i: number,
  j: number,
): Difference {
  const likeness = measureLikeness((sentence[i] as WeighedWord).folded, (quote[j] as WeighedWord).folded);
  return {
    kind: likeness === 1 ? 'kept' : 'changed',
    sentence: { first: i, last: i + 1 },
    quote: { first: j, last: j + 1 },
    likeness,
  };
}

/** The share of the letters of the longer word that stand, in place, in the other. */
function measureLikeness(a: string, b: string): number {
  return a === b ? 1 : 1 - distance(a, b) / Math.max(a.length, b.length);
}

/** The same, or 0 where it would be less than two words must have in common to be one. */
function measureResemblance(a: string, b: string): number {
  // As many letters differ as one word is longer, at the least.
  if (Math.min(a.length, b.length) < LEAST_LIKENESS * Math.max(a.length, b.length)) return 0;
  const likeness = measureLikeness(a, b);
  return likeness < LEAST_LIKENESS ? 0 : likeness;
}

/** Words less alike than this are two words, and not one spelt in two ways. */
const LEAST_LIKENESS = 0.6;
/** A gap of more words on either side is not searched for words that resemble each other. */
const WIDEST_GAP = 12;

/** What stands between two pairs of equal words: words that resemble each other, also where one is written as two. */
function fillGap(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  a: Stretch,
  b: Stretch,
): Difference[] {
  const [n, m] = [a.last - a.first, b.last - b.first];
  if (n === 0 || m === 0 || n > WIDEST_GAP || m > WIDEST_GAP) return listUnlike(a, b);
  const left = sentence.slice(a.first, a.last).map((word) => word.folded);
  const right = quote.slice(b.first, b.last).map((word) => word.folded);
  // The best way to pair the first i words of one with the first j of the other.
  const best: { credit: number; pair: [number, number, number] | null }[][] = [];
  for (let i = 0; i <= n; i++) {
    best.push([]);
    for (let j = 0; j <= m; j++) {
      let cell: { credit: number; pair: [number, number, number] | null } = { credit: 0, pair: null };
      const consider = (di: number, dj: number, likeness: number) => {
        const credit = ((best[i - di] as (typeof best)[number])[j - dj] as typeof cell).credit + likeness;
        if (credit > cell.credit) cell = { credit, pair: [di, dj, likeness] };
      };
      if (i > 0) consider(1, 0, 0);
      if (j > 0) consider(0, 1, 0);
      if (i > 0 && j > 0) consider(1, 1, measureResemblance(left[i - 1] as string, right[j - 1] as string));
      for (const [di, dj] of JOINS)
        if (di <= i && dj <= j && areJoined(left.slice(i - di, i), right.slice(j - dj, j)))
          consider(di, dj, 1);
      (best[i] as (typeof cell)[]).push(cell);
    }
  }
  const found: Difference[] = [];
  for (let i = n, j = m; i > 0 || j > 0; ) {
    const cell = (best[i] as (typeof best)[number])[j] as { pair: [number, number, number] | null };
    const [di, dj, likeness] = cell.pair ?? [i > 0 ? 1 : 0, i > 0 ? 0 : 1, 0];
    if (likeness > 0)
      found.push({
        kind: likeness === 1 ? 'kept' : 'changed',
        sentence: { first: a.first + i - di, last: a.first + i },
        quote: { first: b.first + j - dj, last: b.first + j },
        likeness,
      });
    i -= di;
    j -= dj;
  }
  return found.length === 0 ? listUnlike(a, b) : putBetween(found.reverse(), a, b);
}

/** One word written as two, two as one, or two divided elsewhere. */
const JOINS: readonly (readonly [number, number])[] = [
  [2, 1],
  [1, 2],
  [2, 2],
];

function areJoined(a: readonly string[], b: readonly string[]): boolean {
  const length = (words: readonly string[]) => words.reduce((sum, word) => sum + word.length, 0);
  return length(a) === length(b) && a.join('') === b.join('');
}

function putBetween(found: readonly Difference[], a: Stretch, b: Stretch): Difference[] {
  const all: Difference[] = [];
  let [i, j] = [a.first, b.first];
  for (const difference of found) {
    all.push(
      ...listUnlike(
        { first: i, last: difference.sentence.first },
        { first: j, last: difference.quote.first },
      ),
      difference,
    );
    i = difference.sentence.last;
    j = difference.quote.last;
  }
  return [...all, ...listUnlike({ first: i, last: a.last }, { first: j, last: b.last })];
}

/** Where one word stands in the place of one, it was changed; otherwise words of the quote are missing, or others added. */
function listUnlike(a: Stretch, b: Stretch): Difference[] {
  const none = { likeness: 0 };
  if (a.last - a.first === 1 && b.last - b.first === 1)
    return [{ kind: 'changed', sentence: a, quote: b, ...none }];
  const missing = range(b).map((j) => ({
    kind: 'missing' as const,
    sentence: { first: a.first, last: a.first },
    quote: { first: j, last: j + 1 },
    ...none,
  }));
  const added = range(a).map((i) => ({
    kind: 'added' as const,
    sentence: { first: i, last: i + 1 },
    quote: { first: b.last, last: b.last },
    ...none,
  }));
  return [...missing, ...added];
}

function range({ first, last }: Stretch): number[] {
  return Array.from({ length: last - first }, (_, n) => first + n);
}
