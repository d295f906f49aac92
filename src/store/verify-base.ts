/** Whether the base is whole: the file, its indexes, and everything in it that is derived from something else. */
import type { Db } from '../db/client.ts';

export type Progress = { done: number; total: number; what: string };

export type BaseReport = {
  ok: boolean;
  /** How much was looked at: rows of each noun, spans, full-text indexes. */
  counts: Record<string, number>;
  /** The first 100, as sentences. */
  failures: string[];
  failures_total: number;
  /** What could not be checked, and why. */
  notes: string[];
};

export function verifyBase(_db: Db, _onProgress?: (progress: Progress) => void): BaseReport {
  throw new Error('not written yet');
}
