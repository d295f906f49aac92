// Every weight of one small table, worked out by hand from the definitions in docs/networks.md.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTestApp } from '../../base.ts';
import { draw, listWeights, openBaseOf, type Said } from './statements.ts';

// Support and oppose:  t1     t2     t3
//   a                  2 1    1 0
//   b                  0 2    2 0
//   c                  1 0           0 1
const repeat = (times: number, said: Said) => Array.from({ length: times }, () => said);
const table: Said[] = [
  ...repeat(2, { actor: 'a', topic: 't1' }),
  ...repeat(1, { actor: 'a', topic: 't1', position: 'oppose' }),
  ...repeat(1, { actor: 'a', topic: 't2' }),
  ...repeat(2, { actor: 'b', topic: 't1', position: 'oppose' }),
  ...repeat(2, { actor: 'b', topic: 't2' }),
  ...repeat(1, { actor: 'c', topic: 't1' }),
  ...repeat(1, { actor: 'c', topic: 't3', position: 'oppose' }),
];

let app: FastifyInstance;
beforeAll(async () => {
  app = await buildTestApp(openBaseOf(table));
});
afterAll(() => app.close());

const CELLS = ['a t1', 'a t2', 'b t1', 'b t2', 'c t1', 'c t3'];
const two: [aggregation: string, normalization: string, weights: number[]][] = [
  ['ignore', 'no', [3, 1, 2, 2, 1, 1]],
  ['ignore', 'activity', [3 / 4, 1 / 4, 2 / 4, 2 / 4, 1 / 2, 1 / 2]],
  ['ignore', 'prominence', [3 / 6, 1 / 3, 2 / 6, 2 / 3, 1 / 6, 1]],
  ['subtract', 'no', [1, 1, -2, 2, 1, -1]],
  ['subtract', 'activity', [1 / 4, 1 / 4, -2 / 4, 2 / 4, 1 / 2, -1 / 2]],
  ['subtract', 'prominence', [1 / 6, 1 / 3, -2 / 6, 2 / 3, 1 / 6, -1]],
  ['combine', 'no', [3, 1, 2, 1, 1, 2]],
  ['combine', 'activity', [3 / 2, 1 / 2, 2 / 2, 1 / 2, 1 / 2, 2 / 2]],
  ['combine', 'prominence', [3 / 3, 1 / 2, 2 / 3, 1 / 2, 1 / 3, 2]],
];

test.each(two)('two modes: %s, %s', async (aggregation, normalization, weights) => {
  const network = await draw(app, { aggregation, normalization });
  expect(listWeights(network)).toEqual(Object.fromEntries(CELLS.map((cell, n) => [cell, weights[n]])));
  expect(network.edges_total).toBe(6);
});

// Null: no edge, because no pair of statements is of that kind.
const PAIRS = ['a b', 'a c', 'b c'];
const one: [aggregation: string, normalization: string, weights: (number | null)[]][] = [
  ['ignore', 'no', [8, 3, 2]],
  ['ignore', 'average', [8 / 4, 3 / 3, 2 / 3]],
  ['ignore', 'cosine', [8 / 16, 3 / 8, 2 / 8]],
  ['ignore', 'jaccard', [8 / 6, 3 / 5, 2 / 6]],
  ['congruence', 'no', [4, 2, null]],
  ['congruence', 'average', [4 / 4, 2 / 3, null]],
  ['congruence', 'cosine', [4 / 16, 2 / 8, null]],
  ['congruence', 'jaccard', [4 / 6, 2 / 5, null]],
  ['conflict', 'no', [4, 1, 2]],
  ['conflict', 'average', [4 / 4, 1 / 3, 2 / 3]],
  ['conflict', 'cosine', [4 / 16, 1 / 8, 2 / 8]],
  ['conflict', 'jaccard', [4 / 6, 1 / 5, 2 / 6]],
  ['subtract', 'no', [0, 1, -2]],
  ['subtract', 'average', [0, 1 / 3, -2 / 3]],
  ['subtract', 'cosine', [0, 1 / 8, -2 / 8]],
  ['subtract', 'jaccard', [0, 1 / 5, -2 / 6]],
];

test.each(one)('one mode: %s, %s', async (aggregation, normalization, weights) => {
  const network = await draw(app, { mode: 'one', aggregation, normalization });
  const expected = PAIRS.map((pair, n) => [pair, weights[n]]).filter(([, weight]) => weight !== null);
  expect(listWeights(network)).toEqual(Object.fromEntries(expected));
});

describe('what a weight hides stands beside it', () => {
  test('two modes: statements by position', async () => {
    const { edges } = await draw(app, { aggregation: 'subtract', actor: 'a', topic: 't1' });
    expect(edges[0]?.counts).toEqual({ support: 2, oppose: 1, total: 3 });
  });

  test('one mode: a net of 0 of four pairs that agree and four that conflict', async () => {
    const { edges } = await draw(app, { mode: 'one', aggregation: 'subtract' });
    expect(edges.find(({ row, column }) => row === 'a' && column === 'b')).toMatchObject({
      weight: 0,
      counts: { congruent: 4, conflicting: 4, pairs: 8, columns: 2 },
    });
  });
});

test('topics are linked by actors the other way round', async () => {
  const network = await draw(app, { mode: 'one', rows: 'topic', columns: 'actor' });
  // t1 and t2 meet in a (3·1) and b (2·2), t1 and t3 in c (1·1).
  expect(listWeights(network)).toEqual({ 't1 t2': 7, 't1 t3': 1 });
});

test('nodes have ids, labels and their statements', async () => {
  const { nodes } = await draw(app, {});
  expect(nodes).toEqual([
    { id: 'a', label: 'A', mode: 'row', key: 'a', statements: 4 },
    { id: 'b', label: 'B', mode: 'row', key: 'b', statements: 4 },
    { id: 'c', label: 'C', mode: 'row', key: 'c', statements: 2 },
    { id: 't1', label: 'Topic t1', mode: 'column', key: 't1', statements: 6 },
    { id: 't2', label: 'Topic t2', mode: 'column', key: 't2', statements: 3 },
    { id: 't3', label: 'Topic t3', mode: 'column', key: 't3', statements: 1 },
  ]);
});

test('the strongest edges come first, whatever their sign, and no more than are asked for', async () => {
  const network = await draw(app, { aggregation: 'subtract', limit: 3 });
  expect(network.edges.map(({ row, column, weight }) => [row, column, weight])).toEqual([
    ['b', 't1', -2],
    ['b', 't2', 2],
    ['a', 't1', 1],
  ]);
  expect(network.edges_total).toBe(6);
  expect((await draw(app, { aggregation: 'subtract', min_weight: 1.5 })).edges_total).toBe(2);
});
