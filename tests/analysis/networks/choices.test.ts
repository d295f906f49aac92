// Which statements a network is made of: duplicates, days, windows, positions, topics, speakers.
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ask,
  buildTestApp,
  buildUrl,
  draftQuote,
  importRecords,
  openEmptyBase,
  surroundings,
} from '../../base.ts';
import { draw, listWeights, openBaseOf, type Said } from './statements.ts';

let app: FastifyInstance;
afterEach(() => app.close());

const open = async (said: readonly Said[]) => {
  app = await buildTestApp(openBaseOf(said));
};
const said = (held: string | null, more: Partial<Said> = {}): Said => ({
  actor: 'a',
  topic: 't',
  held,
  ...more,
});

describe('duplicates', () => {
  const count = async (duplicates: string, more: Record<string, string> = {}) =>
    (await draw(app, { duplicates, ...more })).statements;

  test('a week and a month are those of their year', async () => {
    // 2020-12-31 and 2021-01-01 lie in one ISO week, 2020-W53; the first two days in weeks of one number.
    await open(['2019-03-04', '2020-03-02', '2020-12-31', '2021-01-01'].map((day) => said(day)));
    expect((await count('include')).used).toBe(4);
    expect((await count('week')).used).toBe(3);
    expect((await count('month')).used).toBe(4);
    expect((await count('year')).used).toBe(3);
    expect(await count('acrossrange')).toMatchObject({ used: 1, left_out: { duplicates: 3 } });
  });

  test('within a document, whatever the day', async () => {
    await open([
      said('2020-01-01', { source: 'one' }),
      said('2020-02-02', { source: 'one' }),
      said('2020-01-01', { source: 'two' }),
    ]);
    expect((await count('document')).used).toBe(2);
  });

  test('the other position is no duplicate, unless positions are ignored', async () => {
    await open([said('2020-01-01'), said('2020-01-02', { position: 'oppose' })]);
    expect((await count('year', { aggregation: 'subtract' })).used).toBe(2);
    expect((await count('year')).used).toBe(1);
  });

  test('the first by day, document, place and id is the one that stays', async () => {
    const rest = { source: 'paper', at: 5 };
    const inOrder: Said[] = [
      said('2020-01-01', { ...rest, at: 9, id: 'earlier-day' }),
      said('2020-01-02', { ...rest, source: 'a-paper', at: 9, id: 'earlier-document' }),
      said('2020-01-02', { ...rest, at: 4, id: 'earlier-place' }),
      said('2020-01-02', { ...rest, id: 'x-earlier-id' }),
      said('2020-01-02', { ...rest, id: 'y-later-id' }),
      said(null, { ...rest, source: 'undated', at: 0, id: 'a-undated' }),
    ];
    for (let from = 0; from < inOrder.length; from += 1) {
      await open(inOrder.slice(from).toReversed());
      const url = buildUrl('/v1/networks/evidence', {
        duplicates: 'acrossrange',
        row: 'a',
        column: 't',
        fields: 'id',
      });
      expect((await ask(app, url)).json().results).toEqual([{ id: inOrder[from]?.id }]);
      if (from < inOrder.length - 1) await app.close();
    }
  });
});

describe('days', () => {
  test("a stance without a day of its own has its source's, one without either has none", async () => {
    await open([
      said('2020-05'),
      said('2020-05', { source: 'paper-2020-05-20' }),
      said(null, { source: 'letter-2020-06-01' }),
      said(null),
    ]);
    const { statements, networks } = await draw(app, { window: 'P1M' });
    expect(statements).toMatchObject({ used: 2, left_out: { undated: 2 } });
    expect(networks.map(({ start, used }) => [start, used])).toEqual([
      ['2020-05-01', 1],
      ['2020-06-01', 1],
    ]);
    expect((await draw(app, { duplicates: 'month' })).statements.left_out.undated).toBe(2);
    expect((await draw(app, { duplicates: 'document' })).statements.left_out.undated).toBe(0);
    expect((await draw(app, {})).statements).toMatchObject({ used: 4, left_out: { undated: 0 } });
  });

  test('windows are half-open, and begin with the period that is asked for', async () => {
    await open(['2020-01-31', '2020-02-01', '2020-02-29', '2020-03-31'].map((day) => said(day)));
    const { networks } = await draw(app, { window: 'P1M', held: '2020-01..2020-04' });
    expect(networks.map(({ start, end, used }) => [start, end, used])).toEqual([
      ['2020-01-01', '2020-02-01', 1],
      ['2020-02-01', '2020-03-01', 2],
      ['2020-03-01', '2020-04-01', 1],
      ['2020-04-01', '2020-05-01', 0],
    ]);
  });

  test('steps of weeks, months and years are those of the calendar', async () => {
    await open(['2021-01-31', '2021-03-31'].map((day) => said(day)));
    const starts = async (window: string) =>
      (await draw(app, { window })).networks.map(({ start, used }) => [start, used]);
    expect(await starts('P1M')).toEqual([
      ['2021-01-01', 1],
      ['2021-02-01', 0],
      ['2021-03-01', 1],
    ]);
    expect(await starts('P1Y')).toEqual([['2021-01-01', 2]]);
    expect((await starts('P1W'))[0]).toEqual(['2021-01-25', 1]);
    expect((await starts('P7D'))[0]).toEqual(['2021-01-31', 1]);
  });

  test('windows overlap with a shorter step, and leave gaps with a longer one', async () => {
    await open(['2020-01-01', '2020-01-05', '2020-01-10'].map((day) => said(day)));
    const overlapping = await draw(app, { window: 'P10D', step: 'P4D' });
    expect(overlapping.networks.map(({ start, used }) => [start, used])).toEqual([
      ['2020-01-01', 3],
      ['2020-01-05', 2],
      ['2020-01-09', 1],
    ]);
    expect(overlapping.statements).toMatchObject({ used: 3, left_out: { outside_windows: 0 } });
    const gaps = await draw(app, { window: 'P2D', step: 'P7D' });
    expect(gaps.statements).toMatchObject({ used: 1, left_out: { outside_windows: 2 } });
  });

  test('duplicates are those of their window', async () => {
    await open(['2020-01-01', '2020-01-02', '2020-02-01'].map((day) => said(day)));
    const { networks } = await draw(app, { window: 'P10D', duplicates: 'acrossrange' });
    expect(networks.map(({ used, duplicates }) => [used, duplicates])).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
      [1, 0],
    ]);
  });

  test('more windows than an answer holds are refused with a step that fits', async () => {
    await open(['1900-01-01', '2020-01-01'].map((day) => said(day)));
    const answer = await ask(app, '/v1/networks?window=P30D');
    expect(answer.json()).toMatchObject({ code: 'too_much', parameter: 'step', nearest: 'P88D' });
    expect((await draw(app, { window: 'P30D', step: 'P88D' })).networks).toHaveLength(499);
  });
});

test('what is neither support nor oppose is counted where positions are, and told of where they cannot be', async () => {
  await open([
    said(null),
    said(null, { position: 'mixed' }),
    said(null, { position: 'mixed' }),
    said(null, { position: 'neutral' }),
  ]);
  const all = await draw(app, {});
  expect(all.edges[0]).toMatchObject({
    weight: 4,
    counts: { support: 1, oppose: 0, mixed: 2, neutral: 1, total: 4 },
  });
  const net = await draw(app, { aggregation: 'subtract' });
  expect(net.edges[0]).toMatchObject({ weight: 1, counts: { support: 1, oppose: 0, total: 1 } });
  expect(net.statements).toMatchObject({
    matched: 4,
    used: 1,
    left_out: { positions: { mixed: 2, neutral: 1 } },
  });
});

test('a statement counts under its own topic, and not under broader ones', async () => {
  await open([said(null, { topic: 't1.a' }), said(null, { topic: 't1' })]);
  const weights = { 'a t1': 1, 'a t1.a': 1 };
  expect(listWeights(await draw(app, {}))).toEqual(weights);
  expect(listWeights(await draw(app, { columns: 'topic.only' }))).toEqual(weights);
  expect(listWeights(await draw(app, { topic: 't1' }))).toEqual(weights);
  expect(listWeights(await draw(app, { 'topic.only': 't1' }))).toEqual({ 'a t1': 1 });
});

test('isolates are those of everything that the filters match', async () => {
  await open([said('2020-01-01'), said('2021-01-01', { actor: 'b', position: 'mixed', topic: 'u' })]);
  const ids = async (params: Record<string, string>) => (await draw(app, params)).nodes.map(({ id }) => id);
  expect(await ids({ aggregation: 'subtract' })).toEqual(['a', 't']);
  expect(await ids({ aggregation: 'subtract', isolates: 'true' })).toEqual(['a', 'b', 't', 'u']);
  expect(await ids({ aggregation: 'subtract', isolates: 'true', actor: 'a' })).toEqual(['a', 't']);
});

test('an id that is both a row and a column has two keys', async () => {
  await open([said(null, { topic: 'a' })]);
  expect((await draw(app, {})).nodes.map(({ mode, id, key }) => [mode, id, key])).toEqual([
    ['row', 'a', 'a'],
    ['column', 'a', 'topic:a'],
  ]);
});

test('quotes count under each of their topics, and those of unknown speakers under none', async () => {
  const db = openEmptyBase();
  importRecords(db, {
    ...surroundings,
    quotes: [
      draftQuote({ id: 'q1', text: 'One.', topics: ['all', 'part'] }),
      draftQuote({ id: 'q2', text: 'Two.', topics: ['part'] }),
      draftQuote({ id: 'q3', text: 'Three.', topics: ['part'], actor: null }),
      draftQuote({ id: 'q4', text: 'Four.' }),
    ],
  });
  app = await buildTestApp(db);
  const { edges, statements } = await draw(app, { of: 'quotes' });
  expect(listWeights({ edges })).toEqual({ 'speaker all': 1, 'speaker part': 2 });
  expect(edges[0]?.counts).toEqual({ total: 2 });
  expect(statements).toMatchObject({
    matched: 4,
    entries: 5,
    used: 3,
    left_out: { without_row: 1, without_column: 1 },
  });
});
