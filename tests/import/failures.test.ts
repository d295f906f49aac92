// What goes wrong outside: an import is killed, or the disk is full. The base is whole each time.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killImports } from '../../bench/kill-import.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
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
