/**
 * Fills offsets, selectors and hashes into seed files, so that nobody counts code points by hand. It never guesses:
 * words that stand in several places are a problem for the curator, who says which one is meant (`nth`, or prefix and
 * suffix), and words that do not stand in the text are not moved to those most like them.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { indexCodePoints } from '../evidence/code-points.ts';
import { checkCoverage, formatPlace, type LedgerPlace, type Place } from '../evidence/coverage.ts';
import { digestText } from '../evidence/digest.ts';
import { indexSentences } from '../evidence/sentences.ts';
import type { Path } from '../resources/check-record.ts';
import { SeedEdits, writeEdits } from './edit.ts';
import {
  type At,
  addProblem,
  type Entry,
  fill,
  isEntry,
  isInteger,
  type LocateReport,
  listParts,
  type Work,
} from './fill.ts';
import { findSource, listEntries, openFile } from './find-source.ts';
import { derivePassage, locateCue, locatePassage, locateSpan } from './locate-parts.ts';
import { readTextFile } from './read.ts';

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
  if (report.problems.length === 0) report.files = writeEdits(root, edits);
  return report;
}

function openEdits(root: string, path: string, report: LocateReport): SeedEdits | null {
  if (!existsSync(path)) return null;
  const file = openFile(root, path);
  report.problems.push(...file.problems);
  return file.problems.length === 0 ? new SeedEdits(file) : null;
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
