/** Whether what is derived is what would be made of the records now. */
import { createHash } from 'node:crypto';
import type { Db } from '../db/client.ts';
import { type Derived, listDerived } from './derived.ts';

/**
 * Makes everything that derived.ts declares anew, compares it with what was there, and takes it back. Full-text indexes
 * are compared in verify-text.ts; the others are `skipped` on a handle that may not write.
 */
export function compareDerived(
  db: Db,
  textIndexes: ReadonlySet<string>,
): { faults: string[]; skipped: string[] } {
  const others = listDerived(db).filter(({ name }) => !textIndexes.has(name));
  if (db.readonly) return { faults: [], skipped: others.map(({ name }) => name) };
  const wrong = others.filter((derived) => !isAsRebuilt(db, derived));
  return { faults: wrong.map(({ name }) => `${name} is not what is made of the records`), skipped: [] };
}

function isAsRebuilt(db: Db, { tables, rebuild }: Derived): boolean {
  db.exec('SAVEPOINT rebuilt');
  try {
    const before = tables.map((table) => digestTable(db, table));
    rebuild(db);
    return before.every((digest, n) => digest === digestTable(db, tables[n] as string));
  } finally {
    db.exec('ROLLBACK TO rebuilt; RELEASE rebuilt');
  }
}

/** The same for the same rows, whatever order they were written in. */
function digestTable(db: Db, table: string): string {
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
  const order = columns.map((_, n) => n + 1).join(', ');
  const hash = createHash('sha256');
  const rows = db.prepare(`SELECT * FROM "${table}" ORDER BY ${order}`).raw().iterate();
  for (const row of rows) hash.update(JSON.stringify(row));
  return hash.digest('hex');
}
