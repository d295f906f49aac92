// Quotebank's lines: what a model made of news, with every candidate that it weighed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { ask, askPage, buildTestApp, importRecords, type Json, openEmptyBase } from '../base.ts';
import { exportAll, importFiles, importText, openFolder, writeLines } from './importing.ts';

const line = {
  quoteID: '2015-11-11-109291',
  quotation: 'They’ll call me Ada “the 🔥” Lind',
  speaker: 'Ada Lind',
  qids: ['Q101'],
  date: '2015-11-11 00:55:12',
  numOccurrences: 3,
  probas: [
    ['Ada Lind', '0.8732'],
    ['None', '0.1168'],
    ['Bo Farr', '0.01'],
  ],
  urls: ['http://www.example.org/a?b=1', 'https://news.example.com/c', 'http://www.example.org/a?b=1'],
  phase: 'E',
};
const take = (db: Db, text: string | Buffer, name = 'quotes-2015.json', flags = {}) =>
  importText(db, text, { from: 'quotebank', corpus: 'quotebank', name, flags });
const showQuotes = async (db: Db) => (await askPage(await buildTestApp(db), '/v1/quotes?sort=id')).results;

test('a line is a direct quote that is reported, with its candidates, its documents and its count', async () => {
  const db = openEmptyBase();
  const report = await take(db, writeLines([line]));
  expect(report.rejects).toBe('');
  expect(report.notes).toEqual([
    'Quotebank is taken to be in English',
    '1 values of "phase" have no place here',
  ]);
  const [quote] = await showQuotes(db);
  expect(quote).toMatchObject({
    id: 'quotebank.2015-11-11-109291',
    actor: { name: 'Ada Lind' },
    actor_note: null,
    attribution_candidates: [
      { name: 'Ada Lind', actor: { name: 'Ada Lind' }, wikidata: 'Q101', probability: 0.8732 },
      { name: null, actor: null, wikidata: null, probability: 0.1168 },
      { name: 'Bo Farr', actor: null, wikidata: null, probability: 0.01 },
    ],
    kind: 'direct',
    passage: null,
    spans: [{ exact: line.quotation, start: null, end: null }],
    text: line.quotation,
    language: 'en',
    said: '[..2015-11-11]',
    said_latest: '2015-11-11',
    occurrences: 3,
    source: { title: 'http://www.example.org/a?b=1' },
    also_in: [{ title: 'https://news.example.com/c' }],
    verification: 'reported',
  });
  const app = await buildTestApp(db);
  const other = (quote?.also_in as Json[] | undefined)?.[0]?.id;
  expect((await ask(app, `/v1/sources/${other}`)).json()).toMatchObject({
    url: 'https://news.example.com/c',
    publisher: 'news.example.com',
    title_supplied: true,
    published: null,
  });
  expect((await askPage(app, `/v1/quotes?also_in=${other}`)).total).toBe(1);
  const wikidata = await askPage(app, '/v1/actors?wikidata=Q101');
  expect(wikidata.results).toMatchObject([{ name: 'Ada Lind', kind: 'person' }]);
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test('"None" and an empty speaker are unknown speakers, and nobody is called None', async () => {
  const db = openEmptyBase();
  const nobody = {
    ...line,
    speaker: 'None',
    qids: [],
    probas: [
      ['None', 0.9],
      ['Bo Farr', 0.1],
    ],
  };
  await take(
    db,
    writeLines([
      nobody,
      { ...nobody, quoteID: '2015-11-11-000002', speaker: '', probas: undefined },
      { ...nobody, quoteID: '2015-11-11-000003', speaker: null, date: null, numOccurrences: undefined },
    ]),
  );
  const quotes = await showQuotes(db);
  expect(quotes.map(({ actor }) => actor)).toEqual([null, null, null]);
  expect(db.prepare('SELECT count(*) FROM actors').pluck().get()).toBe(0);
  expect((await askPage(await buildTestApp(db), '/v1/quotes?actor=none')).total).toBe(3);
});

test('a name with several Wikidata items is left open, and so is one that fits several actors', async () => {
  const db = openEmptyBase();
  importRecords(db, {
    actors: [
      { id: 'farr-elder', name: 'Bo Farr', kind: 'person' },
      { id: 'farr-younger', name: 'bo farr', kind: 'person' },
    ],
  });
  const report = await take(
    db,
    writeLines([
      { ...line, qids: ['Q101', 'Q102'] },
      { ...line, quoteID: '2015-11-11-2', speaker: 'Bo Farr', qids: [], probas: [['Bo Farr', '0.6']] },
    ]),
  );
  expect(report.notes).toContain('1 speakers with several Wikidata items: who of them spoke is left open');
  const [items, namesakes] = await showQuotes(db);
  expect(items).toMatchObject({ actor: null, actor_note: 'Ada Lind' });
  expect((items?.attribution_candidates as Json[] | undefined)?.slice(3)).toMatchObject([
    { name: 'Ada Lind', wikidata: 'Q101', probability: null },
    { name: 'Ada Lind', wikidata: 'Q102', probability: null },
  ]);
  expect(namesakes).toMatchObject({
    actor: null,
    actor_note: 'Bo Farr',
    attribution_candidates: [
      { name: 'Bo Farr', probability: 0.6 },
      { actor: { id: 'farr-elder' }, probability: null },
      { actor: { id: 'farr-younger' }, probability: null },
    ],
  });
});

test('packed, with a byte order mark, with CRLF, twice: the same records', async () => {
  const lines = [line, { ...line, quoteID: '2015-11-11-2', quotation: 'Мир — это возможно. \u2028 שלום' }];
  const plain = writeLines(lines);
  const db = openEmptyBase();
  await take(db, plain);
  const bytes = exportAll(db);
  const odd = `\ufeff${plain.replaceAll('\n', '\r\n\r\n').trimEnd()}`;
  for (const [name, content] of [
    ['quotes.json.gz', gzipSync(plain)],
    ['quotes.json.zst', zstdCompressSync(plain)],
    ['odd.json', odd],
  ] as const) {
    const again = await take(db, Buffer.from(content), name);
    expect(again.counts.get('quotes')).toMatchObject({ added: 0, changed: 0, unchanged: 2, refused: 0 });
  }
  expect(exportAll(db)).toBe(bytes);
});

test('a file that cannot be read is said in a sentence', async () => {
  const folder = openFolder();
  const attempt = (name: string, content: string | Buffer) => {
    const path = join(folder, name);
    if (name !== '') writeFileSync(path, content);
    return importFiles(openEmptyBase(), [path], { from: 'quotebank', corpus: 'quotebank' });
  };
  await expect(attempt('quotes.json.bz2', 'BZh9')).rejects.toThrow(
    /is packed with bzip2: unpack it on the way/,
  );
  const cut = gzipSync(writeLines([line])).subarray(0, 60);
  await expect(attempt('cut.json.gz', cut)).rejects.toThrow(
    /cut\.json\.gz cannot be read: unexpected end of file\./,
  );
  await expect(attempt('plain.json.zst', 'no zstd')).rejects.toThrow(/plain\.json\.zst cannot be read: /);
  await expect(attempt('', '')).rejects.toThrow(`${folder} cannot be read: it is a folder.`);
});

test('what cannot be taken is written with its line and reason, mended and imported again', async () => {
  const db = openEmptyBase();
  const wrong = [
    '{"quoteID": broken',
    JSON.stringify({ ...line, quoteID: 'a', urls: [] }),
    JSON.stringify({ ...line, quoteID: 'b', date: '11.11.2015' }),
    JSON.stringify({ ...line, quoteID: 'c', quotation: ' ' }),
    JSON.stringify({ ...line, quoteID: 'd', probas: [['Ada Lind', 'high']] }),
    JSON.stringify({ ...line, quoteID: 'e', date: '2015-02-30' }),
    JSON.stringify({ articleID: '1', quotations: [] }),
  ];
  const report = await take(db, `${writeLines([line])}${wrong.join('\n')}\n`);
  expect(report.entries).toEqual({ taken: 1, refused: 7 });
  const reasons = report.rejects.split('\n').filter((row) => row.startsWith('# '));
  expect(reasons.map((row) => row.replace(/^.*quotes-2015\.json:/, ''))).toEqual([
    expect.stringMatching(/^2: the line is not JSON: /),
    '3: urls: there are none, and a quote needs a source',
    '4: date: "11.11.2015" is not a date such as 2015-08-24 or 2015-08-24 10:30:00',
    '5: quotation: there are no words in it',
    expect.stringMatching(/^6: probas\[0\]\[1\]: /),
    expect.stringMatching(/^7: date: "2015-02-30" is not a date/),
    '8: this is an article of the article-centric files; those that are read are named quotes-YYYY.json',
  ]);
  const mended = report.rejects
    .replaceAll(/^# .*\n/gm, '')
    .replace('"urls":[]', '"urls":["https://example.org/x"]')
    .replace('"11.11.2015"', '"2015-11-11"');
  expect((await take(db, mended)).entries).toEqual({ taken: 2, refused: 5 });
});

test('--said on is the importer’s own assertion', async () => {
  const db = openEmptyBase();
  await take(db, writeLines([line]), 'quotes.json', { said: 'on' });
  expect((await showQuotes(db))[0]).toMatchObject({ said: '2015-11-11~', said_earliest: '2015-11-11' });
  await expect(take(db, writeLines([line]), 'quotes.json', { said: 'onn' })).rejects.toThrow(
    '--said onn: it is one of by, on. Did you mean "on"?',
  );
});
