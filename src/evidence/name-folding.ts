/**
 * What is left of a name when spelling, script and punctuation are taken away. For finding names alone: nothing that is
 * stored as somebody's name or words passes through here.
 *
 * Case, compatibility forms and marks are Unicode's own data; letters of other scripts become Latin ones by the library
 * any-ascii. Vowels that a script does not write (Persian, Arabic, Hebrew) cannot come back that way.
 */
import anyAscii from 'any-ascii';
import { indexCodePoints } from './code-points.ts';
import { soundWord } from './name-sounds.ts';
import { PERSIAN } from './normalise.ts';

/** A word of a name, in lower-case ASCII, and where it stands: code points, end exclusive. */
export type NameWord = { text: string; start: number; end: number };

export type FoldedName = {
  /** Every word, in order, and how each sounds (name-sounds.ts). */
  words: string[];
  sounds: string[];
  /** The words without the spaces between them: `xijinping`. */
  joined: string;
  /**
   * The same before letters of other scripts became Latin ones. Two names with one `plain` differ in case, diacritics,
   * punctuation, spaces and joiners alone.
   */
  plain: string;
};

/** Changes with what is stored of a name (here and in name-sounds.ts): what an older rule stored is made again. */
export const FOLDING = 2;
/** Words of one name that count; the rest are not looked at. */
export const MOST_WORDS = 12;
/** Code points of one name that are read. */
const LONGEST = 300;

/** Apostrophes and invisible joiners inside a word belong to it: `O'Neill`, `علی‌اکبر`. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}\p{Cf}'\u02bc\u2018\u2019`]*/gu;
/** Marks that can be left out without making another word. In Indian scripts marks are the vowels, so they stay. */
const OPTIONAL_MARKS =
  /[\p{M}&&[\p{sc=Inherited}\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}]]/gv;
const NOT_LETTERS = /[^\p{L}\p{N}\p{M}]/gu;
const LATIN = /\p{sc=Latin}+/gu;

/** The words of a name as they stand in it. Never throws; a text without letters and digits has none. */
export function splitName(name: string): NameWord[] {
  const read = cut(name);
  const index = indexCodePoints(read);
  return findWords(read).flatMap(({ written, offset }) => {
    const text = foldWord(written);
    return text === ''
      ? []
      : [{ text, start: index.toCodePoint(offset), end: index.toCodePoint(offset + written.length) }];
  });
}

export function foldName(name: string): FoldedName {
  const written = findWords(cut(name)).map((word) => word.written);
  const plain = written.map(foldPlainly).join('');
  const words = written.map(foldWord).filter((word) => word !== '');
  return { words, sounds: words.map(soundWord), joined: words.join('') || plain, plain };
}

/** Into lower-case ASCII letters and digits. */
export function foldWord(word: string): string {
  return anyAscii(word.normalize('NFKC'))
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

/** Latin letters lose what sets them apart from ASCII (`ø`, `đ`); those of other scripts keep their shapes. */
function foldPlainly(word: string): string {
  const bare = word.normalize('NFKD').replace(OPTIONAL_MARKS, '').normalize('NFC').toLowerCase();
  return bare
    .replace(LATIN, (letters) => anyAscii(letters).toLowerCase())
    .replace(/[\u0643\u0649\u064a]/g, (letter) => PERSIAN[letter] ?? letter)
    .replace(NOT_LETTERS, '');
}

function findWords(text: string): { written: string; offset: number }[] {
  const words: { written: string; offset: number }[] = [];
  for (const { 0: written, index } of text.matchAll(WORD)) {
    if (words.length === MOST_WORDS) break;
    words.push({ written, offset: index });
  }
  return words;
}

/** By UTF-16 units, a whole pair at the end: what lies behind is of no use to a search for a name. */
function cut(name: string): string {
  return name.length <= LONGEST
    ? name
    : name
        .slice(0, LONGEST)
        .toWellFormed()
        .replace(/\uFFFD$/, '');
}
