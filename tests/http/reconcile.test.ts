// The Reconciliation API 0.2: OpenRefine's calls, replayed, and answers in the shapes that the specification has.
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { answerQuery, extendData } from '../../src/analysis/reconciliation.ts';
import { ask, buildTestApp, importRecords, openSeededBase } from '../base.ts';

const db = openSeededBase();
const person = (id: string, name: string, more: Record<string, unknown> = {}) => ({
  id,
  name,
  kind: 'person',
  ...more,
});
importRecords(db, {
  actors: [
    person('holmes-senior', 'Oliver Wendell Holmes Sr.', { names: [{ name: 'Oliver Wendell Holmes' }] }),
    person('holmes-junior', 'Oliver Wendell Holmes Jr.', { names: [{ name: 'Oliver Wendell Holmes' }] }),
    person('doe', 'Jane Doe', { country: 'US', wikidata: 'Q42' }),
    person('doe-jr', 'Jane Doe Jr.'),
    person('roe', 'Richard Roe', { country: 'US' }),
  ],
});
const app = await buildTestApp(db);

// Written after sections 2 to 7 of the specification.
const type = z.object({ id: z.string().min(1), name: z.string().min(1) });
const manifest = z.object({
  versions: z.array(z.string()).refine((versions) => versions.includes('0.2')),
  name: z.string(),
  identifierSpace: z.url(),
  schemaSpace: z.url(),
  defaultTypes: z.array(type),
  view: z.object({ url: z.string().includes('{{id}}') }),
  suggest: z.record(
    z.enum(['entity', 'property', 'type']),
    z.object({ service_url: z.url(), service_path: z.string().startsWith('/') }),
  ),
  extend: z.object({ propose_properties: z.object({ service_url: z.url(), service_path: z.string() }) }),
});
const results = z.record(
  z.string(),
  z.object({
    result: z.array(
      z.object({
        id: z.string().min(1),
        name: z.string().min(1),
        description: z.string().optional(),
        score: z.number(),
        match: z.boolean(),
        type: z.array(type),
        features: z
          .array(z.object({ id: z.string(), value: z.union([z.number(), z.boolean()]) }))
          .refine((features) => new Set(features.map(({ id }) => id)).size === features.length),
      }),
    ),
  }),
);
const suggestions = z.object({
  result: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      description: z.string().optional(),
      notable: z.array(z.string()).optional(),
    }),
  ),
});
const cell = z.union([
  z.strictObject({ id: z.string(), name: z.string() }),
  z.strictObject({ str: z.string() }),
]);
const extended = z.object({
  meta: z.array(z.object({ id: z.string(), name: z.string() })),
  rows: z.record(z.string(), z.record(z.string(), z.array(cell))),
});

const post = (fields: Record<string, unknown>) => {
  const form = new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, JSON.stringify(value)]),
  );
  return ask(
    app,
    '/reconcile',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'POST',
    String(form),
  );
};
type Query = Record<string, unknown>;
const reconcile = async (query: Query) => {
  const answer = await post({ queries: { q0: query } });
  expect(answer.status, answer.text).toBe(200);
  return results.parse(answer.json()).q0?.result ?? [];
};

describe('as OpenRefine asks', () => {
  let service: z.infer<typeof manifest>;
  beforeAll(async () => {
    service = manifest.parse((await ask(app, '/reconcile', { host: 'verbatim.example' })).json());
  });

  test('the manifest says where it was found', () => {
    expect(service.view.url).toBe('http://verbatim.example/v1/actors/{{id}}');
    expect(service.defaultTypes.map(({ id }) => id)).toContain('person');
  });

  test('guessing types: ten cells in one form, three candidates each', async () => {
    const cells = [
      'Zarif',
      'Putin',
      'Russia',
      'Khamenei',
      'Joe Biden',
      'Хаменеи',
      '',
      'x',
      'nobody at all',
      '😀',
    ];
    const queries = Object.fromEntries(
      cells.filter((one) => one !== '').map((query, n) => [`q${n}`, { query, limit: 3 }]),
    );
    const answer = results.parse((await post({ queries })).json());
    expect(Object.keys(answer)).toEqual(Object.keys(queries));
    for (const { result } of Object.values(answer)) {
      expect(result.length).toBeLessThanOrEqual(3);
      const scores = result.map(({ score }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    }
    expect(answer.q0?.result[0]?.type).toEqual([{ id: 'person', name: 'Person' }]);
  });

  test('a column against one type, with another column as a property', async () => {
    const [first] = await reconcile({
      query: 'Mohammad Javad Zarif',
      type: 'person',
      type_strict: 'should',
      limit: 5,
      properties: [{ pid: 'country', v: 'IR' }],
    });
    expect(first).toMatchObject({ id: 'zarif', score: 100, match: true });
    const asStates = await reconcile({ query: 'Iran', type: 'state', type_strict: 'should' });
    expect(asStates.map(({ id }) => id)).toEqual(['iran']);
  });

  test('a cell that was matched before stands as a property', async () => {
    const properties = [{ pid: 'affiliation', v: { id: 'iran', name: 'Iran' } }];
    const [held] = await reconcile({ query: 'Javad Zarif', properties });
    expect(held).toMatchObject({ id: 'zarif', match: true });
    const [other] = await reconcile({ query: 'Vladimir Putin', properties });
    expect(other).toMatchObject({ id: 'putin', match: false, score: 80 });
  });

  test('choosing by hand, and adding columns', async () => {
    const at = (what: 'entity' | 'property' | 'type') => service.suggest[what]?.service_path ?? '';
    const asked = async (url: string) => suggestions.parse((await ask(app, url)).json()).result;
    const [entity] = await asked(`${at('entity')}?prefix=zar&type=person&type_strict=should`);
    expect(entity).toMatchObject({ id: 'zarif', notable: ['person'] });
    expect((await asked(`${at('entity')}?prefix=zarif`))[0]?.id).toBe('zarif');
    expect(await asked(`${at('property')}?prefix=cou`)).toMatchObject([{ id: 'country' }]);
    expect(await asked(`${at('type')}?prefix=per`)).toMatchObject([{ id: 'person' }]);
    const { properties } = (await ask(app, '/reconcile/properties?type=person&limit=4')).json();
    expect(properties).toHaveLength(4);
    const extend = { ids: ['zarif', 'nobody'], properties: [{ id: 'country' }, { id: 'affiliation' }] };
    expect(extended.parse((await post({ extend })).json())).toEqual({
      meta: [
        { id: 'country', name: 'Country' },
        { id: 'affiliation', name: 'Affiliation' },
      ],
      rows: {
        zarif: { country: [{ str: 'IR' }], affiliation: [{ id: 'iran', name: 'Iran' }] },
        nobody: { country: [], affiliation: [] },
      },
    });
  });

  test('in an address, and as JSON', async () => {
    const queries = { a: { query: 'Zarif' } };
    const expected = (await post({ queries })).json();
    const address = `/reconcile?queries=${encodeURIComponent(JSON.stringify(queries))}`;
    expect((await ask(app, address)).json()).toEqual(expected);
    const json = { 'content-type': 'application/json' };
    expect((await ask(app, '/reconcile', json, 'POST', JSON.stringify({ queries }))).json()).toEqual(
      expected,
    );
  });
});

describe('a match is true only where it is safe', () => {
  const matches = async (query: Query) =>
    (await reconcile(query)).filter(({ match }) => match).map(({ id }) => id);
  test.each([
    ['the same name', { query: 'jane DOE, jr' }, ['doe-jr']],
    ['a stored alias', { query: 'Ayatollah Ali Khamenei' }, ['khamenei']],
    ['its own script', { query: 'علي خامنه‌اي' }, ['khamenei']],
    ['an id', { query: 'khamenei' }, ['khamenei']],
    ['a Wikidata item', { query: 'Q42' }, ['doe']],
    [
      'a Wikidata item beside another name',
      { query: 'J. D.', properties: [{ pid: 'wikidata', v: 'Q42' }] },
      ['doe'],
    ],
    ['father or son', { query: 'Oliver Wendell Holmes' }, []],
    ['one of whom there is a junior', { query: 'Jane Doe' }, []],
    ['a family name alone', { query: 'Roe' }, []],
    ['another order', { query: 'Roe, Richard' }, []],
    ['a transliteration', { query: 'Ричард Рое' }, []],
    ['a slip', { query: 'Richard Rou' }, []],
    ['another country', { query: 'Richard Roe', properties: [{ pid: 'country', v: 'gb' }] }, []],
    ['another kind', { query: 'Richard Roe', properties: [{ pid: 'kind', v: 'state' }] }, []],
    ['an item that is another’s', { query: 'Richard Roe', properties: [{ pid: 'wikidata', v: 'Q1' }] }, []],
  ])('%s', async (_, query, ids) => {
    expect(await matches(query)).toEqual(ids);
  });
});

test.each([
  ['queries={', 'invalid_value'],
  ['queries={"q0":{}}', 'invalid_value'],
  ['queries={"q0":{"query":"a","properties":[{"pid":"contry","v":"IR"}]}}', 'invalid_value'],
  [`queries={"q0":{"query":"${'a'.repeat(201)}"}}`, 'invalid_value'],
  [`queries={${Array.from({ length: 51 }, (_, n) => `"q${n}":{"query":"a"}`).join()}}`, 'too_much'],
  ['extend={"ids":["zarif"],"properties":[{"id":"age"}]}', 'invalid_value'],
  [
    `queries={${Array.from({ length: 3 }, (_, n) => `"q${n}":{"query":"a","properties":[{"pid":"affiliation","v":[${Array(n === 0 ? 11 : 20).fill('"b"')}]}]}`).join()}}`,
    'too_much',
  ],
  ['queries={}&extend={}', 'invalid_body'],
  ['nothing=1', 'invalid_body'],
])('%s is refused', async (body, code) => {
  const answer = await ask(
    app,
    '/reconcile',
    { 'content-type': 'application/x-www-form-urlencoded' },
    'POST',
    body,
  );
  expect(answer.json(), answer.text).toMatchObject({ status: 400, code });
});

test('a step looks up one name, or fifty records: other requests are answered between two', () => {
  const properties = [{ pid: 'affiliation', v: Array(20).fill('Iran') }];
  const count = (steps: Iterator<void, unknown>) => {
    let steps_taken = 1;
    while (!steps.next().done) steps_taken += 1;
    return steps_taken;
  };
  expect(count(answerQuery(db, { query: 'Javad Zarif', properties }))).toBe(21);
  const ids = Array.from({ length: 1000 }, (_, n) => `nobody-${n}`);
  expect(count(extendData(db, { ids, properties: [{ id: 'country' }] }))).toBeGreaterThan(20);
});
