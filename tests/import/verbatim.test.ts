// Our own NDJSON: there and back, twice, in any order, and what cannot be taken.
import { expect, test } from 'vitest';
import { loadSeeds } from '../../src/seed/load.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { openEmptyBase, openSeededBase } from '../base.ts';
import { copyBesideSeeds } from '../seed/market-square.ts';
import { exportAll, importText, writeLines } from './importing.ts';

const surroundings = [
  { noun: 'actors', id: 'speaker', name: 'Somebody', kind: 'person' },
  { noun: 'topics', id: 'talks', label: 'Talks', proposition: 'There should be talks.' },
  { noun: 'sources', id: 'paper', title: 'A paper', text: '😀 He said: “Talk!” and “talk” again.' },
];
const quote = {
  noun: 'quotes',
  id: 'talk',
  actor: 'speaker',
  source: 'paper',
  kind: 'direct',
  passage: { start: 2, end: 18 },
  topics: ['talks'],
  spans: [{ exact: 'Talk!', start: 12, end: 17 }],
};

test('an export, imported into an empty base, is exported with the same bytes, source texts and withdrawn ids included', async () => {
  const folder = copyBesideSeeds();
  const db = openEmptyBase();
  loadSeeds(db, folder.root);
  folder.remove('market-square/stances.yaml', 'sorensen-on-fountain');
  loadSeeds(db, folder.root);
  const bytes = exportAll(db);
  expect(bytes).toMatch(/"withdrawn":"taken out of the seed files","digest":"[0-9a-f]{64}"/);
  const copy = openEmptyBase();
  const report = await importText(copy, bytes, { from: 'verbatim' });
  expect(report.rejects).toBe('');
  expect(exportAll(copy)).toBe(bytes);
  expect(verifyBase(copy)).toMatchObject({ ok: true, failures: [] });
  const documents = (base: typeof db) =>
    base.prepare('SELECT document FROM quotes ORDER BY id').pluck().all();
  expect(documents(copy)).toEqual(documents(db));
});

test('what a base holds already is unchanged, the records of the seeds too', async () => {
  const db = openSeededBase();
  const before = db.prepare("SELECT value FROM facts WHERE name = 'data_version'").pluck().get();
  const report = await importText(db, exportAll(db), { from: 'verbatim' });
  for (const counts of report.counts.values())
    expect(counts).toMatchObject({ added: 0, changed: 0, refused: 0 });
  expect(report.counts.get('quotes')?.unchanged).toBeGreaterThan(20);
  expect(db.prepare("SELECT value FROM facts WHERE name = 'data_version'").pluck().get()).toBe(before);
});

test('records of the seeds are not overwritten', async () => {
  const db = openSeededBase();
  const line = exportAll(db)
    .split('\n')
    .find((candidate) => candidate.includes('"id":"putin"')) as string;
  const report = await importText(db, line.replace(/"name":"[^"]+"/, '"name":"Somebody else"'), {
    from: 'verbatim',
  });
  expect(report.entries).toEqual({ taken: 0, refused: 1 });
  expect(report.rejects).toContain('came in by "seed", which an import does not overwrite');
});

test('lines may refer to later ones, and a missing id is refused with the nearest', async () => {
  const db = openEmptyBase();
  const lines = [quote, { ...quote, id: 'other', actor: 'speeker' }, ...surroundings];
  const report = await importText(db, writeLines(lines), { from: 'verbatim', corpus: 'press' });
  expect(report.entries).toEqual({ taken: 4, refused: 1 });
  expect(report.rejects).toMatch(
    /^# .*data:2: quote "other", actor: there is no actor "speeker"\. Did you mean "speaker"\?\n/,
  );
  expect(db.prepare('SELECT verification FROM quotes').pluck().all()).toEqual(['verified']);
  expect(verifyBase(db)).toMatchObject({ ok: true });
});

test('rejects are mended and imported again', async () => {
  const db = openEmptyBase();
  const moved = { ...quote, id: 'moved', spans: [{ exact: 'talk', start: 23, end: 27 }] };
  const wrong = { ...quote, id: 'wrong', hedge: 'reportedy' };
  const report = await importText(
    db,
    `${writeLines([...surroundings, wrong, moved])}not json\n{"noun":"quote","id":"x"}\n`,
    { from: 'verbatim', corpus: 'press' },
  );
  expect(report.entries).toEqual({ taken: 3, refused: 4 });
  expect(report.rejects).toContain('Did you mean "reportedly"?');
  expect(report.rejects).toMatch(/data:5: quote "moved", spans\[0\]\.start: \[23, 27\) lies outside/);
  expect(report.rejects).toContain('data:6: the line is not JSON');
  expect(report.rejects).toContain('Did you mean "quotes"?');
  const mended = report.rejects.replaceAll('reportedy', 'reportedly');
  const again = await importText(db, mended, { from: 'verbatim', corpus: 'press' });
  expect(again.entries).toEqual({ taken: 1, refused: 3 });
  expect(db.prepare('SELECT id FROM quotes').pluck().all()).toEqual(['wrong']);
});

test('one id with two contents is refused, with the same content counted', async () => {
  const db = openEmptyBase();
  const lines = [...surroundings, quote, quote, { ...quote, place: 'Baku' }];
  const report = await importText(db, writeLines(lines), { from: 'verbatim', corpus: 'press' });
  expect(report).toMatchObject({ entries: { taken: 5, refused: 1 }, repeated: 1 });
  expect(report.rejects).toContain('this import has a record of this id already, with other content');
});

test('a later import changes its records, and not what others rest on', async () => {
  const db = openEmptyBase();
  await importText(db, writeLines([...surroundings, quote]), { from: 'verbatim', corpus: 'press' });
  const lines = [
    { ...surroundings[0], name: 'Somebody Else' },
    { ...surroundings[2], text: 'Another text.' },
    { ...quote, place: 'Baku' },
  ];
  const report = await importText(db, writeLines(lines), { from: 'verbatim', corpus: 'press' });
  expect(report.counts.get('actors')?.changed).toBe(1);
  expect(report.counts.get('quotes')?.changed).toBe(1);
  expect(report.rejects).toContain('its text would change, and records that refer to it rest on that');
  expect(db.prepare("SELECT document ->> '$.actor.name' FROM quotes").pluck().get()).toBe('Somebody Else');
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test('a withdrawn id is not used again', async () => {
  const db = openEmptyBase();
  await importText(db, writeLines([...surroundings, quote]), { from: 'verbatim', corpus: 'press' });
  const gone = { noun: 'quotes', id: 'talk', withdrawn: 'never said' };
  expect((await importText(db, writeLines([gone]), { from: 'verbatim' })).counts.get('quotes')).toMatchObject(
    { withdrawn: 1 },
  );
  const report = await importText(db, writeLines([{ ...quote, place: 'Baku' }]), { from: 'verbatim' });
  expect(report.rejects).toContain('was withdrawn (never said); ids are never reused');
  expect((await importText(db, writeLines([quote]), { from: 'verbatim' })).entries.taken).toBe(1);
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
  const held = await importText(db, writeLines([{ noun: 'actors', id: 'speaker', withdrawn: 'nobody' }]), {
    from: 'verbatim',
  });
  expect(held.rejects).toContain('other records refer to it, so it cannot be withdrawn');
});

test('--dry-run says the same and writes nothing', async () => {
  const db = openEmptyBase();
  const text = writeLines([...surroundings, quote, { ...quote, actor: 'nobody' }]);
  const before = db.serialize();
  const dry = await importText(db, text, { from: 'verbatim', corpus: 'press', dryRun: true });
  expect(db.serialize().equals(before)).toBe(true);
  const wet = await importText(db, text, { from: 'verbatim', corpus: 'press' });
  expect(dry.counts).toEqual(wet.counts);
  expect(dry.entries).toEqual(wet.entries);
});

test('records without an id get one from their content', async () => {
  const db = openEmptyBase();
  const { id: _, ...nameless } = quote;
  const text = writeLines([...surroundings, nameless]);
  await importText(db, text, { from: 'verbatim', corpus: 'press' });
  expect(db.prepare('SELECT id FROM quotes').pluck().get()).toMatch(/^quote-[0-9a-f]{20}$/);
  const again = await importText(db, text, { from: 'verbatim', corpus: 'press' });
  expect(again.counts.get('quotes')).toMatchObject({ added: 0, unchanged: 1 });
});

test('a byte order mark, CRLF, U+2028 inside a line and bytes that are not UTF-8', async () => {
  const db = openEmptyBase();
  const record = { noun: 'actors', id: 'a', name: 'Line\u2028separator', kind: 'person' };
  const text = Buffer.concat([
    Buffer.from(`\ufeff${JSON.stringify(record)}\r\n`),
    Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
    Buffer.from(JSON.stringify({ ...record, id: 'b' })),
  ]);
  const report = await importText(db, text, { from: 'verbatim' });
  expect(report.entries).toEqual({ taken: 2, refused: 1 });
  expect(report.rejects).toContain('data:2: the line is not UTF-8');
  expect(db.prepare('SELECT name FROM actors').pluck().all()).toEqual([record.name, record.name]);
});
