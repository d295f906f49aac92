/** Finds the spans, cues and passages of a record in the text, or says why they cannot be found. */
import { findNearestPassage, locateExact, quoteSelectors } from '../evidence/anchors.ts';
import { type CodePointIndex, countCodePoints } from '../evidence/code-points.ts';
import { formatPlace, type Place, shorten } from '../evidence/coverage.ts';
import { digestText } from '../evidence/digest.ts';
import { describeMisplaced } from '../evidence/misplaced.ts';
import type { Path } from '../resources/check-record.ts';
import { type At, addProblem, change, type Entry, fill, isEntry, isInteger, settle } from './fill.ts';

/** How far a search reaches, and how a sentence calls it. */
export type Within = Place & { called: string };

const PASSAGE_KEYS = ['start', 'end', 'sha256'];
const SPAN_KEYS = ['exact', 'start', 'end', 'prefix', 'suffix'];
const CUE_KEYS = ['exact', 'start', 'end'];

/** The smallest stretch that holds all spans and the cue, widened to whole sentences; null, with a problem, where in doubt. */
export function derivePassage(at: At, spans: readonly Place[], cue: unknown): Place | null {
  const { text, sentences } = at.work;
  const hold = (places: readonly Place[]): Place => ({
    start: Math.min(...places.map((place) => place.start)),
    end: Math.max(...places.map((place) => place.end)),
  });
  const around = sentences.widen(hold(spans));
  let passage = around;
  const words = isEntry(cue) && typeof cue.exact === 'string' ? cue.exact : null;
  if (isEntry(cue) && isInteger(cue.start) && isInteger(cue.end)) {
    passage = sentences.widen(hold([...spans, { start: cue.start, end: cue.end }]));
  } else if (words !== null && findPlaces(text, words, around, {}).length === 0) {
    const [start, ...others] = findPlaces(text, words, { start: 0, end: text.length }, {});
    if (start !== undefined && others.length === 0) {
      passage = sentences.widen(hold([...spans, { start, end: start + countCodePoints(words) }]));
    }
  }
  const doubt = sentences.describeDoubt(passage);
  if (doubt !== null) {
    addProblem(
      at,
      ['passage'],
      `${doubt}; give the passage's first words as starts_with and its last as ends_with`,
    );
    return null;
  }
  const values = { ...passage, sha256: digestText(text.slice(passage.start, passage.end)) };
  const order = ['id', 'actor', 'on_behalf_of', 'source', 'kind', 'passage'];
  if (!change(at, [], order, { passage: values }, [])) return null;
  at.work.report.filled += Object.keys(values).length - 1;
  return passage;
}

export function locatePassage(at: At, path: Path, given: unknown): Place | null {
  const { text, report } = at.work;
  if (!isEntry(given)) {
    addProblem(at, path, 'a passage is a mapping of start, end and sha256');
    return null;
  }
  const opened = given.starts_with ?? given.ends_with;
  if (opened != null) {
    const place = locateByEdges(at, path, given);
    if (place === null) return null;
    const sha256 = digestText(text.slice(place.start, place.end));
    if (given.sha256 != null && given.sha256 !== sha256) {
      addProblem(at, [...path, 'sha256'], `the passage ${formatPlace(place)} has the SHA-256 ${sha256}`);
      return null;
    }
    return fill(at, path, given, PASSAGE_KEYS, { ...place, sha256 }, ['starts_with', 'ends_with', 'nth'])
      ? place
      : null;
  }
  const { start, end } = given;
  if (!isInteger(start) || !isInteger(end)) {
    addProblem(at, path, 'a passage has start and end, or starts_with and ends_with for them to be found by');
    return null;
  }
  if (start < 0 || end <= start || end > text.length) {
    addProblem(
      at,
      path,
      `${formatPlace({ start, end })} is no stretch of a text of ${text.length} code points`,
    );
    return null;
  }
  const sha256 = digestText(text.slice(start, end));
  if (given.sha256 != null && given.sha256 !== sha256) {
    const there = shorten(text.slice(start, end));
    const sentence = `the text has at ${formatPlace({ start, end })} “${there}”, with the SHA-256 ${sha256}`;
    addProblem(at, [...path, 'sha256'], sentence);
    return null;
  }
  if (given.sha256 != null && given.nth === undefined) report.unchanged += 1;
  return fill(at, path, given, PASSAGE_KEYS, { sha256 }, ['nth']) ? { start, end } : null;
}

/** From the first words to the nearest end of the last ones. */
function locateByEdges(at: At, path: Path, given: Entry): Place | null {
  const { text } = at.work;
  const { starts_with: first, ends_with: last } = given;
  if (typeof first !== 'string' || typeof last !== 'string' || first === '' || last === '') {
    addProblem(at, path, 'a passage is found by both starts_with and ends_with, each a few words');
    return null;
  }
  if (given.start != null || given.end != null) {
    addProblem(
      at,
      path,
      'starts_with and ends_with stand beside the offsets that they are to give: leave one or the other out',
    );
    return null;
  }
  const whole = { start: 0, end: text.length, called: 'the text' };
  const start = choosePlace(at, [...path, 'starts_with'], first, given, whole, {});
  if (start === null) return null;
  const shortest = start + countCodePoints(first);
  const ends = findPlaces(text, last, { start, end: text.length }, {}).map(
    (place) => place + countCodePoints(last),
  );
  const end = ends.find((place) => place >= shortest);
  if (end === undefined) {
    const sentence = `“${shorten(last)}” does not stand in the text behind “${shorten(first)}” ${formatPlace({ start, end: shortest })}`;
    addProblem(at, [...path, 'ends_with'], `${sentence}${describeNearest(text, last)}`);
    return null;
  }
  return { start, end };
}

export function locateSpan(at: At, path: Path, span: unknown, within: Within): Place | null {
  const place = locateWords(at, path, span, within);
  if (place === null || !isEntry(span)) return null;
  const selectors = quoteSelectors(at.work.text, place.start, place.end);
  for (const side of ['prefix', 'suffix'] as const) {
    if (span[side] == null) continue;
    const { text } = at.work.text;
    const [from, to] = [at.work.text.toUtf16(place.start), at.work.text.toUtf16(place.end)];
    const stands =
      side === 'prefix'
        ? text.slice(0, from).endsWith(String(span[side]))
        : text.startsWith(String(span[side]), to);
    if (stands && countCodePoints(String(span[side])) <= 32) continue;
    const sentence = `stands not beside the span ${formatPlace(place)}, which has “${selectors[side]}” there (at most 32 code points)`;
    addProblem(at, [...path, side], sentence);
    return null;
  }
  return settle(at, path, span, SPAN_KEYS, { ...place, ...selectors }) ? place : null;
}

export function locateCue(at: At, cue: unknown, within: Within): void {
  if (cue == null) return;
  const place = locateWords(at, ['cue'], cue, within);
  if (place !== null && isEntry(cue)) settle(at, ['cue'], cue, CUE_KEYS, { ...place });
}

/** Places that are given are checked and never corrected. */
function locateWords(at: At, path: Path, part: unknown, within: Within): Place | null {
  const { text } = at.work;
  if (!isEntry(part) || typeof part.exact !== 'string' || part.exact === '') {
    addProblem(at, path, 'has no words to be found by (exact)');
    return null;
  }
  const length = countCodePoints(part.exact);
  const given = isInteger(part.start) ? part.start : isInteger(part.end) ? part.end - length : null;
  if (given === null) {
    const start = choosePlace(at, [...path, 'exact'], part.exact, part, within, part);
    return start === null ? null : { start, end: start + length };
  }
  const place = { start: given, end: isInteger(part.end) ? part.end : given + length };
  const misplaced = describeMisplaced(text.text, { exact: part.exact, ...place });
  if (misplaced !== null) {
    addProblem(at, [...path, 'exact'], misplaced);
    return null;
  }
  if (place.start >= within.start && place.end <= within.end) return place;
  addProblem(at, [...path, 'start'], `${formatPlace(place)} lies outside ${within.called}`);
  return null;
}

type Selectors = { prefix?: unknown; suffix?: unknown };

/** The one place that is meant, `nth` counted from 1 among those inside `within`; null, with a problem, where none is. */
function choosePlace(
  at: At,
  path: Path,
  words: string,
  { nth }: { nth?: unknown },
  within: Within,
  selectors: Selectors,
): number | null {
  const { text } = at.work;
  const places = findPlaces(text, words, within, selectors);
  if (nth != null && !(isInteger(nth) && nth >= 1)) {
    addProblem(at, [...path.slice(0, -1), 'nth'], 'is not a number from 1 on');
    return null;
  }
  const chosen = isInteger(nth) ? places[nth - 1] : places.length === 1 ? places[0] : undefined;
  if (chosen !== undefined) return chosen;
  const length = countCodePoints(words);
  if (places.length > 0) {
    const shown = places.slice(0, 8).map((start) => describePlace(text, { start, end: start + length }));
    const list = `${shown.join('; ')}${places.length > shown.length ? '; …' : ''}`;
    const times = places.length === 1 ? 'once' : `${places.length} times`;
    const sentence = isInteger(nth)
      ? `there is no place number ${nth}: “${shorten(words)}” stands ${times} in ${within.called}: ${list}`
      : `“${shorten(words)}” stands ${times} in ${within.called}, and \`nth\` says which one is meant: ${list}`;
    addProblem(at, path, sentence);
    return null;
  }
  const elsewhere = findPlaces(text, words, { start: 0, end: text.length }, {});
  const [first] = elsewhere;
  const beside = selectors.prefix == null && selectors.suffix == null ? '' : ' with this prefix and suffix';
  const hint =
    first === undefined
      ? describeNearest(text, words)
      : `; it stands at ${formatPlace({ start: first, end: first + length })}${elsewhere.length > 1 ? ` and ${elsewhere.length - 1} times more` : ''}`;
  addProblem(at, path, `“${shorten(words)}” does not stand in ${within.called}${beside}${hint}`);
  return null;
}

/** Starts of the places inside `within`, in the order of the text, at most 1,000. */
function findPlaces(
  text: CodePointIndex,
  words: string,
  within: Place,
  { prefix, suffix }: Selectors,
): number[] {
  const before = typeof prefix === 'string' ? prefix : '';
  const after = typeof suffix === 'string' ? suffix : '';
  // The words stand inside, what stands beside them may not.
  const from = Math.max(0, within.start - countCodePoints(before));
  const to = Math.min(text.length, within.end + countCodePoints(after));
  const location = locateExact(text.slice(from, to), words, { prefix: before, suffix: after });
  if (location.state === 'missing') return [];
  const starts = location.state === 'exact' ? [location.start] : location.occurrences;
  const length = countCodePoints(words);
  return starts
    .map((start) => start + from)
    .filter((start) => start >= within.start && start + length <= within.end);
}

function describePlace(text: CodePointIndex, place: Place): string {
  const { prefix, suffix } = quoteSelectors(text, place.start, place.end, 16);
  const words = shorten(text.slice(place.start, place.end), 24);
  return `${formatPlace(place)} “${shorten(`…${prefix}${words}${suffix}…`)}”`;
}

function describeNearest(text: CodePointIndex, words: string): string {
  const nearest = findNearestPassage(text, words);
  return nearest === null
    ? ''
    : `; the nearest passage is ${formatPlace(nearest)}: “${shorten(nearest.text, 200)}”`;
}
