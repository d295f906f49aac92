/** Where an import goes: the base itself in short transactions, a new file in its place, or a copy to be thrown away. */
import { statSync } from 'node:fs';
import { type Db, migrateDatabase } from '../db/client.ts';
import { openImportStore } from '../store/batch.ts';
import { openBulkLoad } from '../store/bulk.ts';
import { isOfThisRelease } from '../store/declarations.ts';
import { isEmpty, measureBase } from '../store/lookup.ts';
import { openScratch } from '../store/scratch.ts';
import { renewRecords } from '../store/write.ts';
import { heed, type ImportOptions, type ImportReport, importFiles, stopReport } from './import.ts';

/** Few enough that a reader, or another writer, never waits for long. */
const RECORDS_IN_BATCH = 1000;
/** Nothing waits for a load into a new file, and what lives shortly costs the collector of garbage least. */
const RECORDS_IN_BULK = 100;
/** Files of less than so many bytes are not worth making all indexes anew. */
const BULK_FROM = 4_000_000;

export type Target = {
  /** All of it is done on a copy, so that what is said is what would happen. */
  dryRun: boolean;
  /** Files of at least so many bytes, and larger than the base where it is not empty, are loaded into a new file. */
  bulkFrom?: number;
};

/**
 * Brings the base up to date first. Where a new file took its place, its handle is closed; a dry run writes nothing to it,
 * and needs a handle for reading alone.
 */
export async function importIntoBase(
  db: Db,
  given: Omit<ImportOptions, 'batch' | 'lasting'>,
  { dryRun, bulkFrom = BULK_FROM }: Target,
): Promise<ImportReport> {
  const options = { ...given, batch: RECORDS_IN_BATCH, lasting: !dryRun };
  if (dryRun) {
    const earlier = !isOfThisRelease(db) && measureBase(db) > 0;
    const scratch = openScratch(db);
    try {
      bringUpToDate(scratch.db);
      const report = await importFiles(scratch.db, openImportStore(scratch.db), options);
      if (earlier)
        report.notes.push(
          'The import itself would bring the base up to date first: an earlier release wrote it.',
        );
      return report;
    } finally {
      scratch.discard();
    }
  }
  bringUpToDate(db);
  const size = given.files.reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const bulk = size >= bulkFrom && (isEmpty(db) || size > measureBase(db)) ? openBulkLoad(db) : null;
  if (bulk === null) return importFiles(db, openImportStore(db), options);
  const loading = { ...options, batch: RECORDS_IN_BULK, lasting: false };
  let report: ImportReport | null = null;
  try {
    report = await importFiles(bulk.db, openImportStore(bulk.db, bulk.index), loading);
    if (report.stopped === null && report.entries.taken > 0) {
      await bulk.finish((what) => {
        given.onProgress?.({ done: size, total: size, what });
        return heed(given.signal);
      });
      return report;
    }
  } catch (error) {
    bulk.abandon();
    if (report === null) throw error;
    stopReport(report, error, loading);
    return report;
  }
  bulk.abandon();
  return report;
}

function bringUpToDate(db: Db): void {
  migrateDatabase(db);
  renewRecords(db);
}
