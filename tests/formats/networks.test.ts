// What is exported is read back by libraries that are not ours.
import { parse } from 'csv-parse/sync';
import type { FastifyInstance } from 'fastify';
import { UndirectedGraph } from 'graphology';
import gexf from 'graphology-gexf';
import graphml from 'graphology-graphml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { escapeXml } from '../../src/formats/xml.ts';
import { draw, type NetworkJson } from '../analysis/networks/statements.ts';
import { ask, buildTestApp, importRecords, openEmptyBase } from '../base.ts';

const NAMES: Record<string, string> = {
  'smith-1': 'John Smith',
  'smith-2': 'John Smith',
  zarif: 'محمدجواد ظریف',
  lavrov: 'Сергей Лавров',
  quoted: 'A "quoted" <name> & its \'marks\', with a comma',
  broken: 'line\nbreak, tab\t, return\r and emoji 🕊️',
  formula: '=1+1',
};
const LABEL = 'Talks with ]]> & "words"';

let app: FastifyInstance;
beforeAll(async () => {
  const db = openEmptyBase();
  const actors = Object.entries(NAMES).map(([id, name]) => ({ id, name, kind: 'person' }));
  const stance = (actor: string, topic: string, position: string) => ({
    id: `${actor}-on-${topic}`,
    actor,
    topic,
    position,
    basis: 'reported',
    statement: 'What is held.',
    source: 'paper',
    verification: 'pinned',
    evidence: [{ passage: { start: 0, end: 1, sha256: '0'.repeat(64), exact: null } }],
  });
  importRecords(db, {
    actors,
    topics: [
      { id: 'talks', label: LABEL, proposition: 'There should be talks.' },
      { id: 'zarif', label: 'Zarif', proposition: 'He should go.' },
    ],
    corpora: [{ id: 'corpus', title: 'A corpus' }],
    sources: [{ id: 'paper', corpus: 'corpus', title: 'A paper', title_supplied: false }],
    stances: [
      ...actors.map(({ id }, n) => stance(id, 'talks', n % 2 === 0 ? 'support' : 'oppose')),
      stance('lavrov', 'zarif', 'oppose'),
    ],
  });
  app = await buildTestApp(db);
});
afterAll(() => app.close());

const asked = [
  { aggregation: 'subtract' },
  { mode: 'one', aggregation: 'subtract', normalization: 'jaccard' },
] as const;

async function askFormat(params: Record<string, string>, format: string) {
  const answer = await ask(app, `/v1/networks?${new URLSearchParams({ ...params, format })}`);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

/** The same graph, as JSON has it. */
function expectGraph(graph: UndirectedGraph, network: NetworkJson): void {
  expect(graph.order).toBe(network.nodes.length);
  for (const { key, id, label, mode, statements } of network.nodes) {
    expect(graph.getNodeAttributes(key)).toMatchObject({ label, record: id, mode, statements });
  }
  expect(graph.size).toBe(network.edges.length);
  const keys = new Map(network.nodes.map(({ mode, id, key }) => [`${mode} ${id}`, key]));
  const other = network.parameters.mode === 'one' ? 'row' : 'column';
  for (const { row, column, weight, counts, evidence } of network.edges) {
    const edge = graph.edge(keys.get(`row ${row}`), keys.get(`${other} ${column}`));
    expect(graph.getEdgeAttributes(edge)).toMatchObject({ weight, ...counts, evidence });
  }
}

describe.each(asked)('%j', (params) => {
  test('GraphML', async () => {
    const answer = await askFormat(params, 'graphml');
    expect(answer.headers['content-type']).toBe('application/graphml+xml; charset=utf-8');
    const graph = graphml.parse(UndirectedGraph, answer.text);
    expectGraph(graph, await draw(app, params));
    expect(graph.getAttribute('data_version')).toBe((await draw(app, params)).data_version);
  });

  test('GEXF', async () => {
    const answer = await askFormat(params, 'gexf');
    expect(answer.headers['content-type']).toBe('application/gexf+xml; charset=utf-8');
    expectGraph(gexf.parse(UndirectedGraph, answer.text), await draw(app, params));
  });

  test('a list of edges', async () => {
    const answer = await askFormat(params, 'edges');
    const rows = parse(answer.text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
    const { nodes, edges } = await draw(app, params);
    expect(rows).toHaveLength(edges.length);
    const labels = new Map(nodes.map(({ key, label }) => [key, label]));
    for (const [n, row] of rows.entries()) {
      expect(Number(row.weight)).toBe(edges[n]?.weight);
      expect(row.evidence).toBe(edges[n]?.evidence);
      expect(row['row.label']).toBe(labels.get(row['row.key'] as string));
      expect(row['column.label']).toBe(labels.get(row['column.key'] as string));
    }
  });

  test('a matrix, whose labels are as they are', async () => {
    const answer = await askFormat(params, 'csv');
    const rows = parse(answer.text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
    expect(rows.map(({ label }) => label).sort()).toEqual(Object.values(NAMES).sort());
    const { edges } = await draw(app, params);
    const sum = rows.reduce(
      (all, { key: _, label: __, ...cells }) => all + Object.values(cells).reduce((a, b) => a + Number(b), 0),
      0,
    );
    const times = 'mode' in params ? 2 : 1;
    expect(sum).toBeCloseTo(times * edges.reduce((all, { weight }) => all + weight, 0), 9);
  });

  test.each(['json', 'graphml', 'gexf', 'edges', 'csv'])(
    '%s is the same to the byte, asked twice',
    async (format) => {
      expect((await askFormat(params, format)).text).toBe((await askFormat(params, format)).text);
    },
  );
});

test('the same id as a row and as a column is two nodes', async () => {
  const graph = graphml.parse(UndirectedGraph, (await askFormat({}, 'graphml')).text);
  expect(graph.getNodeAttribute('zarif', 'label')).toBe(NAMES.zarif);
  expect(graph.getNodeAttribute('topic:zarif', 'label')).toBe('Zarif');
  expect(graph.hasEdge('lavrov', 'topic:zarif')).toBe(true);
});

test('what XML cannot hold is replaced where it is seen', () => {
  expect(escapeXml('a\u0000b\u0008c\u001fd\uffffe\ud800f')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf');
  expect(escapeXml('tab\tand 🕊️ ظ')).toBe('tab&#9;and 🕊️ ظ');
});
