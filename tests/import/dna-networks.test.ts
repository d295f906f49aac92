// From a project of Discourse Network Analyzer to its networks: what is counted in the file by hand is what the API says.
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { type Answer, ask, buildTestApp, buildUrl, openEmptyBase } from '../base.ts';
import { type Statement, writeDnaFile } from './dna-file.ts';
import { importFiles, openFolder } from './importing.ts';

const WORDS = ['eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun'];
const TAX = 'There should be a tax.';
const CAP = 'There should be a cap.';

/** In the order of the passages of both documents, the second of which is of the same ISO week a year later. */
const CODED: [document: number, organization: string, concept: string, agreement: number][] = [
  [0, 'Board', TAX, 1],
  [0, 'Board', TAX, 1],
  [0, 'Board', TAX, 0],
  [0, 'Club', TAX, 0],
  [0, 'Club', CAP, 1],
  [1, 'Board', TAX, 1],
  [1, 'Board', CAP, 1],
  [1, 'Club', CAP, 1],
  [1, 'Union', CAP, 0],
];

let app: FastifyInstance | undefined;

/** Made by the first test, because folders are a test's own. */
async function openProject(): Promise<FastifyInstance> {
  const file = writeDnaFile(join(openFolder(), 'project.dna'), {
    documents: ['2019-03-04', '2020-03-02'].map((day, n) => ({
      title: `Hearing ${n}`,
      text: `🌍 ${WORDS.join(' ')}`,
      date: `${day}T00:00:00`,
    })),
    statements: CODED.map(
      ([document, organization, concept, agreement], n): Statement => ({
        document,
        words: WORDS[n] as string,
        coder: 'Coder',
        values: { person: `Person of ${organization}`, organization, concept, agreement },
      }),
    ),
  });
  const db = openEmptyBase();
  const report = await importFiles(db, [file], { from: 'dna', corpus: 'hearings' });
  expect(report.rejects).toBe('');
  return buildTestApp(db);
}
afterAll(() => app?.close());

const BT = 'Board tax';
const BC = 'Board cap';
const CT = 'Club tax';
const CC = 'Club cap';
const UC = 'Union cap';
const BOARD_CLUB = 'Board Club';
const BOARD_UNION = 'Board Union';
const CLUB_UNION = 'Club Union';

/*
 * Support/oppose:     tax   cap
 *             Board   3/1   1/0     5 statements
 *             Club    0/1   2/0     3
 *             Union   0/0   0/1     1
 */
test.each<[query: Record<string, string>, weights: Record<string, number>]>([
  [{}, { [BT]: 4, [BC]: 1, [CT]: 1, [CC]: 2, [UC]: 1 }],
  [{ aggregation: 'subtract' }, { [BT]: 2, [BC]: 1, [CT]: -1, [CC]: 2, [UC]: -1 }],
  [{ aggregation: 'combine' }, { [BT]: 3, [BC]: 1, [CT]: 2, [CC]: 1, [UC]: 2 }],
  [
    { aggregation: 'subtract', normalization: 'activity' },
    { [BT]: 2 / 5, [BC]: 1 / 5, [CT]: -1 / 3, [CC]: 2 / 3, [UC]: -1 },
  ],
  [
    { aggregation: 'subtract', normalization: 'prominence' },
    { [BT]: 2 / 5, [BC]: 1 / 4, [CT]: -1 / 5, [CC]: 2 / 4, [UC]: -1 / 4 },
  ],
  // Of a document, one of two supports is left; without positions, one of three statements.
  [
    { aggregation: 'subtract', duplicates: 'document' },
    { [BT]: 1, [BC]: 1, [CT]: -1, [CC]: 2, [UC]: -1 },
  ],
  [{ duplicates: 'document' }, { [BT]: 2, [BC]: 1, [CT]: 1, [CC]: 2, [UC]: 1 }],
  [{ duplicates: 'week' }, { [BT]: 2, [BC]: 1, [CT]: 1, [CC]: 2, [UC]: 1 }],
  [{ duplicates: 'acrossrange' }, { [BT]: 1, [BC]: 1, [CT]: 1, [CC]: 1, [UC]: 1 }],
  // Tax: 4·1; cap: 1·2. Cap alone: 1·1 and 2·1.
  [{ mode: 'one' }, { [BOARD_CLUB]: 6, [BOARD_UNION]: 1, [CLUB_UNION]: 2 }],
  [{ mode: 'one', aggregation: 'congruence' }, { [BOARD_CLUB]: 1 * 1 + 1 * 2 }],
  [
    { mode: 'one', aggregation: 'conflict' },
    { [BOARD_CLUB]: 3, [BOARD_UNION]: 1, [CLUB_UNION]: 2 },
  ],
  [
    { mode: 'one', aggregation: 'subtract' },
    { [BOARD_CLUB]: 0, [BOARD_UNION]: -1, [CLUB_UNION]: -2 },
  ],
  [{ mode: 'one', aggregation: 'congruence', normalization: 'average' }, { [BOARD_CLUB]: 3 / 4 }],
  [{ mode: 'one', aggregation: 'congruence', normalization: 'cosine' }, { [BOARD_CLUB]: 3 / 15 }],
  // Board's 3 supports of the tax, which Club has none of; 1·1 opposing it; 1·2 for the cap.
  [{ mode: 'one', aggregation: 'congruence', normalization: 'jaccard' }, { [BOARD_CLUB]: 3 / (3 + 1 + 2) }],
])('%j', async (query, weights) => {
  const { edges, nodes } = (
    await get(buildUrl('/v1/networks', { rows: 'on_behalf_of', ...query }))
  ).json() as unknown as {
    nodes: { key: string; label: string }[];
    edges: {
      row: string;
      column: string;
      weight: number;
      counts: Record<string, number>;
      evidence: string;
    }[];
  };
  const labels = new Map(nodes.map(({ key, label }) => [key, /tax|cap/.exec(label)?.[0] ?? label]));
  const found = edges.map(({ row, column, weight }) => [`${labels.get(row)} ${labels.get(column)}`, weight]);
  expect(Object.keys(weights).sort()).toEqual(found.map(([name]) => name).sort());
  for (const [name, weight] of found)
    expect(weight, String(name)).toBeCloseTo(weights[name as string] as number, 12);
  for (const { evidence, counts, weight } of edges) {
    const cell = (await get(evidence)).json() as { weight: number; total: number; results: unknown[] };
    expect(cell.weight).toBe(weight);
    expect(cell.results).toHaveLength(cell.total);
    if (query.mode !== 'one') expect(cell.total).toBe(counts.total);
  }
});

async function get(url: string): Promise<Answer> {
  app ??= await openProject();
  const answer = await ask(app, url);
  expect([url, answer.status]).toEqual([url, 200]);
  return answer;
}
