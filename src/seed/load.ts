import type { Db } from '../db/client.ts';
import { readFact } from '../db/data-version.ts';
import { LoadRefusal } from '../errors.ts';
import { hasSameDeclarations } from '../store/declarations.ts';
import { findWithdrawal, isOfOrigin, readDraft } from '../store/lookup.ts';
import { type Report, replaceRecords, WriteRefusal } from '../store/write.ts';
import { checkSeeds } from './check.ts';
import { hashSeeds } from './read.ts';

const SEEDS_HASH = 'seeds_hash';

/** Whether the seeds on disk are other than those that were loaded last, or were loaded by another release. */
export function areSeedsStale(db: Db, root: string): boolean {
  return readFact(db, SEEDS_HASH) !== hashSeeds(root) || !hasSameDeclarations(db);
}

/**
 * Makes the base's seed records be those of the files, whole or not at all. Throws LoadRefusal with every mistake
 * found; the base is then as it was. A load of files that have not changed since the last one writes nothing.
 */
export function loadSeeds(db: Db, root: string): Report {
  const hash = hashSeeds(root);
  const checked = checkSeeds(root, {
    find: (noun, id) => (isOfOrigin(db, noun, id, 'seed') ? undefined : readDraft(db, noun, id)),
    findWithdrawal: (noun, id) => findWithdrawal(db, noun, id),
  });
  try {
    return replaceRecords(db, checked.loads, {
      origin: 'seed',
      withdrawals: checked.withdrawals,
      defaultReason: 'taken out of the seed files',
      facts: { [SEEDS_HASH]: hash },
    });
  } catch (error) {
    if (!(error instanceof WriteRefusal)) throw error;
    throw new LoadRefusal([
      {
        file: error.noun,
        line: null,
        record: error.id === '' ? null : error.id,
        field: null,
        sentence: error.message,
      },
    ]);
  }
}
