/**
 * Folding for hints alone. Nothing that is stored, compared as proof or shown as somebody's words may pass through here.
 */

export interface FoldedText {
  text: string;
  /** For every UTF-16 unit of the folded text, the offset in UTF-16 units of the character it came from. */
  offsets: Uint32Array;
}

const QUOTES = /[\u0022\u0027\u0060\u00ab\u00bb\u2018-\u201f\u2039\u203a\u300c-\u300f\uff02\uff07]/;
const DASHES = /[\u002d\u00ad\u2010-\u2015\u2212]/;
const SPACE = /\s/;
/** Zero-width joiners, direction marks, the byte order mark, and accents that stand alone. */
const DROPPED = /[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]|\p{M}/u;
/** Arabic letters that Persian texts write with other code points. */
export const PERSIAN: Readonly<Record<string, string>> = {
  '\u064a': '\u06cc',
  '\u0649': '\u06cc',
  '\u0643': '\u06a9',
};

const cache = new Map<number, string>();

/** One shape for all quotation marks, dashes and runs of white space; no case, no accents, no invisible marks. */
export function foldText(text: string): FoldedText {
  const units: string[] = [];
  const offsets: number[] = [];
  let afterSpace = false;
  for (let i = 0; i < text.length; i++) {
    const folded = foldUnit(text.charCodeAt(i));
    if (folded === '' || (folded === ' ' && afterSpace)) continue;
    afterSpace = folded === ' ';
    units.push(folded);
    offsets.push(i);
  }
  return { text: units.join(''), offsets: Uint32Array.from(offsets) };
}

/** Answers one UTF-16 unit or none, so that offsets stay one to one. */
function foldUnit(code: number): string {
  const known = cache.get(code);
  if (known !== undefined) return known;
  const folded = computeFold(String.fromCharCode(code));
  cache.set(code, folded);
  return folded;
}

function computeFold(character: string): string {
  if (SPACE.test(character)) return ' ';
  if (QUOTES.test(character)) return "'";
  if (DASHES.test(character)) return '-';
  if (DROPPED.test(character)) return '';
  const base = character.normalize('NFD').charAt(0).toLowerCase().charAt(0);
  return PERSIAN[base] ?? base;
}
