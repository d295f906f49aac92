/** A copy of a base to try something on, which is thrown away. */
import Database from 'better-sqlite3';
import { type Db, openDatabase } from '../db/client.ts';
import { registerFunctions } from '../db/functions.ts';
import { copyBeside, removeBaseFiles } from './base-file.ts';

export type Scratch = { db: Db; discard: () => void };

/** Beside the base's file, because that is where there is room for a base. A base without a file and a name is one already. */
export function openScratch(db: Db): Scratch {
  if (db.name === '') return { db, discard: () => {} };
  if (db.memory) {
    const copy = new Database(db.serialize());
    registerFunctions(copy);
    return { db: copy, discard: () => copy.close() };
  }
  const path = copyBeside(db, 'dry-run');
  const copy = openDatabase(path);
  // Not without a journal: a batch that the tables refuse is rolled back.
  copy.pragma('journal_mode = MEMORY');
  copy.pragma('synchronous = OFF');
  return {
    db: copy,
    discard: () => {
      copy.close();
      removeBaseFiles(path);
    },
  };
}
