// Records with long lists, and trees with very many records under one: what is asked of them is bounded and right.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseNetwork } from '../../src/analysis/networks/parameters.ts';
import { areFewStatements } from '../../src/analysis/networks/statements.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { ENTRY_COST, LONG_LIST, MOST_DESCENDANTS, WORK_BUDGET } from '../../src/query/budget.ts';
import { listFilters } from '../../src/query/filters.ts';
import { resolveIds } from '../../src/query/ids.ts';
import { parseParams } from '../../src/query/params.ts';
import { getResource, servedResources } from '../../src/resources/registry.ts';
import {
  ask,
  askPage,
  buildTestApp,
  buildUrl,
  draftQuote,
  importRecords,
  type ListPage,
  surroundings,
} from '../base.ts';

const ACTORS = 250;
const OFFICES = 250;
const QUOTES = 120;
const TOPICS_OF_ONE = 200;
/** Documents that report the first quote too: with its topics, more pairs than are counted. */
const OTHERS_OF_ONE = 60;
const UNDER_ROOT = MOST_DESCENDANTS + 500;

/** Every fifth actor has one office only. */
const actors = Array.from({ length: ACTORS }, (_, n) => ({
  id: `actor-${n}`,
  name: `Person ${n}`,
  kind: 'person',
  affiliations: Array.from({ length: n % 5 === 0 ? 1 : OFFICES }, (_, office) => ({
    organization: office % 7 === 0 ? 'ministry' : 'other-ministry',
    role: `office ${office}`,
    held: String(1700 + ((n + office) % 300)),
  })),
}));
const topics = [
  { id: 'root', label: 'Root' },
  { id: 'branch', label: 'Branch', broader: 'root' },
  { id: 'even', label: 'Even', broader: 'root' },
  { id: 'odd', label: 'Odd', broader: 'root' },
  ...Array.from({ length: UNDER_ROOT }, (_, n) => ({
    id: `leaf-${n}`,
    label: `Leaf ${n}`,
    broader: n % 100 === 0 ? 'branch' : n % 2 === 0 ? 'even' : 'odd',
  })),
];
const sources = Array.from({ length: OTHERS_OF_ONE }, (_, n) => ({
  id: `source-${n}`,
  corpus: 'corpus',
  title: `Source ${n}`,
  title_supplied: false,
}));
/** Every third quote has many topics, every third one, and the others none. */
const quotes = Array.from({ length: QUOTES }, (_, n) =>
  draftQuote({
    id: `quote-${n}`,
    text: `Words number ${n}.`,
    said: '2020',
    actor: n % 2 === 0 ? 'speaker' : 'minister',
    ...(n === 0 ? { also_in: sources.map(({ id }) => id) } : {}),
    topics:
      n % 3 === 0
        ? Array.from({ length: TOPICS_OF_ONE }, (_, topic) => `leaf-${(n * 17 + topic) % UNDER_ROOT}`)
        : n % 3 === 1
          ? [`leaf-${n}`]
          : [],
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'verbatim-long-lists-'));
let db: Db;
let app: FastifyInstance;
let entries = 0;
const statements = new Set<string>();
beforeAll(async () => {
  db = openDatabase(join(folder, 'base.sqlite'));
  migrateDatabase(db);
  importRecords(db, {
    ...surroundings,
    actors: [
      ...(surroundings.actors ?? []),
      { id: 'other-ministry', name: 'Another ministry', kind: 'organization' },
      ...actors,
    ],
    topics: [...(surroundings.topics ?? []), ...topics],
    sources: [...(surroundings.sources ?? []), ...sources],
    quotes,
  });
  db.function('passed', { deterministic: false }, (_ordinal) => {
    entries += 1;
    return 1;
  });
  const prepare = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    statements.add(sql);
    // The ordinal stands in the index of the list: this is asked of each entry before anything else.
    return prepare(sql.replaceAll(/ l WHERE /g, ' l WHERE passed(l.ordinal) AND '));
  }) as Db['prepare'];
  app = await buildTestApp(db);
});
afterAll(async () => {
  await app.close();
  db.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  entries = 0;
  statements.clear();
});

/** All ids of a list, page by page, and the most entries that one page passed over. */
async function readIds(path: string, params: Record<string, string | string[]>) {
  const ids: unknown[] = [];
  let most = 0;
  let cursor: string | null = null;
  do {
    entries = 0;
    const page: ListPage = await askPage(
      app,
      buildUrl(path, { ...params, limit: '50', ...(cursor === null ? {} : { cursor }) }),
    );
    most = Math.max(most, entries);
    ids.push(...page.results.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return { ids: ids.sort(), most };
}

/** What so many steps may pass over: entries of long lists within the budget, one record whole, and those of short lists. */
const countMost = (steps: number) => steps * (WORK_BUDGET / ENTRY_COST + OFFICES + LONG_LIST * ACTORS);

test('every list that a filter looks into has an index of its long ones', () => {
  const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck();
  for (const resource of servedResources) {
    for (const { steps } of listFilters(resource).values()) {
      const [step] = steps;
      if (step?.kind !== 'list') continue;
      expect(sql.get(`${step.table}_long`)).toContain(`(\`${step.owner}\`) WHERE`);
      expect(sql.get(`${step.table}_long`)).toMatch(new RegExp(`ordinal"? > ${LONG_LIST}$`));
    }
  }
});

describe('offices', () => {
  const holds = (year: number) => (actor: (typeof actors)[number]) =>
    actor.affiliations.some(({ held }) => held === String(year));
  const listIds = (keep: (actor: (typeof actors)[number]) => boolean) =>
    actors
      .filter(keep)
      .map(({ id }) => id)
      .sort();

  test.each<[string, Record<string, string | string[]>, (actor: (typeof actors)[number]) => boolean]>([
    ['a year that few held', { 'affiliation.held': '1960' }, holds(1960)],
    ['a year that none held', { 'affiliation.held': '1650' }, () => false],
    ['not a year', { 'affiliation.held': '!1960', kind: 'person' }, (actor) => !holds(1960)(actor)],
    [
      'two years at two ministries',
      { 'affiliation.held': ['1960', '1961'], 'affiliation.organization': 'ministry' },
      (actor) =>
        ['1960', '1961'].every((year) =>
          actor.affiliations.some(({ held, organization }) => held === year && organization === 'ministry'),
        ),
    ],
  ])(
    '%s: pages reach everybody, and none passes over more than a bounded number',
    async (_what, params, keep) => {
      const { ids, most } = await readIds('/v1/actors', params);
      const expected = listIds(keep);
      expect(ids.filter((id) => String(id).startsWith('actor-'))).toEqual(expected);
      // The page and its total.
      expect(most).toBeLessThanOrEqual(countMost(2));
    },
  );

  test('an exact count passes over all of them, and a bounded one says that it does not', async () => {
    const all = actors.reduce((sum, { affiliations }) => sum + affiliations.length, 0);
    expect(all).toBeGreaterThan(1.5 * countMost(2));
    const about = await askPage(app, '/v1/actors?affiliation.held=1650&limit=1');
    expect([about.total, about.total_is]).toEqual([0, 'at_least']);
    expect(about.next_cursor).not.toBeNull();
    const exact = await askPage(app, '/v1/actors?affiliation.held=1960&limit=1&exact=true');
    expect([exact.total, exact.total_is]).toEqual([listIds(holds(1960)).length, 'exact']);
  });

  test.each<[steps: number, params: Record<string, string>]>([
    [4, { 'affiliation.held': '1650', sample: '20', seed: '3' }],
    [4, { 'affiliation.held': '!1650', sample: '200', seed: '3' }],
    [1, { 'affiliation.held': '1650', group_by: 'kind' }],
    [3, { 'affiliation.held': '1650', kind: 'person', facets: 'country', limit: '1' }],
    [2, { 'affiliation.held': '1650', q: 'Person' }],
    [2, { 'affiliation.held': '1650', q: 'Person', kind: 'person' }],
    [1, { 'affiliation.held': '1650', q: 'person 7' }],
    [2, { 'affiliation.organization': 'other-ministry', 'affiliation.held': '1650' }],
  ])('in %i steps, %o: the work is bounded', async (steps, params) => {
    const answer = await ask(app, buildUrl('/v1/actors', params));
    expect(answer.status).toBe(200);
    expect(entries).toBeLessThanOrEqual(countMost(steps));
  });

  test('a search reads on where its offices ended it', async () => {
    const { ids } = await readIds('/v1/actors', { 'affiliation.held': '1960', q: 'Person' });
    expect(ids).toEqual(listIds(holds(1960)));
  });

  test('a sample is no less likely to hold those with long lists', async () => {
    const page = await askPage(app, '/v1/actors?affiliation.held=!1650&kind=person&sample=1000&seed=5');
    const drawn = page.results.filter(({ id }) => String(id).startsWith('actor-'));
    const long = drawn.filter(({ id }) => Number(String(id).slice(6)) % 5 !== 0).length;
    expect(long / drawn.length).toBeGreaterThan(0.6);
  });
});

describe('topics of quotes', () => {
  const ids = (remainders: number[]) =>
    quotes
      .map(({ id }) => id)
      .filter((_, n) => remainders.includes(n % 3))
      .sort();

  test.each<[Record<string, string | string[]>, string[]]>([
    [{ topic: 'root' }, ids([0, 1])],
    [{ topic: '!root' }, ids([2])],
    [
      { topic: ['root', '!branch'] },
      quotes
        .filter((_, n) => n % 3 === 1 && n % 100 !== 0)
        .map(({ id }) => id)
        .sort(),
    ],
    [{ topic: 'root,none' }, ids([0, 1, 2])],
    [{ topic: 'root', actor: 'speaker' }, ids([0, 1]).filter((id) => Number(id.slice(6)) % 2 === 0)],
  ])('under a root with very much below: %o', async (params, expected) => {
    expect((await readIds('/v1/quotes', params)).ids).toEqual(expected);
    // What stands under the root is counted as far as it may be listed, and never listed.
    const listed = [...statements].filter((sql) => sql.includes('SELECT descendant_key'));
    if (!params.topic?.includes('!branch'))
      for (const sql of listed) expect(sql).toMatch(/^SELECT count\(\*\) FROM \(SELECT .* LIMIT \d+\)$/);
    const exact = await askPage(app, buildUrl('/v1/quotes', { ...params, limit: '1', exact: 'true' }));
    expect([exact.total, exact.total_is]).toEqual([expected.length, 'exact']);
  });

  test('the tree itself', async () => {
    expect((await readIds('/v1/topics', { broader: 'root' })).ids).toHaveLength(UNDER_ROOT + 3);
    expect((await readIds('/v1/topics', { broader: '!root' })).ids).toEqual(['all', 'part', 'root']);
    expect((await readIds('/v1/topics', { broader: 'branch' })).ids).toHaveLength(UNDER_ROOT / 100);
  });

  test('groups count as many records as their topics allow, and say so', async () => {
    const about = (await ask(app, '/v1/quotes?group_by=topic')).json();
    expect(about.counts_are).toBe('at_least');
    expect(about.records).toBeGreaterThan(30);
    expect(about.records).toBeLessThan(QUOTES);
    const counted = about.records as number;
    const root = (about.results as { topic: { id: string } | null; count: number }[]).find(
      ({ topic }) => topic?.id === 'root',
    );
    const none = (about.results as { topic: { id: string } | null; count: number }[]).find(
      ({ topic }) => topic === null,
    );
    expect((root?.count ?? 0) + (none?.count ?? 0)).toBe(counted);
    const exact = (await ask(app, '/v1/quotes?group_by=topic&exact=true')).json();
    expect([exact.counts_are, exact.records]).toEqual(['exact', QUOTES]);
  });

  test('facets count the same records each', async () => {
    const answer = await ask(app, '/v1/quotes?facets=kind,topic,actor&limit=1');
    const { facets, facets_records, facets_are } = answer.json() as {
      facets: Record<string, { value: { id: string } | null; count: number }[]>;
      facets_records: number;
      facets_are: string;
    };
    expect(facets_are).toBe('at_least');
    expect(facets_records).toBeLessThan(QUOTES);
    const sum = (name: string) => facets[name]?.reduce((all, { count }) => all + count, 0);
    expect([sum('kind'), sum('actor')]).toEqual([facets_records, facets_records]);
  });

  test('a record that is too much by itself is passed over, and the others are counted', async () => {
    const about = (await ask(app, '/v1/quotes?group_by=topic,also_in')).json();
    expect(about.counts_are).toBe('at_least');
    expect(about.records).toBeGreaterThan(30);
    for (const { also_in } of about.results as { also_in: unknown }[]) expect(also_in).toBeNull();
  });

  test('which of several filters are listed does not depend on their order', () => {
    const listBroad = (topic: string[]) => {
      const query = parseParams(getResource('quotes'), { topic }, { page_size_max: 200 });
      const { conditions } = resolveIds(db, query);
      return conditions.filter(({ broad }) => broad).map(({ text }) => text);
    };
    expect(listBroad(['even', 'odd', 'branch'])).toHaveLength(1);
    expect(listBroad(['odd', 'branch', 'even'])).toEqual(listBroad(['even', 'odd', 'branch']));
    expect(listBroad(['root', 'even'])).toEqual(['topic=root']);
  });

  test('networks of two lists are made where they hold nobody, where one record makes too many statements', () => {
    const areFew = (rows: string, columns: string, more: Record<string, string> = {}) => {
      const raw = { of: 'quotes', mode: 'two', aggregation: 'ignore', rows, columns, ...more };
      const { query, parameters } = parseNetwork(raw, { page_size_max: 200 });
      return areFewStatements(db, resolveIds(db, query), parameters, 3000);
    };
    expect(areFew('topic', 'also_in')).toBe(false);
    expect(areFew('actor', 'also_in')).toBe(true);
    expect(areFew('actor', 'source', { topic: 'root' })).toBe(false);
    expect(areFew('actor', 'source', { topic: 'branch' })).toBe(true);
  });
});
