// Tables as they are: other delimiters and encodings, broken rows, dates in two readings, texts that prove or refute.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { openEmptyBase } from '../base.ts';
import { importFiles, importText, openFolder } from './importing.ts';

const MAPPING = `
columns:
  Who: actor
  Said: spans
  Day: said
  Paper: source.title
constants:
  language: en
nothing: ["-"]
`;

function writeMapping(text: string): string {
  const file = join(openFolder(), 'mapping.yaml');
  writeFileSync(file, text);
  return file;
}

function importTable(db: Db, table: string | Buffer, mapping = MAPPING, flags: Record<string, string> = {}) {
  return importText(db, table, {
    from: 'csv',
    corpus: 'tables',
    name: 'table.csv',
    flags: { mapping: writeMapping(mapping), ...flags },
  });
}

function listQuotes(db: Db): unknown[] {
  return (db.prepare('SELECT document FROM quotes ORDER BY key').pluck().all() as string[]).map((text) => {
    const quote = JSON.parse(text);
    return {
      actor: quote.actor?.name ?? null,
      text: quote.text,
      said: quote.said,
      source: quote.source.title,
      verification: quote.verification,
    };
  });
}

const ROWS = [
  ['Ada Lind', 'She said “no”, and "never";\nthen left.', '2020-12-20', 'The Paper'],
  ['', 'Nobody knows who said this', '2019', 'The Paper'],
  ['-', '😀 می‌گوید', '', 'دیگری'],
];
const EXPECTED = [
  {
    actor: 'Ada Lind',
    text: ROWS[0]?.[1],
    said: '2020-12-20',
    source: 'The Paper',
    verification: 'reported',
  },
  { actor: null, text: ROWS[1]?.[1], said: '2019', source: 'The Paper', verification: 'reported' },
  { actor: null, text: ROWS[2]?.[1], said: null, source: 'دیگری', verification: 'reported' },
];

function writeTable(delimiter: string, quote: string, end: string): string {
  return [['Who', 'Said', 'Day', 'Paper'], ...ROWS]
    .map((row) =>
      row.map((cell) => `${quote}${cell.replaceAll(quote, quote + quote)}${quote}`).join(delimiter),
    )
    .map((line) => `${line}${end}`)
    .join('');
}

describe('whatever a table looks like, the same records come of it', () => {
  test.each<[string, Buffer, Record<string, string>]>([
    ['commas', Buffer.from(writeTable(',', '"', '\n')), {}],
    ['semicolons, CRLF and a byte order mark', Buffer.from(`\ufeff${writeTable(';', '"', '\r\n')}`), {}],
    ['tabs', Buffer.from(writeTable('\t', '"', '\n')), {}],
    ['bars and apostrophes', Buffer.from(writeTable('|', "'", '\n')), {}],
    ['UTF-16, little end first', Buffer.from(`\ufeff${writeTable(',', '"', '\n')}`, 'utf16le'), {}],
    ['UTF-16, big end first', Buffer.from(`\ufeff${writeTable(';', '"', '\r\n')}`, 'utf16le').swap16(), {}],
    ['a delimiter that is said', Buffer.from(writeTable('^', '"', '\n')), { delimiter: '^' }],
  ])('%s', async (_name, bytes, flags) => {
    const db = openEmptyBase();
    const report = await importTable(db, bytes, MAPPING, flags);
    expect(report.rejects).toBe('');
    expect(listQuotes(db)).toEqual(EXPECTED);
    expect(report.notes.join('\n')).toMatch(/table\.csv was read as utf-(8|16)/);
    expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
    const again = await importTable(db, bytes, MAPPING, flags);
    expect(again.counts.get('quotes')).toMatchObject({ added: 0, changed: 0, unchanged: 3 });
  });
});

test('other encodings are said, and what is not UTF-8 is refused before anything is written', async () => {
  const db = openEmptyBase();
  const bytes = Buffer.from('Who,Said,Day,Paper\nJos\xe9 Ni\xf1o,Ol\xe9,2020,P\n', 'latin1');
  await expect(importTable(db, bytes)).rejects.toThrow('is not utf-8; --encoding says what it is');
  expect(listQuotes(db)).toEqual([]);
  await importTable(db, bytes, MAPPING, { encoding: 'windows-1252' });
  expect(listQuotes(db)).toMatchObject([{ actor: 'José Niño', text: 'Olé' }]);
  await expect(importTable(db, bytes, MAPPING, { encoding: 'latin-9x' })).rejects.toThrow(
    'there is no encoding of this name',
  );
});

test('a date that can be read in two ways is refused until the mapping says', async () => {
  const db = openEmptyBase();
  const table =
    'Who,Said,Day,Paper\nA,one,01/02/2020,P\nB,two,20/12/2020,P\nC,three,2020-12-20T10:30:00Z,P\nD,four,soon,P\n';
  const report = await importTable(db, table);
  expect(report.entries).toEqual({ taken: 1, refused: 3 });
  expect(report.rejects).toContain('""01/02/2020"" can be read in two ways; the mapping says which');
  expect(report.rejects).toContain('table.csv:5');
  const said = await importTable(db, table, `${MAPPING}dates: dd/MM/yyyy\n`);
  expect(said.entries).toEqual({ taken: 3, refused: 1 });
  expect(db.prepare('SELECT said FROM quotes ORDER BY said').pluck().all()).toEqual([
    '2020-02-01',
    '2020-12-20',
    '2020-12-20',
  ]);
});

test.each([
  ['d MMMM yyyy', '3 March 2021', '2021-03-03'],
  ['MMM d, yyyy', 'Sept. 7, 1999', '1999-09-07'],
  ['MM/yyyy', '05/1999', '1999-05'],
])('%s reads %s', async (pattern, cell, edtf) => {
  const db = openEmptyBase();
  await importTable(db, `Who;Said;Day;Paper\nA;one;${cell};P\n`, `${MAPPING}dates: "${pattern}"\n`);
  expect(db.prepare('SELECT said FROM quotes').pluck().all()).toEqual([edtf]);
});

test('rows that cannot be read go to the rejects, which are mended and imported again', async () => {
  const db = openEmptyBase();
  const table = [
    'Who,Said,Day,Paper',
    'A,"one, two",2020,P',
    'B,two,2020',
    'C,three,2020,P',
    'D,"f"our, or ""4"",2020,P',
    'E,five,31-31-2020,P',
    'F,"six",2020,P',
    'G,sev"en" eight,2020,P,,',
    ',,,',
    'H,"nine,2020,P\n',
  ].join('\n');
  const report = await importTable(db, table);
  expect(report.entries).toEqual({ taken: 3, refused: 5 });
  expect(report.counts.get('quotes')).toMatchObject({ added: 3, refused: 5 });
  expect(report.notes.join('\n')).toContain('1 rows of');
  const rows = report.rejects.split('\n');
  expect(rows.map((row) => row.replace(/^.*table\.csv/, 'table.csv'))).toEqual([
    '\ufeffrejected_at,rejected_because,Who,Said,Day,Paper',
    'table.csv:3,"the row has 3 cells, and the header has 4",B,two,2020',
    'table.csv:5,"column ""Said"": a quotation mark ("") stands in a cell that is not between quotation marks, or is not doubled there",D,"f"our, or ""4"",2020,P',
    expect.stringMatching(/^table\.csv:6,.*,E,five,31-31-2020,P$/),
    expect.stringMatching(/^table\.csv:8,.*,G,sev"en" eight,2020,P,,$/),
    expect.stringMatching(/^table\.csv:10,.*rest of the file is in it",H,"nine,2020,P$/),
    '',
  ]);
  const unmended = await importTable(db, report.rejects);
  expect(unmended.entries).toEqual({ taken: 0, refused: 5 });
  expect(unmended.rejects).toBe(report.rejects);
  const mended = report.rejects
    .replace('B,two,2020', 'B,two,2020,P')
    .replace('"f"our, or ""4""', '"""f""our, or ""4"""')
    .replaceAll('31-31-2020', '2020-12-31')
    .replace('sev"en" eight,2020,P,,', '"sev""en"" eight",2020,P')
    .replace('"nine', 'nine');
  const again = await importTable(db, mended);
  expect(again.entries).toEqual({ taken: 5, refused: 0 });
  expect(again.notes.join()).not.toContain('no field for');
  expect(db.prepare("SELECT document ->> '$.text' FROM quotes ORDER BY key").pluck().all().slice(3)).toEqual([
    'two',
    '"f"our, or "4"',
    'five',
    'sev"en" eight',
    'nine',
  ]);
});

describe('a text of the source proves the words', () => {
  const text = '😀 Ada said: “We stay here.” Later: “We go.” And again: “We go.”';
  const mapping = `
columns: { Who: actor, Said: spans, From: spans.start, To: spans.end, Doc: source.id, Body: source.text }
constants: { source.title: A speech }
`;
  const header = 'Who,Said,From,To,Doc,Body\n';
  const row = (said: string, from = '', to = '') => `Ada,"${said}",${from},${to},speech,"${text}"\n`;

  test('only what stands there once, or where the row says, is verified', async () => {
    const db = openEmptyBase();
    const at = [...text].join('').indexOf('We go.');
    const start = [...text.slice(0, at)].length;
    const report = await importTable(
      db,
      header +
        row('We stay here.') +
        row('We go.') +
        row('We leave.') +
        row('We go.', String(start), String(start + 6)) +
        row('We stay here.', '0', '13'),
      mapping,
    );
    expect(report.spans).toEqual({ exact: 2, ambiguous: 1, missing: 1, moved: 1 });
    expect(report.entries).toEqual({ taken: 2, refused: 3 });
    expect(report.rejects).toContain('the words stand 2 times in the source');
    expect(report.rejects).toContain('the words do not stand in the source');
    expect(report.rejects).toContain('the words do not stand at [0, 13) but at [');
    expect(db.prepare('SELECT verification FROM quotes').pluck().all()).toEqual(['verified', 'verified']);
    expect(db.prepare('SELECT passage_exact FROM quotes').pluck().all()[0]).toContain(
      'Ada said: “We stay here.”',
    );
    expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
  });

  test('the text may be a file of a folder', async () => {
    const folder = openFolder();
    mkdirSync(join(folder, 'texts'));
    writeFileSync(join(folder, 'texts', 'speech.txt'), text);
    const table = join(folder, 'table.csv');
    writeFileSync(
      table,
      'Who,Said,File\nAda,We stay here.,speech.txt\nAda,We stay here.,../mapping.yaml\nAda,We stay here.,none.txt\n',
    );
    const file = join(folder, 'mapping.json');
    writeFileSync(
      file,
      JSON.stringify({ columns: { Who: 'actor', Said: 'spans', File: 'source.text_file' } }),
    );
    const db = openEmptyBase();
    const report = await importFiles(db, [table], {
      from: 'csv',
      corpus: 'tables',
      flags: { mapping: file, texts: join(folder, 'texts') },
    });
    expect(report.entries).toEqual({ taken: 1, refused: 2 });
    expect(report.rejects).toContain('lies outside of --texts');
    expect(report.rejects).toContain('there is no file ""none.txt"" in --texts');
    expect(listQuotes(db)).toMatchObject([{ source: 'speech.txt', verification: 'verified' }]);
  });
});

test('other nouns, lists, values of its own and names of actors by their parts', async () => {
  const db = openEmptyBase();
  await importTable(
    db,
    'id,label,alt\ntalks,Talks,Negotiations|مذاکرات\n',
    'noun: topics\ncolumns: { id: id, label: label, alt: alt_labels }\nlists: "|"\n',
  );
  await importTable(
    db,
    'id,name,type,aka\nlind,Ada Lind,P,A. Lind|آدا\n',
    'noun: actors\ncolumns: { id: id, name: name, type: kind, aka: names }\nvalues: { kind: { P: person } }\nlists: "|"\n',
  );
  const report = await importTable(
    db,
    'Who,QID,Said,Tags\nA. LIND,,one,talks\nBo,Q7,two,talk\nBo,Q7,three,talks\nBo,Q8,four,\n',
    'columns: { Who: actor, QID: actor.wikidata, Said: spans, Tags: topics }\nlists: "|"\n',
  );
  expect(report.rejects).toContain('there is no topic ""talk"". Did you mean ""talks""?');
  expect(report.actors).toEqual({ merged: 1, made: 2, ambiguous: 0 });
  expect(db.prepare('SELECT id FROM actors ORDER BY id').pluck().all()).toEqual(['bo', 'bo-q8', 'lind']);
  expect(db.prepare("SELECT document ->> '$.actor.id' FROM quotes ORDER BY key").pluck().all()).toEqual([
    'lind',
    'bo',
    'bo-q8',
  ]);
});

test('two columns of one name are refused where the mapping names them', async () => {
  const table = 'Who,Said,Who\nA,one,B\n';
  await expect(importTable(openEmptyBase(), table, 'columns: { Who: actor, Said: spans }')).rejects.toThrow(
    'has several columns "Who", which the mapping names',
  );
  const report = await importTable(openEmptyBase(), table, 'columns: { Said: spans }');
  expect(report.entries).toEqual({ taken: 1, refused: 0 });
});

test.each([
  ['columns: { Who: actr }', 'quotes have no field "actr". Did you mean "actor"?'],
  ['columns: { Nobody: actor }', 'has no column "Nobody", which the mapping names.'],
  ['colums: {}', 'there is no field of this name. Did you mean "columns"?'],
  ['columns: { Who: actor }\ndates: qq', '"qq" is no part of a date'],
  ['columns: {', 'the mapping cannot be read'],
])('a mapping that is wrong is refused: %s', async (mapping, sentence) => {
  await expect(importTable(openEmptyBase(), 'Who,Said\nA,one\n', mapping)).rejects.toThrow(sentence);
});

describe('words that every object of JavaScript knows are words like others', () => {
  const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'];

  test('as cells that the mapping says more of', async () => {
    const db = openEmptyBase();
    const table = `Who,Said,Day,Paper\n${names.map((name) => `${name},I am ${name},2020,${name}\n`).join('')}`;
    const values = 'values:\n  actor: {X: Ada Lind}\n  source.title: {constructor: The Builder}\n';
    const report = await importTable(db, table, `${MAPPING}${values}`);
    expect(report.entries).toEqual({ taken: names.length, refused: 0 });
    expect(listQuotes(db)).toEqual(
      names.map((name) => ({
        actor: name,
        text: `I am ${name}`,
        said: '2020',
        source: name === 'constructor' ? 'The Builder' : name,
        verification: 'reported',
      })),
    );
  });

  test('as columns', async () => {
    const db = openEmptyBase();
    const mapping = 'columns: {constructor: actor, toString: spans}\nconstants: {language: en}\n';
    await importTable(db, 'constructor,toString\nAda Lind,No.\n', mapping);
    expect(listQuotes(db)).toMatchObject([{ actor: 'Ada Lind', text: 'No.' }]);
  });

  test.each(names)('and %s is no field and no part of a date', async (name) => {
    const db = openEmptyBase();
    await expect(importTable(db, 'Who\nx\n', `columns: {Who: ${name}.x, Said: ${name}}`)).rejects.toThrow(
      `quotes have no field "${name}".`,
    );
    await expect(importTable(db, 'Who\nx\n', `columns: {Who: actor}\ndates: ${name}`)).rejects.toThrow(
      'is no part of a date',
    );
  });
});
