// The files that docs/import-formats.md shows are imported from the command line, as they stand there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importFormats } from '../../src/import/formats.ts';
import { openEmptyBase } from '../base.ts';
import { STANDARD, writeDnaFile } from '../import/dna-file.ts';
import { importFiles } from '../import/importing.ts';
import { ROOT, readPaper } from './markdown.ts';

const page = readPaper('docs/import-formats.md');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verbatim-formats-'));
  for (const { notes, text } of page.fences)
    if (notes.file !== undefined) writeFileSync(join(folder, notes.file), text);
  writeDnaFile(join(folder, 'project.dna'), {
    types: STANDARD,
    documents: [{ title: 'Hearing', text: 'We should tax carbon.', date: '2019-05-04' }],
    statements: [
      {
        document: 0,
        words: 'We should tax carbon.',
        coder: 'Coder 1',
        values: { person: 'Ada Lind', organization: 'Lindby', concept: 'Tax carbon.', agreement: 1 },
      },
    ],
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the page has a section for every format that is not our own', () => {
  const told = page.headings.map(({ text }) => text);
  for (const { name } of importFormats)
    if (name !== 'verbatim' && name !== 'csv') expect(told).toContain(name);
});

test('the examples are imported as the page says', async () => {
  const db = openEmptyBase();
  const take = (file: string, from: string, corpus: string | null = 'examples') =>
    importFiles(db, [join(folder, file)], { from, corpus });
  const query = (sql: string) => db.prepare(sql).raw().all();
  expect((await take('quotes-2015.json', 'quotebank')).entries).toEqual({ taken: 2, refused: 0 });
  expect(query('SELECT id, said, verification FROM quotes ORDER BY key')).toEqual([
    ['examples.2015-11-11-109291', '[..2015-11-11]', 'reported'],
    ['examples.2015-11-11-109292', '[..2015-11-11]', 'reported'],
  ]);
  expect((await take('speech.ann', 'brat')).entries).toEqual({ taken: 3, refused: 0 });
  expect(
    query("SELECT kind, actor_note, text FROM quotes WHERE verification = 'verified' ORDER BY passage_order"),
  ).toEqual([
    ['direct', null, 'The square … belongs to all of us.'],
    ['indirect', 'The minister', 'The minister called it a gift'],
  ]);
  writeFileSync(
    join(folder, 'topics.ndjson'),
    '{"noun":"topics","id":"open-square","label":"An open square","proposition":"It should stay open."}\n',
  );
  await take('topics.ndjson', 'verbatim', null);
  expect((await take('annotations.json', 'w3c')).entries).toEqual({ taken: 1, refused: 0 });
  expect(query('SELECT position, statement FROM stances')).toEqual([['support', 'Lind wants it open.']]);
  expect((await take('project.dna', 'dna')).entries).toEqual({ taken: 3, refused: 0 });
  // One person in all four: the name is the same.
  expect(query("SELECT count(*) FROM actors WHERE name = 'Ada Lind'")).toEqual([[1]]);
});

function runImport(file: string, format: string) {
  const base = ['--corpus', 'examples', '--database', join(folder, 'base.sqlite')];
  const args = [join(ROOT, 'src/cli.ts'), 'import', file, '--from', format, ...base];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('from the command line, a format has its own rejects', () => {
  // The topic of the annotation must have a proposition before anybody can support it.
  const early = runImport('annotations.json', 'w3c');
  expect(early).toMatchObject({ status: 1, stderr: '' });
  expect(early.stdout).toContain('0 entries taken, 1 refused: see annotations.rejects.ndjson');
}, 240_000);
