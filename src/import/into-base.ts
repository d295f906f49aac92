/** Where an import goes: the base itself, record by record in short transactions, or a copy that is thrown away. */
import type { Db } from '../db/client.ts';
import { openImportStore } from '../store/batch.ts';
import { openScratch } from '../store/scratch.ts';
import { type ImportOptions, type ImportReport, importFiles } from './import.ts';

/** Few enough that a reader, or another writer, never waits for long. */
const RECORDS_IN_BATCH = 1000;

/** With `dryRun`, all of it is done on a copy, so that what is said is what would happen. */
export async function importIntoBase(
  db: Db,
  options: Omit<ImportOptions, 'batch'>,
  { dryRun }: { dryRun: boolean },
): Promise<ImportReport> {
  if (!dryRun) return importFiles(db, openImportStore(db), { ...options, batch: RECORDS_IN_BATCH });
  const scratch = openScratch(db);
  try {
    return await importFiles(scratch.db, openImportStore(scratch.db), {
      ...options,
      batch: RECORDS_IN_BATCH,
    });
  } finally {
    scratch.discard();
  }
}
