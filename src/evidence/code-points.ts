/**
 * The one place that converts between the two ways of counting characters. Verbatim counts Unicode code points
 * (as W3C Web Annotation does), JavaScript counts UTF-16 units. A lone surrogate counts as one code point,
 * as it does for the string iterator.
 */

/** A text with its code points counted, so that offsets convert without reading the text again. */
export interface CodePointIndex {
  readonly text: string;
  /** Code points in the text. */
  readonly length: number;
  /** An offset inside a surrogate pair answers the code point that the pair encodes. Throws RangeError. */
  toCodePoint(utf16Offset: number): number;
  /** Throws RangeError. */
  toUtf16(codePointOffset: number): number;
  /** `text[start, end)` in code points. Throws RangeError when the range is not inside the text. */
  slice(start: number, end: number): string;
}

const ANY_SURROGATE = /[\ud800-\udfff]/;
const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** The long text that was asked about last: a document is asked about once for each of its quotes and spans. */
let last: CodePointIndex | null = null;
const LONG = 500;

/** Builds in one reading of the text; converts in O(1), or O(log pairs) where the text has surrogate pairs. */
export function indexCodePoints(text: string): CodePointIndex {
  if (text.length < LONG) return buildIndex(text);
  if (last === null || last.text !== text) last = buildIndex(text);
  return last;
}

function buildIndex(text: string): CodePointIndex {
  const pairs = findPairs(text);
  const length = text.length - pairs.length;
  return {
    text,
    length,
    toCodePoint(utf16Offset) {
      requireOffset(utf16Offset, text.length, 'UTF-16 units');
      return utf16Offset - countBelow(pairs, utf16Offset, 0);
    },
    toUtf16(codePointOffset) {
      requireOffset(codePointOffset, length, 'code points');
      return codePointOffset + countBelow(pairs, codePointOffset, 1);
    },
    slice(start, end) {
      requireRange(start, end, length);
      return text.slice(start + countBelow(pairs, start, 1), end + countBelow(pairs, end, 1));
    },
  };
}

/** Uses an index where the caller has built one already. */
export function ensureIndexed(text: string | CodePointIndex): CodePointIndex {
  return typeof text === 'string' ? indexCodePoints(text) : text;
}

export function countCodePoints(text: string): number {
  if (last !== null && text.length >= LONG && last.text === text) return last.length;
  return text.length - findPairs(text).length;
}

/** `text[start, end)` in code points. Throws RangeError when the range is not inside the text. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  return indexCodePoints(text).slice(start, end);
}

/** UTF-16 offsets of the first half of every surrogate pair. */
function findPairs(text: string): number[] {
  if (!ANY_SURROGATE.test(text)) return [];
  const pairs: number[] = [];
  for (const match of text.matchAll(PAIR)) pairs.push(match.index);
  return pairs;
}

/**
 * How many pairs begin before `offset`. With `step` 0 the offset counts UTF-16 units; with 1 it counts code points,
 * in which pair number i begins at `pairs[i] - i`.
 */
function countBelow(pairs: number[], offset: number, step: 0 | 1): number {
  let low = 0;
  let high = pairs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pairs[middle] as number) - step * middle < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function requireOffset(offset: number, length: number, unit: string): void {
  if (!Number.isInteger(offset) || offset < 0 || offset > length) {
    throw new RangeError(`Offset ${offset} is not in a text of ${length} ${unit}.`);
  }
}

function requireRange(start: number, end: number, length: number): void {
  requireOffset(start, length, 'code points');
  requireOffset(end, length, 'code points');
  if (start > end) throw new RangeError(`The range starts at ${start}, after its end ${end}.`);
}
