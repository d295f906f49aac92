/** Opening an SQLite file that another program wrote, to read it and nothing else. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { UsageError } from '../../errors.ts';
import type { Db } from '../client.ts';

/** Tables and the columns that are read of them. */
export type Expected = Readonly<Record<string, readonly string[]>>;

/** Throws UsageError for what is no SQLite file, or has not the tables of `what`. */
export function openForeignDatabase(path: string, what: string, expected: Expected): Db {
  if (!existsSync(path)) throw new UsageError(`There is no file at ${path}.`);
  let db: Db;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true });
    // Reading the header is what tells a database from any other file.
    db.pragma('schema_version');
  } catch (error) {
    throw new UsageError(`${path} cannot be read as an SQLite file: ${(error as Error).message}.`);
  }
  for (const [table, columns] of Object.entries(expected)) {
    const found = new Set(
      (db.pragma(`table_info("${table}")`) as { name: string }[]).map(({ name }) => name.toLowerCase()),
    );
    const missing = columns.find((column) => !found.has(column.toLowerCase()));
    if (missing === undefined) continue;
    db.close();
    const lacks = found.size === 0 ? `table ${table}` : `column ${missing} in its table ${table}`;
    throw new UsageError(`${path} is not ${what}: it has no ${lacks}.`);
  }
  return db;
}
