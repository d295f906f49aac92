/**
 * Where two sequences of words run alike: the stretch of each that carries the most rare words of the other, in order
 * (Smith and Waterman's local alignment, over words instead of letters), and inside it what was kept, changed, left out
 * and added.
 */
import { distance } from 'fastest-levenshtein';
import { cutTerm, type Word } from '../evidence/words.ts';

/** A word with how much it tells: about 1 for a word that few quotes have, little for one that most have. */
export type WeighedWord = Word & { term: string; weight: number };

export type Difference = {
  kind: 'kept' | 'changed' | 'missing' | 'added';
  /** Words of the sentence, first and one past the last; empty where the quote has a word that it lacks. */
  sentence: Stretch;
  /** Words of the quote, likewise. */
  quote: Stretch;
  /** How much of the word is left: 1 for kept, the share of equal letters for one that is spelt otherwise, or 0. */
  likeness: number;
};
export type Stretch = { first: number; last: number };

export type Alignment = {
  /** In the order of both; the first and the last are kept or changed words. Empty where the two share nothing. */
  differences: Difference[];
  /** How many cells were filled, for the bound. */
  cells: number;
};

export function weighWord(word: Word, weight: number): WeighedWord {
  return { ...word, term: word.single ? word.folded : cutTerm(word.folded), weight };
}

/** The longest stretch of either that is compared at once. */
export const MOST_COMPARED = 600;
/** What a word that the other lacks takes away, as a share of its weight, and at least. */
const SKIPPED_SHARE = 0.3;
const SKIPPED_LEAST = 0.02;

/** Compares at most `mostCells` pairs of words: of longer texts, the stretches that have the most in common. */
export function alignWords(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  mostCells: number,
): Alignment {
  const shared = new Set(quote.map((word) => word.term));
  const most = Math.max(16, Math.min(MOST_COMPARED, Math.floor(Math.sqrt(mostCells))));
  const width = Math.max(16, Math.min(MOST_COMPARED, Math.floor(mostCells / Math.min(quote.length, most))));
  const a = findDensest(sentence, shared, width);
  const within = new Set(sentence.slice(a.first, a.last).map((word) => word.term));
  const b = findDensest(quote, within, Math.max(most, Math.floor(mostCells / Math.max(1, a.last - a.first))));
  const pairs = findPairs(sentence.slice(a.first, a.last), quote.slice(b.first, b.last)).map(
    ([i, j]) => [i + a.first, j + b.first] as const,
  );
  return {
    differences: listDifferences(sentence, quote, pairs),
    cells: (a.last - a.first) * (b.last - b.first),
  };
}

/** Of so many words in a row, those that weigh the most together among the wanted. */
function findDensest(words: readonly WeighedWord[], wanted: ReadonlySet<string>, width: number): Stretch {
  if (words.length <= width) return { first: 0, last: words.length };
  let sum = 0;
  let best = { sum: -1, first: 0 };
  for (const [n, word] of words.entries()) {
    if (wanted.has(word.term)) sum += word.weight;
    const gone = words[n - width];
    if (gone !== undefined && wanted.has(gone.term)) sum -= gone.weight;
    if (n >= width - 1 && sum > best.sum + 1e-9) best = { sum, first: n - width + 1 };
  }
  return { first: best.first, last: best.first + width };
}

const STOP = 0;
const BOTH = 1;
const SKIP_SENTENCE = 2;
const SKIP_QUOTE = 3;

/** The pairs of equal words along the best local alignment. */
function findPairs(a: readonly WeighedWord[], b: readonly WeighedWord[]): [number, number][] {
  const ids = new Map<string, number>();
  for (const { term } of [...a, ...b]) if (!ids.has(term)) ids.set(term, ids.size);
  const number = ({ term }: WeighedWord) => ids.get(term) as number;
  const aIds = Int32Array.from(a, number);
  const bIds = Int32Array.from(b, number);
  const skipB = Float64Array.from(b, measureSkip);
  const width = b.length + 1;
  const steps = new Uint8Array((a.length + 1) * width);
  let above = new Float64Array(width);
  let row = new Float64Array(width);
  let best = { score: 0, at: 0 };
  for (let i = 1; i <= a.length; i++) {
    const word = a[i - 1] as WeighedWord;
    const skipA = measureSkip(word);
    const id = aIds[i - 1];
    row[0] = 0;
    for (let j = 1; j < width; j++) {
      let score = 0;
      let step = STOP;
      if (bIds[j - 1] === id) {
        score = (above[j - 1] as number) + word.weight;
        step = BOTH;
      }
      const withoutA = (above[j] as number) - skipA;
      if (withoutA > score) {
        score = withoutA;
        step = SKIP_SENTENCE;
      }
      const withoutB = (row[j - 1] as number) - (skipB[j - 1] as number);
      if (withoutB > score) {
        score = withoutB;
        step = SKIP_QUOTE;
      }
      row[j] = score;
      steps[i * width + j] = step;
      if (score > best.score) best = { score, at: i * width + j };
    }
    [above, row] = [row, above];
  }
  const pairs: [number, number][] = [];
  for (let at = best.at; steps[at] !== STOP; ) {
    const step = steps[at];
    if (step === BOTH) pairs.push([Math.floor(at / width) - 1, (at % width) - 1]);
    at -= step === BOTH ? width + 1 : step === SKIP_SENTENCE ? width : 1;
  }
  return pairs.reverse();
}

function measureSkip(word: WeighedWord): number {
  return SKIPPED_LEAST + SKIPPED_SHARE * word.weight;
}

/** How far before the first pair and behind the last words are looked at that resemble each other. */
const EDGE = 12;

function listDifferences(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  pairs: readonly (readonly [number, number])[],
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
  const resembles = (difference: Difference) => difference.likeness > 0;
  const from = before.findIndex(resembles);
  const differences = from === -1 ? [] : before.slice(from);
  let last: readonly [number, number] | null = null;
  for (const pair of pairs) {
    const [i, j] = pair;
    if (last !== null)
      differences.push(
        ...fillGap(sentence, quote, { first: last[0] + 1, last: i }, { first: last[1] + 1, last: j }),
      );
    differences.push(compareWords(sentence, quote, i, j));
    last = pair;
  }
  differences.push(...behind.slice(0, behind.findLastIndex(resembles) + 1));
  return differences;
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
  const word = (words: readonly WeighedWord[], first: number, last: number) =>
    words
      .slice(first, last)
      .map((one) => one.folded)
      .join('');
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
      for (const [di, dj] of JOINS) {
        if (di > i || dj > j) continue;
        const likeness = measureLikeness(
          word(sentence, a.first + i - di, a.first + i),
          word(quote, b.first + j - dj, b.first + j),
        );
        if (likeness >= (di + dj === 2 ? LEAST_LIKENESS : 1)) consider(di, dj, likeness);
      }
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

/** One word for one, or one written as two and two as one. */
const JOINS: readonly (readonly [number, number])[] = [
  [1, 1],
  [2, 1],
  [1, 2],
  [2, 2],
];

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
