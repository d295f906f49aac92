// Completion of names, through the API.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { suggestRecords } from '../../src/query/suggest.ts';
import { servedResources } from '../../src/resources/registry.ts';
import { ask, buildTestApp, buildUrl, importRecords, openSeededBase } from '../base.ts';

const db = openSeededBase();
importRecords(db, {
  actors: [
    {
      id: 'xi',
      name: 'Xi Jinping',
      kind: 'person',
      names: [{ name: '习近平', language: 'zh' }, { name: '😀 Си Цзиньпин' }],
    },
  ],
});
const app = await buildTestApp(db);

type Suggestion = {
  type: string;
  id: string;
  label: string;
  kind: string | null;
  matched: { field: string; index?: number; text: string; highlights: { start: number; end: number }[] };
};
const suggest = async (q: string, params: Record<string, string> = {}) =>
  (await ask(app, buildUrl('/v1/suggest', { q, ...params }))).json().results as Suggestion[];
const cut = ({ matched }: Suggestion) =>
  matched.highlights.map(({ start, end }) => [...matched.text].slice(start, end).join(''));

test.each([
  ['khamen', 'khamenei', ['Khamen']],
  ['putin', 'putin', ['Putin']],
  ['jinp', 'xi', ['Jinp']],
  ['xij', 'xi', ['Xi', 'J']],
  ['习近', 'xi', ['习近']],
  ['си цз', 'xi', ['Си', 'Цз']],
  ['جواد', 'zarif', ['جواد']],
  ['ایران', 'iran', ['ایران']],
  ['iran nuclear de', 'jcpoa', ['Iran', 'nuclear', 'de']],
])('%s', async (typed, id, marked) => {
  const found = (await suggest(typed)).find((one) => one.id === id);
  expect(found).toBeDefined();
  expect(cut(found as Suggestion)).toEqual(marked);
});

test('actors, topics and sources as one, each with what it is and the name that was matched', async () => {
  const types = (await suggest('r', { limit: '50' })).map(({ type }) => type);
  expect(new Set(types)).toEqual(new Set(['actor', 'topic', 'source']));
  expect((await suggest('moscow'))[0]).toEqual({
    type: 'actor',
    id: 'russia',
    label: 'Russia',
    kind: 'state',
    description: 'The Russian Federation.',
    matched: { field: 'names', index: 4, text: 'Moscow', highlights: [{ start: 0, end: 6 }] },
  });
  expect((await suggest('r', { type: 'topic,source' })).map(({ type }) => type)).not.toContain('actor');
});

test('slips and other scripts are found too', async () => {
  for (const typed of ['Chamenei', 'Kahmenei'])
    expect((await suggest(typed, { type: 'actor' }))[0]).toMatchObject({
      id: 'khamenei',
      matched: { highlights: [] },
    });
  const [khamenei] = await suggest('Хаменеи');
  expect(cut(khamenei as Suggestion)).toEqual(['Khamenei']);
});

test('a record comes once, and no more than asked for', async () => {
  const found = await suggest('ir', { limit: '3' });
  expect(found).toHaveLength(3);
  expect(new Set(found.map(({ type, id }) => `${type} ${id}`)).size).toBe(3);
  expect(await suggest('😀')).toEqual([]);
});

test('is tagged, and refuses what it does not know', async () => {
  const { headers } = await ask(app, '/v1/suggest?q=pu');
  expect((await ask(app, '/v1/suggest?q=pu', { 'if-none-match': String(headers.etag) })).status).toBe(304);
  for (const [url, code] of [
    ['/v1/suggest', 'invalid_value'],
    ['/v1/suggest?q=a&limit=51', 'invalid_value'],
    ['/v1/suggest?q=a&type=quote', 'unknown_field'],
    ['/v1/suggest?q=a&prefix=b', 'unknown_parameter'],
    [`/v1/suggest?q=${'a'.repeat(201)}`, 'too_much'],
  ] as const)
    expect((await ask(app, url)).json()).toMatchObject({ status: 400, code });
});

test('whatever is typed: nothing throws, the answer is bounded, and highlights lie inside the name', () => {
  const letters = fc.constantFrom('k', 'X', 'и', 'خ', '习', ' ', '"', '*', '😀', '\u0301', '\ud83d', '0');
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 12 }), (typed) => {
      const found = suggestRecords(db, servedResources, typed, 10);
      expect(found.length).toBeLessThanOrEqual(10);
      for (const { matched } of found)
        for (const { start, end } of matched.highlights) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual([...matched.text].length);
        }
    }),
    { numRuns: 80 },
  );
});
