// Actors side by side: what the verdicts say, that each leads to printed words, and that the answer is what a plain
// reading of the list of stances gives.
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgePair } from '../../src/analysis/comparisons.ts';
import type { Draft } from '../../src/resources/resource.ts';
import { ask, buildTestApp, buildUrl, draftQuote, importRecords, type Json, openEmptyBase } from '../base.ts';

type Topic = {
  topic: { id: string };
  verdict: string;
  silent: string[];
  pairs: { actors: string[]; verdict: string }[];
  positions: { actor: { id: string }; positions: string[]; stances_total: number; stances: Json[] }[];
};
type Page = { total: number; next_cursor: string | null; verdicts: Json; pairs: Json[]; results: Topic[] };

const TOPICS = ['bridge', 'ferry', 'toll', 'tunnel'];
const ACTORS = ['ada', 'bo', 'council', 'dariush'];
const POSITIONS = ['support', 'oppose', 'mixed', 'neutral'];
const HELD = [null, '2019', '2020-05', '[2019,2020]', '2021-03-01'];

/** Every stance rests on a quote of its actor's of the same number. */
function draftStances(stances: Partial<Draft>[]): { quotes: Draft[]; stances: Draft[] } {
  const quotes = stances.map((stance, n) =>
    draftQuote({
      id: `q${n}`,
      actor: stance.actor,
      source: 'minutes',
      text: `گفته ${n} 🌉 of ${stance.actor}`,
    }),
  );
  return {
    quotes,
    stances: stances.map((stance, n) => ({
      id: `s${n}`,
      basis: 'reported',
      statement: `Statement ${n}.`,
      source: 'minutes',
      verification: 'reported',
      evidence: [{ quote: `q${n}` }],
      ...stance,
    })) as Draft[],
  };
}

function openBase(stances: Partial<Draft>[]) {
  const db = openEmptyBase();
  importRecords(db, {
    actors: ACTORS.map((id) => ({
      id,
      name: `Name of ${id}`,
      kind: id === 'council' ? 'organization' : 'person',
    })),
    topics: [
      { id: 'crossing', label: 'Crossing', proposition: 'The river should be crossed.' },
      ...TOPICS.map((id) => ({ id, label: id, proposition: `Build the ${id}.`, broader: 'crossing' })),
    ],
    corpora: [{ id: 'town', title: 'A town' }],
    sources: [{ id: 'minutes', corpus: 'town', title: 'Minutes', title_supplied: false }],
    ...draftStances(stances),
  });
  return db;
}

let app: FastifyInstance;
beforeAll(async () => {
  app = await buildTestApp(
    openBase([
      { actor: 'ada', topic: 'bridge', position: 'support', held: '2019' },
      { actor: 'bo', topic: 'bridge', position: 'oppose' },
      { actor: 'ada', topic: 'ferry', position: 'oppose' },
      { actor: 'bo', topic: 'ferry', position: 'oppose', held: '2020' },
      { actor: 'ada', topic: 'toll', position: 'support' },
      { actor: 'bo', topic: 'toll', position: 'mixed' },
      { actor: 'ada', topic: 'tunnel', position: 'support', held: '2019' },
      { actor: 'ada', topic: 'tunnel', position: 'oppose', held: '2021' },
      { actor: 'bo', topic: 'tunnel', position: 'support' },
      { actor: 'bo', topic: 'crossing', position: 'support', on_behalf_of: 'council' },
      { actor: 'council', topic: 'bridge', position: 'support' },
    ]),
  );
});
afterAll(() => app.close());

async function compare(params: Record<string, string>): Promise<Page> {
  const answer = await ask(app, buildUrl('/v1/comparisons', params));
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as Page;
}

describe('two actors', () => {
  test('conflict, agree, leave it open, vary, and are silent', async () => {
    const page = await compare({ actor: 'bo,ada' });
    expect(page.results.map(({ topic, verdict }) => [topic.id, verdict])).toEqual([
      ['bridge', 'conflict'],
      ['ferry', 'agree'],
      ['toll', 'open'],
      ['tunnel', 'varying'],
      ['crossing', 'silent'],
    ]);
    expect(page.verdicts).toEqual({ conflict: 1, agree: 1, open: 1, varying: 1, silent: 1 });
    expect(page.pairs).toEqual([{ actors: ['ada', 'bo'], ...page.verdicts }]);
    expect(page.results.at(-1)?.silent).toEqual(['ada']);
  });

  test('every stance that is shown leads to the words', async () => {
    const { results } = await compare({ actor: 'ada,bo' });
    for (const { actor, stances } of results.flatMap(({ positions }) => positions)) {
      for (const stance of stances as { id: string; evidence: { quote: Json }[] }[]) {
        const quote = stance.evidence[0]?.quote as Json;
        expect(quote.text).toContain(`of ${actor.id}`);
        const { text, spans } = (await ask(app, `/v1/quotes/${quote.id}`)).json();
        expect(quote).toMatchObject({ text, spans });
        expect((await ask(app, `/v1/stances/${stance.id}`)).status).toBe(200);
      }
    }
  });

  test('changes are in the order of time', async () => {
    const { results } = await compare({ actor: 'ada,bo', topic: 'tunnel' });
    expect(results[0]?.positions[0]).toMatchObject({
      positions: ['support', 'oppose'],
      stances_total: 2,
      stances: [{ held: '2019' }, { held: '2021' }],
    });
  });

  test('filters say what is compared', async () => {
    const { results, verdicts } = await compare({ actor: 'ada,bo', topic: 'tunnel', held: '2021,none' });
    expect(results.map(({ verdict }) => verdict)).toEqual(['conflict']);
    expect(verdicts).toMatchObject({ conflict: 1, varying: 0 });
    expect((await compare({ actor: 'ada,bo', topic: 'crossing' })).total).toBe(5);
    expect((await compare({ actor: 'ada,bo', 'topic.only': 'crossing' })).total).toBe(1);
    expect((await compare({ actor: 'ada,bo', q: '"statement 3"' })).results[0]).toMatchObject({
      topic: { id: 'ferry' },
      verdict: 'silent',
    });
  });
});

test('of three, two may conflict while one is silent', async () => {
  const { results } = await compare({ actor: 'ada,bo,dariush', verdict: 'conflict' });
  expect(results).toMatchObject([
    {
      topic: { id: 'bridge' },
      silent: ['dariush'],
      pairs: [
        { actors: ['ada', 'bo'], verdict: 'conflict' },
        { actors: ['ada', 'dariush'], verdict: 'silent' },
        { actors: ['bo', 'dariush'], verdict: 'silent' },
      ],
    },
  ]);
});

test('what is held on behalf of an actor counts when asked for', async () => {
  const without = await compare({ actor: 'ada,council', topic: 'crossing' });
  expect(without.results.map(({ topic }) => topic.id)).not.toContain('crossing');
  const page = await compare({ actor: 'ada,council', 'topic.only': 'crossing', include: 'on_behalf_of' });
  expect(page.results[0]?.positions[1]).toMatchObject({
    actor: { id: 'council' },
    positions: ['support'],
    stances: [{ actor: { id: 'bo' }, on_behalf_of: { id: 'council' } }],
  });
});

test('pages are parts of the whole, and a cursor is bound to its comparison', async () => {
  const whole = await compare({ actor: 'ada,bo' });
  const pieces: Topic[] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await compare({ actor: 'ada,bo', limit: '2', ...(cursor === null ? {} : { cursor }) });
    pieces.push(...page.results);
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(pieces).toEqual(whole.results);
  const { next_cursor } = await compare({ actor: 'ada,bo', limit: '2' });
  const other = await ask(
    app,
    buildUrl('/v1/comparisons', { actor: 'ada,council', cursor: `${next_cursor}` }),
  );
  expect(other.json().code).toBe('cursor_mismatch');
});

test('as CSV, a row for each stance and for each silence', async () => {
  const { text } = await ask(app, '/v1/comparisons?actor=ada,bo&topic=crossing&format=csv');
  const rows = text.trimEnd().split('\r\n');
  expect(rows).toHaveLength(1 + 11);
  expect(rows[0]).toMatch(/^topic\.id,topic\.label,proposition,verdict,actor\.id/);
  expect(rows.filter((row) => row.includes('crossing,Crossing'))[0]).toMatch(/,silent,ada,Name of ada,0,,/);
  expect(text).toContain('گفته 0 🌉');
});

test.each([
  ['actor=ada', 'invalid_value', 'actor'],
  ['actor=!ada,bo', 'invalid_value', 'actor'],
  ['actor=ada,bo&actor=bo', 'invalid_value', 'actor'],
  ['topic=bridge', 'invalid_value', 'actor'],
  ['actor=ada,boo', 'unknown_id', 'actor'],
  [`actor=${Array.from({ length: 11 }, (_, n) => `a${n}`).join()}`, 'too_much', 'actor'],
  ['actor=ada,bo&include=everything', 'unknown_field', 'include'],
  ['actor=ada,bo&verdict=agreed', 'unknown_word', 'verdict'],
  ['actor=ada,bo&verdict=agree&verdict=open', 'repeated_parameter', 'verdict'],
  ['actor=ada,bo&group_by=topic', 'unknown_parameter', 'group_by'],
  ['actor=ada,bo&cursor=x', 'invalid_cursor', 'cursor'],
  ['actor=ada,bo&format=ndjson', 'unknown_field', 'format'],
])('%s is refused as %s', async (query, code, parameter) => {
  const answer = await ask(app, `/v1/comparisons?${query}`);
  expect(answer.json()).toMatchObject({ status: 400, code, parameter });
});

test('the same question has one tag, and is not answered twice', async () => {
  const first = await ask(app, '/v1/comparisons?actor=ada,bo&verdict=open,agree');
  const again = await ask(app, '/v1/comparisons?verdict=agree,open&actor=bo,ada', {
    'if-none-match': first.headers.etag as string,
  });
  expect(again.status).toBe(304);
});

const position = fc.subarray(POSITIONS);
test('a pair is judged alike from both sides, and more positions never make it agree', () => {
  fc.assert(
    fc.property(position, position, position, (a, b, more) => {
      expect(judgePair(a, b)).toBe(judgePair(b, a));
      const all = [...new Set([...a, ...more])];
      if (a.length > 0 && judgePair(a, b) !== 'agree') expect(judgePair(all, b)).not.toBe('agree');
    }),
  );
});

test('what is compared is what the list of stances says', async () => {
  const stance = fc.record({
    actor: fc.constantFrom(...ACTORS),
    topic: fc.constantFrom(...TOPICS),
    position: fc.constantFrom(...POSITIONS),
    held: fc.constantFrom(...HELD),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(stance, { maxLength: 25 }), async (stances) => {
      const here = await buildTestApp(openBase(stances as Partial<Draft>[]));
      const list = (await ask(here, '/v1/stances?actor=ada,bo&held=2019..2020&format=ndjson')).text;
      const held = new Map<string, Set<string>>();
      for (const line of list.split('\n').filter(Boolean)) {
        const { actor, topic, position } = JSON.parse(line);
        const name = `${topic.id} ${actor.id}`;
        held.set(name, (held.get(name) ?? new Set()).add(position));
      }
      const page = (await ask(here, '/v1/comparisons?actor=ada,bo&held=2019..2020')).json() as Page;
      const told = page.results.flatMap(({ topic, positions }) =>
        positions
          .filter((cell) => cell.positions.length > 0)
          .map((cell) => [`${topic.id} ${cell.actor.id}`, new Set(cell.positions)] as const),
      );
      expect(new Map(told)).toEqual(held);
      for (const { topic, pairs } of page.results) {
        const [a, b] = ['ada', 'bo'].map((actor) => [...(held.get(`${topic.id} ${actor}`) ?? [])]);
        expect(pairs[0]?.verdict).toBe(judgePair(a as string[], b as string[]));
      }
      await here.close();
    }),
    { numRuns: 12 },
  );
});
