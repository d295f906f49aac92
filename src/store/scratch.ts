/** A copy of a base to try something on, which is thrown away. */
import Database from 'better-sqlite3';
import type { Db } from '../db/client.ts';
import { registerFunctions } from '../db/functions.ts';
import { removeFile } from './bulk.ts';

export type Scratch = { db: Db; discard: () => void };

/** Beside the base's file, because that is where there is room for a base. */
export function openScratch(db: Db): Scratch {
  const path = db.memory ? ':memory:' : `${db.name}.dry-run`;
  if (db.memory) {
    const copy = new Database(db.serialize());
    registerFunctions(copy);
    return { db: copy, discard: () => copy.close() };
  }
  removeFile(path);
  db.prepare('VACUUM INTO ?').run(path);
  const copy = new Database(path);
  copy.pragma('journal_mode = OFF');
  copy.pragma('synchronous = OFF');
  copy.pragma('foreign_keys = ON');
  registerFunctions(copy);
  return {
    db: copy,
    discard: () => {
      copy.close();
      removeFile(path);
    },
  };
}
