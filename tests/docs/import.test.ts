// The files that docs/import.md shows are imported as they stand there, and what docs/export.md asks is answered.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { publishBase } from '../../src/store/publish.ts';
import { openEmptyBase } from '../base.ts';
import { importFiles, openFolder } from '../import/importing.ts';
import { readPaper } from './markdown.ts';

test('the examples are imported, and the copy to publish answers the question', async () => {
  const folder = openFolder();
  for (const { notes, text } of readPaper('docs/import.md').fences)
    if (notes.file !== undefined) writeFileSync(join(folder, notes.file), text);
  const db = openEmptyBase();
  const speech = await importFiles(db, [join(folder, 'speech.ndjson')], { from: 'verbatim' });
  expect([speech.entries, speech.rejects]).toEqual([{ taken: 4, refused: 0 }, '']);
  const table = await importFiles(db, [join(folder, 'square.csv')], {
    from: 'csv',
    corpus: 'tables',
    flags: { mapping: join(folder, 'mapping.yaml') },
  });
  expect([table.entries, table.rejects]).toEqual([{ taken: 2, refused: 0 }, '']);
  expect(table.spans.exact).toBe(1);
  expect(table.actors).toMatchObject({ merged: 1, made: 0 });
  expect(db.prepare('SELECT verification FROM quotes ORDER BY key').pluck().all()).toEqual([
    'verified',
    'verified',
    'reported',
  ]);
  const path = join(folder, 'published.sqlite');
  publishBase(db, path);
  const sql = readPaper('docs/export.md').fences.find(({ language }) => language === 'sql')?.text ?? '';
  const published = new Database(path, { readonly: true });
  expect(published.prepare(sql).raw().all()).toEqual([
    ['Ada Lind', 2],
    [null, 1],
  ]);
  published.close();
});
