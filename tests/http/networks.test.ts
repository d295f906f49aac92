// Networks over HTTP: what is refused, what is cached, and what is too long for one text.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBaseOf } from '../analysis/networks/statements.ts';
import { ask, buildTestApp, type Json, openSeededBase } from '../base.ts';

let app: FastifyInstance;
beforeAll(async () => {
  app = await buildTestApp(openSeededBase());
});
afterAll(() => app.close());

const refused: [query: string, problem: Json][] = [
  ['agregation=ignore', { code: 'unknown_parameter', nearest: 'aggregation' }],
  ['of=stance', { code: 'unknown_word', nearest: 'stances' }],
  ['mode=three', { code: 'unknown_word', parameter: 'mode' }],
  ['rows=actors', { code: 'unknown_word', nearest: 'actor' }],
  ['columns=held', { code: 'unknown_word', parameter: 'columns' }],
  ['rows=topic', { code: 'conflicting_parameters', parameter: 'columns' }],
  ['rows=topic&columns=topic.only', { code: 'conflicting_parameters', parameter: 'columns' }],
  ['aggregation=congruence', { code: 'conflicting_parameters', allowed: ['ignore', 'subtract', 'combine'] }],
  ['mode=one&aggregation=combine', { code: 'conflicting_parameters', parameter: 'aggregation' }],
  ['mode=one&normalization=activity', { code: 'conflicting_parameters', parameter: 'normalization' }],
  ['normalization=jaccard', { code: 'conflicting_parameters', parameter: 'normalization' }],
  ['of=quotes&aggregation=subtract', { code: 'conflicting_parameters', parameter: 'aggregation' }],
  ['of=quotes&held=2020', { code: 'unknown_parameter', parameter: 'held' }],
  ['step=P1M', { code: 'conflicting_parameters', parameter: 'step' }],
  ['window=30', { code: 'invalid_value', parameter: 'window' }],
  ['window=P0D', { code: 'invalid_value', parameter: 'window' }],
  ['min_weight=1e3', { code: 'invalid_value', parameter: 'min_weight' }],
  ['min_weight=-1', { code: 'invalid_value', parameter: 'min_weight' }],
  ['limit=0', { code: 'invalid_value', parameter: 'limit' }],
  ['limit=100001', { code: 'invalid_value', nearest: '100000' }],
  ['isolates=yes', { code: 'unknown_word', parameter: 'isolates' }],
  ['mode=one&mode=two', { code: 'repeated_parameter', parameter: 'mode' }],
  ['format=gephi', { code: 'unknown_word', parameter: 'format' }],
  ['format=csv&limit=5', { code: 'conflicting_parameters', parameter: 'limit' }],
  ['format=gexf&window=P1M', { code: 'conflicting_parameters', parameter: 'window' }],
  ['actor=zarrif', { code: 'unknown_id', nearest: 'zarif' }],
  ['group_by=actor', { code: 'unknown_parameter' }],
];
test.each(refused)('%s is refused', async (query, problem) => {
  const answer = await ask(app, `/v1/networks?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.json()).toMatchObject(problem);
});

test('defaults are stated in the answer', async () => {
  expect((await ask(app, '/v1/networks')).json().parameters).toEqual({
    of: 'stances',
    mode: 'two',
    rows: 'actor',
    columns: 'topic',
    aggregation: 'ignore',
    normalization: 'no',
    duplicates: 'include',
    isolates: false,
    window: null,
    step: null,
    min_weight: 0,
    limit: 10_000,
    filters: [],
    q: null,
  });
});

test('one tag for all spellings, and 304 for who has it', async () => {
  const first = await ask(app, '/v1/networks?mode=two&actor=russia,iran&limit=10000');
  const second = await ask(app, '/v1/networks?actor=iran,russia');
  expect(second.headers.etag).toBe(first.headers.etag);
  expect(second.text).toBe(first.text);
  const again = await ask(app, '/v1/networks?actor=iran,russia', {
    'if-none-match': String(first.headers.etag),
  });
  expect(again.status).toBe(304);
  expect((await ask(app, '/v1/networks?actor=iran')).headers.etag).not.toBe(first.headers.etag);
});

test('formats by the header', async () => {
  const types = { 'application/gexf+xml': 'gexf', 'application/graphml+xml': 'graphml', 'text/csv': 'csv' };
  for (const [type, format] of Object.entries(types)) {
    const byHeader = await ask(app, '/v1/networks', { accept: type });
    expect(byHeader.text).toBe((await ask(app, `/v1/networks?format=${format}`)).text);
  }
  expect((await ask(app, '/v1/networks', { accept: 'image/png' })).status).toBe(406);
});

test('every filter of the lists, words and relations included', async () => {
  const total = async (query: string) => (await ask(app, `/v1/stances?${query}`)).json().total;
  for (const query of [
    'actor.country=IR',
    'topic=sanctions',
    'q=sanctions',
    'actor=!russia',
    'basis=quoted&confidence=high',
  ]) {
    const { statements } = (await ask(app, `/v1/networks?${query}`)).json() as { statements: Json };
    expect(statements.matched).toBe(await total(query));
  }
});

test('rows through a relation', async () => {
  const { nodes, edges } = (
    await ask(app, '/v1/networks?rows=actor.country&columns=position')
  ).json() as Record<string, Json[]>;
  expect(nodes?.find(({ id }) => id === 'IR')).toMatchObject({ mode: 'row', label: 'IR' });
  const edge = edges?.find(({ row, column }) => row === 'IR' && column === 'oppose');
  const evidence = (await ask(app, `${edge?.evidence}&limit=200`)).json();
  expect(evidence.total).toBe((await ask(app, '/v1/stances?actor.country=IR&position=oppose')).json().total);
});

describe('what is too long for one text', () => {
  // Each of 1,100 actors with each other: 604,450 products, and a matrix of more than a million cells.
  const count = 1100;
  let large: FastifyInstance;
  beforeAll(async () => {
    large = await buildTestApp(
      openBaseOf(Array.from({ length: count }, (_, n) => ({ actor: `actor-${n}`, topic: 't' }))),
    );
  });
  afterAll(() => large.close());
  const listFiles = () => readdirSync(tmpdir()).filter((name) => name.startsWith('verbatim-network-'));

  test('comes whole, through a file that is gone', async () => {
    const before = listFiles();
    const answer = await ask(large, '/v1/networks?mode=one&format=csv');
    const lines = answer.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(count + 1);
    for (const [n, line] of lines.slice(1).entries()) {
      const cells = line.split(',').slice(2);
      expect(cells.filter((cell) => cell === '1')).toHaveLength(count - 1);
      expect(cells[n]).toBe('0');
    }
    expect(listFiles()).toEqual(before);
  });

  test('the strongest edges are few, and all are counted', async () => {
    const { edges, edges_total } = (await ask(large, '/v1/networks?mode=one&limit=7')).json() as {
      edges: Json[];
      edges_total: number;
    };
    expect(edges).toHaveLength(7);
    expect(edges_total).toBe((count * (count - 1)) / 2);
  });
});
