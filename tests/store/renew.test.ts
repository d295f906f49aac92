// A base that another release wrote: what is made of its records is made anew, whatever door they came in by.
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Db } from '../../src/db/client.ts';
import { readDataVersion, writeFact } from '../../src/db/data-version.ts';
import { prepareBase } from '../../src/server.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { renewRecords } from '../../src/store/write.ts';
import { draftQuote, importRecords, openSeededBase, SEEDS } from '../base.ts';

/** With a record of an import in it, and documents and folded names as a release without some of them left them. */
function openEarlierBase(): Db {
  const db = openSeededBase();
  const source = db.prepare('SELECT id FROM sources').pluck().get() as string;
  importRecords(db, {
    actors: [{ id: 'ada', name: 'Ada Lind', kind: 'person' }],
    quotes: [draftQuote({ id: 'imported', actor: 'ada', source, text: 'A paraphrase.' })],
  });
  db.exec(`UPDATE quotes SET document = json_remove(document, '$.attribution_candidates');
    DELETE FROM actor_name_keys; DELETE FROM topic_name_keys`);
  writeFact(db, 'declarations', 'those of another release');
  expect(() => verifyBase(db)).toThrow('was written by an earlier release. `verbatim seed`');
  return db;
}

test.each([{ seed: true }, { seed: false }])('before it is served, with %o', (options) => {
  const db = openEarlierBase();
  const version = readDataVersion(db);
  const config = readConfig({ SEEDS }, {});
  prepareBase(db, config, pino({ level: 'silent' }), options);
  expect(verifyBase(db).failures).toEqual([]);
  expect(readDataVersion(db)).not.toBe(version);
  const renewed = readDataVersion(db);
  prepareBase(db, config, pino({ level: 'silent' }), options);
  expect(readDataVersion(db)).toBe(renewed);
});

test('once alone', () => {
  const db = openEarlierBase();
  expect(renewRecords(db)).toBe(true);
  expect(verifyBase(db).failures).toEqual([]);
  expect(renewRecords(db)).toBe(false);
});
