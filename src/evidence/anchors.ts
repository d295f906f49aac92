/**
 * Where words stand in a text. Every answer about a place rests on an exact match; only `findNearestPassage` guesses,
 * and its guess is for the reader of an error message. All offsets are code points, end exclusive.
 */
import { distance } from 'fastest-levenshtein';
import { type CodePointIndex, countCodePoints, ensureIndexed } from './code-points.ts';
import { foldText } from './normalise.ts';

export type AnchorState = 'exact' | 'moved' | 'ambiguous' | 'missing';

/** A TextQuoteSelector with a TextPositionSelector, as W3C Web Annotation names them. */
export interface SpanSelector {
  exact: string;
  start: number;
  end: number;
  prefix?: string | null | undefined;
  suffix?: string | null | undefined;
}

export interface Anchor {
  state: AnchorState;
  /** Null where the state is `ambiguous` or `missing`. */
  start: number | null;
  end: number | null;
  /** Places where the words stand, overlapping ones included; counted up to 1,000. */
  candidates: number;
}

export interface LocateOptions {
  /** Which of several places, counted from 1 among those that `prefix` and `suffix` leave. */
  nth?: number | null | undefined;
  prefix?: string | null | undefined;
  suffix?: string | null | undefined;
}

export type Location =
  | { state: 'exact'; start: number; end: number }
  /** `occurrences` holds the first 1,000 starts. */
  | { state: 'ambiguous'; occurrences: number[] }
  | { state: 'missing' };

export interface NearestPassage {
  start: number;
  end: number;
  text: string;
  /** 0 to 1: the share of the longer string's UTF-16 units that need no edit. */
  similarity: number;
}

export interface QuoteSelectors {
  prefix: string;
  suffix: string;
}

/** Bounds the cost of words that repeat, such as a single letter. */
const MAX_OCCURRENCES = 1000;

/**
 * Finds the span again without ever guessing. `exact`: it is where it says, whatever stands around it. `moved`: it is
 * not, and stands in one other place, or in several of which `prefix` and `suffix`, matched in full, leave one.
 * `ambiguous`: several places. `missing`: none. An empty `exact` is `missing`; offsets outside the text do not throw.
 */
export function anchorSpan(source: string | CodePointIndex, selector: SpanSelector): Anchor {
  const text = ensureIndexed(source);
  const { exact, start, end } = selector;
  const occurrences = findOccurrences(text.text, exact, MAX_OCCURRENCES);
  const candidates = occurrences.length;
  if (standsAt(text, selector)) return { state: 'exact', start, end, candidates };
  if (candidates === 0) return { state: 'missing', start: null, end: null, candidates };

  const prefix = selector.prefix ?? '';
  const suffix = selector.suffix ?? '';
  const inContext = findInContext(text.text, exact, prefix, suffix, 2);
  const found = candidates === 1 ? occurrences : prefix || suffix ? inContext : [];
  if (found.length !== 1) return { state: 'ambiguous', start: null, end: null, candidates };
  const movedTo = text.toCodePoint(found[0] as number);
  return { state: 'moved', start: movedTo, end: movedTo + countCodePoints(exact), candidates };
}

/** Fills in the offsets of words that a curator gave without them. */
export function locateExact(
  source: string | CodePointIndex,
  exact: string,
  options: LocateOptions = {},
): Location {
  const text = ensureIndexed(source);
  const { nth } = options;
  const limit = Math.max(MAX_OCCURRENCES, nth ?? 0);
  const found = findInContext(text.text, exact, options.prefix ?? '', options.suffix ?? '', limit);
  if (nth == null && found.length > 1) {
    return { state: 'ambiguous', occurrences: found.map((offset) => text.toCodePoint(offset)) };
  }
  const chosen = found[(nth ?? 1) - 1];
  if (chosen === undefined) return { state: 'missing' };
  const start = text.toCodePoint(chosen);
  return { state: 'exact', start, end: start + countCodePoints(exact) };
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The words around a span, at most `limit` code points on either side, that tell it from its repetitions. Shortened
 * so as not to cut a grapheme cluster (a letter and its accents, a flag), unless one cluster is longer than the limit.
 * Throws RangeError when the span is not inside the text.
 */
export function quoteSelectors(
  source: string | CodePointIndex,
  start: number,
  end: number,
  limit = 32,
): QuoteSelectors {
  const text = ensureIndexed(source);
  text.slice(start, end);
  return { prefix: takeBefore(text, start, limit), suffix: takeAfter(text, end, limit) };
}

function takeBefore(text: CodePointIndex, offset: number, limit: number): string {
  const cut = text.toUtf16(Math.max(0, offset - limit));
  const end = text.toUtf16(offset);
  // A cluster can only be recognised from its beginning: read some way ahead of the cut.
  const windowStart = text.toUtf16(Math.max(0, offset - limit - 64));
  for (const { index } of graphemes.segment(text.text.slice(windowStart, end))) {
    if (windowStart + index >= cut) return text.text.slice(windowStart + index, end);
  }
  return text.text.slice(cut, end);
}

function takeAfter(text: CodePointIndex, offset: number, limit: number): string {
  const start = text.toUtf16(offset);
  const cut = text.toUtf16(Math.min(text.length, offset + limit));
  const windowEnd = text.toUtf16(Math.min(text.length, offset + limit + 64));
  let whole = 0;
  for (const { index, segment } of graphemes.segment(text.text.slice(start, windowEnd))) {
    if (start + index + segment.length > cut) break;
    whole = index + segment.length;
  }
  return text.text.slice(start, whole === 0 ? cut : start + whole);
}

function standsAt(text: CodePointIndex, { exact, start, end }: SpanSelector): boolean {
  if (!Number.isInteger(start) || !Number.isInteger(end)) return false;
  if (exact === '' || start < 0 || start > end || end > text.length) return false;
  return text.slice(start, end) === exact;
}

/** UTF-16 offsets of `exact` where `prefix` stands directly before it and `suffix` directly after. */
function findInContext(text: string, exact: string, prefix: string, suffix: string, limit: number): number[] {
  if (exact === '') return [];
  return findOccurrences(text, prefix + exact + suffix, limit).map((offset) => offset + prefix.length);
}

/** UTF-16 offsets, overlapping occurrences included, at most `limit`. */
function findOccurrences(text: string, words: string, limit: number): number[] {
  const found: number[] = [];
  if (words === '') return found;
  let offset = text.indexOf(words);
  while (offset !== -1 && found.length < limit) {
    // A lone surrogate in the words would match half of a pair.
    if (!splitsPair(text, offset) && !splitsPair(text, offset + words.length)) found.push(offset);
    offset = text.indexOf(words, offset + 1);
  }
  return found;
}

function splitsPair(text: string, offset: number): boolean {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

/** Longer words are compared by their beginning: a hint needs no more, and its cost is quadratic. */
const MAX_COMPARED = 5000;
const MAX_WINDOWS = 12;
const MAX_VOTES = 50_000;
const MAX_TRIGRAMS = 64;
const MIN_SIMILARITY = 0.5;

/**
 * The passage most like `exact`, as a HINT for an error message: never a place to anchor to. Sees past case, white
 * space, accents and the shapes of quotation marks and dashes, and through typing errors. Null when nothing is alike.
 *
 * Cost: linear in the text, and a bounded number of comparisons of at most 5,000 characters. The rarest of the trigrams
 * that `exact` shares with the text vote for the place where it would begin; the best places are compared by edit
 * distance; in the best of those the edges are found by the algorithm of Sellers (1980).
 */
export function findNearestPassage(source: string | CodePointIndex, exact: string): NearestPassage | null {
  const text = ensureIndexed(source);
  const haystack = foldText(text.text);
  const needle = foldText(exact).text.trim().slice(0, MAX_COMPARED);
  if (needle === '' || haystack.text === '') return null;

  const [best] = proposeStarts(haystack.text, needle)
    .map((start) => ({ start, edits: distance(needle, haystack.text.slice(start, start + needle.length)) }))
    .sort((a, b) => a.edits - b.edits || a.start - b.start);
  if (!best) return null;

  const margin = 16 + (needle.length >> 3);
  const from = Math.max(0, best.start - margin);
  const match = alignWithin(haystack.text.slice(from, best.start + needle.length + margin), needle);
  if (1 - match.edits / needle.length < MIN_SIMILARITY) return null;

  const first = haystack.offsets[from + match.start] as number;
  // The end of the last character kept, not the beginning of the next one: folding drops characters between them.
  const last = haystack.offsets[from + match.end - 1] as number;
  const start = text.toCodePoint(widenToWord(text.text, first, -1));
  const end = text.toCodePoint(widenToWord(text.text, text.toUtf16(text.toCodePoint(last) + 1), 1));
  const passage = text.slice(start, end);
  const compared = exact.slice(0, MAX_COMPARED);
  const similarity = 1 - distance(compared, passage) / Math.max(compared.length, passage.length);
  return { start, end, text: passage, similarity };
}

const LONGEST_WORD = 24;
const INSIDE_WORD = /^[\p{L}\p{N}\p{M}]{2}$/u;
/** Scripts that set no spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Moves an edge that cuts a word to that word's beginning or end. */
function widenToWord(text: string, edge: number, step: -1 | 1): number {
  for (let moved = 0; moved < LONGEST_WORD; moved++) {
    const at = edge + moved * step;
    const around = text.slice(Math.max(0, at - 1), at + 1);
    if (!INSIDE_WORD.test(around) || UNSPACED.test(around)) return at;
  }
  return edge;
}

/** Offsets in `text` where `needle` may begin, most voted first. */
function proposeStarts(text: string, needle: string): number[] {
  if (needle.length < 3) {
    const at = text.indexOf(needle);
    return at === -1 ? [] : [at];
  }
  const chosen = chooseTrigrams(text, needle);
  if (chosen.size === 0) return [];
  const width = 8 + (needle.length >> 4);
  const votes = new Float64Array(Math.floor((text.length + needle.length) / width) + 2);
  for (let i = 0; i + 3 <= text.length; i++) {
    const trigram = chosen.get(hashTrigram(text, i));
    if (trigram === undefined) continue;
    for (const position of trigram.positions) {
      const bucket = Math.floor((i - position + needle.length) / width);
      votes[bucket] = (votes[bucket] as number) + 1 / trigram.count;
    }
  }
  const best: { bucket: number; score: number }[] = [];
  for (let bucket = 0; bucket + 1 < votes.length; bucket++) {
    const score = (votes[bucket] as number) + (votes[bucket + 1] as number);
    if (score === 0 || (best.length === MAX_WINDOWS && score <= (best.at(-1)?.score ?? 0))) continue;
    const rank = best.findIndex((other) => other.score < score);
    best.splice(rank === -1 ? best.length : rank, 0, { bucket, score });
    best.length = Math.min(best.length, MAX_WINDOWS);
  }
  return best.map(({ bucket }) => {
    const start = (bucket + 1) * width - needle.length;
    return Math.min(Math.max(0, start), Math.max(0, text.length - 1));
  });
}

interface Trigram {
  positions: number[];
  /** Occurrences in the text. */
  count: number;
}

/** The trigrams of the needle that are rarest in the text, by hash; two that share a hash vote together. */
function chooseTrigrams(text: string, needle: string): Map<number, Trigram> {
  const trigrams = new Map<number, Trigram>();
  for (let i = 0; i + 3 <= needle.length; i++) {
    const hash = hashTrigram(needle, i);
    const known = trigrams.get(hash);
    if (!known) trigrams.set(hash, { positions: [i], count: 0 });
    else if (known.positions.length < 4) known.positions.push(i);
  }
  const counts = new Uint32Array(0x10000);
  for (let i = 0; i + 3 <= text.length; i++) {
    const hash = hashTrigram(text, i);
    counts[hash] = (counts[hash] as number) + 1;
  }
  for (const [hash, trigram] of trigrams) trigram.count = counts[hash] as number;
  const shared = [...trigrams]
    .filter(([, trigram]) => trigram.count > 0)
    .sort((a, b) => a[1].count - b[1].count);
  const chosen = new Map<number, Trigram>();
  let total = 0;
  for (const [hash, trigram] of shared) {
    total += trigram.count * trigram.positions.length;
    if (chosen.size > 0 && (total > MAX_VOTES || chosen.size >= MAX_TRIGRAMS)) break;
    chosen.set(hash, trigram);
  }
  return chosen;
}

function hashTrigram(text: string, offset: number): number {
  const mixed =
    (text.charCodeAt(offset) * 31 + text.charCodeAt(offset + 1)) * 31 + text.charCodeAt(offset + 2);
  return (mixed ^ (mixed >>> 16)) & 0xffff;
}

/** The stretch of `text` that takes the fewest edits to become `needle`. */
function alignWithin(text: string, needle: string): { start: number; end: number; edits: number } {
  const columns = needle.length + 1;
  let edits = Uint16Array.from({ length: columns }, (_, i) => i);
  let starts = new Uint32Array(columns);
  let nextEdits = new Uint16Array(columns);
  let nextStarts = new Uint32Array(columns);
  let best = { start: 0, end: 0, edits: needle.length };
  for (let row = 1; row <= text.length; row++) {
    const unit = text.charCodeAt(row - 1);
    nextEdits[0] = 0;
    nextStarts[0] = row;
    for (let column = 1; column < columns; column++) {
      let cost = (edits[column - 1] as number) + (unit === needle.charCodeAt(column - 1) ? 0 : 1);
      let start = starts[column - 1] as number;
      const skipped = (edits[column] as number) + 1;
      if (skipped < cost) {
        cost = skipped;
        start = starts[column] as number;
      }
      const lacking = (nextEdits[column - 1] as number) + 1;
      if (lacking < cost) {
        cost = lacking;
        start = nextStarts[column - 1] as number;
      }
      nextEdits[column] = cost;
      nextStarts[column] = start;
    }
    [edits, nextEdits] = [nextEdits, edits];
    [starts, nextStarts] = [nextStarts, starts];
    const total = edits[columns - 1] as number;
    if (total < best.edits) best = { start: starts[columns - 1] as number, end: row, edits: total };
  }
  return best;
}
