/**
 * Whether every passage in quotation marks is accounted for once: as a span of a quote, or in the ledger of those that
 * are none. Places are code points, end exclusive.
 */

import type { CodePointIndex } from './code-points.ts';
import { findQuotedPassages } from './quotation-marks.ts';

export interface Place {
  start: number;
  end: number;
}

/** A stretch of an actor's own words. */
export interface CoveredSpan extends Place {
  quote: string;
  /** Which of the quote's spans, from 1. */
  ordinal: number;
  /** Whether somebody relays the quote inside the source: only such a quote may stand inside another. */
  relayed: boolean;
}

/** A passage in quotation marks that is said to be no span. */
export interface LedgerPlace extends Place {
  reason: string;
  of?: { quote?: string | null | undefined; span?: number | null | undefined } | null | undefined;
}

export interface Coverage {
  spans: readonly CoveredSpan[];
  ledger: readonly LedgerPlace[];
  /** Where it is at hand, every passage in quotation marks in it is looked for, and repeats are compared. */
  text?: CodePointIndex | undefined;
}

export interface CoverageProblem {
  /** Index of the span or ledger entry at fault; neither for a passage that nothing accounts for. */
  span?: number;
  ledger?: number;
  /** Index of the span that it is held against. */
  against?: number;
  /** The field of the ledger entry at fault. */
  field?: 'start' | 'of';
  place: Place;
  sentence: string;
}

export function checkCoverage({ spans, ledger, text }: Coverage): CoverageProblem[] {
  const problems = [...checkSpansApart(spans), ...checkLedgerApart(spans, ledger)];
  const ofQuotes = Map.groupBy(spans, (span) => span.quote);
  ledger.forEach((entry, n) => {
    const sentence = describeWrongTarget(ofQuotes, entry, text);
    if (sentence !== null) problems.push({ ledger: n, field: 'of', place: pickPlace(entry), sentence });
  });
  if (text !== undefined) problems.push(...checkPassages(spans, ledger, text));
  return problems;
}

/** Quotation marks do not cross, so neither do spans; one inside another is a quote within a quote. */
function checkSpansApart(spans: readonly CoveredSpan[]): CoverageProblem[] {
  const problems: CoverageProblem[] = [];
  for (const [n, other] of listOverlaps(spans)) {
    const span = spans[n] as CoveredSpan;
    const before = spans[other] as CoveredSpan;
    if (span.quote === before.quote) continue;
    const which = `span ${before.ordinal} of "${before.quote}" ${formatPlace(before)}`;
    const relation = relate(span, before);
    if (relation === null) continue;
    if (relation === 'crosses') {
      problems.push({
        span: n,
        against: other,
        place: pickPlace(span),
        sentence: `${formatPlace(span)} crosses ${which}`,
      });
    } else if (!span.relayed && !before.relayed) {
      const where = relation === 'same' ? 'the very place of' : relation === 'inside' ? 'inside' : 'around';
      const sentence = `${formatPlace(span)} is ${where} ${which}; a quote within a quote says who relays it (relayed_by)`;
      problems.push({ span: n, against: other, place: pickPlace(span), sentence });
    }
  }
  return problems;
}

function checkLedgerApart(spans: readonly CoveredSpan[], ledger: readonly LedgerPlace[]): CoverageProblem[] {
  const problems: CoverageProblem[] = [];
  const all: Place[] = [...spans, ...ledger];
  for (const [a, b] of listOverlaps(all)) {
    const [low, high] = a < b ? [a, b] : [b, a];
    if (low >= spans.length || high < spans.length) continue;
    const span = spans[low] as CoveredSpan;
    const n = high - spans.length;
    const entry = ledger[n] as LedgerPlace;
    const relation = relate(entry, span);
    // Marks inside the actor's words may be entered, and words that nobody is named for may hold a relayed quote.
    if (relation === null || relation === 'inside' || (relation === 'around' && span.relayed)) continue;
    const says = { same: 'is the very place of', crosses: 'crosses', around: 'encloses' }[relation];
    const sentence = `${formatPlace(entry)} ${says} span ${span.ordinal} of "${span.quote}" ${formatPlace(span)}; words are either a span or in the ledger`;
    problems.push({ ledger: n, against: low, field: 'start', place: pickPlace(entry), sentence });
  }
  return problems;
}

/** What is wrong with the span that a ledger entry says it repeats or echoes; quotes that are not at hand are left out. */
function describeWrongTarget(
  ofQuotes: ReadonlyMap<string, readonly CoveredSpan[]>,
  entry: LedgerPlace,
  text: CodePointIndex | undefined,
): string | null {
  const { quote, span: ordinal } = entry.of ?? {};
  if (quote == null) return ordinal == null ? null : 'names a span and not the quote that it is of';
  if (ordinal == null)
    return entry.reason === 'repeat' ? 'a repeat says which span of the quote it repeats' : null;
  const ofQuote = ofQuotes.get(quote) ?? [];
  const target = ofQuote.find((span) => span.ordinal === ordinal);
  if (target === undefined) {
    const has =
      ofQuote.length === 0 ? 'no spans' : ofQuote.length === 1 ? '1 span' : `${ofQuote.length} spans`;
    return `there is no span ${ordinal}: "${quote}" has ${has} in this source`;
  }
  if (entry.reason !== 'repeat') return null;
  const length = entry.end - entry.start;
  const wanted = target.end - target.start;
  if (length !== wanted) {
    return `${formatPlace(entry)} is ${length} code points long and cannot repeat span ${ordinal} of "${quote}", which has ${wanted}`;
  }
  if (entry.start < target.start) {
    return `${formatPlace(entry)} stands before span ${ordinal} of "${quote}" ${formatPlace(target)}; a quote's first place is its place, and the later one the repeat`;
  }
  if (text === undefined || Math.max(entry.end, target.end) > text.length) return null;
  const [words, repeated] = [text.slice(target.start, target.end), text.slice(entry.start, entry.end)];
  if (words === repeated) return null;
  return `${formatPlace(entry)} has “${shorten(repeated)}”, which is no repeat of “${shorten(words)}”`;
}

function checkPassages(
  spans: readonly CoveredSpan[],
  ledger: readonly LedgerPlace[],
  text: CodePointIndex,
): CoverageProblem[] {
  const problems: CoverageProblem[] = [];
  const passages = findQuotedPassages(text.text);
  const quoted = new Set(passages.map(formatPlace));
  ledger.forEach((entry, n) => {
    if (quoted.has(formatPlace(entry))) return;
    const near = passages.find((passage) => relate(passage, entry) !== null);
    const hint = near === undefined ? '' : `; the nearest is ${formatPlace(near)}`;
    const sentence = `${formatPlace(entry)} is no passage in quotation marks${hint}`;
    problems.push({ ledger: n, field: 'start', place: pickPlace(entry), sentence });
  });
  const accounted = new Set([...spans, ...ledger].map(formatPlace));
  for (const passage of passages) {
    if (passage.level > 0 || accounted.has(formatPlace(passage))) continue;
    const words = shorten(text.slice(passage.start, passage.end));
    const sentence = `${formatPlace(passage)} “${words}” stands in quotation marks and is neither a span of a quote nor in the ledger`;
    problems.push({ place: pickPlace(passage), sentence });
  }
  return problems;
}

/** Pairs of indices of places that overlap, the later one first. */
function listOverlaps(places: readonly Place[]): [later: number, earlier: number][] {
  const order = places
    .map((_, n) => n)
    .sort((a, b) => compare(places[a] as Place, places[b] as Place) || a - b);
  const pairs: [number, number][] = [];
  let open: number[] = [];
  for (const n of order) {
    const place = places[n] as Place;
    open = open.filter((other) => (places[other] as Place).end > place.start);
    for (const other of open) pairs.push([n, other]);
    open.push(n);
  }
  return pairs;
}

function compare(a: Place, b: Place): number {
  return a.start - b.start || b.end - a.end;
}

/** How `a` stands to `b`; null where they do not touch. */
function relate(a: Place, b: Place): 'same' | 'inside' | 'around' | 'crosses' | null {
  if (a.end <= b.start || b.end <= a.start) return null;
  if (a.start === b.start && a.end === b.end) return 'same';
  if (a.start >= b.start && a.end <= b.end) return 'inside';
  if (a.start <= b.start && a.end >= b.end) return 'around';
  return 'crosses';
}

function pickPlace({ start, end }: Place): Place {
  return { start, end };
}

/** `[start, end)` */
export function formatPlace({ start, end }: Place): string {
  return `[${start}, ${end})`;
}

/** Words for a sentence, cut to a readable length. */
export function shorten(words: string, most = 80): string {
  const line = words.replace(/\s+/g, ' ');
  return line.length > most
    ? `${line
        .slice(0, most)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`
    : line;
}
