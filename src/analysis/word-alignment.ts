/**
 * Where two sequences of words run alike: the stretch of each that carries the most rare words of the other, in order
 * (Smith and Waterman's local alignment, over words instead of letters).
 */
import { cutTerm, type Word } from '../evidence/words.ts';

/** A word with how much it tells: about 1 for a word that few quotes have, little for one that most have. */
export type WeighedWord = Word & { term: string; weight: number };

export type Stretch = { first: number; last: number };

/** A word of the sentence and the word of the quote that it is, by their numbers. */
export type Pair = readonly [sentence: number, quote: number];
export type Alignment = {
  /** Ascending in both. */
  pairs: Pair[];
  /** How many cells were filled, for the bound. */
  cells: number;
};

export function weighWord(word: Word, weight: number): WeighedWord {
  return { ...word, term: word.single ? word.folded : cutTerm(word.folded), weight };
}

/** The longest stretch of either that is compared at once. */
export const MOST_COMPARED = 600;
/** A quote is looked for in a stretch of the sentence that is so many times as long, and a little more. */
const SPREAD = 4;
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
  const width = Math.max(
    16,
    Math.min(MOST_COMPARED, SPREAD * quote.length + 64, Math.floor(mostCells / Math.min(quote.length, most))),
  );
  const a = findDensest(sentence, shared, width);
  const within = new Set(sentence.slice(a.first, a.last).map((word) => word.term));
  const b = findDensest(quote, within, Math.max(most, Math.floor(mostCells / Math.max(1, a.last - a.first))));
  const pairs = findPairs(sentence.slice(a.first, a.last), quote.slice(b.first, b.last));
  return {
    pairs: pairs.map(([i, j]) => [i + a.first, j + b.first]),
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
