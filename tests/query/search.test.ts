// Words as people type them: no input is a syntax error, and every match is where it says.
import { describe, expect, test } from 'vitest';
import { sliceCodePoints } from '../../src/evidence/code-points.ts';
import { MOST_TERMS, parseWordSearch } from '../../src/query/search.ts';
import { servedResources } from '../../src/resources/registry.ts';
import type { Draft } from '../../src/resources/resource.ts';
import {
  ask,
  askPage,
  buildTestApp,
  buildUrl,
  draftQuote,
  importRecords,
  type Json,
  openEmptyBase,
  openSeededBase,
  surroundings,
} from '../base.ts';

type Match = { field: string; index?: number; start: number; end: number; own_words?: boolean };

const PERSIAN = 'او گفت: «می‌خواهم با روسیه همکاری کنم» و رفت.';
const TEXTS: Record<string, string> = {
  plain: 'Iran is not a firefighting crew, said the minister of Russia.',
  other: 'The maximum pressure campaign failed; sanctions remain.',
  pressure: 'Pressure at its maximum, without a crew.',
  // A family is one glyph of seven code points.
  emoji: '👩‍👩‍👧‍👦 🇮🇷 😀 The crew “fights 🔥 fires” 😀 daily.',
  combining: 'E\u0301mile Zola\u0308 said: the cre\u0301w sails to Mu\u0308nchen.',
  precomposed: 'Émile said: the crew sails to München.',
  persian: PERSIAN,
  hebrew: 'הוא אמר "שלום עולם" \u200fואז the crew left.',
  chinese: '核协议 said the crew.',
  lines: 'First line\nthe crew\r\nthird line',
  quotes: 'He said ""nothing"" and crew\'s work.',
  own: 'What the crew saw was “a crew in flight”, nothing more.',
};

const db = openEmptyBase();
const quotes: Draft[] = Object.entries(TEXTS).map(([id, text]) => draftQuote({ id, text }));
const own = quotes.find((quote) => quote.id === 'own') as Draft;
Object.assign(own, {
  kind: 'mixed',
  spans: [{ exact: 'a crew in flight', start: null, end: null, text_start: 23, text_end: 39 }],
});
quotes.push({
  ...draftQuote({ id: 'spans', text: '“A statement”, no statement, “one statement”, a statement.' }),
  kind: 'mixed',
  // Not in their order.
  spans: [
    { exact: 'one statement', start: null, end: null, text_start: 30, text_end: 43 },
    { exact: 'A statement', start: null, end: null, text_start: 1, text_end: 12 },
  ],
});
importRecords(db, {
  ...surroundings,
  actors: [
    ...(surroundings.actors ?? []),
    {
      id: 'zarif',
      name: 'Mohammad Javad Zarif',
      kind: 'person',
      description: 'A diplomat 😀 of Iran.',
      names: [
        { name: '😀 Zarif, M. J.', language: 'en' },
        { name: 'محمدجواد ظریف', language: 'fa' },
        { name: 'Zarif' },
      ],
    },
  ],
  quotes,
});
const app = await buildTestApp(db);

const search = (q: string, noun = 'quotes') => askPage(app, buildUrl(`/v1/${noun}`, { q, limit: 100 }));
const find = async (q: string) => (await search(q)).results.map((record) => record.id as string).toSorted();

describe('what is found', () => {
  test.each<[q: string, ids: string[]]>([
    ['firefighting crew', ['plain']],
    ['FIREFIGHTING', ['plain']],
    ['"maximum pressure"', ['other']],
    ['maximum pressure', ['other', 'pressure']],
    ['maximum pressure -sanctions', ['pressure']],
    ['"maximum pressure" -sanctions', []],
    ['pressure -"maximum pressure"', ['pressure']],
    ['sanctions OR firefighting', ['other', 'plain']],
    ['crew sanctions OR firefighting', ['plain']],
    ['OR sanctions', ['other']],
    ['sanctions OR', ['other']],
    ['sanctions or', []],
    ['sanctions OR OR firefighting', ['other', 'plain']],
    ['sanction', ['other']],
    ['“maximum pressure”', ['other']],
    ['«maximum pressure»', ['other']],
    ['"maximum pressure', ['other']],
    ['munchen', ['combining', 'precomposed']],
    ['MÜNCHEN', ['combining', 'precomposed']],
    ['mu\u0308nchen', ['combining', 'precomposed']],
    ['émile', ['combining', 'precomposed']],
    ['می‌خواهم', ['persian']],
    ['روسیه', ['persian']],
    ['שלום', ['hebrew']],
    ['核协议', ['chinese']],
    ['-crew', ['other', 'persian', 'spans']],
    ['-crew -sanctions', ['persian', 'spans']],
    ['fire-fighting', []],
    ["crew's", ['quotes']],
    ['', []],
    ['   ', []],
    ['😀', []],
    ['"', []],
    ['- -', []],
    ['***', []],
  ])('%s', async (q, ids) => {
    expect(await find(q)).toEqual(ids.toSorted());
  });
});

describe('trap: raw text in MATCH is a syntax error waiting', () => {
  const nasty = [
    ...['"', '""', '"""', '"a', 'a"', '"a" "', "'", "''", '`', '\\', '\\"', '“', '”„', '« »'],
    ...[
      '(',
      ')',
      '()',
      '((a)',
      'a)',
      '(a OR b',
      'a AND b',
      'AND',
      'OR',
      'NOT',
      'AND OR NOT',
      'NOT a',
      'a NOT',
      'OR OR OR',
    ],
    ...[
      'NEAR(',
      'NEAR(a b, 5)',
      'NEAR/3',
      '*',
      'a*',
      '*a',
      '^',
      '^a',
      'a^',
      '+',
      'a+b',
      '+a',
      '{a}',
      '{text}:a',
      '{',
      '}',
    ],
    ...[
      'text:crew',
      'text : crew',
      '-text:crew',
      'rowid:1',
      'quotes_fts:a',
      ':',
      'a:',
      ':a',
      '::',
      'col:val',
      '- col:"x',
    ],
    ...[
      '-',
      '--',
      '-- comment',
      '-"',
      '-"a',
      '-()',
      '-OR',
      '- a',
      '-a -b -c',
      '/* a */',
      "'; DROP TABLE quotes; --",
      '?',
      '?1',
    ],
    ...[
      '@a',
      '$a',
      '#',
      '%',
      '_',
      '%00',
      '[a]',
      'a,b',
      'a;b',
      'a|b',
      'a&b',
      'a=b',
      'a<b>c',
      '~a',
      '!a',
      'a!',
      '.',
      '...',
      '…',
    ],
    ...[
      '\u0000',
      'a\u0000b',
      '\u0000"',
      '\n',
      'a\nb',
      '\t',
      '\r\n',
      '\u200b',
      '\u200c',
      'می‌خواهم',
      '\u202e',
      '\ufeff',
      '\ufffd',
    ],
    ...[
      '😀',
      '😀 crew',
      'crew😀',
      '👩‍👩‍👧',
      '🇮🇷',
      '\u{10FFFF}',
      '\u{FDD0}',
      '\u{FDD1}crew\u{FDD0}',
      '\u{E000}',
      '𐕰',
      '-𐕰',
      '𐕰 -crew',
    ],
    ...['é', 'e\u0301', '\u0301', '١٢٣', 'ⅷ', 'ﬁre', 'ＡＢＣ', 'ß', 'ı', 'İ', 'ǅ'],
    ...[
      'a'.repeat(1000),
      '"'.repeat(1000),
      'a '.repeat(32),
      '-a '.repeat(32),
      'OR '.repeat(333),
      '('.repeat(1000),
    ],
    ...['"a" '.repeat(32), 'é'.repeat(1000), '😀'.repeat(500), 'a OR '.repeat(32), 'crew OR '.repeat(32)],
  ];
  const nouns = servedResources.filter((resource) => resource.search !== undefined).map(({ name }) => name);

  test(`${nasty.length} odd inputs are read at every noun, however they are asked`, async () => {
    expect(nasty.length).toBeGreaterThan(100);
    for (const q of nasty) {
      for (const noun of nouns) {
        const sorts = noun === 'quotes' ? ['relevance', 'id', '-said'] : ['relevance'];
        for (const sort of sorts) {
          const answer = await ask(app, buildUrl(`/v1/${noun}`, { q, sort, limit: 2 }));
          expect([JSON.stringify(q), answer.status]).toEqual([JSON.stringify(q), 200]);
        }
      }
      const others = { group_by: 'kind', sample: '2', facets: 'kind', format: 'csv' };
      for (const [name, value] of Object.entries(others))
        expect((await ask(app, buildUrl('/v1/quotes', { q, [name]: value }))).status).toBe(200);
      expect([200, 404]).toContain((await ask(app, buildUrl('/v1/quotes/random', { q }))).status);
    }
  });

  test('a search that finds none still lists none, whatever it is beside', async () => {
    const others: Record<string, string>[] = [
      {},
      { kind: 'indirect' },
      { actor: '!speaker' },
      { sort: 'id' },
    ];
    for (const q of ['', '"', '😀'])
      for (const more of others)
        expect((await askPage(app, buildUrl('/v1/quotes', { q, ...more }))).total).toBe(0);
  });

  test('only so many terms are searched for at once', async () => {
    expect((await ask(app, buildUrl('/v1/quotes', { q: 'a '.repeat(MOST_TERMS) }))).status).toBe(200);
    const answer = await ask(app, buildUrl('/v1/quotes', { q: 'a '.repeat(MOST_TERMS + 1) }));
    expect([answer.status, answer.json().code, answer.json().parameter]).toEqual([400, 'too_much', 'q']);
  });

  test('a word in quotation marks is no syntax', () => {
    expect(parseWordSearch('NEAR(a b) text:x').match).toBe('"NEAR(a" AND "b)" AND "text:x"');
    expect(parseWordSearch('a -b -"c d"').match).toBe('("a") NOT ("b" OR "c d")');
    expect(parseWordSearch('a OR b c').match).toBe('("a" OR "b") AND "c"');
    expect(parseWordSearch('-a')).toMatchObject({ match: null, exclude: '"a"', empty: false });
    expect(parseWordSearch('!?')).toMatchObject({ match: null, exclude: null, empty: true });
  });
});

describe('matches', () => {
  const slice = (record: Json, match: Match): string => {
    let value = record[match.field];
    if (match.index !== undefined) {
      const entry = (value as Json[])[match.index] as Json;
      value = entry.name ?? entry.label;
    }
    return sliceCodePoints(value as string, match.start, match.end);
  };

  test.each<[id: string, q: string, words: string[]]>([
    ['plain', 'firefighting crew', ['firefighting', 'crew']],
    ['plain', '"firefighting crew"', ['firefighting crew']],
    ['emoji', 'crew', ['crew']],
    ['emoji', 'fires', ['fires']],
    ['emoji', 'daily -sanctions', ['daily']],
    ['combining', 'crew', ['cre\u0301w']],
    ['combining', 'munchen', ['Mu\u0308nchen']],
    ['combining', 'zola', ['Zola\u0308']],
    ['persian', 'می‌خواهم', ['می‌خواهم']],
    ['persian', 'همکاری', ['همکاری']],
    ['persian', 'رفت', ['رفت']],
    ['hebrew', 'crew left', ['crew', 'left']],
    ['hebrew', '"שלום עולם"', ['שלום עולם']],
    ['chinese', 'crew', ['crew']],
    ['lines', 'third', ['third']],
    ['own', 'crew', ['crew', 'crew']],
  ])('in "%s", %s', async (id, q, words) => {
    const quote = (await search(q)).results.find((record) => record.id === id) as Json;
    const matches = quote.matches as Match[];
    expect(matches.map((match) => slice(quote, match))).toEqual(words);
    expect(matches.every((match) => match.field === 'text')).toBe(true);
  });

  test("say whether they stand in the actor's own words", async () => {
    const [record] = (await search('crew "in flight" saw')).results;
    const matches = (record as Json).matches as Match[];
    expect(matches.map((match) => [slice(record as Json, match), match.own_words])).toEqual([
      ['crew', false],
      ['saw', false],
      ['crew', true],
      ['in flight', true],
    ]);
    const across = (await search('"saw was a crew"')).results[0] as Json;
    expect((across.matches as Match[]).map((match) => match.own_words)).toEqual([false]);
  });

  test('are their own in whichever of the spans they stand', async () => {
    const [record] = (await search('statement')).results;
    const matches = (record as Json).matches as Match[];
    expect(matches.map((match) => match.own_words)).toEqual([true, false, true, false]);
  });

  test('in lists say in which entry', async () => {
    const [actor] = (await search('zarif', 'actors')).results as [Json];
    const matches = actor.matches as Match[];
    expect(matches.map((match) => [match.field, match.index, slice(actor, match)])).toEqual([
      ['name', undefined, 'Zarif'],
      ['names', 0, 'Zarif'],
      ['names', 2, 'Zarif'],
    ]);
    const [other] = (await search('ظریف', 'actors')).results as [Json];
    expect((other.matches as Match[]).map((match) => slice(other, match))).toEqual(['ظریف']);
    const [about] = (await search('diplomat iran', 'actors')).results as [Json];
    expect((about.matches as Match[]).map((match) => slice(about, match))).toEqual(['diplomat', 'Iran']);
  });

  test('of a phrase that runs from one entry into the next give each its part', async () => {
    const [actor] = (await search('"j محمدجواد"', 'actors')).results as [Json];
    const matches = actor.matches as Match[];
    expect(matches.map((match) => [match.index, slice(actor, match)])).toEqual([
      [0, 'J.'],
      [1, 'محمدجواد'],
    ]);
  });

  test('are given beside the fields that are asked for, and not with exclusions alone', async () => {
    const [some] = (await askPage(app, '/v1/quotes?q=firefighting&fields=id')).results;
    expect(some).toEqual({
      id: 'plain',
      matches: [{ field: 'text', start: 14, end: 26, own_words: false }],
      matches_are: 'exact',
    });
    const none = await askPage(app, '/v1/quotes?q=-crew');
    for (const record of none.results) expect(record).not.toHaveProperty('matches');
  });

  test('over the seeds: every match is a word that was asked for', async () => {
    const seeds = await buildTestApp(openSeededBase());
    for (const [noun, q] of [
      ['quotes', 'russia OR iran OR nuclear'],
      ['stances', 'sanctions OR deal'],
      ['topics', 'sanctions OR برجام'],
      ['actors', 'zarif OR putin OR ظریف'],
      ['sources', 'russian'],
    ] as const) {
      const page = await askPage(seeds, buildUrl(`/v1/${noun}`, { q, limit: 200 }));
      expect(page.results.length).toBeGreaterThan(0);
      for (const record of page.results) {
        const matches = record.matches as Match[];
        expect(matches.length).toBeGreaterThan(0);
        for (const match of matches)
          expect(slice(record, match)).toMatch(
            /^(russia|iran|nuclear|sanction|deal|برجام|zarif|putin|ظریف)/i,
          );
      }
    }
  });
});

describe('order', () => {
  test('by relevance, which is the default with q and needs it', async () => {
    const ranked = db
      .prepare(
        'SELECT q.id FROM quotes_fts f JOIN quotes q ON q.key = f.rowid WHERE quotes_fts MATCH ? ORDER BY rank, q.key',
      )
      .pluck();
    const page = await search('crew');
    expect(page.results.map((record) => record.id)).toEqual(ranked.all('crew'));
    expect(page.ranking).toBe('bm25');
    const sorted = await askPage(app, '/v1/quotes?q=crew&sort=id&limit=100');
    expect(sorted.ranking).toBeUndefined();
    const ids = sorted.results.map((record) => record.id);
    expect(ids).toEqual(ids.toSorted());
    expect(ids.toSorted()).toEqual(await find('crew'));
  });

  test('and with filters, the same words find a part of it', async () => {
    const page = await askPage(app, '/v1/quotes?q=crew&kind=mixed&facets=kind');
    expect(page.results.map((record) => record.id)).toEqual(['own']);
    expect(page.facets).toEqual({ kind: [{ value: 'mixed', count: 1 }] });
  });
});
