// Web Annotations: as Hypothesis exports them, as JSON-LD, and by line; with and without the annotated text.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { askPage, buildTestApp, importRecords, type Json, openEmptyBase } from '../base.ts';
import { exportAll, importFiles, importText, openFolder, writeLines } from './importing.ts';

const URI = 'https://www.example.org/square';
const TEXT = '🌳 Ada Lind said: “The square belongs to all of us.” Шум, говорит Бо: «нет». זה הכול.';

type Selector = Record<string, unknown>;
const quoteOf = (exact: string, prefix = '', suffix = ''): Selector => ({
  type: 'TextQuoteSelector',
  exact,
  prefix,
  suffix,
});
const positionOf = (start: number, end: number): Selector => ({ type: 'TextPositionSelector', start, end });
const WORDS = quoteOf('The square belongs to all of us.', 'Ada Lind said: “', '” Шум');
const range = {
  type: 'RangeSelector',
  startContainer: '/p[1]',
  startOffset: 0,
  endContainer: '/p[1]',
  endOffset: 9,
};

function annotate(
  given: { id?: string; tags?: string[]; text?: string; selector?: Selector[] } & Json,
): Json {
  const { selector = [range, WORDS], tags = ['actor:Ada Lind'], ...rest } = given;
  return {
    id: 'aB3-x_9',
    created: '2024-05-01T10:00:00Z',
    user: 'acct:jane@hypothes.is',
    uri: URI,
    document: { title: ['On the square'] },
    text: '',
    tags,
    target: [{ source: URI, selector }],
    ...rest,
  };
}

function openBase(): Db {
  const db = openEmptyBase();
  importRecords(db, {
    actors: [{ id: 'lindby', name: 'Lindby', kind: 'state' }],
    topics: [{ id: 'open-square', label: 'An open square', proposition: 'The square should stay open.' }],
  });
  return db;
}

const take = (db: Db, value: unknown, flags: Record<string, string | boolean> = {}) =>
  importText(db, typeof value === 'string' ? value : JSON.stringify(value, null, 2), {
    from: 'w3c',
    corpus: 'web',
    flags,
  });
const listQuotes = async (db: Db) =>
  (await askPage(await buildTestApp(db), '/v1/quotes?sort=passage')).results;
const listStances = async (db: Db) => (await askPage(await buildTestApp(db), '/v1/stances')).results;

/** The folder of texts, with the annotated one under the name of its address. */
function writeText(text = TEXT): string {
  const folder = openFolder();
  writeFileSync(join(folder, 'example-org-square.txt'), text);
  return folder;
}

test('without the text, the words are reported and positions are not kept', async () => {
  const db = openBase();
  const tags = [
    'actor:Ada Lind',
    'on_behalf_of:lindby',
    'topic:open-square',
    'topic:Noise',
    'stance:support',
    'confidence:high',
    'held:2024',
    'todo',
  ];
  const selector = [range, positionOf(18, 50), WORDS];
  // Noise has no proposition, so that nobody can be for it.
  const refused = await take(db, { total: 1, rows: [annotate({ tags, selector })] });
  expect(refused.rejects).toContain('has no proposition, so there is nothing to support or oppose');
  const rows = [
    annotate({ tags: tags.filter((tag) => tag !== 'topic:Noise'), selector, text: 'Lind wants it open.' }),
    annotate({
      id: 'second',
      tags: ['topic:Noise'],
      text: 'Only a note.',
      selector: [quoteOf('Noise everywhere')],
    }),
  ];
  const report = await take(db, { total: 2, rows });
  expect(report.rejects).toBe('');
  expect(report.notes).toEqual([
    '1 selectors of the type RangeSelector, which are not read',
    '1 tags "todo", which have no place here',
    '1 positions in texts that are not held: nothing could prove them, so they are not kept',
  ]);
  const quotes = await listQuotes(db);
  expect(quotes.find(({ kind }) => kind === 'direct')).toMatchObject({
    actor: { name: 'Ada Lind' },
    on_behalf_of: { id: 'lindby' },
    source: { title: 'On the square' },
    passage: null,
    spans: [{ exact: 'The square belongs to all of us.', start: null }],
    topics: [{ id: 'open-square' }],
    context: null,
    verification: 'reported',
  });
  expect(quotes.find(({ kind }) => kind === 'unspecified')).toMatchObject({
    actor: null,
    text: 'Noise everywhere',
    text_by: 'source',
    spans: [],
    context: 'Only a note.',
    topics: [{ label: 'Noise' }],
  });
  expect(await listStances(db)).toMatchObject([
    {
      actor: { name: 'Ada Lind' },
      position: 'support',
      basis: 'quoted',
      statement: 'Lind wants it open.',
      coder: { name: 'jane' },
      confidence: 'high',
      held: '2024',
      verification: 'reported',
    },
  ]);
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test.each([
  ['code points', [18, 50], '1 positions that count code points, as their words prove'],
  ['UTF-16 units', [19, 51], '1 positions that count UTF-16 units, as their words prove'],
] as const)(
  'with the text, positions that count %s are proven by their words',
  async (_, [start, end], note) => {
    const db = openBase();
    const texts = writeText();
    const report = await take(db, [annotate({ selector: [positionOf(start, end), WORDS] })], { texts });
    expect(report.rejects).toBe('');
    expect(report.notes).toContain(note);
    expect(report.spans).toEqual({ exact: 1, moved: 0, ambiguous: 0, missing: 0 });
    expect(await listQuotes(db)).toMatchObject([
      {
        kind: 'direct',
        passage: { start: 18, end: 50, exact: 'The square belongs to all of us.' },
        spans: [{ start: 18, end: 50, prefix: '🌳 Ada Lind said: “' }],
        verification: 'verified',
      },
    ]);
    expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
  },
);

test('whose words they are follows from quotation marks, and the tag kind: overrides it', async () => {
  const db = openBase();
  const texts = writeText();
  const mark = (id: string, exact: string, ...tags: string[]) =>
    annotate({ id, tags: ['actor:Ada Lind', ...tags], selector: [quoteOf(exact)] });
  const rows = [
    mark('a', 'Ada Lind said: “The square belongs to all of us.”'),
    mark('b', 'говорит Бо: «нет»'),
    mark('c', 'זה הכול'),
    mark('d', 'Шум', 'kind:direct'),
    mark('e', 'Lind said', 'kind:indirect'),
  ];
  const report = await take(db, writeLines(rows), { texts });
  expect(report.rejects).toBe('');
  const quotes = await listQuotes(db);
  expect(
    quotes.map(({ kind, text, spans }) => [kind, text, (spans as Json[]).map(({ exact }) => exact)]),
  ).toEqual([
    ['mixed', 'Ada Lind said: “The square belongs to all of us.”', ['The square belongs to all of us.']],
    ['indirect', 'Lind said', []],
    ['direct', 'Шум', ['Шум']],
    ['mixed', 'говорит Бо: «нет»', ['нет']],
    ['unspecified', 'זה הכול', []],
  ]);
});

test.each([
  ['moved', [positionOf(20, 52), WORDS], 'the words do not stand at [20, 52) but at [18, 50)'],
  ['ambiguous', [quoteOf('о')], 'the words stand 3 times in the text'],
  [
    'moved',
    [quoteOf('Шум', 'no ', ' such')],
    'and not between the prefix and suffix that they were annotated with',
  ],
  ['missing', [quoteOf('The square belongs to some of us.')], 'the nearest passage is [18, 50)'],
] as const)('words that are %s are refused: %#', async (state, selector, reason) => {
  const db = openBase();
  const report = await take(db, [annotate({ selector: [...selector] })], { texts: writeText() });
  expect(report.spans).toMatchObject({ exact: 0, [state]: 1 });
  expect(report.rejects).toContain(reason);
  expect(db.prepare('SELECT count(*) FROM quotes').pluck().get()).toBe(0);
});

test('--by-quote finds the words where positions count in the page', async () => {
  const db = openBase();
  const rows = [annotate({ selector: [positionOf(900, 932), WORDS] })];
  const texts = writeText();
  expect((await take(db, rows, { texts })).rejects).toContain(
    '--by-quote finds the words by what stands around them',
  );
  expect((await take(db, rows, { texts, byQuote: true })).rejects).toBe('');
  expect(await listQuotes(db)).toMatchObject([{ passage: { start: 18, end: 50 } }]);
});

test('JSON-LD, a collection, a page and lines are the same as a search result, and twice changes nothing', async () => {
  const db = openBase();
  const own = {
    '@context': 'http://www.w3.org/ns/anno.jsonld',
    id: 'https://example.org/annotations/1',
    type: 'Annotation',
    creator: { type: 'Person', name: 'Jane' },
    body: [
      { type: 'TextualBody', purpose: 'tagging', value: 'actor:Ada Lind' },
      { type: 'TextualBody', purpose: 'tagging', value: 'topic:open-square' },
      { type: 'TextualBody', purpose: 'tagging', value: 'stance:oppose' },
      { type: 'TextualBody', value: 'She is against it.' },
    ],
    target: { source: { id: URI }, selector: [WORDS] },
  };
  await take(db, own);
  expect(await listStances(db)).toMatchObject([
    { position: 'oppose', statement: 'She is against it.', coder: { name: 'Jane' } },
  ]);
  const bytes = exportAll(db);
  const shapes = [
    [own],
    { type: 'AnnotationCollection', total: 1, first: { type: 'AnnotationPage', items: [own] } },
    { type: 'AnnotationPage', items: [own] },
    `\ufeff${JSON.stringify(own)}\r\n\r\n`,
    { total: 1, rows: [own] },
  ];
  for (const shape of shapes) {
    const report = await take(db, shape);
    expect(report.rejects).toBe('');
    expect(report.counts.get('quotes')).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
  }
  expect(exportAll(db)).toBe(bytes);
});

test('replies, page notes and annotations without a tag of ours are counted', async () => {
  const db = openBase();
  const report = await take(db, {
    rows: [
      annotate({ id: 'reply', references: ['aB3-x_9'] }),
      annotate({ id: 'plain', tags: ['interesting'] }),
      annotate({ id: 'page', tags: ['actor:Ada Lind'], selector: [] }),
    ],
  });
  expect(report.notes).toEqual(
    expect.arrayContaining([
      '1 replies to annotations: left out',
      '1 annotations without a tag such as actor:… or topic:…: left out',
      '1 tags "interesting", which have no place here',
    ]),
  );
  expect(report.rejects).toContain('it has tags and no TextQuoteSelector that says which words they are of');
});

test('what cannot be taken is mended and imported again', async () => {
  const db = openBase();
  const rows = [
    annotate({ id: '1', tags: ['actor:Ada Lind', 'stance:oppse', 'topic:open-square'] }),
    annotate({ id: '2', tags: ['actor:lindbi'] }),
    annotate({ id: '3', tags: ['stance:oppose', 'topic:open-square'] }),
    annotate({ id: '4', tags: ['actor:Ada Lind', 'actor:Bo Farr'] }),
    annotate({ id: '5', tags: ['actor:Ada Lind', 'said:01.02.2020'] }),
    annotate({ id: '6', selector: [positionOf(9, 3), WORDS] }),
    'no annotation',
  ];
  const report = await take(db, rows);
  const reasons = report.rejects.split('\n').filter((row) => row.startsWith('# '));
  expect(reasons.map((row) => row.replace(/^# \S*, annotation \d( \(\d\))?: /, ''))).toEqual([
    'the tag "stance:oppse" is none of stance:support, stance:oppose, stance:mixed, stance:neutral. Did you mean "oppose"?',
    expect.stringMatching(/actor: there is no actor "lindbi"\. Did you mean "lindby"\?$/),
    'a stance is somebody’s: the tag actor:… says whose',
    'the tags "actor:Ada Lind" and "actor:Bo Farr" contradict each other',
    expect.stringMatching(/said: "01\.02\.2020" is not an EDTF date/),
    'its TextPositionSelector goes from 9 to 3, which is no stretch of a text',
    'this is no annotation, which is an object with a target',
  ]);
  const mended = report.rejects
    .replaceAll(/^# .*\n/gm, '')
    .replace('oppse', 'oppose')
    .replace('lindbi', 'lindby')
    .replace('"no annotation"\n', '')
    .replace('01.02.2020', '2020-02-01');
  expect((await take(db, mended)).entries).toEqual({ taken: 3, refused: 3 });
});

test('a table names the texts and tells of the documents', async () => {
  const folder = openFolder();
  writeFileSync(join(folder, 'one.txt'), TEXT);
  writeFileSync(
    join(folder, 'table.csv'),
    `\ufeffurl;file;title;published;shelf\r\n${URI};one.txt;The square;2024-04;B\r\n`,
  );
  const db = openBase();
  const report = await take(db, [annotate({})], {
    texts: folder,
    metadata: join(folder, 'table.csv'),
    language: 'en',
  });
  expect(report.rejects).toBe('');
  expect((await askPage(await buildTestApp(db), '/v1/sources')).results).toMatchObject([
    {
      title: 'The square',
      published: '2024-04',
      publisher: 'example.org',
      url: URI,
      language: 'en',
      text_length: [...TEXT].length,
    },
  ]);
  const file = join(folder, 'broken.json');
  writeFileSync(file, '{"rows": [\n');
  const broken = importFiles(db, [file], { from: 'w3c', corpus: 'web' });
  await expect(broken).rejects.toThrow(/broken\.json is not JSON: /);
});
