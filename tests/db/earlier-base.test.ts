// A base that the first release filled, before there were indexes of names and of spoken words, is brought up to date.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { prepareBase } from '../../src/server.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { listTextFaults } from '../../src/store/verify-text.ts';
import { openSeededBase, SEEDS } from '../base.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const FIRST = 2;

function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-earlier-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Made by the first migrations alone, with the rows of today's seeds in the columns that there were. */
function writeEarlierBase(folder: string): string {
  const migrations = join(folder, 'migrations');
  cpSync(MIGRATIONS, migrations, { recursive: true });
  const journal = join(migrations, 'meta/_journal.json');
  const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8'));
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, FIRST) }));
  const path = join(folder, 'base.sqlite');
  const db = openDatabase(path);
  migrateDatabase(db, migrations);
  copyRows(openSeededBase(), db);
  // The first release did not know what later ones declare.
  db.exec("UPDATE facts SET value = 'those of the first release' WHERE name = 'declarations'");
  db.close();
  return path;
}

function copyRows(from: Db, to: Db): void {
  const tables = to
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%\\_fts%' ESCAPE '\\' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    )
    .pluck()
    .all() as string[];
  to.pragma('foreign_keys = OFF');
  for (const table of tables) {
    const columns = to.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
    const names = columns.map((column) => `"${column}"`).join(', ');
    const insert = to.prepare(
      `INSERT INTO "${table}" (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of from.prepare(`SELECT ${names} FROM "${table}"`).raw().all() as unknown[][])
      insert.run(...row);
  }
  to.pragma('foreign_keys = ON');
}

test('by `serve`, with whatever was derived since', () => {
  const path = writeEarlierBase(openFolder());
  const earlier = openDatabase(path);
  expect(() => verifyBase(earlier)).toThrow(/earlier release/);
  expect(earlier.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'said_words_fts'").get()).toBeUndefined();
  prepareBase(earlier, readConfig({ SEEDS }, {}), pino({ level: 'silent' }), { seed: true });
  expect(verifyBase(earlier)).toMatchObject({ ok: true, failures: [] });
  expect(count(earlier, 'quotes')).toBeGreaterThan(20);
  expect(count(earlier, 'actor_name_keys')).toBeGreaterThan(20);
  earlier.close();
});

test('and the migrations themselves fill every full-text index that they make', () => {
  const db = openDatabase(writeEarlierBase(openFolder()));
  migrateDatabase(db);
  const indexes = db.prepare("SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5(%'").pluck().all();
  for (const index of indexes as string[]) expect([...listTextFaults(db, index)], index).toEqual([]);
  expect(db.prepare("SELECT count(*) FROM said_words_fts ('h*')").pluck().get()).toBeGreaterThan(10);
  db.close();
});

function count(db: Db, table: string): number {
  return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
}
