// Files that are not what they seem, and what stands beside them: each is answered with a sentence, and nothing is lost.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readDataVersion } from '../../src/db/data-version.ts';
import { openEmptyBase, openSeededBase } from '../base.ts';
import { importFiles, importText, openFolder, writeLines } from './importing.ts';

const ROOT = join(import.meta.dirname, '../..');

function runImport(folder: string, args: string[], input = '') {
  return spawnSync(process.execPath, [join(ROOT, 'bin/verbatim.js'), 'import', ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
    env: { PATH: process.env.PATH ?? '', DATABASE: join(folder, 'base.sqlite') },
  });
}

function writeAll(files: Record<string, string | Buffer>): string {
  const folder = openFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const MAPPING = 'columns: { Who: actor, Said: spans }\n';

test('rejects are not written over a file that a flag names, and those of an earlier import are said to be old', () => {
  const folder = writeAll({ 'a.csv': 'Who,Said\nAda Lind,one\nBo Farr,\n', 'm.yaml': MAPPING });
  const args = ['a.csv', '--from', 'csv', '--mapping', 'm.yaml', '--corpus', 'tables'];
  const over = runImport(folder, [...args, '--rejects', 'm.yaml']);
  expect(over).toMatchObject({
    status: 2,
    stderr: '--rejects m.yaml: this is one of the files to be read.\n',
  });
  expect(readFileSync(join(folder, 'm.yaml'), 'utf8')).toBe(MAPPING);
  const first = runImport(folder, args);
  expect(first.status).toBe(1);
  expect(first.stdout).toMatch(/^quotes +1 added, 0 changed, 0 unchanged, 1 refused$/m);
  expect(readFileSync(join(folder, 'a.rejects.csv'), 'utf8')).toContain(
    'a.csv:3,"column ""Said"" is empty: there are no words",Bo Farr,\n',
  );
  writeFileSync(join(folder, 'a.csv'), 'Who,Said\nAda Lind,one\n');
  const second = runImport(folder, args);
  expect(second.status).toBe(0);
  expect(second.stdout).toContain('a.rejects.csv is of an earlier import: this one refused nothing.\n');
});

test('a pipe is refused where a file is read more than once, and nothing is made of it', () => {
  const folder = openFolder();
  const piped = runImport(folder, ['/dev/stdin', '--from', 'w3c', '--corpus', 'web'], '{"id":"x"}\n');
  expect(piped).toMatchObject({
    status: 2,
    stderr: '/dev/stdin is no file, and this format is read more than once: write it to a file first.\n',
  });
});

test.each([
  ['csv', 'is packed with gzip: unpack it first.'],
  ['verbatim', 'is packed with gzip: unpack it first.'],
  ['quotebank', 'is packed with gzip: unpack it first.'],
])('what is packed is told from text: %s', async (from, sentence) => {
  const folder = writeAll({ 'm.yaml': MAPPING });
  await expect(
    importText(openEmptyBase(), gzipSync('Who,Said\nAda Lind,one\n'), {
      from,
      corpus: 'any',
      flags: { mapping: join(folder, 'm.yaml') },
    }),
  ).rejects.toThrow(sentence);
});

test('UTF-16 without a mark is told from UTF-8, and an apostrophe from a quotation mark', async () => {
  const folder = writeAll({ 'm.yaml': MAPPING });
  const options = { from: 'csv', corpus: 'any', flags: { mapping: join(folder, 'm.yaml') } };
  const db = openEmptyBase();
  for (const [bytes, encoding] of [
    [Buffer.from('Who,Said\nAda,«да»\n', 'utf16le'), 'utf-16le'],
    [Buffer.from('Who,Said\nAda,«да»\n', 'utf16le').swap16(), 'utf-16be'],
  ] as const) {
    await expect(importText(db, bytes, options)).rejects.toThrow(`--encoding ${encoding}.`);
    const said = await importText(db, bytes, { ...options, flags: { ...options.flags, encoding } });
    expect(said.entries).toEqual({ taken: 1, refused: 0 });
  }
  const table = "Who,Said\nAda,'tis so\nBo,it is so\n";
  expect((await importText(db, table, options)).entries).toEqual({ taken: 2, refused: 0 });
});

test('a row of the rejects is of the table that it stood in, and tables of several shapes are not mixed', async () => {
  const folder = writeAll({
    'm.yaml': 'columns: { Who: actor, Said: spans, Day: said }\n',
    'a.csv': 'Who,Said,Day\nAda,one,1 May 2020\n',
    'b.csv': 'Said;Who;Day\ntwo;Bo;2020\n',
  });
  const options = { from: 'csv', corpus: 'any', flags: { mapping: join(folder, 'm.yaml') } };
  const [a, b] = ['a.csv', 'b.csv'].map((name) => join(folder, name)) as [string, string];
  const db = openEmptyBase();
  await expect(importFiles(db, [a, b], options)).rejects.toThrow('b.csv has other columns than');
  const { rejects } = await importFiles(db, [a], options);
  expect(rejects).toContain('dates: d MMMM yyyy');
  const mended = await importText(db, rejects.replaceAll('1 May 2020', '2020-05-01'), {
    ...options,
    name: 'a.rejects.csv',
  });
  expect(mended.entries).toEqual({ taken: 1, refused: 0 });
  expect(db.prepare('SELECT title FROM sources').pluck().all()).toEqual(['a.csv']);
});

test('a row is named by its first line, and ends as it ends, whatever the others do', async () => {
  const folder = writeAll({ 'm.yaml': 'columns: { Who: actor, Said: spans, Day: said }\n' });
  const db = openEmptyBase();
  const table = 'Who,Said,Day\nA,"one\r\nand\nso on",2020\r\n\nB,two,x\n\r\nC,"thr\r\nee",y\n\nD,"four,z\n';
  const report = await importText(db, table, {
    from: 'csv',
    corpus: 'any',
    flags: { mapping: join(folder, 'm.yaml') },
  });
  expect(db.prepare('SELECT said FROM quotes').pluck().all()).toEqual(['2020']);
  expect(report.rejects.match(/(?<=data:)\d+/g)).toEqual(['6', '8', '11']);
});

test('a name that says that there is none is counted', async () => {
  const folder = writeAll({ 'm.yaml': MAPPING });
  const flags = { mapping: join(folder, 'm.yaml') };
  const report = await importText(openEmptyBase(), 'Who,Said\nNone,one\nNone,two\n', {
    from: 'csv',
    corpus: 'any',
    flags,
  });
  expect(report.notes).toContain(
    '2 times "None" was taken for a name; `nothing: ["None"]` in the mapping says that nobody is meant',
  );
});

test('a file that breaks off after the first batch stops the import, with what was committed in the base', async () => {
  const entries = Array.from({ length: 1500 }, (_, n) => ({
    quoteID: `a-${n}`,
    quotation: `Words ${n} ${Math.sin(n)}`,
    speaker: 'None',
    urls: ['https://example.org/a'],
  }));
  const packed = gzipSync(writeLines(entries));
  const folder = writeAll({ 'q.json.gz': packed.subarray(0, packed.length - 9) });
  const db = openEmptyBase();
  const options = { from: 'quotebank', corpus: 'any' };
  const file = join(folder, 'q.json.gz');
  const report = await importFiles(db, [file], options);
  expect(report.stopped).toMatch(
    /q\.json\.gz cannot be read: unexpected end of file\. The base is as it was after the last batch, \d+ entries in\./,
  );
  expect(db.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(report.entries.taken);
  await expect(importFiles(db, [file], { ...options, dryRun: true })).rejects.toThrow(
    'unexpected end of file',
  );
  const whole = await importText(db, packed, { ...options, name: 'q.json.gz' });
  expect(whole.counts.get('quotes')).toMatchObject({ added: 1500 - report.entries.taken, refused: 0 });
});

test('an id that is withdrawn again is unchanged, and so is the base', async () => {
  const db = openEmptyBase();
  const lines = writeLines([{ noun: 'quotes', id: 'gone', withdrawn: 'It was wrong.', digest: '' }]);
  expect((await importText(db, lines, { from: 'verbatim' })).counts.get('quotes')).toMatchObject({
    withdrawn: 1,
  });
  const version = readDataVersion(db);
  expect((await importText(db, lines, { from: 'verbatim' })).counts.get('quotes')).toMatchObject({
    withdrawn: 0,
    unchanged: 1,
  });
  expect(readDataVersion(db)).toBe(version);
});

test('a record of the seeds is not withdrawn, and counts as refused', async () => {
  const lines = writeLines([{ noun: 'actors', id: 'zarif', withdrawn: 'Why not?', digest: '' }]);
  const report = await importText(openSeededBase(), lines, { from: 'verbatim' });
  expect(report.counts.get('actors')).toMatchObject({ withdrawn: 0, refused: 1 });
  expect(report.entries).toEqual({ taken: 0, refused: 1 });
});

test('what an event holds that names something missing does not enter without a speaker', async () => {
  const folder = writeAll({
    'a.txt': 'Ada Lind said “yes”.',
    'a.ann': 'T1\tSource 0 8\tAda Lind\nT3\tContent 14 19\t“yes”\nE1\tCue:T2 Source:T1 Content:T3\n',
  });
  const db = openEmptyBase();
  const report = await importFiles(db, [join(folder, 'a.ann')], { from: 'brat', corpus: 'any' });
  expect(db.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(0);
  const mended = report.rejects.replace('E1\t', 'T2\tCue 9 13\tsaid\nE1\t');
  writeFileSync(join(folder, 'a.rejects.ann'), mended);
  await importFiles(db, [join(folder, 'a.rejects.ann')], { from: 'brat', corpus: 'any' });
  expect(db.prepare("SELECT document ->> '$.actor.name' FROM quotes").pluck().all()).toEqual(['Ada Lind']);
});

test('a folder of texts that is not there is said, and so is a text that is not in it', async () => {
  const folder = writeAll({});
  const annotation = {
    tags: ['actor:Ada Lind'],
    target: { source: 'https://example.org/a', selector: { type: 'TextQuoteSelector', exact: 'a “b”' } },
  };
  const read = (texts: string) =>
    importText(openEmptyBase(), writeLines([annotation]), { from: 'w3c', corpus: 'any', flags: { texts } });
  await expect(read(join(folder, 'none'))).rejects.toThrow('none: there is no such folder.');
  expect((await read(folder)).notes).toContain(
    `1 annotations of documents that have no text in ${folder}: their words are reported, not verified`,
  );
});

test('a page of annotations says that there are others, and a slip in a tag is named', async () => {
  const annotation = {
    id: 'x',
    target: { source: 'https://example.org/a', selector: { type: 'TextQuoteSelector', exact: 'a “b”' } },
  };
  const page = {
    total: 7,
    rows: [
      { ...annotation, tags: ['Actor:Ada Lind'] },
      { ...annotation, tags: ['actor:'] },
    ],
  };
  const report = await importText(openEmptyBase(), JSON.stringify(page), { from: 'w3c', corpus: 'any' });
  const notes = report.notes.map((note) => note.replace(/^\/\S*\//, ''));
  expect(notes).toContain('1 tags "Actor:Ada Lind", which have no place here (did you mean "actor:…"?)');
  expect(notes).toContain(
    'data holds 2 of 7 annotations: the others are on pages of their own, which are files of their own here',
  );
  expect(report.rejects).toContain('data, annotation 2 (x): the tag "actor:" says nothing');
});
