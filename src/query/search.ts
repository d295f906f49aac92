/** Words as people type them into a search box, made into an FTS5 expression in which nothing is syntax by accident. */

export type WordSearch = {
  /** Canonical spelling, for cursors and tags. */
  text: string;
  /** The FTS5 expression of what must be there, or null where only exclusions were given. */
  match: string | null;
  /** What must not be there, when nothing must. */
  exclude: string | null;
  /** What must be there: of each of these, one word or phrase, in FTS5's quotes. */
  required: readonly (readonly string[])[];
  /** How many words and phrases there are. */
  terms: number;
  /** How many words, those of phrases counted one by one: what looking for them costs. */
  words: number;
  /** Nothing in it is a word: it matches nothing. */
  empty: boolean;
};

/** Of every index of texts. */
export const TOKENIZER = 'porter unicode61 remove_diacritics 2';
/** What the tokenizer takes for part of a word: letters, numbers and private use characters. */
const HAS_WORD = /[\p{L}\p{N}\p{Co}]/u;
export const MOST_TERMS = 32;
/** The words of phrases counted one by one. */
export const MOST_WORDS = 100;

/**
 * `words` all of them, `"a phrase"`, `-not this`, `this OR that`. Everything else is read as words.
 * Never throws.
 */
export function parseWordSearch(input: string): WordSearch {
  const terms: { text: string; exclude: boolean; or: boolean }[] = [];
  let or = false;
  for (const [, minus, phrase, word] of input
    .replaceAll('\0', ' ')
    .matchAll(/(-?)(?:["“”„«»]([^"“”„«»]*)["“”„«»]?|([^\s"“”„«»]+))/gu)) {
    if (word === 'OR' && minus === '') {
      or = true;
      continue;
    }
    const text = (phrase ?? word ?? '').trim();
    if (HAS_WORD.test(text)) terms.push({ text, exclude: minus === '-', or: or && minus === '' });
    or = false;
  }
  const required: string[][] = [];
  const excluded: string[] = [];
  for (const term of terms) {
    const quoted = `"${term.text.replaceAll('"', '""')}"`;
    if (term.exclude) excluded.push(quoted);
    else if (term.or && required.length > 0) required.at(-1)?.push(quoted);
    else required.push([quoted]);
  }
  const all = required.map((alternatives) =>
    alternatives.length > 1 ? `(${alternatives.join(' OR ')})` : alternatives[0],
  );
  const none = excluded.length > 1 ? `(${excluded.join(' OR ')})` : (excluded[0] ?? null);
  const match =
    all.length === 0 ? null : none === null ? all.join(' AND ') : `(${all.join(' AND ')}) NOT ${none}`;
  return {
    text: [
      ...required.map((alternatives) => alternatives.join(' OR ')),
      ...excluded.map((term) => `-${term}`),
    ].join(' '),
    match,
    exclude: match === null ? none : null,
    required,
    terms: terms.length,
    words: terms.reduce((sum, term) => sum + Math.max(1, splitWords(term.text).length), 0),
    empty: terms.length === 0,
  };
}

/** Into what the tokenizer takes for words, marks on letters included. */
export function splitWords(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{Co}\p{M}]*[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu) ?? [];
}

/** The column of every full-text index that says where in the index a row stands, for reading it part by part (words.ts). */
const BLOCK = 'block';

/** An expression that looks for its words in the texts alone. */
export function inText(expression: string): string {
  return `- ${BLOCK} : (${expression})`;
}

/** The same, in some parts of the index: each is one word of `block`. */
export function inBlocks(expression: string, blocks: string): string {
  return `(${inText(expression)}) AND ${BLOCK} : (${blocks})`;
}
