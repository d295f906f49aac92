// Namesakes who come in behind an entry change nothing of whom it means when it is imported again.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEmptyBase } from '../base.ts';
import { exportAll, importText, openFolder, writeLines } from './importing.ts';

const people: [string, string | null][] = [
  ['The first words of anybody.', null],
  ['The words of one of them.', 'Q1'],
  ['The words of the other one.', 'Q2'],
  ['Words of nobody can say whom.', null],
];

test('a table: the first bare name means the one who was made of it, the last one nobody', async () => {
  const mapping = join(openFolder(), 'mapping.yaml');
  writeFileSync(
    mapping,
    'columns: { who: actor, item: actor.wikidata, words: spans, paper: source.title }\n',
  );
  const rows = people.map(([words, item]) => `Ann Lee,${item ?? ''},${words},The Post\n`).join('');
  const db = openEmptyBase();
  const add = () =>
    importText(db, `who,item,words,paper\n${rows}`, { from: 'csv', corpus: 'press', flags: { mapping } });
  const first = await add();
  expect(first.entries).toEqual({ taken: 3, refused: 1 });
  const held = exportAll(db);
  const again = await add();
  expect(again.entries).toEqual(first.entries);
  expect(again.rejects).toContain('"Ann Lee"" may be ann-lee or ann-lee-q1 or ann-lee-q2');
  expect(again.counts.get('quotes')).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  expect(exportAll(db)).toBe(held);
});

test('a table: two names in a row that fit several by now go on meaning whom they meant', async () => {
  const mapping = join(openFolder(), 'mapping.yaml');
  writeFileSync(
    mapping,
    'columns: { who: actor, to: addressee, item: actor.wikidata, other: addressee.wikidata, words: spans, paper: source.title }\n',
  );
  const rows = [
    'Ann Lee,Bo Roe,,,The first words of anybody.,The Post',
    'Ann Lee,Bo Roe,Q1,Q2,The words of one of them.,The Post',
    'Ann Lee,Cy Poe,,,Words to somebody else.,The Post',
  ];
  const db = openEmptyBase();
  const add = (some: readonly string[]) =>
    importText(db, `who,to,item,other,words,paper\n${some.join('\n')}\n`, {
      from: 'csv',
      corpus: 'press',
      flags: { mapping },
    });
  const [first = '', second = '', third = ''] = rows;
  expect((await add([first, third])).entries).toEqual({ taken: 2, refused: 0 });
  expect((await add([second])).entries).toEqual({ taken: 1, refused: 0 });
  const held = exportAll(db);
  const again = await add(rows);
  expect(again.entries).toEqual({ taken: 3, refused: 0 });
  expect(again.counts.get('quotes')).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  expect(exportAll(db)).toBe(held);
  expect((await add([first.replace('first', 'new')])).entries).toEqual({ taken: 0, refused: 1 });
});

test('Quotebank: who spoke stays decided, or open between the same people', async () => {
  const entry = ([quotation, item]: (typeof people)[number], n: number) => ({
    quoteID: `2019-01-0${n + 1}-000001`,
    quotation,
    speaker: 'Ann Lee',
    qids: item === null ? [] : [item],
    date: '2019-01-01 00:00:00',
    numOccurrences: 1,
    probas: [['Ann Lee', '0.9']],
    urls: ['http://example.org/a'],
    phase: 'A',
  });
  const more: typeof people = [...people, ['Words of a third one.', 'Q3']];
  const db = openEmptyBase();
  const add = () => importText(db, writeLines(more.map(entry)), { from: 'quotebank', corpus: 'qb' });
  await add();
  const held = exportAll(db);
  expect(held).toContain('"actor":"ann-lee"');
  expect((await add()).counts.get('quotes')).toMatchObject({ added: 0, changed: 0, unchanged: 5 });
  expect(exportAll(db)).toBe(held);
});
