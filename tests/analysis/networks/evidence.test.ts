// Every edge leads to what it is made of, page by page.

import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAGE_SIZE } from '../../../src/query/budget.ts';
import {
  ask,
  buildTestApp,
  buildUrl,
  draftQuote,
  importRecords,
  type Json,
  openEmptyBase,
  surroundings,
} from '../../base.ts';
import { draw, openBaseOf, type Said } from './statements.ts';

const said: Said[] = [
  { id: 'a1', actor: 'a', topic: 't', held: '2020-01-01', at: 1 },
  { id: 'a2', actor: 'a', topic: 't', held: '2020-01-01', at: 2 },
  { id: 'a3', actor: 'a', topic: 't', held: '2020-02-01', position: 'oppose' },
  { id: 'a4', actor: 'a', topic: 'u', held: '2020-03-01' },
  { id: 'b1', actor: 'b', topic: 't', held: '2020-01-09' },
  { id: 'b2', actor: 'b', topic: 'u', held: '2020-01-09', position: 'oppose' },
  { id: 'b3', actor: 'b', topic: 'v', held: '2020-01-09' },
];

let app: FastifyInstance;
beforeAll(async () => {
  app = await buildTestApp(openBaseOf(said));
});
afterAll(() => app.close());

const askEvidence = async (params: Record<string, string>) =>
  (await ask(app, buildUrl('/v1/networks/evidence', { fields: 'id', ...params }))).json() as Json & {
    results: Json[];
    next_cursor: string | null;
  };

test('a cell of two modes: its statements in the order of time, whole records', async () => {
  const evidence = await askEvidence({ row: 'a', column: 't', aggregation: 'subtract' });
  expect(evidence).toMatchObject({
    row: { id: 'a', label: 'A' },
    column: { id: 't', label: 'Topic t' },
    weight: 1,
    divisor: 1,
    counts: { support: 2, oppose: 1, total: 3 },
    total: 3,
    total_is: 'exact',
    results: [{ id: 'a1' }, { id: 'a2' }, { id: 'a3' }],
  });
  const whole = await ask(app, '/v1/networks/evidence?row=a&column=t');
  const record = await ask(app, '/v1/stances/a1');
  expect((whole.json().results as Json[])[0]).toEqual(record.json());
});

test('what the normalization divides by is that of the network', async () => {
  expect(await askEvidence({ row: 'a', column: 't', normalization: 'activity' })).toMatchObject({
    weight: 3 / 4,
    divisor: 4,
  });
  expect(await askEvidence({ row: 'a', column: 't', normalization: 'prominence' })).toMatchObject({
    weight: 3 / 4,
    divisor: 4,
  });
  expect(await askEvidence({ row: 'b', column: 't', normalization: 'activity' })).toMatchObject({
    weight: 1 / 3,
    divisor: 3,
  });
});

test('duplicates are gone', async () => {
  const { results } = await askEvidence({
    row: 'a',
    column: 't',
    duplicates: 'week',
    aggregation: 'subtract',
  });
  expect(results).toEqual([{ id: 'a1' }, { id: 'a3' }]);
});

test('one mode: the pairs by the column that they share, with their signs', async () => {
  const pairs = (evidence: { results: Json[] }) =>
    evidence.results.map(({ shared, weight, row, column }) => [
      (shared as Json).id,
      weight,
      (row as Json).id,
      (column as Json).id,
    ]);
  const net = await askEvidence({ mode: 'one', aggregation: 'subtract', row: 'a', column: 'b' });
  expect(pairs(net)).toEqual([
    ['t', 1, 'a1', 'b1'],
    ['t', 1, 'a2', 'b1'],
    ['t', -1, 'a3', 'b1'],
    ['u', -1, 'a4', 'b2'],
  ]);
  expect(net).toMatchObject({
    weight: 0,
    total: 4,
    counts: { congruent: 2, conflicting: 2, pairs: 4, columns: 2 },
  });
  expect(pairs(await askEvidence({ mode: 'one', aggregation: 'conflict', row: 'b', column: 'a' }))).toEqual([
    ['t', 1, 'b1', 'a3'],
    ['u', 1, 'b2', 'a4'],
  ]);
});

test('pages follow each other and hold everything once', async () => {
  for (const params of [
    { row: 'a', column: 't' },
    { mode: 'one', row: 'a', column: 'b' },
  ]) {
    const whole = await askEvidence(params as Record<string, string>);
    const found: Json[] = [];
    let cursor: string | null = null;
    do {
      const page: Json & { results: Json[]; next_cursor: string | null } = await askEvidence({
        ...(params as Record<string, string>),
        limit: '1',
        ...(cursor === null ? {} : { cursor }),
      });
      found.push(...page.results);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(found).toEqual(whole.results);
  }
});

test('a window is named by its first day', async () => {
  const { networks } = await draw(app, { window: 'P1M', aggregation: 'subtract' });
  for (const { edges } of networks) {
    for (const { evidence, counts } of edges)
      expect((await ask(app, evidence)).json().total).toBe(counts.total);
  }
  expect(await askEvidence({ row: 'a', column: 't', window: 'P1M', start: '2020-02-01' })).toMatchObject({
    start: '2020-02-01',
    end: '2020-03-01',
    results: [{ id: 'a3' }],
  });
});

test('a cell without statements is an empty list, and no mistake', async () => {
  expect(await askEvidence({ row: 'a', column: 'v' })).toMatchObject({
    weight: 0,
    divisor: null,
    total: 0,
    results: [],
  });
});

const refused: [params: Record<string, string>, problem: Json][] = [
  [{ column: 't' }, { code: 'invalid_value', parameter: 'row' }],
  [
    { row: 'x', column: 't' },
    { code: 'unknown_id', parameter: 'row', nearest: 'a' },
  ],
  [
    { row: 'a', column: 'a', mode: 'one' },
    { code: 'conflicting_parameters', parameter: 'column' },
  ],
  [
    { row: 'a', column: 't', window: 'P1M' },
    { code: 'conflicting_parameters', parameter: 'start' },
  ],
  [
    { row: 'a', column: 't', start: '2020-01-01' },
    { code: 'conflicting_parameters', parameter: 'start' },
  ],
  [
    { row: 'a', column: 't', window: 'P1M', start: 'May' },
    { code: 'invalid_value', parameter: 'start' },
  ],
  [
    { row: 'a', column: 't', colum: 'b' },
    { code: 'unknown_parameter', nearest: 'column' },
  ],
  [{ row: 'a', column: 't', cursor: 'x' }, { code: 'invalid_cursor' }],
  [
    { row: 'yes', column: 't', rows: 'actor.kind' },
    { code: 'unknown_word', parameter: 'row' },
  ],
];
test.each(refused)('%j is refused', async (params, problem) => {
  expect(await askEvidence(params)).toMatchObject(problem);
});

test('large records: a page ends with the one that fills it, and every record and pair comes once', async () => {
  const LARGE = 600_000;
  const own = Array.from({ length: 8 }, (_, n) => `q-${n}`);
  const db = openEmptyBase();
  importRecords(db, {
    ...surroundings,
    quotes: [...own, 'other'].map((id) =>
      draftQuote({
        id,
        text: 'Words.',
        actor: id === 'other' ? 'minister' : 'speaker',
        actor_note: 'a'.repeat(LARGE),
      }),
    ),
  });
  const large = await buildTestApp(db);
  const idOf = (record: unknown) => (record as Json).id as string;
  const cases: [Record<string, string>, (result: Json) => string, string[]][] = [
    [{ row: 'speaker', column: 'paper' }, idOf, own],
    [
      { mode: 'one', row: 'speaker', column: 'minister' },
      ({ row, column }) => `${idOf(row)} ${idOf(column)}`,
      own.map((id) => `${id} other`),
    ],
  ];
  for (const [params, name, all] of cases) {
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const asked = { of: 'quotes', columns: 'source', limit: '200', ...params };
      const answer = await ask(
        large,
        buildUrl('/v1/networks/evidence', { ...asked, ...(cursor === '' ? {} : { cursor }) }),
      );
      const page = answer.json() as { total: number; results: Json[]; next_cursor: string | null };
      expect(page).toMatchObject({ total: all.length });
      expect(page.results.length).toBeGreaterThan(0);
      expect(answer.text.length).toBeLessThan(PAGE_SIZE + 2.1 * LARGE);
      found.push(...page.results.map(name));
      cursor = page.next_cursor;
    }
    expect(found).toEqual(all);
  }
  await large.close();
});
