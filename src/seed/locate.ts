/**
 * Fills offsets, selectors and hashes into seed files, so that nobody counts code points by hand. It never guesses:
 * words that stand in several places are a problem for the curator, who says which one is meant (`nth`, or prefix and
 * suffix), and words that do not stand in the text are not moved to those most like them.
 */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type FileProblem, LoadRefusal, UsageError } from '../errors.ts';
import { findNearestPassage, locateExact, quoteSelectors } from '../evidence/anchors.ts';
import { type CodePointIndex, countCodePoints, indexCodePoints } from '../evidence/code-points.ts';
import { checkCoverage, formatPlace, type LedgerPlace, type Place, shorten } from '../evidence/coverage.ts';
import { digestText } from '../evidence/digest.ts';
import { describeMisplaced } from '../evidence/misplaced.ts';
import { indexSentences, type SentenceFinder } from '../evidence/sentences.ts';
import { findNearest, listSome, suggest } from '../nearest.ts';
import { formatPath, type Path } from '../resources/check-record.ts';
import { type NewValue, SeedEdits } from './edit.ts';
import { listCorpusFolders, readNeighbour, readTextFile, SeedFile } from './read.ts';

export type LocateReport = {
  /** Id of the source that the text is. */
  source: string;
  /** Files that were written, from the seeds' folder; none when there are problems or nothing was to be filled. */
  files: string[];
  /** Values filled in. */
  filled: number;
  /** Spans, cues and passages that were complete already, and right. */
  unchanged: number;
  problems: FileProblem[];
};

type Entry = Record<string, unknown>;

/** Everything that is written goes through here, so that one problem keeps all of it from being written. */
type Work = {
  text: CodePointIndex;
  sentences: SentenceFinder;
  report: LocateReport;
  edits: SeedEdits;
};
/** One record of a file, or a part of it. */
type At = { work: Work; record: string | null; path: Path };

/** How far a search reaches, and how a sentence calls it. */
type Within = Place & { called: string };

const PASSAGE_KEYS = ['start', 'end', 'sha256'];
const SPAN_KEYS = ['exact', 'start', 'end', 'prefix', 'suffix'];
const CUE_KEYS = ['exact', 'start', 'end'];

/**
 * Fills in what can be found, in the quotes and stances of the source that the text is, and checks what is there
 * already and the ledger. Nothing is written unless everything is found. A second run changes nothing.
 * Throws UsageError where it is not clear which source the text is, or where the text is another one.
 */
export function locateInSeeds(
  root: string,
  textPath: string,
  options: { source?: string | undefined } = {},
): LocateReport {
  const text = indexCodePoints(readTextFile(textPath));
  const found = findSource(root, basename(textPath), digestText(text.text), options.source);
  const report: LocateReport = { source: found.id, files: [], filled: 0, unchanged: 0, problems: [] };
  const sentences = indexSentences(text);
  const open = (path: string) => openEdits(root, path, report);
  const sources: Work = { text, sentences, report, edits: new SeedEdits(found.file) };
  fillSource({ work: sources, record: found.id, path: found.path }, found.entry);
  const edits = [sources.edits];
  const spans: { quote: string; ordinal: number; relayed: boolean; place: Place }[] = [];

  const quotes = open(join(found.file.folder, 'quotes.yaml'));
  if (quotes !== null) {
    edits.push(quotes);
    forEachOf({ text, sentences, report, edits: quotes }, found.id, (at, quote) => {
      locateQuote(at, quote).forEach((place, n) => {
        if (place === null) return;
        spans.push({ quote: at.record ?? '', ordinal: n + 1, relayed: quote.relayed_by != null, place });
      });
    });
  }
  const stances = open(join(found.file.folder, 'stances.yaml'));
  if (stances !== null) {
    edits.push(stances);
    forEachOf({ text, sentences, report, edits: stances }, found.id, locateEvidence);
  }
  const passages = open(join(found.file.folder, 'passages.yaml'));
  // Against spans of which some were not found, sound entries would look wrong.
  if (passages !== null && report.problems.length === 0) {
    const placed = spans.map(({ place, ...span }) => ({ ...span, ...place }));
    checkLedger({ text, sentences, report, edits: passages }, found.id, placed);
  }
  if (report.problems.length === 0) report.files = writeFiles(root, edits);
  return report;
}

type FoundSource = { id: string; file: SeedFile; path: Path; entry: Entry; digest: string | null };

function findSource(root: string, name: string, digest: string, wanted: string | undefined): FoundSource {
  const all = listSources(root);
  const ids = all.map((source) => source.id);
  if (wanted === undefined) {
    const [first, ...others] = all.filter((source) => source.digest === digest);
    if (first !== undefined && others.length === 0) return first;
    throw new UsageError(
      first === undefined
        ? `No source has the SHA-256 of ${name} (${digest}); name the one that it is with --source. There are: ${listSome(ids)}.`
        : `Several sources have the text of ${name}; name the one that is meant with --source: ${listSome([first, ...others].map((source) => source.id))}.`,
    );
  }
  const source = all.find((candidate) => candidate.id === wanted);
  if (source === undefined)
    throw new UsageError(`There is no source "${wanted}".${suggest(findNearest(wanted, ids))}`);
  if (source.digest !== null && source.digest !== digest) {
    throw new UsageError(
      `${name} is not the text of "${wanted}": its SHA-256 is ${digest}, and that of the source ${source.digest}.`,
    );
  }
  return source;
}

function listSources(root: string): FoundSource[] {
  return listCorpusFolders(root, 'corpus.yaml')
    .map((folder) => join(folder, 'sources.yaml'))
    .filter((path) => existsSync(path))
    .flatMap((path) => {
      const file = openFile(root, path);
      if (file.problems.length > 0) throw new LoadRefusal(file.problems);
      return listEntries(file).flatMap(({ entry, path: at }) =>
        typeof entry.id === 'string'
          ? [{ id: entry.id, file, path: at, entry, digest: readDigest(root, file, entry) }]
          : [],
      );
    });
}

function readDigest(root: string, file: SeedFile, entry: Entry): string | null {
  if (typeof entry.text_sha256 === 'string') return entry.text_sha256;
  if (typeof entry.text_file !== 'string') return null;
  return digestText(readNeighbour(root, file.folder, entry.text_file));
}

function openEdits(root: string, path: string, report: LocateReport): SeedEdits | null {
  if (!existsSync(path)) return null;
  const file = openFile(root, path);
  report.problems.push(...file.problems);
  return file.problems.length === 0 ? new SeedEdits(file) : null;
}

function openFile(root: string, path: string): SeedFile {
  const file = new SeedFile(root, path);
  if (file.problems.length === 0) file.readValue();
  return file;
}

function listEntries(file: SeedFile): { entry: Entry; path: Path }[] {
  const value = file.readValue();
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry, n) => (isEntry(entry) ? [{ entry, path: [n] }] : []));
}

function forEachOf(work: Work, source: string, visit: (at: At, entry: Entry) => void): void {
  for (const { entry, path } of listEntries(work.edits.file)) {
    if (entry.source !== source) continue;
    visit({ work, record: typeof entry.id === 'string' ? entry.id : null, path }, entry);
  }
}

/** Where the text is held, the loader counts and hashes it itself. */
function fillSource(at: At, entry: Entry): void {
  if (entry.text_file != null) return;
  const { text } = at.work;
  if (entry.text_length != null && entry.text_length !== text.length) {
    addProblem(at, ['text_length'], `the text has ${text.length} code points`);
  }
  fill(at, [], entry, ['id', 'title', 'language', 'published', 'text_sha256', 'text_length'], {
    text_sha256: digestText(text.text),
    text_length: text.length,
  });
}

/** Answers the places of the quote's spans, null for one that was not found. */
function locateQuote(at: At, quote: Entry): (Place | null)[] {
  const spans = listParts(at, quote, 'spans');
  const given = quote.passage;
  const omitted = given == null || (isEntry(given) && Object.keys(given).length === 0);
  if (!omitted) {
    const passage = locatePassage(at, ['passage'], given);
    if (passage === null) return spans.map(() => null);
    const within = { ...passage, called: `the passage ${formatPlace(passage)}` };
    const places = spans.map((span, n) => locateSpan(at, ['spans', n], span, within));
    locateCue(at, quote.cue, within);
    return places;
  }
  const { text } = at.work;
  const whole = { start: 0, end: text.length, called: 'the text' };
  const places = spans.map((span, n) => locateSpan(at, ['spans', n], span, whole));
  if (places.length === 0) {
    const sentence =
      'nothing says where this stands: give the first words of the passage as starts_with and the last as ends_with';
    addProblem(at, ['passage'], sentence);
  }
  const found = places.filter((place) => place !== null);
  if (found.length === 0 || found.length < places.length) return places;
  const passage = derivePassage(at, found, quote.cue);
  if (passage !== null)
    locateCue(at, quote.cue, { ...passage, called: `the passage ${formatPlace(passage)}` });
  return places;
}

/** The smallest stretch that holds all spans and the cue, widened to whole sentences; null, with a problem, where in doubt. */
function derivePassage(at: At, spans: readonly Place[], cue: unknown): Place | null {
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

function locatePassage(at: At, path: Path, given: unknown): Place | null {
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

function locateSpan(at: At, path: Path, span: unknown, within: Within): Place | null {
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

function locateCue(at: At, cue: unknown, within: Within): void {
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

function locateEvidence(at: At, stance: Entry): void {
  listParts(at, stance, 'evidence').forEach((item, n) => {
    if (isEntry(item) && item.passage != null) locatePassage(at, ['evidence', n, 'passage'], item.passage);
  });
}

type PlacedSpan = Place & { quote: string; ordinal: number; relayed: boolean };

/** Entries have no words of their own to be found by: they are only checked. */
function checkLedger(work: Work, source: string, spans: readonly PlacedSpan[]): void {
  const ledger: (LedgerPlace & { path: Path })[] = [];
  for (const { entry, path } of listEntries(work.edits.file)) {
    if (entry.source !== source) continue;
    const { start, end, reason, of } = entry;
    if (isInteger(start) && isInteger(end)) {
      ledger.push({ path, start, end, reason: String(reason), of: isEntry(of) ? of : null });
    } else {
      const sentence =
        'an entry has start and end; `verbatim verify --text` lists the passages that have none yet';
      addProblem({ work, record: null, path }, ['start'], sentence);
    }
  }
  for (const problem of checkCoverage({ spans, ledger, text: work.text })) {
    // What is not entered yet is for verify to say: coding may still be under way.
    if (problem.ledger === undefined) continue;
    const path = ledger[problem.ledger]?.path ?? [];
    addProblem({ work, record: null, path }, [problem.field ?? 'start'], problem.sentence);
  }
}

/** Fills what is open of a span or cue, and counts it. */
function settle(
  at: At,
  path: Path,
  part: Entry,
  order: readonly string[],
  values: Record<string, NewValue>,
): boolean {
  const complete = Object.keys(values).every((key) => part[key] != null) && part.nth === undefined;
  if (complete) at.work.report.unchanged += 1;
  return fill(at, path, part, order, values, ['nth']);
}

/** Sets those of `values` that are not there yet, and removes the keys that were only there to find them. */
function fill(
  at: At,
  path: Path,
  part: Entry,
  order: readonly string[],
  values: Record<string, NewValue>,
  transient: readonly string[] = [],
): boolean {
  const open = Object.fromEntries(Object.entries(values).filter(([key]) => part[key] == null));
  const remove = transient.filter((key) => key in part);
  if (Object.keys(open).length === 0 && remove.length === 0) return true;
  return change(at, path, order, open, remove);
}

function change(
  at: At,
  path: Path,
  order: readonly string[],
  values: Record<string, NewValue>,
  remove: readonly string[],
): boolean {
  const { edits, report } = at.work;
  const full = [...at.path, ...path];
  if (!edits.canChange(full)) {
    addProblem(at, path, 'stands here by an alias (*): write it out, so that it can be filled in');
    return false;
  }
  edits.change(full, order, values, remove);
  report.filled += Object.keys(values).length;
  return true;
}

/** All of them or none: each is written beside its file first, and only then put in its place. */
function writeFiles(root: string, edits: readonly SeedEdits[]): string[] {
  const changed = edits.filter((edit) => !edit.isEmpty).map((edit) => ({ edit, text: edit.apply() }));
  const beside = changed.map(({ edit, text }) => {
    const path = join(root, edit.file.name);
    return { path, temporary: join(dirname(path), `.${basename(path)}.${process.pid}.tmp`), text };
  });
  try {
    for (const { temporary, text } of beside) writeFileSync(temporary, text);
    for (const { temporary, path } of beside) renameSync(temporary, path);
  } finally {
    for (const { temporary } of beside) rmSync(temporary, { force: true });
  }
  return changed.map(({ edit }) => edit.file.name);
}

function listParts(at: At, entry: Entry, key: string): unknown[] {
  const value = entry[key];
  if (value == null) return [];
  if (Array.isArray(value)) return value;
  addProblem(at, [key], 'is not a list');
  return [];
}

function addProblem({ work, record, path }: At, rest: Path, sentence: string): void {
  const { file } = work.edits;
  const field = formatPath(rest);
  work.report.problems.push({
    file: file.name,
    line: file.findLine([...path, ...rest]),
    record,
    field: field === '' ? null : field,
    sentence,
  });
}

function isEntry(value: unknown): value is Entry {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}
