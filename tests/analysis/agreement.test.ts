// Several coders on one material, through the API: what is a unit, what is missing, and what was coded differently.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agreement } from '../../src/analysis/agreement.ts';
import type { Draft } from '../../src/resources/resource.ts';
import { ask, buildTestApp, buildUrl, draftQuote, importRecords, openEmptyBase } from '../base.ts';

type Row = [coder: string | null, actor: string, topic: string, position: string, more?: Partial<Draft>];
const STANCES: Row[] = [
  ['one', 'ada', 'bridge', 'support'],
  ['two', 'ada', 'bridge', 'support'],
  ['three', 'ada', 'bridge', 'support'],
  ['one', 'bo', 'bridge', 'oppose'],
  ['two', 'bo', 'bridge', 'support'],
  ['one', 'cem', 'bridge', 'mixed'],
  ['two', 'cem', 'bridge', 'neutral'],
  ['one', 'ada', 'ferry', 'oppose'],
  ['two', 'ada', 'ferry', 'oppose'],
  // Coded by one coder alone, and by nobody that is known.
  ['three', 'bo', 'ferry', 'support'],
  [null, 'bo', 'ferry', 'oppose'],
  // Another unit, because it is held on behalf of somebody.
  ['one', 'cem', 'ferry', 'support', { on_behalf_of: 'ada' }],
  ['two', 'cem', 'ferry', 'oppose'],
  // Two stances that say the same are one coding; two that differ are none.
  ['one', 'dara', 'ferry', 'oppose'],
  ['one', 'dara', 'ferry', 'oppose'],
  ['two', 'dara', 'ferry', 'support'],
  ['two', 'dara', 'ferry', 'oppose'],
  ['three', 'dara', 'ferry', 'support'],
];

let app: FastifyInstance;
beforeAll(async () => {
  const db = openEmptyBase();
  importRecords(db, {
    actors: ['ada', 'bo', 'cem', 'dara'].map((id) => ({ id, name: `Name of ${id}`, kind: 'person' })),
    topics: ['bridge', 'ferry', 'toll'].map((id) => ({ id, label: id, proposition: `Yes to ${id}.` })),
    coders: ['one', 'two', 'three'].map((id) => ({ id, name: `Coder ${id}` })),
    corpora: [{ id: 'town', title: 'A town' }],
    sources: [{ id: 'minutes', corpus: 'town', title: 'Minutes', title_supplied: false }],
    quotes: STANCES.map(([, actor], n) =>
      draftQuote({ id: `q${n}`, actor, source: 'minutes', text: `слова ${n}` }),
    ),
    stances: STANCES.map(([coder, actor, topic, position, more], n) => ({
      id: `s${n}`,
      coder,
      actor,
      topic,
      position,
      basis: 'reported',
      statement: `Statement ${n}.`,
      source: 'minutes',
      verification: 'reported',
      evidence: [{ quote: `q${n}` }],
      ...more,
    })),
  });
  app = await buildTestApp(db);
});
afterAll(() => app.close());

async function measure(params: Record<string, string> = {}): Promise<Agreement> {
  const answer = await ask(app, buildUrl('/v1/agreement', params));
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as unknown as Agreement;
}

test('units, coders and what is left out are counted', async () => {
  const { stances, stances_without_coder, units, coders, ambiguous } = await measure();
  expect({ stances, stances_without_coder, units }).toEqual({
    stances: 18,
    stances_without_coder: 1,
    units: { total: 8, coded_by_one: 3, coded_by_several: 5 },
  });
  expect(coders).toEqual([
    { id: 'one', name: 'Coder one', units: 6, ambiguous: 0 },
    { id: 'three', name: 'Coder three', units: 3, ambiguous: 0 },
    { id: 'two', name: 'Coder two', units: 6, ambiguous: 1 },
  ]);
  expect(ambiguous).toMatchObject({
    total: 1,
    first: [
      {
        actor: { id: 'dara' },
        topic: { id: 'ferry' },
        coder: { id: 'two' },
        positions: ['oppose', 'support'],
      },
    ],
  });
});

test('alpha and kappa are those worked out by hand', async () => {
  const { alpha, pairs, topics } = await measure();
  // Units: SSS, OS, MN, OO, OS. Coincidences: SS 3, OO 2, OS and SO 2 each, MN and NM 1 each; n = 11, with
  // n_O = 4, n_M = 1, n_N = 1, n_S = 5. D_o = 6/11; D_e = (121 − 16 − 1 − 1 − 25)/110 = 78/110.
  expect(alpha.nominal.value).toBeCloseTo(1 - 6 / 11 / (78 / 110), 12);
  // In ranks, mixed and neutral are one, of 2: δ²(O, S) = (11 − 4.5)² = 42.25, δ²(O, M) = 3² = 9, δ²(M, S) = 3.5² =
  // 12.25. D_o = 4 · 42.25/11; D_e = 2(4 · 5 · 42.25 + 4 · 2 · 9 + 2 · 5 · 12.25)/110.
  expect(alpha.ordinal.value).toBeCloseTo(1 - (4 * 42.25) / 11 / ((2 * (845 + 72 + 122.5)) / 110), 12);
  // One and two: (S,S) (O,S) (M,N) (O,O): p_o = 2/4, p_e = (1 · 2 + 2 · 1)/16.
  expect(pairs.map(({ coders: [a, b], units, agreed }) => [a.id, b.id, units, agreed])).toEqual([
    ['one', 'three', 2, 1],
    ['one', 'two', 4, 2],
    ['three', 'two', 1, 1],
  ]);
  expect(pairs[1]?.kappa.value).toBeCloseTo((0.5 - 0.25) / 0.75, 12);
  expect(pairs[2]?.kappa).toMatchObject({ value: null, why: expect.stringContaining('variation') });
  expect(topics.map(({ topic, units }) => [topic.id, units])).toEqual([
    ['bridge', 3],
    ['ferry', 2],
  ]);
  expect(topics[0]?.pairs.map(({ units }) => units)).toEqual([1, 3, 1]);
});

test('what was coded differently, with the words', async () => {
  const { differences } = await measure();
  expect(differences.total).toBe(3);
  expect(differences.results[0]).toMatchObject({
    source: { id: 'minutes' },
    actor: { id: 'bo' },
    on_behalf_of: null,
    topic: { id: 'bridge' },
    codings: [
      {
        coder: { id: 'one' },
        position: 'oppose',
        stances: [{ id: 's3', evidence: [{ quote: { text: 'слова 3' } }] }],
      },
      { coder: { id: 'two' }, position: 'support', stances: [{ id: 's4' }] },
    ],
  });
  // Two stances that say the same stand behind one coding.
  expect(differences.results[2]?.codings[0]?.stances.map(({ id }) => id)).toEqual(['s13', 's14']);
});

test('filters say what is measured; without several coders nothing is defined', async () => {
  const two = await measure({ coder: 'one,two', topic: 'bridge' });
  expect(two.units).toEqual({ total: 3, coded_by_one: 0, coded_by_several: 3 });
  const one = await measure({ coder: 'one' });
  expect(one.alpha.nominal).toEqual({
    value: null,
    why: 'No unit was coded by two coders.',
    observed: null,
    expected: null,
  });
  const none = await measure({ topic: 'toll' });
  expect(none).toMatchObject({ stances: 0, pairs: [], topics: [], differences: { total: 0, results: [] } });
});

test('pages and tables', async () => {
  const whole = await measure();
  const first = await measure({ limit: '2' });
  const rest = await measure({ cursor: `${first.differences.next_cursor}` });
  expect([...first.differences.results, ...rest.differences.results]).toEqual(whole.differences.results);
  const rows = async (table: string) =>
    (await ask(app, `/v1/agreement?format=csv&table=${table}`)).text.trimEnd().split('\r\n');
  expect(await rows('differences')).toHaveLength(1 + 2 + 2 + 3);
  expect((await rows('pairs'))[2]).toMatch(/^,one,two,4,2,0\.333/);
  expect(await rows('pairs')).toHaveLength(1 + 3 + 3 + 2);
  expect((await rows('topics'))[1]).toMatch(/^,,5,0\.230/);
});

test.each([
  ['table=pairs', 'conflicting_parameters', 'table'],
  ['table=pears&format=csv', 'unknown_word', 'table'],
  ['coder=four', 'unknown_id', 'coder'],
  ['topics=bridge', 'unknown_parameter', 'topics'],
  ['cursor=abc', 'invalid_cursor', 'cursor'],
])('%s is refused', async (query, code, parameter) => {
  expect((await ask(app, `/v1/agreement?${query}`)).json()).toMatchObject({ status: 400, code, parameter });
});
