/** Opening the database file: pragmas, migrations, and the checks that a migration lost nothing. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { UsageError } from '../errors.ts';
import { RELEASE } from '../release.ts';
import { registerFunctions } from './functions.ts';

export type Db = Database.Database;

const require = createRequire(import.meta.url);
const CACHE_KIB = 65_536;
const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * `:memory:`, a path, or '' for a file that SQLite keeps to itself; a missing file and its folder are made, unless
 * `readonly`.
 */
export function openDatabase(path: string, options: { readonly?: boolean } = {}): Db {
  const inMemory = path === ':memory:' || path === '';
  if (options.readonly && !inMemory && !existsSync(path)) throw explainMissing(path);
  let db: Db;
  try {
    if (!inMemory && !options.readonly) mkdirSync(dirname(path), { recursive: true });
    db = openFile(path, options.readonly ?? false);
    db.pragma('busy_timeout = 5000');
    // SQLite's own 2 MB make a row that is found through an index cost thrice as much.
    db.pragma(`cache_size = -${CACHE_KIB}`);
    if (!options.readonly) {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
    }
    db.pragma('foreign_keys = ON');
    registerFunctions(db);
  } catch (error) {
    const why = explainUnopened(path, options.readonly ?? false, error);
    throw new UsageError(`The database ${path} cannot be opened: ${why}.`);
  }
  return db;
}

function explainUnopened(path: string, readonly: boolean, error: unknown): string {
  const { code = '', message } = error as { code?: string; message: string };
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return 'somebody else has it to themselves, as an import does that loads it anew; try again when that has ended';
  if (!/^SQLITE_(READONLY|CANTOPEN)/.test(code) || !existsSync(path)) return message;
  if (statSync(path).isDirectory()) return 'it is a folder';
  try {
    accessSync(path, constants.R_OK);
  } catch {
    return 'it may not be read by whoever runs this';
  }
  return readonly
    ? 'SQLite keeps two files beside it while it is read, and its folder may not be written to by whoever runs this; a copy in another folder can be read'
    : 'it, or its folder, may not be written to by whoever runs this';
}

function openFile(path: string, readonly: boolean): Db {
  for (let again = false; ; again = true) {
    const db = new Database(path, { readonly });
    try {
      // Reading the header is what tells a database from any other file.
      db.pragma('schema_version');
      return db;
    } catch (error) {
      db.close();
      // An import may have put another file in its place while this waited for it.
      if (again || (error as { code?: unknown }).code !== 'SQLITE_NOTADB') throw error;
    }
  }
}

/**
 * Brings the tables up to date. Foreign keys are off meanwhile, because a table rebuilt with them on loses its child
 * rows (drizzle-orm#5782), and because switching them inside the migration's transaction does nothing.
 * Throws UsageError for a base of a later release, and when a migration left a broken reference or fewer rows in any
 * table.
 */
export function migrateDatabase(db: Db, folder = MIGRATIONS): void {
  if (!hasPendingMigrations(db, folder)) return;
  const { drizzle } = require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3');
  const { migrate } =
    require('drizzle-orm/better-sqlite3/migrator') as typeof import('drizzle-orm/better-sqlite3/migrator');
  const before = countRows(db);
  db.pragma('foreign_keys = OFF');
  try {
    migrate(drizzle(db), { migrationsFolder: folder });
  } finally {
    db.pragma('foreign_keys = ON');
  }
  const broken = db.pragma('foreign_key_check') as { table: string }[];
  if (broken.length > 0) {
    throw new Error(
      `after migrating, ${broken.length} references are broken, first in table ${broken[0]?.table}`,
    );
  }
  const after = countRows(db);
  for (const [table, rows] of before) {
    const left = after.get(table);
    if (left !== undefined && left < rows) {
      throw new Error(`migrating took table ${table} from ${rows} rows to ${left}`);
    }
  }
}

export function explainMissing(path: string): UsageError {
  return new UsageError(`There is no database at ${path}. \`verbatim seed\` makes one.`);
}

/** Throws UsageError for a database that holds no base, such as an empty file. */
export function requireBase(db: Db): void {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'facts'").get() !== undefined) return;
  throw new UsageError(`The database ${db.name} holds no base yet. \`verbatim seed\` makes one.`);
}

/** What is said of a base that this release would not understand. `release` is the one that wrote it, if it is known. */
export function explainLater(db: Db, release?: string): UsageError {
  const which = release === undefined ? 'a later release' : `release ${release}, a later one`;
  return new UsageError(
    `The database ${db.name} was written by ${which} than this (${RELEASE}): use \`verbatim\` of that release or a newer one.`,
  );
}

/**
 * Reads what the migrator reads, because loading it takes longer than everything else at the start. Throws UsageError for
 * a base that has a migration unknown here, and for one that is no base.
 */
export function hasPendingMigrations(db: Db, folder = MIGRATIONS): boolean {
  const journal = JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')) as {
    entries: { when: number }[];
  };
  const known = journal.entries.map((entry) => entry.when);
  const migrated =
    db.prepare("SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'").get() !== undefined;
  if (!migrated && db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'quotes'").get() !== undefined)
    throw new UsageError(
      `${db.name} was written by \`verbatim export\` to be read, and is no base to write to.`,
    );
  if (!migrated) return true;
  const applied = db.prepare('SELECT created_at FROM __drizzle_migrations').pluck().all().map(Number);
  if (applied.some((when) => !known.includes(when))) throw explainLater(db);
  return Math.max(...known) > Math.max(...applied, 0);
}

function countRows(db: Db): Map<string, number> {
  const tables = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%\\_fts%' ESCAPE '\\' AND name NOT LIKE '\\_\\_drizzle%' ESCAPE '\\'",
    )
    .pluck()
    .all() as string[];
  return new Map(
    tables.map((table) => [table, db.prepare(`SELECT count(*) FROM "${table}"`).pluck().get() as number]),
  );
}
