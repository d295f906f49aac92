/**
 * The version of the data: one row, changed in every writing transaction, the same in every process and after a
 * restart. `PRAGMA data_version` is not it: it starts again at every opening, and does not see the connection's own
 * writes. Nor does it help to know whether the row must be read again: what both cost is the lock of a read, and the
 * row is there for one.
 */
import { randomBytes } from 'node:crypto';
import type { Statement } from 'better-sqlite3';
import type { Db } from './client.ts';
import { prepare } from './statements.ts';

const readers = new WeakMap<Db, Statement>();

/** Asked for each request: the statement is kept where it is found soonest. */
export function readDataVersion(db: Db): string {
  let reader = readers.get(db);
  if (reader === undefined) {
    reader = db.prepare("SELECT value FROM facts WHERE name = 'data_version'").pluck();
    readers.set(db, reader);
  }
  return (reader.get() as string | undefined) ?? '0';
}

/**
 * To be called in every transaction that writes. The random part tells apart two files that were built separately
 * and happened to be written equally often.
 */
export function changeDataVersion(db: Db): void {
  const count = Number.parseInt(readFact(db, 'data_version') ?? '0', 10);
  writeFact(db, 'data_version', `${count + 1}-${randomBytes(6).toString('hex')}`);
}

export function readFact(db: Db, name: string): string | undefined {
  return prepare(db, 'SELECT value FROM facts WHERE name = ?').pluck().get(name) as string | undefined;
}

export function writeFact(db: Db, name: string, value: string): void {
  prepare(
    db,
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  ).run(name, value);
}
