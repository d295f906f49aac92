/** Fills offsets, selectors and hashes into seed files, so that nobody counts code points by hand. */
import { type FileProblem, UsageError } from '../errors.ts';

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

/** Throws UsageError where it is not clear which source the text is, or where the text is another one. */
export function locateInSeeds(
  _root: string,
  _textPath: string,
  _options: { source?: string } = {},
): LocateReport {
  throw new UsageError('not written yet');
}
