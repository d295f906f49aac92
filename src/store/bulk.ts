/**
 * A load into a new file beside a base that nobody has open: without a journal on disk, triggers and indexes, which are made
 * over the whole at the end. Then the new file takes the old one's place. Whatever happens before that, the base is as it was.
 */
import { chmodSync, closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Db, openDatabase } from '../db/client.ts';
import { resources } from '../resources/registry.ts';
import {
  copyBeside,
  findBaseFile,
  isOwnedAlike,
  removeBaseFiles,
  synchronize,
  synchronizeFolder,
} from './base-file.ts';
import { listDerived, listUndeclared } from './derived.ts';
import { type KeyIndex, openKeyIndex } from './key-index.ts';

export type BulkLoad = {
  /** The new file. It has no index but those of primary keys: ids are found by `index`. */
  db: Db;
  index: KeyIndex;
  /** Makes indexes and what is derived, and puts the file in the base's place. The base's handle is closed then. `say` may throw. */
  finish: (say: (what: string) => Promise<void>) => Promise<void>;
  /** Throws the new file away and gives the base back as it was. */
  abandon: () => void;
};

const CACHE_KIB = 16_384;
type SchemaEntry = { type: 'index' | 'trigger'; name: string; sql: string };

/**
 * Null where the base is in memory, somebody else has it open, or something in it could not be rebuilt; and where its file
 * has other names, which would go on naming the old one, or an owner whom the new one could not be given.
 */
export function openBulkLoad(db: Db): BulkLoad | null {
  // A file that is open cannot be replaced there.
  if (db.memory || process.platform === 'win32' || listUndeclared(db).length > 0) return null;
  const path = findBaseFile(db);
  const { mode, nlink } = statSync(path);
  if (nlink > 1) return null;
  if (!lockAlone(db)) {
    unlock(db);
    return null;
  }
  const beside = copyOrUnlock(db);
  if (!isOwnedAlike(beside, path)) {
    removeBaseFiles(beside);
    unlock(db);
    return null;
  }
  const load = openDatabase(beside);
  // What bounds the base bounds the file that takes its place.
  load.pragma(`max_page_count = ${db.pragma('max_page_count', { simple: true })}`);
  for (const pragma of [
    'journal_mode = MEMORY',
    'synchronous = OFF',
    'locking_mode = EXCLUSIVE',
    `cache_size = -${CACHE_KIB}`,
    'foreign_keys = OFF',
  ])
    load.pragma(pragma);
  const schema = load
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL",
    )
    .all() as SchemaEntry[];
  for (const { type, name } of schema) load.exec(`DROP ${type} "${name}"`);
  const index = indexKeys(load);
  return {
    db: load,
    index,
    async finish(say) {
      index.clear();
      const made = (type: SchemaEntry['type']) => schema.filter((entry) => entry.type === type);
      for (const { name, sql } of made('index')) {
        await say(`index ${name}`);
        load.exec(sql);
      }
      for (const { name, rebuild } of listDerived(load)) {
        await say(name);
        rebuild(load);
      }
      for (const { sql } of made('trigger')) load.exec(sql);
      load.close();
      chmodSync(beside, mode);
      synchronize(beside);
      // To be closed after the base: closing any handle of a file gives up the locks that the process holds on it.
      const old = openSync(path, 'r+');
      renameSync(beside, path);
      synchronizeFolder(dirname(path));
      // Who opened the old file meanwhile and waits for its lock would go on with a base that nobody else sees. One that
      // was given another name meanwhile is left to whoever did that.
      if (fstatSync(old).nlink === 0) writeSync(old, 'This base was replaced by an import.', 0);
      db.close();
      closeSync(old);
    },
    abandon() {
      load.close();
      removeBaseFiles(beside);
      unlock(db);
    },
  };
}

function copyOrUnlock(db: Db): string {
  try {
    return copyBeside(db, 'loading');
  } catch (error) {
    unlock(db);
    throw error;
  }
}

/** Leaving the WAL takes being the only connection; from there on the lock is held. */
function lockAlone(db: Db): boolean {
  const patience = db.pragma('busy_timeout', { simple: true });
  db.pragma('busy_timeout = 0');
  try {
    if (db.pragma('journal_mode = DELETE', { simple: true }) !== 'delete') return false;
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    return db.pragma('journal_mode', { simple: true }) === 'delete';
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
    return false;
  } finally {
    db.pragma(`busy_timeout = ${patience}`);
  }
}

function unlock(db: Db): void {
  db.pragma('locking_mode = NORMAL');
  // The lock is given up by the next reading.
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  db.pragma('journal_mode = WAL');
}

function indexKeys(db: Db): KeyIndex {
  const index = openKeyIndex();
  for (const { name } of resources) {
    const rows = db.prepare(`SELECT key, id FROM ${name}`).iterate() as IterableIterator<{
      key: number;
      id: string;
    }>;
    for (const { key, id } of rows) index.add(name, id, key);
  }
  return index;
}
