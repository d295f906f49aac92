// Stand-off annotation of brat: events and relations, discontinuous spans, and offsets that fit their text or do not.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { askPage, buildTestApp, type Json, openEmptyBase } from '../base.ts';
import { exportAll, importFiles, openFolder } from './importing.ts';

/** Writes annotations of words by their place in the text, counted in code points as brat does. */
function annotate(text: string, rows: (string | [id: string, type: string, ...words: string[]])[]): string {
  const lines = rows.map((row) => {
    if (typeof row === 'string') return row;
    const [id, type, ...words] = row;
    const places = words.map((word) => {
      const at = text.indexOf(word);
      if (at === -1 || word === '') throw new Error(`the text has no “${word}”`);
      const start = [...text.slice(0, at)].length;
      return `${start} ${start + [...word].length}`;
    });
    return `${id}\t${type} ${places.join(';')}\t${words.join(' ').replaceAll('\n', ' ')}`;
  });
  return `${lines.join('\n')}\n`;
}

function writeFiles(files: Record<string, string>): string {
  const folder = openFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const read = (db: Db, path: string, flags: Record<string, string> = {}) =>
  importFiles(db, [path], { from: 'brat', corpus: 'press', flags });
const listQuotes = async (db: Db) =>
  (await askPage(await buildTestApp(db), '/v1/quotes?sort=passage')).results;

const SPEECH =
  '😀 Ada Lind said: “The square”, and meant it, “belongs to all of us.” The minister called it a gift.';
const EVENTS = annotate(SPEECH, [
  ['T1', 'Source', 'Ada Lind'],
  ['T2', 'Cue', 'said'],
  ['T3', 'Content', '“The square”', '“belongs to all of us.”'],
  ['T4', 'Attribution', 'said'],
  'E1\tAttribution:T4 Content:T3 Cue:T2 Source:T1',
  ['T5', 'Source', 'The minister'],
  ['T6', 'Cue', 'called'],
  ['T7', 'Content', 'it a gift'],
  'E2\tCue:T6 Source:T5 Content:T7',
  'A1\tNegated E2',
  '#1\tAnnotatorNotes T3\tsee the video',
  '*\tEquiv T1 T5',
]);

test('events tie sources, cues and discontinuous contents into quotes with a verified place', async () => {
  const db = openEmptyBase();
  const report = await read(db, writeFiles({ 'speech.txt': SPEECH, 'speech.ann': EVENTS }));
  expect(report.rejects).toBe('');
  expect(report.spans).toEqual({ exact: 6, moved: 0, ambiguous: 0, missing: 0 });
  expect(report.notes.toSorted()).toEqual([
    '1 attributes "Negated"',
    '1 lines that say which annotations are equivalent',
    '1 notes of annotators',
    '1 speakers that are no name by themselves: their words are kept, and no actor is made of them',
  ]);
  const [first, second] = await listQuotes(db);
  expect(first).toMatchObject({
    actor: { name: 'Ada Lind' },
    kind: 'direct',
    passage: { start: 2, end: 68, exact: SPEECH.slice(3, 69) },
    cue: { exact: 'said', start: 11, end: 15 },
    spans: [
      { exact: 'The square', start: 18, end: 28, prefix: '😀 Ada Lind said: “' },
      { exact: 'belongs to all of us.', start: 46, end: 67 },
    ],
    text: 'The square … belongs to all of us.',
    source: { title: 'speech' },
    verification: 'verified',
  });
  expect(second).toMatchObject({
    actor: null,
    actor_note: 'The minister',
    kind: 'indirect',
    text: 'The minister called it a gift',
    cue: { exact: 'called' },
    spans: [],
  });
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test('importing twice changes nothing, also by another path', async () => {
  const db = openEmptyBase();
  await read(db, writeFiles({ 'speech.txt': SPEECH, 'speech.ann': EVENTS }));
  const bytes = exportAll(db);
  const again = await read(db, writeFiles({ 'deep/speech.txt': SPEECH, 'deep/speech.ann': EVENTS }));
  for (const counts of again.counts.values())
    expect(counts).toMatchObject({ added: 0, changed: 0, refused: 0 });
  expect(exportAll(db)).toBe(bytes);
});

test('relations tie contents to speakers, addressees and cues, and a content by itself has an unknown speaker', async () => {
  const text = '“Come in,” said Bo Farr to the guests, and “sit down.” Somebody whispered “later”.';
  const db = openEmptyBase();
  const ann = annotate(text, [
    ['T1', 'Quotation', '“Come in,”'],
    ['T2', 'Quotation', '“sit down.”'],
    ['T3', 'Cue', 'said'],
    ['T4', 'Entity', 'Bo Farr'],
    ['T5', 'Entity', 'the guests'],
    ['T6', 'Quotation', '“later”'],
    ['T7', 'Entity', 'Somebody'],
    'R1\tSpeaker Arg1:T4 Arg2:T1\t',
    'R2\tAddressee Arg1:T5 Arg2:T1\t',
    'R3\tCue Arg1:T3 Arg2:T1\t',
    'R4\tCue Arg1:T3 Arg2:T2\t',
  ]);
  const report = await read(db, writeFiles({ 'guests.txt': text, 'guests.ann': ann }));
  expect(report.rejects).toBe('');
  expect(report.notes).toEqual(['1 sources that are tied to no content']);
  expect(await listQuotes(db)).toMatchObject([
    {
      actor: { name: 'Bo Farr' },
      addressee_note: 'the guests',
      cue: { exact: 'said' },
      spans: [{ exact: 'Come in,' }, { exact: 'sit down.' }],
    },
    { actor: null, actor_note: null, kind: 'direct', spans: [{ exact: 'later' }] },
  ]);
});

test('what is a name becomes an actor, and what is none is kept as it stands', async () => {
  const speakers: [words: string, actor: string | null][] = [
    ['he', null],
    ['Len Burman, head of the tax center', 'Len Burman'],
    ['Ursula von der Leyen', 'Ursula von der Leyen'],
    ['Mr. Владимир Путин', 'Владимир Путин'],
    ['Experts', null],
    ['The Minister', null],
    ['Prime Minister Nobody', null],
    ['Lind', null],
    ['محمدجواد ظریف', null],
    ['ראש הממשלה', null],
    ['two of the officials', null],
  ];
  const text = speakers.map(([words], n) => `${words} said ${n}.`).join('\n');
  const ann = annotate(
    text,
    speakers.flatMap(([words], n): (string | [string, string, string])[] => [
      [`T${3 * n + 1}`, 'Source', words],
      [`T${3 * n + 3}`, 'Content', `said ${n}.`],
      `E${n}\tCue:T${3 * n + 3} Source:T${3 * n + 1} Content:T${3 * n + 3}`,
    ]),
  );
  const db = openEmptyBase();
  const report = await read(db, writeFiles({ 'names.txt': text, 'names.ann': ann }));
  expect(report.rejects).toBe('');
  const quotes = await listQuotes(db);
  expect(quotes.map(({ actor, actor_note }) => [(actor as Json | null)?.name ?? null, actor_note])).toEqual(
    speakers.map(([words, actor]) => [actor, actor === null ? words : null]),
  );
});

test('a normalization to Wikidata names the speaker', async () => {
  const text = 'The minister said “no”.';
  const ann = annotate(text, [
    ['T1', 'Source', 'The minister'],
    ['T2', 'Cue', 'said'],
    ['T3', 'Content', '“no”'],
    'E1\tCue:T2 Source:T1 Content:T3',
    'N1\tReference T1 Wikidata:Q101\tAda Lind',
  ]);
  const db = openEmptyBase();
  await read(db, writeFiles({ 'a.txt': text, 'a.ann': ann }));
  expect((await askPage(await buildTestApp(db), '/v1/actors?wikidata=Q101')).results).toMatchObject([
    { name: 'Ada Lind' },
  ]);
});

test.each([
  [
    'moved',
    'X He said no. Yes.',
    'T1\tContent 9 11\tno',
    'the words do not stand at [9, 11) but at [10, 12)',
  ],
  [
    'ambiguous',
    'X no no no.',
    'T1\tContent 3 5\tno',
    'the words do not stand at [3, 5), and 3 times elsewhere',
  ],
  ['missing', 'X He said no.', 'T1\tContent 10 12\tso', 'the words do not stand in the source'],
  ['missing', 'X He said no.', 'T1\tContent 10 12', 'it repeats no words'],
  ['missing', 'X He said no.', 'T1\tContent 5 9;10 99\tsaid nothing', 'the words do not stand in the source'],
  [
    'moved',
    '🙂 said no.',
    'T1\tContent 8 10\tno',
    'but at [7, 9); the offsets fit where UTF-16 units are counted',
  ],
  ['moved', 'é said no.', 'T1\tContent 8 10\tno', 'the offsets fit where bytes are counted'],
  [
    'moved',
    'X\r\nHe said no.',
    'T1\tContent 10 12\tno',
    'the offsets fit where CRLF counts as one character',
  ],
  [
    'moved',
    '\ufeffX said no.',
    'T1\tContent 7 9\tno',
    'the offsets fit where the byte order mark is left out',
  ],
] as const)('a content that is %s is refused: %j, %j', async (state, text, line, reason) => {
  const db = openEmptyBase();
  const report = await read(db, writeFiles({ 'a.txt': text, 'a.ann': `${line}\n` }));
  expect(report.entries).toEqual({ taken: 1, refused: 1 });
  expect(report.spans).toMatchObject({ exact: 0, [state]: 1 });
  expect(report.rejects).toContain(`a.ann:1: T1 (Content): `);
  expect(report.rejects).toContain(reason);
  expect(db.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(0);
});

test('a data set that was annotated on other texts is refused whole', async () => {
  const db = openEmptyBase();
  const other = EVENTS.replace(
    /(\d+) (\d+)(?=[;\t])/g,
    (_, start, end) => `${Number(start) + 1} ${Number(end) + 1}`,
  );
  const report = await read(db, writeFiles({ 'speech.txt': SPEECH, 'speech.ann': other }));
  expect(report.entries).toEqual({ taken: 1, refused: 2 });
  expect(db.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(0);
});

test('rejects of several documents are mended in one file and imported again', async () => {
  const db = openEmptyBase();
  const wrong = EVENTS.replace('Content 89 98\tit a gift', 'Content 90 99\tit a gift');
  const folder = writeFiles({
    'a/speech.txt': SPEECH,
    'a/speech.ann': wrong,
    'b/other.txt': `${SPEECH} Indeed.`,
    'b/other.ann': `${wrong}X1\tnonsense\nE9\tCue:T99 Content:T3\n`,
    'c/lost.ann': EVENTS,
  });
  const report = await read(db, folder);
  expect(report.entries).toEqual({ taken: 4, refused: 5 });
  expect(report.rejects).toMatch(/other\.ann:13: this is no line of an annotation file of brat\n/);
  expect(report.rejects).toMatch(/other\.ann:14: E9 names T99, which there is not\n/);
  expect(report.rejects).toMatch(
    /lost\.ann:1: there is no text of .*lost\.ann beside it; --texts says where it is\n/,
  );
  const mended = join(openFolder(), 'mended.ann');
  writeFileSync(
    mended,
    report.rejects
      .replaceAll('Content 90 99', 'Content 89 98')
      .replace('X1\tnonsense\n', '')
      .replace(/T3\t.*\nE9\tCue:T99 Content:T3\n/, ''),
  );
  const again = await read(db, mended, { texts: join(folder, 'a') });
  expect(again.entries.refused).toBeGreaterThan(0);
  writeFileSync(join(folder, 'c/lost.txt'), SPEECH);
  const whole = await read(db, mended);
  expect(whole.rejects).toBe('');
  expect(db.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(6);
  const fresh = openEmptyBase();
  writeFileSync(join(folder, 'a/speech.ann'), EVENTS);
  writeFileSync(join(folder, 'b/other.ann'), EVENTS);
  await read(fresh, folder);
  expect(exportAll(db).split('\n').toSorted()).toEqual(exportAll(fresh).split('\n').toSorted());
});

test('a table tells of the documents, and texts may stand elsewhere, under a name without the annotator', async () => {
  const folder = writeFiles({
    'text/speech.txt': SPEECH,
    'attributions/speech_4e07.ann': EVENTS.replaceAll('\n', '\r\n'),
    'metadata.tsv':
      'filename\ttitle\tpublication_date\tpublisher\tauthor\tstratum\nspeech\tThe "square\t2016-10-04\tDaily\tNone\t7\n',
  });
  const db = openEmptyBase();
  const report = await read(db, join(folder, 'attributions'), {
    texts: join(folder, 'text'),
    metadata: join(folder, 'metadata.tsv'),
    language: 'en',
  });
  expect(report.rejects).toBe('');
  expect(report.notes).toContainEqual(
    expect.stringMatching(/columns of .* that have no place here: stratum/),
  );
  expect((await askPage(await buildTestApp(db), '/v1/sources')).results).toMatchObject([
    {
      title: 'The "square',
      title_supplied: false,
      published: '2016-10-04',
      publisher: 'Daily',
      authors: [],
      language: 'en',
    },
  ]);
  writeFileSync(join(folder, 'metadata.tsv'), 'filename\tpublication_date\nspeech\t04.10.2016\n');
  await expect(
    read(openEmptyBase(), join(folder, 'attributions'), { metadata: join(folder, 'metadata.tsv') }),
  ).rejects.toThrow(/metadata\.tsv:2: published: "04\.10\.2016" is not an EDTF date/);
});

test('a content that goes over a line is one stretch, and words beside its marks make it mixed', async () => {
  const text = 'Ada Lind said that the square\n“belongs to\nall” of us.';
  const ann = annotate(text, [
    ['T1', 'Source', 'Ada Lind'],
    ['T2', 'Cue', 'said that'],
    ['T3', 'Content', 'the square', '“belongs to', 'all” of us'],
    'E1\tCue:T2 Source:T1 Content:T3',
  ]);
  const db = openEmptyBase();
  const report = await read(db, writeFiles({ 'a.txt': text, 'a.ann': ann }));
  expect(report.rejects).toBe('');
  expect(await listQuotes(db)).toMatchObject([
    { kind: 'mixed', spans: [{ exact: 'belongs to\nall' }], text: text.slice(0, -1) },
  ]);
});

test('two annotators may read one passage otherwise, and the base is still what it says', async () => {
  const other = EVENTS.replace('Source 2 10\tAda Lind', 'Source 2 5\tAda');
  const db = openEmptyBase();
  await read(db, writeFiles({ 'speech.txt': SPEECH, 'speech_a.ann': EVENTS, 'speech_b.ann': other }));
  expect(
    (await listQuotes(db)).map(({ actor, actor_note }) => (actor as Json | null)?.name ?? actor_note),
  ).toEqual(['Ada Lind', 'Ada', 'The minister']);
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test('a table says who is meant where the words are no name', async () => {
  const folder = writeFiles({
    'speech.txt': SPEECH,
    'speech.ann': EVENTS,
    'speakers.csv': 'words,name,kind,country,wikidata\nThe minister,Bo Farr,person,SE,Q102\n',
  });
  const db = openEmptyBase();
  await read(db, join(folder, 'speech.ann'), { speakers: join(folder, 'speakers.csv') });
  expect((await listQuotes(db))[1]).toMatchObject({ actor: { name: 'Bo Farr' }, actor_note: null });
  expect((await askPage(await buildTestApp(db), '/v1/actors?country=SE')).results).toMatchObject([
    { wikidata: 'Q102' },
  ]);
  writeFileSync(join(folder, 'speakers.csv'), 'words;name;kind\nThe minister;Bo Farr;persn\n');
  await expect(
    read(openEmptyBase(), join(folder, 'speech.ann'), { speakers: join(folder, 'speakers.csv') }),
  ).rejects.toThrow(/speakers\.csv:2: kind: "persn" is not one of person, .*Did you mean "person"\?/);
});
