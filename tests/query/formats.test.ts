// Part of a record, and the same records as JSON, CSV and NDJSON.
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { listFieldPaths, listSelectablePaths } from '../../src/resources/fields.ts';
import { servedResources } from '../../src/resources/registry.ts';
import {
  ask,
  askPage,
  buildTestApp,
  buildUrl,
  draftManyQuotes,
  draftQuote,
  importRecords,
  type Json,
  openEmptyBase,
  openSeededBase,
  surroundings,
} from '../base.ts';

const db = openSeededBase();
const app = await buildTestApp(db);

type Rows = Record<string, string>[];
const readCsv = (text: string): Rows =>
  parse(text, { columns: true, relax_quotes: false, record_delimiter: '\r\n' });
const askCsv = async (url: string, of = app): Promise<Rows> => {
  const answer = await ask(of, url);
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  return readCsv(answer.text);
};
const follow = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((here, key) => {
    if (Array.isArray(here)) return here.map((entry) => (entry as Json)?.[key]);
    return (here as Json | null)?.[key] ?? null;
  }, value);

describe('fields', () => {
  test.each(servedResources.map((resource) => [resource.name, resource] as const))(
    '%s: every path selects what the whole record has there',
    async (noun, resource) => {
      const whole = (await askPage(app, `/v1/${noun}?limit=5`)).results;
      for (const path of listSelectablePaths(resource)) {
        const part = (await askPage(app, buildUrl(`/v1/${noun}`, { limit: '5', fields: path }))).results;
        const long = listFieldPaths(resource).some((field) => field.on_request && field.path === path);
        part.forEach((record, n) => {
          expect(Object.keys(record)).toEqual([path.split('.')[0]]);
          if (!long) expect(follow(record, path)).toEqual(follow(whole[n], path));
          const one = whole[n] as Json;
          if (long) expect(one).not.toHaveProperty(path);
        });
        const id = (whole[0] as Json).id as string;
        const item = (await ask(app, buildUrl(`/v1/${noun}/${id}`, { fields: path }))).json();
        expect(item).toEqual(part[0]);
      }
    },
  );

  test('come in the order in which they are asked for; a whole wins over its parts', async () => {
    const [record] = (await askPage(app, '/v1/quotes?limit=1&fields=text,id,actor.name,source.id,source'))
      .results;
    expect(Object.keys(record as Json)).toEqual(['text', 'id', 'actor', 'source']);
    expect(Object.keys((record as Json).actor as Json)).toEqual(['name']);
    expect(Object.keys((record as Json).source as Json)).toEqual(['id', 'title']);
    const [spans] = (await askPage(app, '/v1/quotes?limit=1&kind=direct&fields=spans.exact')).results;
    for (const span of (spans as Json).spans as Json[]) expect(Object.keys(span)).toEqual(['exact']);
  });

  test('a long text comes only when it is named', async () => {
    const [corpus] = (await askPage(app, '/v1/corpora?fields=id,codebook')).results as [Json];
    expect(corpus.codebook).toContain('quote');
    expect((await askPage(app, '/v1/corpora')).results[0]).not.toHaveProperty('codebook');
    expect((await ask(app, `/v1/corpora/${corpus.id}`)).json()).not.toHaveProperty('codebook');
    const csv = await askCsv('/v1/corpora?format=csv&fields=id,codebook');
    expect(csv[0]?.codebook).toBe(corpus.codebook);
    expect(Object.keys((await askCsv('/v1/corpora?format=csv'))[0] ?? {})).not.toContain('codebook');
  });
});

describe('CSV', () => {
  test.each(servedResources.map((resource) => [resource.name, resource] as const))(
    '%s: every cell is what the record has there',
    async (noun, resource) => {
      const answer = await ask(app, `/v1/${noun}?format=csv`);
      expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      const records = (await askPage(app, `/v1/${noun}?limit=200`)).results;
      const rows = readCsv(answer.text);
      const columns = listFieldPaths(resource).filter((field) => !field.on_request);
      expect(Object.keys(rows[0] ?? {})).toEqual(columns.map((field) => field.path));
      expect(rows).toHaveLength(records.length);
      rows.forEach((row, n) => {
        for (const { path, json } of columns) {
          const value = follow(records[n], path);
          const cell = row[path] ?? '';
          if (json) expect(JSON.parse(cell)).toEqual(value);
          else if (Array.isArray(value)) expect(cell).toBe(value.join('|'));
          else expect(cell).toBe(value === null ? '' : String(value));
        }
      });
    },
  );

  test('lines end in CRLF, and a list of nothing is a header', async () => {
    const { text } = await ask(app, '/v1/quotes?format=csv&fields=id,kind&limit=2');
    expect(text).toMatch(/^id,kind\r\n[^\r\n]+\r\n[^\r\n]+\r\n$/);
    expect(
      (await ask(app, '/v1/quotes?format=csv&fields=id,kind&said=1066-10-14&actor=zarif&sort=said')).text,
    ).toMatch(/^id,kind\r\n/);
    expect((await ask(app, '/v1/quotes?format=csv&fields=id,kind&q=nowhere')).text).toBe('id,kind\r\n');
  });

  test('rows=spans: a row for each span, and one for a quote without any', async () => {
    const records = (await askPage(app, '/v1/quotes?limit=200')).results;
    const rows = await askCsv('/v1/quotes?format=csv&rows=spans');
    const expected = records.flatMap((quote) => {
      const spans = quote.spans as Json[];
      return spans.length === 0
        ? [[quote.id, '', '']]
        : spans.map((span) => [quote.id, span.exact, String(span.start)]);
    });
    expect(rows.map((row) => [row.id, row['spans.exact'], row['spans.start']])).toEqual(expected);
    expect(rows.length).toBeGreaterThan(records.length);
    expect(Object.keys(rows[0] ?? {})).not.toContain('spans');
    const few = await askCsv('/v1/quotes?format=csv&rows=spans&fields=id,spans.exact');
    expect(Object.keys(few[0] ?? {})).toEqual(['id', 'spans.exact']);
    expect(few).toHaveLength(rows.length);
  });

  test('trap: rows= repeats a large record for each of its entries: a few rows are written at a time', async () => {
    const LARGE = 20_000;
    const ENTRIES = 100;
    const base = openEmptyBase();
    const words = Array.from({ length: ENTRIES }, (_, n) => `word-${100 + n}`);
    const spans = words.map((exact, n) => ({ exact, text_start: n * 9, text_end: n * 9 + 8 }));
    const long = 'a'.repeat(LARGE);
    const large = { id: 'large', kind: 'unspecified', text: words.join(' '), actor_note: long, spans };
    importRecords(base, { ...surroundings, quotes: [draftQuote(large)] });
    const own = await buildTestApp(base);
    for (const limit of ['', '&limit=10']) {
      const url = `/v1/quotes?format=csv&rows=spans&fields=id,actor_note,spans.exact${limit}`;
      const slices: string[] = [];
      for await (const slice of (await own.inject({ url, payloadAsStream: true })).stream())
        slices.push(String(slice));
      expect(Math.max(...slices.map(({ length }) => length))).toBeLessThan(5 * LARGE);
      const rows = readCsv(slices.join(''));
      expect(rows.map((row) => row['spans.exact'])).toEqual(words);
      expect(rows.every(({ id, actor_note }) => id === 'large' && actor_note === long)).toBe(true);
    }
    await own.close();
  });

  test('a field that is named twice is one column', async () => {
    const [row] = await askCsv('/v1/quotes?format=csv&fields=actor,actor.id,id,id&limit=1');
    expect(Object.keys(row ?? {})).toEqual(['actor.id', 'actor.name', 'id']);
  });

  test('counts', async () => {
    const groups = (await ask(app, '/v1/quotes?group_by=actor,kind')).json().results as Json[];
    const rows = await askCsv('/v1/quotes?group_by=actor,kind&format=csv');
    expect(rows).toEqual(
      groups.map(({ actor, kind, count }) => ({
        'actor.id': (actor as Json | null)?.id ?? '',
        'actor.name': (actor as Json | null)?.name ?? '',
        kind,
        count: String(count),
      })),
    );
  });
});

describe('NDJSON', () => {
  test.each(servedResources.map(({ name }) => name))(
    '%s: a record a line, as the page has it',
    async (noun) => {
      const answer = await ask(app, `/v1/${noun}?format=ndjson`);
      expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
      expect(answer.text.endsWith('\n')).toBe(true);
      const lines = answer.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines).toEqual((await askPage(app, `/v1/${noun}?limit=200`)).results);
      const limited = await ask(app, `/v1/${noun}?format=ndjson&limit=1`);
      expect(limited.text.trim().split('\n')).toHaveLength(1);
    },
  );

  test('counts', async () => {
    const lines = (await ask(app, '/v1/quotes?group_by=kind&format=ndjson')).text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      (await ask(app, '/v1/quotes?group_by=kind')).json().results,
    );
  });
});

describe('what people say, in a table', async () => {
  const own = openEmptyBase();
  const texts: Record<string, string> = {
    equals: '=SUM(A1:A9)',
    plus: '+1 is not a number',
    minus: '-said the minister',
    at: '@everyone: come',
    tab: '\tindented',
    crlf: 'two\r\nlines',
    lf: 'two\nlines',
    cr: 'two\rlines',
    quote: 'he said "no", and "no" again',
    comma: 'one, two; three|four',
    spaces: '  around  ',
    unicode: '😀 e\u0301 می‌خواهم \u200fשלום',
    apostrophe: "'twas",
  };
  importRecords(own, {
    ...surroundings,
    quotes: Object.entries(texts).map(([id, text]) => draftQuote({ id, text })),
  });
  const ownApp = await buildTestApp(own);

  test('trap: nothing is altered, whatever it begins with or breaks', async () => {
    for (const fields of ['id,text', 'text,id'])
      expect(
        Object.fromEntries(
          (await askCsv(`/v1/quotes?format=csv&fields=${fields}`, ownApp)).map((row) => [row.id, row.text]),
        ),
      ).toEqual(texts);
    const alone = await ask(ownApp, '/v1/quotes?format=csv&fields=text&sort=id');
    const cells = (parse(alone.text, { record_delimiter: '\r\n' }) as string[][])
      .slice(1)
      .map(([cell]) => cell);
    expect(cells).toEqual(
      Object.keys(texts)
        .toSorted()
        .map((id) => texts[id]),
    );
  });

  test('only when asked, what a spreadsheet would run is guarded', async () => {
    const rows = await askCsv('/v1/quotes?format=csv&fields=id,text&guard=formulas', ownApp);
    const found = Object.fromEntries(rows.map((row) => [row.id, row.text]));
    for (const id of ['equals', 'plus', 'minus', 'at', 'tab']) expect(found[id]).toBe(`'${texts[id]}`);
    for (const id of ['quote', 'comma', 'unicode', 'lf', 'apostrophe', 'spaces'])
      expect(found[id]).toBe(texts[id]);
  });
});

describe('everything, in slices', async () => {
  const COUNT = 1234;
  const own = openEmptyBase();
  importRecords(own, { ...surroundings, quotes: draftManyQuotes(COUNT) });
  const ownApp = await buildTestApp(own);

  test.each([
    '',
    '&sort=id',
    '&sort=said',
    '&actor=minister',
    '&topic=all',
    '&kind=unspecified',
    '&q=harvest&sort=id',
  ])('without a limit CSV and NDJSON give all that match%s', async (more) => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await askPage(
        ownApp,
        `/v1/quotes?limit=200&fields=id${more}${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      ids.push(...page.results.map((record) => record.id as string));
      cursor = page.next_cursor;
    }
    const rows = await askCsv(`/v1/quotes?format=csv&fields=id,text${more}`, ownApp);
    expect(rows.map((row) => row.id)).toEqual(ids);
    const lines = (await ask(ownApp, `/v1/quotes?format=ndjson${more}`)).text.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(ids);
    if (more === '') expect(ids).toHaveLength(COUNT);
  });

  test('a refusal is still one, and not the beginning of a file', async () => {
    const answer = await ask(ownApp, '/v1/quotes?format=csv&cursor=nonsense');
    expect([answer.status, answer.headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
  });
});
