/** Sentences to ask about: quotes as people misremember them, and sentences that nobody said. */
import type { Db } from '../src/db/client.ts';
import { prepare } from '../src/db/statements.ts';
import type { Draw } from './draw.ts';

export type Case = {
  kind: string;
  text: string;
  /** Words that are left, which is what results are listed by. */
  words: number;
  /** Keys of the quotes that the sentence was made of; the first is to be found. None where nobody said it. */
  from: number[];
};

type Said = { key: number; words: string[] };

/** Alterations of a quote, and beside each a sentence that was never said. */
export const KINDS = [
  '20 % altered',
  '30 % altered',
  '40 % altered',
  'cut to half',
  'half, 20 % altered',
  'typos in 30 %',
] as const;
export const NEVER_SAID = ['shuffled vocabulary', 'two quotes recombined'] as const;

/** In which turn they are drawn: those that a target names twice as often. */
const TURNS: readonly (typeof KINDS)[number][] = [...KINDS, '30 % altered', 'cut to half'];

/** So many altered quotes, and beside each a sentence that nobody said. */
export function* drawCases(db: Db, draw: Draw, count: number): Generator<Case> {
  const highest = prepare(db, 'SELECT max(key) FROM quotes').pluck().get() as number;
  const say = (): Said => {
    for (;;) {
      const key = draw.between(1, highest);
      const exact = prepare(db, 'SELECT exact FROM spans WHERE quote_key = ? ORDER BY ordinal LIMIT 1')
        .pluck()
        .get(key) as string | undefined;
      const words = exact?.split(/\s+/) ?? [];
      if (words.length >= 4) return { key, words };
    }
  };
  const anyWord = () => draw.pick(say().words).replace(/[.,]$/, '').toLowerCase();
  for (let n = 0; n < count; n += 1) {
    const quote = say();
    const kind = TURNS[n % TURNS.length] as (typeof KINDS)[number];
    yield build(kind, alter(draw, quote.words, kind, anyWord), [quote.key]);
    if (n % 2 === 0) {
      // As many words as a real one, each drawn from another quote: the vocabulary of the base, in nobody's order.
      yield build('shuffled vocabulary', Array.from(quote.words, anyWord), []);
    } else {
      const [a, b] = [say(), say()];
      yield build(
        'two quotes recombined',
        [...halve(draw, a.words), ...halve(draw, b.words)],
        [a.key, b.key],
      );
    }
  }
}

function build(kind: string, words: string[], from: number[]): Case {
  return { kind, text: words.join(' '), words: words.length, from };
}

function halve(draw: Draw, words: readonly string[]): string[] {
  const half = Math.ceil(words.length / 2);
  return draw.chance(0.5) ? words.slice(0, half) : words.slice(-half);
}

function alter(draw: Draw, words: readonly string[], kind: string, anyWord: () => string): string[] {
  if (kind === 'cut to half') return halve(draw, words);
  if (kind === 'half, 20 % altered') return change(draw, halve(draw, words), 0.2, anyWord);
  if (kind === 'typos in 30 %') return words.map((word) => (draw.chance(0.3) ? misspell(draw, word) : word));
  return change(draw, words, Number.parseInt(kind, 10) / 100, anyWord);
}

/** Of the words that change a third is left out, a third changes places with the next, a third becomes another word. */
function change(draw: Draw, words: readonly string[], share: number, anyWord: () => string): string[] {
  const changed: string[] = [];
  for (let n = 0; n < words.length; n += 1) {
    const word = words[n] as string;
    const next = words[n + 1];
    const sort = draw.chance(share) ? draw.between(1, 3) : 0;
    if (sort === 1) continue;
    if (sort === 2 && next !== undefined) {
      changed.push(next, word);
      n += 1;
    } else changed.push(sort === 3 ? anyWord() : word);
  }
  return changed.length === 0 ? [words[0] as string] : changed;
}

/** A letter too few, a letter twice, or two that changed places. */
function misspell(draw: Draw, word: string): string {
  const letters = [...word];
  if (letters.length < 3) return word;
  const at = draw.between(0, letters.length - 2);
  const sort = draw.between(1, 3);
  if (sort === 1) letters.splice(at, 1);
  else if (sort === 2) letters.splice(at, 0, letters[at] as string);
  else letters.splice(at, 2, letters[at + 1] as string, letters[at] as string);
  return letters.join('');
}

/** Texts that are as unkind as can be. */
export const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ['one stop word', 'the'],
  ['only stop words', 'the of to and a in that is for on was with as it be by at from'],
  ['emoji alone', '😀🎉👍🏽🇮🇷'.repeat(20)],
  ['a word 5,000 times', 'a '.repeat(5000)],
  [
    '10,000 characters of stop words',
    'the of to and a in that is for on was with as it be by at from '.repeat(160).slice(0, 10_000),
  ],
];
