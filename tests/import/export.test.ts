// The base as a file of SQLite that others publish, and as tables.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutSlices } from '../../src/cli/slices.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { exportLines } from '../../src/store/export.ts';
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

function runExport(db: Db, folder: string, args: readonly string[], options: readonly string[] = []) {
  return spawnSync(process.execPath, [...options, CLI, 'export', ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', DATABASE: db.name },
  });
}

test('the command writes the file, its hash beside it, and tables', () => {
  const db = openSeeded();
  const folder = openFolder();
  const run = (...args: string[]) => runExport(db, folder, args);
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
  for (const format of ['ndjson', 'sqlite']) {
    const ignored = run('--format', format, '--rows', 'spans', '--output', 'x');
    expect([ignored.status, ignored.stderr]).toEqual([
      2,
      '--rows spans: only --format csv has rows of a list; leave it out.\n',
    ]);
  }
  expect(run('--format', 'csv', '--noun', 'quotes', '--rows', 'spans', '--output', 'spans.csv').status).toBe(
    0,
  );
  const spans = parse(readFileSync(join(folder, 'spans.csv')), { columns: true }) as Record<string, string>[];
  const parts = db
    .prepare(
      `SELECT quotes.id, span.value ->> '$.exact' AS exact FROM quotes
       LEFT JOIN json_each(document, '$.spans') span ORDER BY quotes.key, span.key`,
    )
    .all() as { id: string; exact: string | null }[];
  expect(spans.map((row) => [row.id, row['spans.exact']])).toEqual(
    parts.map(({ id, exact }) => [id, exact ?? '']),
  );
  expect(readdirSync(folder).sort()).toEqual([
    'base.sqlite',
    'base.sqlite.sha256',
    'quotes.csv',
    'spans.csv',
  ]);
  db.close();
}, 240_000);

/** Ends the process, as a kill would, in place of the call of `fs` of this number that changes what a folder lists. */
function killAt(call: number): string[] {
  const source = `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    let calls = 0;
    for (const name of ['renameSync', 'rmSync', 'writeFileSync']) {
      const change = fs[name];
      fs[name] = (...args) => {
        if (String(args[0]).includes('out.sqlite')) calls += 1;
        if (calls === ${call}) process.kill(process.pid, 'SIGKILL');
        return change(...args);
      };
    }
    syncBuiltinESMExports();`;
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`];
}

test('wherever it is killed, no base stands beside the digest of another', () => {
  const db = openSeeded();
  const folder = openFolder();
  const [path, sum] = [join(folder, 'out.sqlite'), join(folder, 'out.sqlite.sha256')];
  const args = ['--format', 'sqlite', '--output', 'out.sqlite'];
  const hash = () => createHash('sha256').update(readFileSync(path)).digest('hex');
  expect(runExport(db, folder, args).status).toBe(0);
  const before = hash();
  const seen: unknown[] = [];
  for (let call = 1; ; call++) {
    db.prepare('UPDATE actors SET name = name || ?').run('.');
    const { signal, status } = runExport(db, folder, args, killAt(call));
    const digest = existsSync(sum) ? readFileSync(sum, 'utf8').slice(0, 64) : null;
    seen.push([hash() === before ? 'old' : 'new', digest === null ? null : digest === hash()]);
    if (signal === null) {
      expect(status).toBe(0);
      break;
    }
  }
  expect(seen).toContainEqual(['old', true]);
  expect(seen).toContainEqual(['new', null]);
  expect(seen.at(-1)).toEqual(['new', true]);
  expect(seen.filter((state) => (state as unknown[])[1] === false)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['out.sqlite', 'out.sqlite.sha256']);
  db.close();
}, 240_000);

test('what is written keeps the owner and the rights of the file that it replaces', () => {
  const db = openSeeded();
  const folder = openFolder();
  for (const [format, name] of [
    ['ndjson', 'out.ndjson'],
    ['sqlite', 'out.sqlite'],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, 'what was there');
    chmodSync(path, 0o620);
    // Whoever is not root can give a file to nobody else.
    if (process.getuid?.() === 0) chownSync(path, 4321, 4322);
    const { mode, uid, gid } = statSync(path);
    expect(runExport(db, folder, ['--format', format, '--output', name]).status).toBe(0);
    expect(readFileSync(path, 'utf8')).not.toBe('what was there');
    expect(statSync(path)).toMatchObject({ mode, uid, gid });
  }
  db.close();
}, 60_000);

test('slices hold everything in its order, and end by entries and by units', () => {
  const bounds = { mostEntries: 4, mostUnits: 10 };
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 14 })), (texts) => {
      const slices = [...cutSlices(texts, ({ length }) => length, bounds)];
      expect(slices.flat()).toEqual(texts);
      for (const [n, slice] of slices.entries()) {
        expect(slice.length).toBeGreaterThan(0);
        expect(slice.length).toBeLessThanOrEqual(4);
        if (slice.length > 1) expect(slice.join('').length).toBeLessThanOrEqual(10);
        const next = slices[n + 1]?.[0];
        if (next !== undefined && slice.length < 4)
          expect(slice.join('').length + next.length).toBeGreaterThan(10);
      }
    }),
  );
});

test('no more records are read than are written', () => {
  const db = openSeeded();
  const lines = exportLines(db, ['quotes']);
  const first = lines.next().value as string;
  expect(JSON.parse(first)).toMatchObject({ noun: 'quotes' });
  // While a statement is under way nothing can be written by the same handle.
  expect(() => db.exec("UPDATE actors SET name = 'x'")).toThrow('busy executing a query');
  lines.return(undefined);
  db.exec("UPDATE actors SET name = 'x'");
  db.close();
});
