// What a load does to the base, on a corpus whose text is held.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { readDataVersion } from '../../src/db/data-version.ts';
import { areSeedsStale, loadSeeds } from '../../src/seed/load.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { copyBase, openEmptyBase, SEEDS } from '../base.ts';
import { catchRefusal, copyBesideSeeds, copyFixture, FIXTURE, TEXT } from './market-square.ts';

let loaded: Db;
beforeAll(() => {
  loaded = openEmptyBase();
  loadSeeds(loaded, FIXTURE);
});

const all = (db: Db, sql: string, ...values: unknown[]) =>
  db
    .prepare(sql)
    .pluck()
    .all(...values);
const count = (db: Db, noun: string) => all(db, `SELECT count(*) FROM ${noun}`)[0];

test('quotes and stances of a text that is held come out verified, with the words of the text', () => {
  expect(all(loaded, 'SELECT DISTINCT verification FROM quotes')).toEqual(['verified']);
  expect(all(loaded, 'SELECT DISTINCT verification FROM stances')).toEqual(['verified']);
  const documents = all(loaded, 'SELECT document FROM quotes').map((text) => JSON.parse(String(text)));
  const quotes = new Map(documents.map((quote) => [quote.id, quote]));
  expect(quotes.get('sorensen-fountain-stays')).toMatchObject({
    text: 'The fountain stays. 🐟 We will not dig up the square twice.',
    text_by: 'speaker',
    spans: [{ text_start: 0, text_end: 58, start: 227, end: 285 }],
  });
  expect(quotes.get('rahimi-empty-square')).toMatchObject({
    text_by: 'source',
    text: 'Omid Rahimi, who bakes bread beside the fountain, answered her in Persian: «ما نمی\u200cخواهیم میدان خالی شود» and translated it for nobody.',
    passage: { exact: expect.stringContaining('نمی\u200cخواهیم') },
  });
  expect(quotes.get('golnar-dry-well')).toMatchObject({
    actor: { id: 'golnar' },
    relayed_by: { id: 'rahimi' },
  });
  expect(quotes.get('rahimi-short-evening').text).toBe(
    'The re\u0301sume\u0301 of the evening, he added, was short.',
  );
});

test('the second load of the same files writes nothing', () => {
  const folder = copyFixture();
  const db = copyBase(loaded);
  const bytes = db.serialize();
  expect(areSeedsStale(db, folder.root)).toBe(false);
  for (const counts of loadSeeds(db, folder.root).values())
    expect(counts).toMatchObject({ added: 0, changed: 0, withdrawn: 0 });
  expect(db.serialize().equals(bytes)).toBe(true);

  // A comment makes the files other files, and no record another record.
  const version = readDataVersion(db);
  folder.write('topics.yaml', `${folder.read('topics.yaml')}# nothing new\n`);
  expect(areSeedsStale(db, folder.root)).toBe(true);
  for (const counts of loadSeeds(db, folder.root).values())
    expect(counts).toMatchObject({ added: 0, changed: 0, withdrawn: 0 });
  expect(areSeedsStale(db, folder.root)).toBe(false);
  expect(readDataVersion(db)).not.toBe(version);
});

test('what changes is counted, and shows in the records that name it', () => {
  const folder = copyFixture();
  const db = copyBase(loaded);
  const version = readDataVersion(db);
  folder.edit('actors.yaml', 'name: Omid Rahimi', 'name: Omid the Baker');
  const report = loadSeeds(db, folder.root);
  expect(report.get('actors')).toEqual({ added: 0, changed: 1, unchanged: 7, withdrawn: 0 });
  expect(report.get('quotes')).toMatchObject({ changed: 0, unchanged: 9 });
  const document = all(db, "SELECT document FROM quotes WHERE id = 'golnar-dry-well'")[0];
  expect(JSON.parse(String(document)).relayed_by).toEqual({ id: 'rahimi', name: 'Omid the Baker' });
  expect(readDataVersion(db)).not.toBe(version);
  expect(verifyBase(db).failures).toEqual([]);
});

describe('a record that is taken out of its file', () => {
  const gone = (db: Db) => db.prepare('SELECT noun, id, reason FROM withdrawn ORDER BY id').all();
  const stances = 'market-square/stances.yaml';

  test('is withdrawn, with a reason that says no more than that', () => {
    const folder = copyFixture();
    const db = copyBase(loaded);
    folder.remove(stances, 'guild-on-market-hours');
    expect(loadSeeds(db, folder.root).get('stances')).toMatchObject({ unchanged: 2, withdrawn: 1 });
    expect(gone(db)).toEqual([
      { noun: 'stances', id: 'guild-on-market-hours', reason: 'taken out of the seed files' },
    ]);
    expect(count(db, 'stances')).toBe(2);
    expect(verifyBase(db).failures).toEqual([]);
  });

  test('is withdrawn with the reason that withdrawn.yaml gives, then or later', () => {
    const folder = copyFixture();
    const db = copyBase(loaded);
    const reasons = 'market-square/withdrawn.yaml';
    const name = (reason: string) =>
      folder.write(
        reasons,
        `- noun: stances\n  id: guild-on-market-hours\n  reason: ${JSON.stringify(reason)}\n`,
      );
    folder.remove(stances, 'guild-on-market-hours');
    name('The guild has been misread.');
    loadSeeds(db, folder.root);
    expect(gone(db)).toMatchObject([{ reason: 'The guild has been misread.' }]);
    name('The guild never said so.');
    const version = readDataVersion(db);
    loadSeeds(db, folder.root);
    expect(gone(db)).toMatchObject([{ reason: 'The guild never said so.' }]);
    expect(readDataVersion(db)).not.toBe(version);
  });

  test('comes back as the same record, and no other takes its id', () => {
    const folder = copyFixture();
    const db = copyBase(loaded);
    const record = folder.remove(stances, 'guild-on-market-hours');
    loadSeeds(db, folder.root);
    const before = folder.read(stances);

    folder.write(stances, `${before}\n${record.replace('no day without', 'every day with')}`);
    const bytes = db.serialize();
    const refusal = catchRefusal(() => loadSeeds(db, folder.root));
    expect(refusal.problems).toMatchObject([
      { record: 'guild-on-market-hours', sentence: expect.stringContaining('ids are never reused') },
    ]);
    expect(db.serialize().equals(bytes)).toBe(true);

    folder.write(stances, `${before}\n${record}`);
    expect(loadSeeds(db, folder.root).get('stances')).toMatchObject({ added: 1, unchanged: 2 });
    expect(gone(db)).toEqual([]);
  });

  test('cannot be named by those that stay', () => {
    const folder = copyFixture();
    const db = copyBase(loaded);
    folder.remove('market-square/quotes.yaml', 'guild-market-open');
    expect(catchRefusal(() => loadSeeds(db, folder.root)).problems).toMatchObject([
      { record: 'guild-on-market-hours', field: 'evidence[0].quote' },
    ]);
  });
});

test('a second corpus shares the actors of the first, and goes without a trace of the other', () => {
  const folder = copyBesideSeeds();
  const db = openEmptyBase();
  loadSeeds(db, folder.root);
  expect(all(db, 'SELECT id FROM corpora ORDER BY id')).toEqual(['eftekhari-russia-iran', 'market-square']);
  const byCorpus = db.prepare(
    `SELECT c.id, q.verification, count(*) AS n FROM quotes q JOIN sources s ON s.key = q.source_key
     JOIN corpora c ON c.key = s.corpus_key GROUP BY 1, 2 ORDER BY 1`,
  );
  expect(byCorpus.all()).toMatchObject([
    { id: 'eftekhari-russia-iran', verification: 'pinned' },
    { id: 'market-square', verification: 'verified', n: 9 },
  ]);
  const addressed = `SELECT a.country FROM quotes q JOIN actors a ON a.key = q.addressee_key WHERE q.id = ?`;
  expect(all(db, addressed, 'third-form-your-square')).toEqual(['RU']);
  expect(all(db, 'SELECT wikidata FROM actors WHERE id = ?', 'putin')).toEqual(['Q7747']);
  expect(verifyBase(db).failures).toEqual([]);

  const report = loadSeeds(db, SEEDS);
  expect(report.get('quotes')).toMatchObject({ added: 0, changed: 0, withdrawn: 9 });
  expect(report.get('actors')).toMatchObject({ added: 0, changed: 0, withdrawn: 6 });
  expect(all(db, 'SELECT id FROM corpora')).toEqual(['eftekhari-russia-iran']);
  expect(verifyBase(db).failures).toEqual([]);
});

test('records that came in by another door are not touched, and their ids are taken', () => {
  const db = copyBase(loaded);
  const folder = copyFixture();
  db.prepare("UPDATE actors SET origin = 'import' WHERE id = 'golnar'").run();
  expect(catchRefusal(() => loadSeeds(db, folder.root)).problems).toMatchObject([
    { record: 'golnar', sentence: expect.stringContaining('came in by "import"') },
  ]);
  folder.remove('actors.yaml', 'golnar');
  loadSeeds(db, folder.root);
  expect(all(db, "SELECT origin FROM actors WHERE id = 'golnar'")).toEqual(['import']);
  expect(count(db, 'withdrawn')).toBe(0);
});

test('a byte order mark counts, as it does in the hash that anyone computes of the file', () => {
  const folder = copyFixture();
  const text = `\ufeff${folder.read(TEXT)}`;
  folder.write(TEXT, text);
  expect(catchRefusal(() => loadSeeds(openEmptyBase(), folder.root)).message).toContain(
    'do not stand at [227, 285) but at [228, 286)',
  );
  for (const name of ['quotes', 'stances', 'passages']) folder.write(`market-square/${name}.yaml`, '');
  const db = openEmptyBase();
  loadSeeds(db, folder.root);
  const hash = createHash('sha256')
    .update(readFileSync(join(folder.root, TEXT)))
    .digest('hex');
  expect(all(db, 'SELECT text_sha256 FROM sources')).toEqual([hash]);
  expect(all(db, 'SELECT text_length FROM sources')).toEqual([1453]);
});
