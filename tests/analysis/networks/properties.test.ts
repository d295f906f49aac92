// What must hold of every network, whatever the statements.
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../../src/db/client.ts';
import { ask, buildTestApp, type Json } from '../../base.ts';
import { draw, listWeights, type NetworkJson, openBaseOf, type Said, writeStatements } from './statements.ts';

const letter = (letters: string) => fc.constantFrom(...letters);
const statement: fc.Arbitrary<Said> = fc.record({
  actor: letter('abcd'),
  topic: letter('tuvw'),
  position: fc.constantFrom('support', 'oppose'),
  held: fc.constantFrom(null, '2020', '2019-12-30', '2020-01-01', '2020-01-02', '2021-01-02'),
  source: fc.constantFrom('paper', 'paper-2020-01-05', 'letter-2021-02-03'),
  at: fc.integer({ min: 0, max: 3 }),
});
const statements = fc.array(statement, { minLength: 1, maxLength: 25 });
const duplicates = fc.constantFrom('include', 'document', 'week', 'month', 'year', 'acrossrange');
const perPair = fc.constantFrom('no', 'average', 'jaccard', 'cosine');

let db: Db;
let app: FastifyInstance;
let runs = 0;
beforeAll(async () => {
  db = openBaseOf([]);
  app = await buildTestApp(db);
});
afterAll(() => app.close());

function hold(said: readonly Said[]): void {
  runs += 1;
  writeStatements(db, said, `run-${runs}-`);
}

const RUNS = { numRuns: 25 };

test('congruence less conflict is subtract, and both together are ignore', async () => {
  await fc.assert(
    fc.asyncProperty(statements, perPair, async (said, normalization) => {
      hold(said);
      const [congruence, conflict, subtract, ignore] = await Promise.all(
        ['congruence', 'conflict', 'subtract', 'ignore'].map(async (aggregation) =>
          listWeights(await draw(app, { mode: 'one', aggregation, normalization })),
        ),
      );
      for (const pair of Object.keys(ignore ?? {})) {
        const [with_, against] = [congruence?.[pair] ?? 0, conflict?.[pair] ?? 0];
        expect(subtract?.[pair]).toBeCloseTo(with_ - against, 12);
        expect(ignore?.[pair]).toBeCloseTo(with_ + against, 12);
      }
      expect(Object.keys(subtract ?? {}).sort()).toEqual(Object.keys(ignore ?? {}).sort());
    }),
    RUNS,
  );
});

test('a matrix of one mode is symmetric, holds every edge twice and nothing on its diagonal', async () => {
  const aggregations = fc.constantFrom('ignore', 'congruence', 'conflict', 'subtract');
  await fc.assert(
    fc.asyncProperty(statements, aggregations, perPair, async (said, aggregation, normalization) => {
      hold(said);
      const params = { mode: 'one', aggregation, normalization };
      const { edges } = await draw(app, params);
      const answer = await ask(app, `/v1/networks?${new URLSearchParams({ ...params, format: 'csv' })}`);
      const [header = [], ...lines] = answer.text
        .trim()
        .split('\r\n')
        .map((line) => line.split(','));
      const cells = new Map(
        lines.flatMap(([row, , ...weights]) =>
          weights.map((weight, n) => [`${row} ${header[n + 2]}`, Number(weight)] as const),
        ),
      );
      for (const [cell, weight] of cells) {
        const [row, column] = cell.split(' ');
        expect(cells.get(`${column} ${row}`)).toBe(weight);
        if (row === column) expect(weight).toBe(0);
      }
      expect(
        Object.fromEntries(
          [...cells].filter(([cell, weight]) => weight !== 0 && (cell[0] as string) < (cell[2] as string)),
        ),
      ).toEqual(
        Object.fromEntries(Object.entries(listWeights({ edges })).filter(([, weight]) => weight !== 0)),
      );
    }),
    RUNS,
  );
});

test('the order in which records were added changes nothing', async () => {
  const shuffled = statements.chain((said) => {
    const named = said.map((one, n) => ({ ...one, id: `s-${n}` }));
    return fc.tuple(fc.constant(named), fc.shuffledSubarray(named, { minLength: named.length }));
  });
  const params = fc.record({ duplicates, mode: fc.constantFrom('one', 'two') });
  await fc.assert(
    fc.asyncProperty(
      shuffled,
      params,
      fc.constantFrom('json', 'csv', 'graphml', 'gexf', 'edges'),
      async ([said, other], asked, format) => {
        const texts: string[] = [];
        for (const base of [said, other]) {
          hold(base);
          const answer = await ask(app, `/v1/networks?${new URLSearchParams({ ...asked, format })}`);
          texts.push(
            answer.text
              .replaceAll(/"?data_version[^}\n]*/g, '')
              .replaceAll(/<data key="g_data_version">[^<]*/g, ''),
          );
        }
        expect(texts[1]).toBe(texts[0]);
      },
    ),
    RUNS,
  );
});

/** The weight that follows from what an edge leads to. */
function weigh(evidence: Json, aggregation: string): number {
  const results = evidence.results as Json[];
  const sides = (position: string) => results.filter((one) => one.position === position).length;
  const sums: Record<string, () => number> = {
    ignore: () => results.length,
    subtract: () => sides('support') - sides('oppose'),
    combine: () => (sides('support') > 0 ? 1 : 0) + (sides('oppose') > 0 ? 2 : 0),
  };
  const pairs = () => results.reduce((sum, { weight }) => sum + (weight as number), 0);
  const sum = results[0]?.shared === undefined ? sums[aggregation] : pairs;
  return (sum as () => number)() / (evidence.divisor as number);
}

test('the evidence of all cells is every statement that is left, once, and gives the weights again', async () => {
  const asked = fc.oneof(
    fc.record({
      mode: fc.constant('two'),
      aggregation: fc.constantFrom('ignore', 'subtract', 'combine'),
      normalization: fc.constantFrom('no', 'activity', 'prominence'),
    }),
    fc.record({
      mode: fc.constant('one'),
      aggregation: fc.constantFrom('ignore', 'congruence', 'conflict', 'subtract'),
      normalization: perPair,
    }),
  );
  await fc.assert(
    fc.asyncProperty(statements, asked, duplicates, async (said, params, within) => {
      hold(said);
      const network: NetworkJson = await draw(app, { ...params, duplicates: within });
      const { entries, used, left_out } = network.statements;
      const { positions, ...reasons } = left_out as Record<string, number> & { positions: object };
      const left = [...Object.values(reasons), ...Object.values(positions)] as number[];
      expect(left.reduce((sum, count) => sum + count, used)).toBe(entries);
      const ids: string[] = [];
      for (const { evidence, weight, counts, row, column } of network.edges) {
        const answer = (await ask(app, `${evidence}&limit=200`)).json();
        expect(answer).toMatchObject({
          row: { id: row },
          column: { id: column },
          weight,
          counts,
          next_cursor: null,
        });
        expect(weigh(answer, params.aggregation)).toBeCloseTo(weight, 12);
        if (params.mode === 'two') ids.push(...(answer.results as Json[]).map(({ id }) => id as string));
      }
      if (params.mode === 'one') return;
      expect(ids.length).toBe(network.statements.used);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    RUNS,
  );
});
