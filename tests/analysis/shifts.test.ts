// Changes of position: in which order, between which days, and only where the dates tell.
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChanges, type Held } from '../../src/analysis/order-of-positions.ts';
import { UNDATED } from '../../src/dates/days.ts';
import type { Draft } from '../../src/resources/resource.ts';
import { ask, buildTestApp, draftQuote, importRecords, type Json, openEmptyBase } from '../base.ts';

type Shift = {
  topic: { id: string };
  order: string;
  not_before: string | null;
  not_after: string | null;
  from: { id: string; position: string; evidence: { quote: Json }[] };
  to: { id: string; position: string; evidence: { quote: Json }[] };
};
type Page = {
  total: number;
  stances: number;
  coded_differently: number;
  next_cursor: string | null;
  results: Shift[];
};

const STANCES: [topic: string, position: string, held: string | null, more?: Partial<Draft>][] = [
  ['bridge', 'support', '2019-03-04'],
  ['bridge', 'support', '2019'],
  ['bridge', 'oppose', '2020-06'],
  ['bridge', 'support', '2021-01-01/2021-12-31'],
  ['bridge', 'mixed', '2022'],
  ['ferry', 'support', '[2019,2020]'],
  ['ferry', 'oppose', '2020-05-05'],
  ['toll', 'neutral', null],
  ['toll', 'oppose', '2020'],
  ['tunnel', 'support', '2019', { coder: 'one' }],
  ['tunnel', 'oppose', '2019', { coder: 'two' }],
  ['walls', 'support', '2018'],
  ['walls', 'support', '2022'],
];

let app: FastifyInstance;
beforeAll(async () => {
  const db = openEmptyBase();
  importRecords(db, {
    actors: [{ id: 'mayor', name: 'شهردار', kind: 'person' }],
    topics: ['bridge', 'ferry', 'toll', 'tunnel', 'walls'].map((id) => ({
      id,
      label: id,
      proposition: `Yes to ${id}.`,
    })),
    coders: ['one', 'two'].map((id) => ({ id, name: id })),
    corpora: [{ id: 'town', title: 'A town' }],
    sources: [{ id: 'minutes', corpus: 'town', title: 'Minutes', title_supplied: false }],
    quotes: STANCES.map((_, n) =>
      draftQuote({ id: `q${n}`, actor: 'mayor', source: 'minutes', text: `پل ${n}` }),
    ),
    stances: STANCES.map(([topic, position, held, more], n) => ({
      id: `s${n}`,
      actor: 'mayor',
      topic,
      position,
      held,
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

async function askShifts(query = ''): Promise<Page> {
  const answer = await ask(app, `/v1/actors/mayor/shifts${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as Page;
}

test('every change, between its days, with the words before and after', async () => {
  const { results, total, stances, coded_differently } = await askShifts();
  const told = results.map(({ topic, order, from, to, not_before, not_after }) => [
    topic.id,
    order,
    `${from.id} ${to.id}`,
    not_before,
    not_after,
  ]);
  expect(told).toEqual([
    // The statement of a day in March may be earlier than that of "2019", which ends later.
    ['bridge', 'known', 's1 s2', '2019-01-01', '2020-06-30'],
    // What lasted begins when it begins, and ends when it ends.
    ['bridge', 'known', 's2 s3', '2020-06-01', '2021-01-01'],
    ['bridge', 'known', 's3 s4', '2021-12-31', '2022-12-31'],
    ['ferry', 'overlapping', 's6 s5', null, null],
    ['toll', 'undated', 's7 s8', null, null],
  ]);
  expect({ total, stances, coded_differently }).toEqual({ total: 5, stances: 13, coded_differently: 1 });
  const [first] = results;
  expect([first?.from.position, first?.to.position]).toEqual(['support', 'oppose']);
  expect(first?.from.evidence[0]?.quote).toMatchObject({ id: 'q1', text: 'پل 1' });
  expect(first?.to.evidence[0]?.quote).toMatchObject({ id: 'q2', text: 'پل 2' });
});

test('filters say what is read', async () => {
  expect((await askShifts('?order=known')).total).toBe(3);
  expect((await askShifts('?topic=ferry,toll')).results.map(({ order }) => order)).toEqual([
    'overlapping',
    'undated',
  ]);
  expect((await askShifts('?held=2019..2020')).total).toBe(2);
  expect((await askShifts('?position=support')).total).toBe(0);
});

test('pages, and a table', async () => {
  const whole = await askShifts();
  const first = await askShifts('?limit=2');
  const rest = await askShifts(`?limit=20&cursor=${first.next_cursor}`);
  expect([...first.results, ...rest.results]).toEqual(whole.results);
  const { text } = await ask(app, '/v1/actors/mayor/shifts?format=csv');
  expect(text.trimEnd().split('\r\n')).toHaveLength(6);
  expect(text).toContain('bridge,bridge,Yes to bridge.,known,2019-01-01,2020-06-30,support,2019,');
});

test.each([
  ['/v1/actors/major/shifts', 404, 'not_found'],
  ['/v1/actors/mayor/shifts?actor=mayor', 400, 'conflicting_parameters'],
  ['/v1/actors/mayor/shifts?order=unknown', 400, 'unknown_word'],
  ['/v1/actors/mayor/shifts?ordre=known', 400, 'unknown_parameter'],
  ['/v1/actors/mayor/shifts?topic=brigde', 400, 'unknown_id'],
])('%s is refused', async (url, status, code) => {
  expect((await ask(app, url)).json()).toMatchObject({ status, code });
});

describe('on any dates', () => {
  const held = fc
    .array(
      fc.record({
        position: fc.constantFrom('support', 'oppose', 'mixed'),
        days: fc.option(fc.tuple(fc.nat(20), fc.nat(6)), { freq: 5 }),
        unit: fc.constantFrom('a', 'b'),
        coder: fc.constantFrom(1, 2),
      }),
      { maxLength: 9 },
    )
    .map((list) =>
      list.map(({ days, ...rest }, key): Held => {
        const bounds = days === null ? UNDATED : { earliest: days[0], latest: days[0] + days[1] };
        return { key, ...rest, ...bounds };
      }),
    );
  /** Support, mixed, support, mixed; and one more support that may be either. */
  const BACK_AND_FORTH: Held[] = [
    ['support', 0, 0],
    ['mixed', 1, 1],
    ['support', 2, 2],
    ['support', 0, 3],
    ['mixed', 4, 4],
  ].map(([position, earliest, latest], key) => ({
    key,
    position: String(position),
    earliest: Number(earliest),
    latest: Number(latest),
    unit: 'a',
    coder: 1,
  }));
  const isDated = (one: Held) => one.earliest <= one.latest;
  const isBefore = (a: Held, b: Held) => isDated(a) && isDated(b) && a.latest < b.earliest;

  test('a known change is one from neighbour to neighbour, and each neighbours’ change is told', () => {
    fc.assert(
      fc.property(held, (stances) => {
        const isNeighbour = (a: Held, b: Held) =>
          isBefore(a, b) && !stances.some((c) => isBefore(a, c) && isBefore(c, b));
        const known = findChanges(stances).filter(({ order }) => order === 'known');
        for (const { from, to } of known) {
          expect(isNeighbour(from, to)).toBe(true);
          expect(from.position).not.toBe(to.position);
        }
        for (const a of stances) {
          for (const b of stances) {
            if (a.position === b.position || !isNeighbour(a, b)) continue;
            // Told, or within the days of one that is told.
            const told = known.some(
              ({ from, to }) =>
                from.position === a.position &&
                to.position === b.position &&
                from.earliest <= b.latest &&
                a.earliest <= to.latest,
            );
            expect(told).toBe(true);
          }
        }
      }),
      { examples: [[BACK_AND_FORTH]], numRuns: 500 },
    );
  });

  test('two positions are told to be unordered just where some two of their stances are', () => {
    fc.assert(
      fc.property(held, (stances) => {
        const expected = new Map<string, string>();
        for (const wanted of ['overlapping', 'undated']) {
          for (const a of stances) {
            for (const b of stances) {
              if (a.position >= b.position || isBefore(a, b) || isBefore(b, a)) continue;
              if (a.unit === b.unit && a.coder !== b.coder) continue;
              const order = isDated(a) && isDated(b) ? 'overlapping' : 'undated';
              const name = `${a.position} ${b.position}`;
              if (order === wanted && !expected.has(name)) expected.set(name, order);
            }
          }
        }
        const told = findChanges(stances)
          .filter(({ order }) => order !== 'known')
          .map(({ from, to, order }) => [`${from.position} ${to.position}`, order] as const);
        expect(new Map(told)).toEqual(expected);
        expect(told).toHaveLength(expected.size);
      }),
    );
  });

  test('the order in which stances are read makes no difference', () => {
    fc.assert(
      fc.property(held, fc.infiniteStream(fc.nat()), (stances, order) => {
        const shuffled = stances
          .map((stance) => [order.next().value, stance] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, stance]) => stance);
        expect(findChanges(shuffled)).toEqual(findChanges(stances));
      }),
    );
  });
});
