/**
 * Takes the entries of files into the base: checks them, writes them in batches, and puts what cannot be taken into a
 * file that can be mended. Importing the same files again changes nothing, and completes an import that was cut short.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Db } from '../db/client.ts';
import { explainUnreadable, UsageError } from '../errors.ts';
import type { Noun } from '../resources/resource.ts';
import type { ImportStore } from '../store/batch.ts';
import { isDiskFull } from '../store/failures.ts';
import { type ActorCounts, openActorResolver } from './actors.ts';
import type { ImportFormat, SpanState } from './format.ts';
import type { RejectsFile } from './rejects.ts';
import { openRun } from './run.ts';

export type NounCounts = {
  added: number;
  changed: number;
  unchanged: number;
  refused: number;
  withdrawn: number;
};
export type ImportReport = {
  counts: Map<Noun, NounCounts>;
  spans: Record<SpanState, number>;
  actors: ActorCounts;
  /** Records that came more than once, the same each time. */
  repeated: number;
  /** Entries taken and entries refused. */
  entries: { taken: number; refused: number };
  /** What was assumed, and what was left out and counted. */
  notes: string[];
  /** Why it ended before the files did, with what was committed till then in the base; null where it did not. */
  stopped: string | null;
};

/** In bytes; `what` is being done. */
export type ImportProgress = { done: number; total: number; what: string };

export type ImportOptions = {
  files: readonly string[];
  format: ImportFormat;
  corpus: string | null;
  corpus_title?: string | undefined;
  /** What a new actor is where the file does not say. */
  actor_kind: string;
  options: Readonly<Record<string, string | boolean | undefined>>;
  rejects: RejectsFile;
  /** Records in a transaction: few, where others read and write meanwhile. */
  batch: number;
  /** Whether what is committed stays, whatever comes after it: not so in a file that is thrown away. */
  lasting: boolean;
  onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Ends the import before its files do. */
  signal?: AbortSignal | undefined;
};

/** Entries after which progress is told, and whoever wants the import to end is heard. */
const ENTRIES_IN_TURN = 500;

export async function importFiles(db: Db, store: ImportStore, given: ImportOptions): Promise<ImportReport> {
  const { format, files, rejects } = given;
  const run = openRun(db, store, given);
  const actors = openActorResolver(db, given.actor_kind, run.isTaken);
  run.report.actors = actors.counts;
  const total = files.reduce((sum, file) => sum + measure(file), 0);
  let done = 0;
  let entries = 0;
  const reading = format.read(files, {
    corpus: given.corpus,
    options: given.options,
    resolveActor: actors.resolve,
    listMeant: actors.list,
    findHeld: store.findDraft,
    countSpan: (state) => {
      run.report.spans[state] += 1;
    },
  });
  const notes = new Map<string, number>();
  try {
    for await (const item of reading) {
      if (item.type === 'note') {
        notes.set(item.sentence, (notes.get(item.sentence) ?? 0) + (item.count ?? 0));
        continue;
      }
      if (item.type === 'unit') run.take(item);
      else run.reject(item);
      entries += 1;
      done = Math.min(total, done + Buffer.byteLength(item.raw));
      if (entries % ENTRIES_IN_TURN > 0) continue;
      given.onProgress?.({ done, total, what: `${entries} entries` });
      await heed(given.signal);
    }
    run.finish();
    rejects.finish();
  } catch (error) {
    rejects.abandon();
    stopReport(run.report, error, given);
  }
  given.onProgress?.({ done: total, total, what: `${entries} entries` });
  run.report.notes.push(
    ...[...notes].map(([sentence, count]) => (count === 0 ? sentence : `${count} ${sentence}`)),
  );
  return run.report;
}

/** Signals are heard between two turns of the event loop. Throws where the import is to end. */
export async function heed(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

/** Says what ended the import, and what is in the base then. Throws any error that is none of an import that was cut short. */
export function stopReport(
  report: ImportReport,
  error: unknown,
  { lasting, signal }: Pick<ImportOptions, 'lasting' | 'signal'>,
): void {
  const { taken } = report.entries;
  const full = isDiskFull(error);
  const why = signal?.aborted
    ? 'The import was interrupted'
    : full
      ? `The disk is full (${(error as Error).message})`
      : null;
  if (why === null && error instanceof UsageError && lasting && taken > 0) {
    report.stopped = `${error.message} The base is as it was after the last batch, ${taken} entries in. Mend the file and run the same import again.`;
    return;
  }
  if (why === null) throw error;
  const room = full ? `Make room${lasting ? '' : ' for a base of this size'} and run` : 'Run';
  const state = lasting ? `after the last batch, ${taken} entries in` : 'before the import';
  const advice = `${room} the same import again${lasting && !full ? ' to complete it' : ''}.`;
  report.stopped = `${why}: the base is as it was ${state}. ${advice}`;
  if (!lasting) report.entries.taken = 0;
}

/** All files are looked at before the first is read. */
function measure(file: string): number {
  try {
    accessSync(file, constants.R_OK);
    return statSync(file).size;
  } catch (error) {
    throw explainUnreadable(file, error);
  }
}
