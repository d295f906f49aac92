// What goes wrong outside: an import is killed, or the disk is full. The base is whole each time.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { killImports } from '../../bench/kill-import.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { readDataVersion } from '../../src/db/data-version.ts';
import { openImportStore } from '../../src/store/batch.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { importText, openFolder, writeLines } from './importing.ts';

test('an import that is killed leaves a base that is whole, and is completed by running it again', async () => {
  const report = await killImports({ points: 4, quotes: 300 });
  expect(report.failures).toEqual([]);
  expect(report.killed + report.completed).toBe(4);
}, 240_000);

function openFile(): Db {
  const db = openDatabase(join(openFolder(), 'base.sqlite'));
  migrateDatabase(db);
  return db;
}

const people = Array.from({ length: 2500 }, (_, n) => ({
  noun: 'actors',
  id: `person-${n}`,
  name: `Person ${n}`,
  kind: 'person',
  description: `${'Somebody of whom much is known. '.repeat(10)}${n}`,
}));

test('a full disk stops it with a sentence, with what was committed in the base, and reading goes on', async () => {
  const db = openFile();
  db.pragma(`max_page_count = ${(db.pragma('page_count', { simple: true }) as number) + 550}`);
  const reader = openDatabase(db.name, { readonly: true });
  const report = await importText(db, writeLines(people), { from: 'verbatim' });
  expect(report.stopped).toContain('The disk is full');
  const count = () => reader.prepare('SELECT count(*) FROM actors').pluck().get() as number;
  expect(count()).toBe(report.counts.get('actors')?.added);
  expect([1000, 2000]).toContain(count());
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
  db.pragma('max_page_count = 1000000');
  const again = await importText(db, writeLines(people), { from: 'verbatim' });
  expect(again).toMatchObject({ stopped: null, entries: { refused: 0 } });
  expect(count()).toBe(people.length);
  reader.close();
  db.close();
});

test.each([60, 750])(
  'so it does into a new file, %i pages on: the base is as it was, and nothing is left beside it',
  async (room) => {
    const db = openFile();
    await importText(db, writeLines(people.slice(0, 5)), { from: 'verbatim' });
    db.pragma(`max_page_count = ${(db.pragma('page_count', { simple: true }) as number) + room}`);
    const before = readDataVersion(db);
    const report = await importText(db, writeLines(people), { from: 'verbatim', bulkFrom: 1 });
    expect(report.stopped).toMatch(
      /^The disk is full \(.*\): the base is as it was before the import\. Make room for/,
    );
    expect(report.entries.taken).toBe(0);
    expect(readDataVersion(db)).toBe(before);
    expect(db.prepare('SELECT count(*) FROM actors').pluck().get()).toBe(5);
    expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
    expect(readdirSync(dirname(db.name)).filter((name) => name.includes('loading'))).toEqual([]);
    db.pragma('max_page_count = 1000000');
    const again = await importText(db, writeLines(people), { from: 'verbatim', bulkFrom: 1 });
    expect(again).toMatchObject({ stopped: null, entries: { taken: 2500, refused: 0 } });
    const loaded = openDatabase(join(dirname(db.name), 'base.sqlite'), { readonly: true });
    expect(verifyBase(loaded).failures).toEqual([]);
    loaded.close();
  },
);

test.each([
  ['in batches', {}, 1000, 'after the last batch, 1000 entries in'],
  ['into a new file', { bulkFrom: 1 }, 0, 'before the import'],
  ['on a copy', { dryRun: true }, 0, 'before the import'],
])(
  'who interrupts an import %s is told what is in the base, and nothing is left beside it',
  async (_how, options, taken, state) => {
    const db = openFile();
    const controller = new AbortController();
    const report = await importText(db, `{}\n${writeLines(people)}`, {
      from: 'verbatim',
      ...options,
      signal: controller.signal,
      onProgress: ({ what }) => what.startsWith('1500') && controller.abort(),
    });
    expect(report.stopped).toContain(`The import was interrupted: the base is as it was ${state}. Run the`);
    expect([report.entries.taken, report.rejects]).toEqual([taken, '']);
    expect(db.prepare('SELECT count(*) FROM actors').pluck().get()).toBe(taken);
    expect(readdirSync(dirname(db.name)).filter((name) => !/sqlite(-wal|-shm)?$/.test(name))).toEqual([]);
    const again = await importText(db, writeLines(people), { from: 'verbatim' });
    expect(again).toMatchObject({ stopped: null, entries: { taken: people.length } });
    db.close();
  },
);

test('what another process writes meanwhile is seen before a batch is written', () => {
  const db = openFile();
  const other = openDatabase(db.name);
  const store = openImportStore(db);
  expect(store.find('actors', 'somebody')).toBeUndefined();
  other.exec("INSERT INTO facts VALUES ('data_version', 'of another')");
  expect(() => store.write([], [{ noun: 'actors', id: 'x', reason: 'y', digest: '' }])).toThrow();
  store.forget();
  store.write([], [{ noun: 'actors', id: 'x', reason: 'y', digest: '' }]);
  expect(other.prepare('SELECT reason FROM withdrawn').pluck().all()).toEqual(['y']);
  other.close();
  db.close();
});
