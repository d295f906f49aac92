/** The own words of a quote, as they are compared with a sentence: their weights, and where they stand in its text. */
import type { Db } from '../db/client.ts';
import { type CodePointIndex, indexCodePoints } from '../evidence/code-points.ts';
import { joinLetters, splitWords } from '../evidence/words.ts';
import { readSaidStretches } from '../query/said-words.ts';
import { type Stretch, type WeighedWord, weighWord } from './word-alignment.ts';

export type OwnWords = {
  words: WeighedWord[];
  /** The first word of each span, and behind the last one the number of words. */
  starts: number[];
  /** Where the words stand in the text of the quote, in code points. */
  place: (stretch: Stretch) => { start: number; end: number };
};

/** What words weigh where they stand in a quote. */
export type Weights = { known: ReadonlyMap<string, number>; mean: number };

/** A word that the sentence does not have weighs as much as its words do on average: to ask for each would cost too much. */
export function listWeights(sentence: readonly WeighedWord[]): Weights {
  const known = new Map(sentence.map((word) => [word.term, word.weight / word.size]));
  const mean = [...known.values()].reduce((sum, weight) => sum + weight, 0) / Math.max(1, known.size);
  return { known, mean };
}

export function readOwnWords(db: Db, key: number, { known, mean }: Weights): OwnWords {
  const words: WeighedWord[] = [];
  const starts: number[] = [];
  const spans = readSaidStretches(db, key).map(({ exact, text_start }) => {
    starts.push(words.length);
    for (const word of splitWords(exact)) {
      const weighed = weighWord(word, 0);
      weighed.weight = (known.get(weighed.term) ?? mean) * word.size;
      words.push(weighed);
    }
    return { exact, text_start };
  });
  starts.push(words.length);
  const indexes: CodePointIndex[] = [];
  const find = (n: number, edge: 'start' | 'end') => {
    const span = starts.findLastIndex((start, at) => start <= n && at < spans.length);
    const { exact, text_start } = spans[span] as (typeof spans)[number];
    indexes[span] ??= indexCodePoints(exact);
    return text_start + (indexes[span] as CodePointIndex).toCodePoint((words[n] as WeighedWord)[edge]);
  };
  return {
    words,
    starts,
    place: ({ first, last }) => ({ start: find(first, 'start'), end: find(last - 1, 'end') }),
  };
}

/** The words of a quote, or of one span of it, that have exactly these letters; undefined where none have. */
export function findEqualStretch({ words, starts }: OwnWords, letters: string): Stretch | undefined {
  const whole = { first: 0, last: words.length };
  const spans = starts.slice(0, -1).map((first, n) => ({ first, last: starts[n + 1] as number }));
  return [whole, ...spans].find(({ first, last }) => joinLetters(words.slice(first, last)) === letters);
}
