/**
 * A text as a sequence of words, each folded so that two people who write the same word differently write it alike:
 * case, diacritics, compatibility forms, digits of other scripts, and punctuation make no difference. For comparing and
 * searching alone: nothing that is stored or shown as somebody's words passes through here.
 */
import { digestText } from './digest.ts';

export type Word = {
  /** Never empty; letters, digits and emoji only. */
  folded: string;
  /** UTF-16 offsets of the word as it is written, end exclusive. */
  start: number;
  end: number;
  /** One for a word; half for a character of a script that sets no spaces, where two make a word on average. */
  size: number;
  /** Whether it is a character of such a script. */
  single: boolean;
};

/** What a code point does to the word it stands in. */
type Role = 'break' | 'nothing' | 'letter' | 'single' | 'mark' | 'emoji';
type Folded = { role: Role; text: string };

/** Scripts that set no spaces between words: each character is taken for itself. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]/u;
/** Marks that readers of these scripts leave out. In others, such as Devanagari and Thai, they are vowels. */
const OPTIONAL_MARK =
  /[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Copt}\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}]/u;
/** They make another letter of a kana. */
const VOICING = /[\u3099\u309a]/;
/** Apostrophes and their like, inside words or left out there by habit, and the stroke that stretches Arabic words. */
const INSIDE = /['\u2018\u2019\u02bb\u02bc\u02be\u02bf\u0060\u00b4\u2032\uff07\u05f3\u05f4\u0640]/;
/** Parts Persian words that others write as two: the one invisible character that is more than a hint to the typesetter. */
const NON_JOINER = '\u200c';
/** Latin letters with a stroke, which Unicode does not take apart, and which are written without it like accents. */
const STROKED: Readonly<Record<string, string>> = { đ: 'd', ħ: 'h', ł: 'l', ø: 'o', ŧ: 't' };
/** Letters that texts in Arabic script write with several code points, and that Unicode does not hold for the same. */
const ARABIC: Readonly<Record<string, string>> = {
  '\u0649': '\u06cc',
  '\u064a': '\u06cc',
  '\u0643': '\u06a9',
  '\u0629': '\u0647',
  '\u06c1': '\u0647',
  '\u06d5': '\u0647',
};

const known = new Map<number, Folded>();

function foldCodePoint(code: number): Folded {
  let folded = known.get(code);
  if (folded === undefined) {
    folded = computeFold(String.fromCodePoint(code), code);
    known.set(code, folded);
  }
  return folded;
}

function computeFold(character: string, code: number): Folded {
  if (character !== NON_JOINER && (INSIDE.test(character) || /\p{Cf}|\p{EMod}/u.test(character)))
    return { role: 'nothing', text: '' };
  if (/\p{RI}|\p{Emoji_Presentation}/u.test(character) || (code >= 0x2600 && /\p{ExtPict}/u.test(character)))
    return { role: 'emoji', text: character };
  let text = '';
  // Capitals first: that is what makes one of ß and ss, and of the two small sigmas.
  for (const part of character.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD')) {
    if (/\p{M}/u.test(part) && OPTIONAL_MARK.test(part) && !VOICING.test(part)) continue;
    if (/[\p{L}\p{N}\p{M}\p{Co}]/u.test(part)) text += ARABIC[part] ?? STROKED[part] ?? foldDigit(part);
  }
  if (text === '') return { role: /\p{M}/u.test(character) ? 'nothing' : 'break', text };
  if (/^\p{M}+$/u.test(text)) return { role: 'mark', text };
  return { role: UNSPACED.test(character) ? 'single' : 'letter', text };
}

/** Unicode keeps the ten digits of a script together, in order. */
function foldDigit(character: string): string {
  if (!/\p{Nd}/u.test(character)) return character;
  const code = character.codePointAt(0) as number;
  let value = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return String(value % 10);
}

/** The words of a text in their order. A lone surrogate separates words. */
export function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let open: Word | null = null;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) as number;
    const next = at + (code > 0xffff ? 2 : 1);
    const { role, text: folded } = foldCodePoint(code);
    if (role === 'mark' || role === 'letter') {
      if (open !== null && (role === 'mark' || !open.single)) {
        open.folded += folded;
        open.end = next;
      } else {
        open = { folded, start: at, end: next, size: 1, single: false };
        words.push(open);
      }
    } else if (role === 'single') {
      open = { folded, start: at, end: next, size: 0.5, single: true };
      words.push(open);
    } else if (role === 'emoji') {
      words.push({ folded, start: at, end: next, size: 1, single: false });
      open = null;
    } else if (role === 'break') {
      open = null;
    }
    at = next;
  }
  return words;
}

const TERM_LENGTH = 6;

/**
 * Under what a word is found in the index: its beginning, so that most inflected forms of a word are found together,
 * in any language that inflects at the end. Numbers are kept whole.
 */
export function cutTerm(folded: string): string {
  if (folded.length <= TERM_LENGTH || /^\d+$/.test(folded)) return folded;
  const last = folded.charCodeAt(TERM_LENGTH - 1);
  return folded.slice(0, last >= 0xd800 && last <= 0xdbff ? TERM_LENGTH - 1 : TERM_LENGTH);
}

/** The term of the index that stands for each word; in scripts without spaces, for each character and the one after it. */
export function listTerms(words: readonly Word[]): string[] {
  return words.map((word, n) => {
    if (!word.single) return cutTerm(word.folded);
    const next = words[n + 1];
    return next?.single && next.start === word.end ? word.folded + next.folded : word.folded;
  });
}

/** All letters of a text in their order: equal where two texts differ in nothing but what folding takes away, and in spaces. */
export function joinLetters(words: readonly Word[]): string {
  return words.map((word) => word.folded).join('');
}

/** The term under which a text is found by all of its letters. No word is one: words in the index are shorter. */
export function nameLetters(letters: string): string {
  return `h${digestText(letters).slice(0, 12)}`;
}

/** Joins the spans of a quote where SQL hands them over: a control character that means just this. */
export const SPAN_SEPARATOR = '\u001e';

/** What the index holds of the spans of one quote: their terms, and the letters of each and of all together. */
export function listIndexTerms(joinedSpans: string): string {
  const spans = joinedSpans.split(SPAN_SEPARATOR).map((span) => splitWords(span));
  const terms = spans.flatMap(listTerms);
  const letters = spans.map(joinLetters).filter((one) => one !== '');
  const whole = letters.length > 1 ? [letters.join('')] : [];
  return [...terms, ...[...letters, ...whole].map(nameLetters)].join(' ');
}
