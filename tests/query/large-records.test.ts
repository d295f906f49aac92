// Records of any size: pages, steps and slices end by what they hold, and every record still comes exactly once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { PAGE_SIZE, SLICE_SIZE, STEP_SIZE } from '../../src/query/budget.ts';
import { findRecords } from '../../src/query/finish.ts';
import { resolveIds } from '../../src/query/ids.ts';
import { parseParams, type Query } from '../../src/query/params.ts';
import { streamDocuments } from '../../src/query/stream.ts';
import { streamLines } from '../../src/query/stream-lines.ts';
import { getResource } from '../../src/resources/registry.ts';
import type { Noun } from '../../src/resources/resource.ts';
import {
  ask,
  askPage,
  buildTestApp,
  buildUrl,
  draftQuote,
  importRecords,
  openEmptyBase,
  surroundings,
} from '../base.ts';

const LARGE = 600_000;
/** So many do not fit one page, and do not fill three. */
const MANY = 9;
const SMALL = 2100;
const long = 'талк '.repeat(LARGE / 5);
// The large ones stand among the small ones.
const isLarge = (n: number) => n % 200 === 150 && n / 200 < MANY;

let db: Db;
let app: Awaited<ReturnType<typeof buildTestApp>>;
beforeAll(async () => {
  db = openEmptyBase();
  importRecords(db, {
    ...surroundings,
    actors: [
      ...(surroundings.actors ?? []),
      ...Array.from({ length: MANY }, (_, n) => ({
        id: `actor-${n}`,
        name: `Person ${n}`,
        kind: 'person',
        description: long,
      })),
    ],
    sources: [
      ...(surroundings.sources ?? []),
      ...Array.from({ length: MANY }, (_, n) => ({
        id: `source-${n}`,
        corpus: 'corpus',
        title: `Paper ${n}`,
        title_supplied: false,
        language: 'ru',
        text: `${n} ${long}`,
        text_sha256: '0'.repeat(64),
        text_length: 2 + LARGE,
      })),
    ],
    quotes: Array.from({ length: SMALL }, (_, n) =>
      draftQuote({ id: `q-${n}`, text: `The talks ${n}.`, actor_note: isLarge(n) ? long : null }),
    ),
  });
  app = await buildTestApp(db);
});
afterAll(() => app.close());

const read = (noun: Noun, params: Record<string, string>): Query =>
  resolveIds(db, parseParams(getResource(noun), params, { page_size_max: 200 }));
const listIds = (noun: Noun) => db.prepare(`SELECT id FROM ${noun} ORDER BY id`).pluck().all() as string[];

describe('pages', () => {
  test.each<[Noun, Record<string, string>]>([
    ['sources', { fields: 'id,text' }],
    ['sources', { fields: 'id,text', sort: 'title' }],
    ['sources', { fields: 'text,id', limit: '8' }],
    ['actors', {}],
    ['actors', { fields: 'id' }],
    ['actors', { kind: 'person,organization', sort: '-name' }],
    ['quotes', {}],
    ['quotes', { sort: '-said' }],
    ['quotes', { q: 'talks', fields: 'id,actor_note', sort: '-id' }],
    ['quotes', { q: 'talks', kind: 'indirect', sort: 'id' }],
  ])('%s %o: every record once, and no page too large', async (noun, params) => {
    const ids: string[] = [];
    let short = 0;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await askPage(
        app,
        buildUrl(`/v1/${noun}`, { limit: '200', ...params, ...(cursor === '' ? {} : { cursor }) }),
      );
      expect(page.results.length).toBeGreaterThan(0);
      expect(JSON.stringify(page.results).length).toBeLessThan(PAGE_SIZE + 1.1 * LARGE);
      if (page.next_cursor !== null && page.results.length < Number(params.limit ?? 200)) short += 1;
      ids.push(...page.results.map((record) => record.id as string));
      cursor = page.next_cursor;
    }
    expect(ids.toSorted()).toEqual(listIds(noun));
    if (noun !== 'quotes') expect(short).toBe(1);
  });

  test.each<[string, Record<string, string>, string]>([
    ['words', { q: 'person', fields: 'id,description' }, 'bm25'],
    ['a name', { name: 'Person' }, 'name'],
  ])('ranked by %s: every record once', async (_what, params, ranking) => {
    const ids: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const page = await askPage(
        app,
        buildUrl('/v1/actors', { limit: '200', ...params, ...(cursor === '' ? {} : { cursor }) }),
      );
      expect(page).toMatchObject({ ranking, total: MANY });
      ids.push(...page.results.map((record) => record.id as string));
      cursor = page.next_cursor;
    }
    expect(pages).toBe(2);
    expect(ids.toSorted()).toEqual(Array.from({ length: MANY }, (_, n) => `actor-${n}`));
  });

  test('CSV: the header Link leads on', async () => {
    const rows: string[] = [];
    let url: string | undefined = '/v1/sources?format=csv&fields=id,text&limit=100';
    let pages = 0;
    for (; url !== undefined; pages += 1) {
      const answer = await ask(app, url);
      rows.push(...answer.text.trim().split('\r\n').slice(1));
      url = /^<([^>]+)>/.exec(answer.headers.link ?? '')?.[1];
    }
    expect(pages).toBe(2);
    expect(rows.map((row) => row.split(',')[0]).toSorted()).toEqual(listIds('sources'));
  });
});

test('a sample holds fewer, says so, and is the same again', async () => {
  const url = '/v1/sources?sample=9&seed=3&fields=id,text';
  const page = await askPage(app, url);
  expect(page.results.length).toBeLessThan(MANY);
  expect(page.results.length).toBeGreaterThanOrEqual(PAGE_SIZE / LARGE);
  expect(page).toMatchObject({ total: MANY + 1, total_is: 'at_least', next_cursor: null });
  expect((await askPage(app, url)).results).toEqual(page.results);
  const whole = await askPage(app, '/v1/sources?sample=9&seed=3&fields=id');
  expect(whole).toMatchObject({ total: MANY + 1, total_is: 'exact' });
  const ids = whole.results.map((record) => record.id);
  expect(page.results.map((record) => record.id)).toEqual(ids.slice(0, page.results.length));
});

describe('steps', () => {
  const countSteps = (noun: Noun, params: Record<string, string>) => {
    const keys = db.prepare(`SELECT key FROM ${noun} ORDER BY key LIMIT 200`).pluck().all() as number[];
    const steps = findRecords(db, read(noun, params), keys);
    for (let count = 1; ; count += 1) {
      const step = steps.next();
      if (step.done) return { steps: count, documents: step.value.length };
    }
  };

  test('end by the size of records, read or given', () => {
    expect(LARGE).toBeGreaterThan(STEP_SIZE);
    for (const [noun, params] of [
      ['sources', { fields: 'id,text' }],
      ['actors', {}],
      ['actors', { fields: 'id' }],
    ] as const) {
      const { steps, documents } = countSteps(noun, params);
      // The first are small.
      expect(documents).toBeGreaterThanOrEqual(PAGE_SIZE / LARGE);
      expect(steps).toBeGreaterThanOrEqual(Math.floor(PAGE_SIZE / LARGE));
    }
  });

  test('and by their number', () => {
    expect(countSteps('quotes', { fields: 'id' })).toEqual({ steps: 5, documents: 200 });
  });
});

describe('streams', () => {
  test.each<[Noun, Record<string, string>]>([
    ['sources', { fields: 'id,text' }],
    ['actors', {}],
    ['quotes', {}],
    ['quotes', { sort: '-said' }],
    ['quotes', { fields: 'id,actor_note' }],
    ['quotes', { kind: 'indirect', 'actor.country': 'IR' }],
    ['quotes', { q: 'talks', sort: 'id' }],
  ])('%s %o: NDJSON and CSV give everything', async (noun, params) => {
    const lines = (await ask(app, buildUrl(`/v1/${noun}`, { ...params, format: 'ndjson' }))).text;
    const records = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(records.map(({ id }) => id).toSorted()).toEqual(listIds(noun));
    const table = await ask(app, buildUrl(`/v1/${noun}`, { ...params, format: 'csv', fields: 'id' }));
    expect(table.text.trim().split('\r\n').slice(1)).toEqual(records.map(({ id }) => id));
  });

  test('in slices that are no larger than one record more', async () => {
    const sizes: number[] = [];
    for await (const documents of streamDocuments(db, read('sources', { fields: 'id,text' })))
      sizes.push(documents.join('').length);
    expect(sizes.length).toBeGreaterThanOrEqual((MANY * LARGE) / (SLICE_SIZE + LARGE));
    expect(Math.max(...sizes)).toBeLessThan(SLICE_SIZE + 1.1 * LARGE);
  });

  test('trap: large ones behind many small ones come one by one', async () => {
    const bytes = Buffer.byteLength(long);
    const slices: Buffer[] = [];
    for await (const lines of streamLines(db, read('quotes', {}))) slices.push(lines);
    expect(slices.filter((lines) => lines.length > bytes)).toHaveLength(MANY);
    for (const lines of slices.filter((lines) => lines.length > bytes))
      expect(lines.toString().trim().split('\n')).toHaveLength(1);
    expect(Buffer.concat(slices).toString().trim().split('\n')).toHaveLength(SMALL);
  });
});
