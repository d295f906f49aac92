/**
 * The version of the data: one row, changed in every writing transaction, the same in every process and after a
 * restart. `PRAGMA data_version` cannot be it (it starts again at every opening and does not see the connection's own
 * writes): here it only tells when the row must be read again.
 */
import { randomBytes } from 'node:crypto';
import type { Db } from './client.ts';
import { prepare } from './statements.ts';

type Seen = { pragma: number; changes: number; version: string };
const seen = new WeakMap<Db, Seen>();

export function readDataVersion(db: Db): string {
  const pragma = prepare(db, 'PRAGMA data_version').pluck().get() as number;
  const changes = prepare(db, 'SELECT total_changes()').pluck().get() as number;
  const last = seen.get(db);
  if (last !== undefined && last.pragma === pragma && last.changes === changes) return last.version;
  const version = readFact(db, 'data_version') ?? '0';
  // What is read inside a transaction may be taken back, and the count of changes does not go back with it.
  if (!db.inTransaction) seen.set(db, { pragma, changes, version });
  return version;
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
