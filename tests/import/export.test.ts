// The base as a file of SQLite that others publish, and as tables.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { publishBase } from '../../src/store/publish.ts';
import { SEEDS } from '../base.ts';
import { openFolder } from './importing.ts';

const CLI = join(import.meta.dirname, '../../bin/verbatim.js');

function openSeeded() {
  const db = openDatabase(join(openFolder(), 'base.sqlite'));
  migrateDatabase(db);
  loadSeeds(db, SEEDS);
  return db;
}

test('the published file is one file, opens where nobody can write, and shows labels', () => {
  const db = openSeeded();
  const folder = openFolder();
  const path = join(folder, 'published.sqlite');
  publishBase(db, path);
  const copy = new Database(path, { readonly: true });
  const views = copy.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").pluck().all() as string[];
  expect(views).toContain('quotes_readable');
  expect(
    copy
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%fts%'")
      .pluck()
      .all(),
  ).not.toContain('facts');
  expect(
    copy.prepare("SELECT count(*) FROM quotes_fts WHERE quotes_fts MATCH 'firefighting'").pluck().get(),
  ).toBeGreaterThan(0);
  expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
  for (const view of views) {
    const rows = copy.prepare(`SELECT * FROM "${view}"`).all() as Record<string, unknown>[];
    for (const row of rows) {
      expect(Object.keys(row).filter((name) => /_key$|^digest$|^document$/.test(name))).toEqual([]);
      expect(Object.values(row).filter((value) => Buffer.isBuffer(value))).toEqual([]);
    }
  }
  expect(
    copy
      .prepare(
        "SELECT actor_name, source_title, topics_label FROM quotes_readable WHERE id = 'putin-not-a-firefighting-crew'",
      )
      .get(),
  ).toMatchObject({
    actor_name: 'Vladimir Putin',
    source_title: expect.any(String),
    topics_label: expect.any(String),
  });
  expect(
    copy
      .prepare("SELECT exact FROM quotes_spans_readable WHERE quote_id = 'putin-not-a-firefighting-crew'")
      .pluck()
      .get(),
  ).toContain('firefighting');
  copy.close();
  expect(readdirSync(folder)).toEqual(['published.sqlite']);
  const base = openDatabase(path);
  expect(() => migrateDatabase(base)).toThrow('was written by `verbatim export` to be read');
  base.close();
  db.close();
});

test('the command writes the file, its hash beside it, and tables', () => {
  const db = openSeeded();
  const folder = openFolder();
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [CLI, 'export', ...args], {
      encoding: 'utf8',
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', DATABASE: db.name },
    });
  expect(run('--format', 'sqlite', '--output', 'base.sqlite')).toMatchObject({ status: 0, stderr: '' });
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, 'base.sqlite')))
    .digest('hex');
  expect(readFileSync(join(folder, 'base.sqlite.sha256'), 'utf8')).toBe(`${digest}  base.sqlite\n`);
  expect(run('--format', 'csv', '--noun', 'quotes', '--output', 'quotes.csv').status).toBe(0);
  const rows = parse(readFileSync(join(folder, 'quotes.csv')), { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(db.prepare('SELECT count(*) FROM quotes').pluck().get() as number);
  expect(rows[0]).toMatchObject({ id: expect.any(String), 'actor.name': expect.any(String) });
  const wrong = run('--format', 'csv', '--output', 'x.csv');
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    '--format csv: a table has the records of one noun; say which with --noun.\n',
  ]);
  expect(readdirSync(folder).sort()).toEqual(['base.sqlite', 'base.sqlite.sha256', 'quotes.csv']);
  db.close();
}, 240_000);
