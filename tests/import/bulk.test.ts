// A load into a new file beside the base must give the same base as one record by record, and never touch one in use.
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { openBulkLoad } from '../../src/store/bulk.ts';
import { listUndeclared } from '../../src/store/derived.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { openEmptyBase, SEEDS } from '../base.ts';
import { copyBesideSeeds } from '../seed/market-square.ts';
import { exportAll, importFiles, openFolder, writeLines } from './importing.ts';

function openBase(path: string): Db {
  const db = openDatabase(path);
  migrateDatabase(db);
  return db;
}

/** Every row of every table, and the schema; without what differs in any two bases. */
function dump(db: Db): Record<string, unknown> {
  const schema = db
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
    .all() as { type: string; name: string; sql: string | null }[];
  const tables = schema.filter(
    ({ type, name, sql }) => type === 'table' && !sql?.includes('VIRTUAL') && !/_fts_/.test(name),
  );
  const rows = tables.map(({ name }) => [
    name,
    name === 'facts' || name.startsWith('__')
      ? []
      : db
          .prepare(`SELECT * FROM "${name}"`)
          .all()
          .map((row) => JSON.stringify(row))
          .sort(),
  ]);
  return { schema, ...Object.fromEntries(rows) };
}

function writeExport(folder: string): string {
  const seeds = copyBesideSeeds();
  const db = openEmptyBase();
  loadSeeds(db, seeds.root);
  const file = join(folder, 'all.ndjson');
  writeFileSync(file, exportAll(db));
  return file;
}

test('a bulk load gives the base that a load in batches gives', async () => {
  const folder = openFolder();
  const file = writeExport(folder);
  const live = openBase(join(folder, 'live.sqlite'));
  await importFiles(live, [file], { from: 'verbatim', bulkFrom: Number.POSITIVE_INFINITY });
  const bulk = openBase(join(folder, 'bulk.sqlite'));
  await importFiles(bulk, [file], { from: 'verbatim', bulkFrom: 0 });
  expect(bulk.open).toBe(false);
  const loaded = openBase(join(folder, 'bulk.sqlite'));
  expect(dump(loaded)).toEqual(dump(live));
  expect(verifyBase(loaded)).toMatchObject({ ok: true, failures: [] });
  expect(readdirSync(folder).filter((name) => name.includes('loading'))).toEqual([]);
  loaded.close();
  live.close();
});

test('everything that triggers write is made anew by something declared', () => {
  expect(listUndeclared(openEmptyBase())).toEqual([]);
});

test('a base that is open elsewhere is not replaced', async () => {
  const folder = openFolder();
  const file = writeExport(folder);
  const db = openBase(join(folder, 'base.sqlite'));
  const reader = openDatabase(join(folder, 'base.sqlite'), { readonly: true });
  const report = await importFiles(db, [file], { from: 'verbatim', bulkFrom: 0 });
  expect(report.entries.refused).toBe(0);
  expect(db.open).toBe(true);
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(reader.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(
    report.counts.get('quotes')?.added,
  );
  reader.close();
  db.close();
});

test('while a base is loaded nobody else writes to it, and a load that is given up leaves it as it was', () => {
  const folder = openFolder();
  const path = join(folder, 'base.sqlite');
  const db = openBase(path);
  loadSeeds(db, SEEDS);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const load = openBulkLoad(db);
  expect(load).not.toBeNull();
  const before = readFileSync(path);
  expect(() => {
    const other = openDatabase(path);
    other.close();
  }).toThrow('somebody else has it to themselves');
  load?.db.exec("UPDATE actors SET name = 'x'");
  load?.abandon();
  expect(existsSync(`${path}.loading`)).toBe(false);
  expect(readFileSync(path).subarray(100).equals(before.subarray(100))).toBe(true);
  expect(db.prepare("SELECT count(*) FROM actors WHERE name = 'x'").pluck().get()).toBe(0);
  const other = openDatabase(path);
  expect(verifyBase(other)).toMatchObject({ ok: true });
  other.close();
  db.close();
});

test('an import of nothing new keeps the file', async () => {
  const folder = openFolder();
  const path = join(folder, 'base.sqlite');
  const db = openBase(path);
  const file = join(folder, 'a.ndjson');
  writeFileSync(file, writeLines([{ noun: 'actors', id: 'a', name: 'A', kind: 'nobody' }]));
  const report = await importFiles(db, [file], { from: 'verbatim', bulkFrom: 0 });
  expect(report.entries).toEqual({ taken: 0, refused: 1 });
  expect(db.open).toBe(true);
  db.close();
});

test('what replaces a base lies where links lead, and only those may read it who might before', async () => {
  const folder = openFolder();
  const file = writeExport(folder);
  const path = join(folder, 'base.sqlite');
  mkdirSync(join(folder, 'elsewhere'));
  const link = join(folder, 'elsewhere', 'link.sqlite');
  symlinkSync('../base.sqlite', link);
  openBase(path).close();
  chmodSync(path, 0o600);
  const { ino } = statSync(path);
  // Whoever is not root can give a file to nobody else.
  if (process.getuid?.() === 0) chownSync(path, 4321, 4322);
  const { uid, gid } = statSync(path);
  let loading = 0;
  const db = openDatabase(link);
  const report = await importFiles(db, [file], {
    from: 'verbatim',
    bulkFrom: 0,
    onProgress: () => {
      if (existsSync(`${path}.loading`)) loading = statSync(`${path}.loading`).mode & 0o777;
    },
  });
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([loading, statSync(path).mode & 0o777]).toEqual([0o600, 0o600]);
  expect(statSync(path)).toMatchObject({ uid, gid });
  expect(statSync(path).ino).not.toBe(ino);
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['link.sqlite']);
  const loaded = openDatabase(path);
  expect(loaded.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(
    report.counts.get('quotes')?.added,
  );
  loaded.close();
});

test('a base of which another name is a backup is not replaced', async () => {
  const folder = openFolder();
  const file = writeExport(folder);
  const path = join(folder, 'base.sqlite');
  const db = openBase(path);
  linkSync(path, join(folder, 'backup.sqlite'));
  await importFiles(db, [file], { from: 'verbatim', bulkFrom: 0 });
  expect(db.open).toBe(true);
  db.close();
  expect(statSync(path)).toMatchObject({ nlink: 2, ino: statSync(join(folder, 'backup.sqlite')).ino });
  const backup = openDatabase(join(folder, 'backup.sqlite'));
  expect(verifyBase(backup)).toMatchObject({ ok: true });
  backup.close();
});

test('a base that is given another name while it is loaded keeps what it held there', async () => {
  const folder = openFolder();
  const path = join(folder, 'base.sqlite');
  const backup = join(folder, 'backup.sqlite');
  const db = openBase(path);
  loadSeeds(db, SEEDS);
  const load = openBulkLoad(db);
  linkSync(path, backup);
  await load?.finish(async () => {});
  const held = openDatabase(backup);
  expect(verifyBase(held)).toMatchObject({ ok: true });
  held.close();
});
