/**
 * How much of a quote a sentence repeats, as numbers that a reader can check against the words: what each means, and why
 * the thresholds are where they are, stands in docs/attribution.md.
 */
import type { Word } from '../evidence/words.ts';
import type { Pair, Stretch, WeighedWord } from './word-alignment.ts';
import { type Difference, listDifferences } from './word-differences.ts';

export type Verdict = 'exact' | 'near' | 'partial' | 'none';

/** Shares are from 0 to 1 and count rare words more; counts are of words. */
export type Reasons = {
  /** Inside the compared stretches: the share of their words that stand in both, in order. */
  fidelity: number;
  /** How much of the sentence lies in its stretch, and how much of the quote in its own. */
  of_sentence: number;
  of_quote: number;
  kept: number;
  changed: number;
  missing: number;
  added: number;
  /** The most words kept in a row. */
  longest_run: number;
  /** The rarity of the kept words together, in natural logarithms: how far from chance it is that they meet. */
  rarity: number;
};

export type Resemblance = { score: number; reasons: Reasons; differences: Difference[] };

/** Chosen by the search that `npm run eval:attribution` prints, on other sentences than those it reports on. */
export const THRESHOLDS = {
  /** The least score of `near` and of `partial`. */
  score: 0.5,
  /** The least fidelity of `partial`. */
  fidelity: 0.55,
  /** The rarity of the kept words beyond that at which one quote in the base would have them by chance. */
  beyond_chance: 4,
  /** How much more of it for each word that the sentence has fewer than eight. */
  few_words: 0,
  /** Of sentence and quote alike, so much must lie in the compared stretches for `near`. */
  whole: 0.85,
};

/** The least fidelity of `near`: two thirds of the words. With less, two sentences merely resemble each other. */
const NEAR_FIDELITY = 0.65;
/** Sentences with fewer words have to show more. */
const FEW_WORDS = 8;

/** Fewer words than this may stand anywhere: of them only `exact` is ever said. */
export const LEAST_WORDS = 3;

/** About the score, from the pairs alone: enough to tell which candidates are worth a closer look. */
export function estimateScore(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  pairs: readonly Pair[],
): number {
  const [first] = pairs;
  const last = pairs.at(-1);
  if (first === undefined || last === undefined) return 0;
  const common = pairs.reduce((sum, [i]) => sum + (sentence[i] as WeighedWord).weight, 0);
  const ofSentence = weigh(sentence.slice(first[0], last[0] + 1));
  const ofQuote = weigh(quote.slice(first[1], last[1] + 1));
  const reach = Math.max(ofSentence / weigh(sentence), ofQuote / weigh(quote));
  return ((2 * common) / (ofSentence + ofQuote)) * reach;
}

export function compareTexts(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  pairs: readonly Pair[],
  rarities: readonly number[],
): Resemblance {
  const differences = listDifferences(sentence, quote, pairs);
  const reasons = measure(sentence, quote, rarities, differences);
  const score = round(reasons.fidelity * Math.max(reasons.of_sentence, reasons.of_quote));
  // Only what is equal in all letters is certain.
  return { score: Math.min(score, 0.99), reasons, differences };
}

/** The same letters, as a whole or as one of the quote's spans: each word is the other, whatever stands between them. */
export function describeEqual(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  stretch: Stretch,
  rarities: readonly number[],
): Resemblance {
  const differences = pairEqual(sentence, quote.slice(stretch.first, stretch.last)).map((pair) => ({
    ...pair,
    quote: { first: pair.quote.first + stretch.first, last: pair.quote.last + stretch.first },
  }));
  const reasons = measure(sentence, quote, rarities, differences);
  return { score: 1, reasons, differences };
}

/** Where words are divided otherwise, those pair up that are equal together. */
function pairEqual(a: readonly WeighedWord[], b: readonly WeighedWord[]): Difference[] {
  const pairs: Difference[] = [];
  for (let i = 0, j = 0; i < a.length; ) {
    const [first, other] = [i, j];
    let left = (a[i++] as WeighedWord).folded.length - (b[j++] as WeighedWord).folded.length;
    while (left !== 0)
      left += left < 0 ? (a[i++] as WeighedWord).folded.length : -(b[j++] as WeighedWord).folded.length;
    pairs.push({
      kind: 'kept',
      sentence: { first, last: i },
      quote: { first: other, last: j },
      likeness: 1,
    });
  }
  return pairs;
}

export type Thresholds = typeof THRESHOLDS;

/** `chance` is the logarithm of the number of quotes: how rare words must be for one quote to have them by chance. */
export function judge(
  { reasons, score }: Pick<Resemblance, 'reasons' | 'score'>,
  words: number,
  chance: number,
  thresholds: Thresholds = THRESHOLDS,
): Exclude<Verdict, 'exact'> {
  if (words < LEAST_WORDS || reasons.kept < LEAST_WORDS) return 'none';
  if (score < thresholds.score || reasons.fidelity < thresholds.fidelity) return 'none';
  const bar = thresholds.beyond_chance + thresholds.few_words * Math.max(0, FEW_WORDS - words);
  if (reasons.rarity - chance < bar) return 'none';
  const whole = Math.min(reasons.of_sentence, reasons.of_quote);
  return whole >= thresholds.whole && reasons.fidelity >= NEAR_FIDELITY ? 'near' : 'partial';
}

function measure(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  rarities: readonly number[],
  differences: readonly Difference[],
): Reasons {
  const counts = { kept: 0, changed: 0, missing: 0, added: 0 };
  let [ofSentence, ofQuote, common, rarity, run, longest] = [0, 0, 0, 0, 0, 0];
  for (const { kind, likeness, ...places } of differences) {
    const a = sentence.slice(places.sentence.first, places.sentence.last);
    const b = quote.slice(places.quote.first, places.quote.last);
    const [left, right] = [weigh(a), weigh(b)];
    ofSentence += left;
    ofQuote += right;
    counts[kind] += sizeOf(b.length > 0 ? b : a);
    run = kind === 'kept' ? run + sizeOf(b) : 0;
    longest = Math.max(longest, run);
    if (likeness === 0) continue;
    common += ((left + right) / 2) * likeness;
    for (let n = places.sentence.first; n < places.sentence.last; n++)
      rarity += (rarities[n] as number) * likeness * (sentence[n] as WeighedWord).size;
  }
  common += weighMoved(sentence, quote, differences);
  return {
    fidelity: share(2 * common, ofSentence + ofQuote),
    of_sentence: share(ofSentence, weigh(sentence)),
    of_quote: share(ofQuote, weigh(quote)),
    ...counts,
    longest_run: longest,
    rarity: round(rarity),
  };
}

/** A word that stands in both stretches, and not in order, counts half. */
function weighMoved(
  sentence: readonly WeighedWord[],
  quote: readonly WeighedWord[],
  differences: readonly Difference[],
): number {
  const missing = new Map<string, number>();
  const unlike = differences.filter((difference) => difference.likeness === 0);
  for (const { quote: place } of unlike)
    for (const word of quote.slice(place.first, place.last))
      missing.set(word.term, (missing.get(word.term) ?? 0) + 1);
  let weight = 0;
  for (const { sentence: place } of unlike) {
    for (const word of sentence.slice(place.first, place.last)) {
      const left = missing.get(word.term) ?? 0;
      if (left === 0) continue;
      missing.set(word.term, left - 1);
      weight += word.weight / 2;
    }
  }
  return weight;
}

function weigh(words: readonly WeighedWord[]): number {
  return words.reduce((sum, word) => sum + word.weight, 0);
}

/** How many words there are, where characters of scripts without spaces count half. */
export function sizeOf(words: readonly Word[]): number {
  return words.reduce((sum, word) => sum + word.size, 0);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(1, round(part / whole));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
