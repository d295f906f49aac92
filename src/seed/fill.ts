/** Fills values into the records of seed files, beside what stands there, and notes what is in the way. */
import type { FileProblem } from '../errors.ts';
import type { CodePointIndex } from '../evidence/code-points.ts';
import type { SentenceFinder } from '../evidence/sentences.ts';
import { formatPath, type Path } from '../resources/check-record.ts';
import type { NewValue, SeedEdits } from './edit.ts';

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

export type Entry = Record<string, unknown>;

/** Everything that is written goes through here, so that one problem keeps all of it from being written. */
export type Work = {
  text: CodePointIndex;
  sentences: SentenceFinder;
  report: LocateReport;
  edits: SeedEdits;
};
/** One record of a file, or a part of it. */
export type At = { work: Work; record: string | null; path: Path };

/** Fills what is open of a span or cue, and counts it. */
export function settle(
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
export function fill(
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

export function change(
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

export function listParts(at: At, entry: Entry, key: string): unknown[] {
  const value = entry[key];
  if (value == null) return [];
  if (Array.isArray(value)) return value;
  addProblem(at, [key], 'is not a list');
  return [];
}

export function addProblem({ work, record, path }: At, rest: Path, sentence: string): void {
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

export function isEntry(value: unknown): value is Entry {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}
