// Records with long lists, and trees with very many records under one: what is asked of them is bounded and right.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { ENTRY_COST, LONG_LIST, MOST_DESCENDANTS, WORK_BUDGET } from '../../src/query/budget.ts';
import { listFilters } from '../../src/query/filters.ts';
import { servedResources } from '../../src/resources/registry.ts';
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
  ...Array.from({ length: UNDER_ROOT }, (_, n) => ({
    id: `leaf-${n}`,
    label: `Leaf ${n}`,
    broader: n % 100 === 0 ? 'branch' : 'root',
  })),
];
/** Every third quote has many topics, every third one, and the others none. */
const quotes = Array.from({ length: QUOTES }, (_, n) =>
  draftQuote({
    id: `quote-${n}`,
    text: `Words number ${n}.`,
    said: '2020',
    actor: n % 2 === 0 ? 'speaker' : 'minister',
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

/** What a page, its total and the short lists of its rows may come to. */
const MOST_PASSED = 2 * (WORK_BUDGET / ENTRY_COST) + 2 * LONG_LIST * ACTORS;

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
      expect(most).toBeLessThanOrEqual(MOST_PASSED);
    },
  );

  test('an exact count passes over all of them, and a bounded one says that it does not', async () => {
    const all = actors.reduce((sum, { affiliations }) => sum + affiliations.length, 0);
    expect(all).toBeGreaterThan(2 * MOST_PASSED);
    const about = await askPage(app, '/v1/actors?affiliation.held=1650&limit=1');
    expect([about.total, about.total_is]).toEqual([0, 'at_least']);
    expect(about.next_cursor).not.toBeNull();
    const exact = await askPage(app, '/v1/actors?affiliation.held=1960&limit=1&exact=true');
    expect([exact.total, exact.total_is]).toEqual([listIds(holds(1960)).length, 'exact']);
  });

  test.each<Record<string, string>>([
    { 'affiliation.held': '1650', sample: '20', seed: '3' },
    { 'affiliation.held': '!1650', sample: '200', seed: '3' },
    { 'affiliation.held': '1650', group_by: 'kind' },
    { 'affiliation.held': '1650', kind: 'person', facets: 'country', limit: '1' },
    { 'affiliation.held': '1650', q: 'Person' },
    { 'affiliation.held': '1650', q: 'person 7' },
    { 'affiliation.organization': 'other-ministry', 'affiliation.held': '1650' },
  ])('%o: the work is bounded', async (params) => {
    const answer = await ask(app, buildUrl('/v1/actors', params));
    expect(answer.status).toBe(200);
    // A sample is drawn in three steps behind its count; rows that are gathered may take four.
    expect(entries).toBeLessThanOrEqual(3 * MOST_PASSED);
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
    expect((await readIds('/v1/topics', { broader: 'root' })).ids).toHaveLength(UNDER_ROOT + 1);
    expect((await readIds('/v1/topics', { broader: '!root' })).ids).toEqual(['all', 'part', 'root']);
    expect((await readIds('/v1/topics', { broader: 'branch' })).ids).toHaveLength(UNDER_ROOT / 100);
  });

  test('groups count as many records as their topics allow, and say so', async () => {
    const about = (await ask(app, '/v1/quotes?group_by=topic')).json();
    expect(about.counts_are).toBe('at_least');
    expect(about.records).toBeGreaterThan(50);
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
});
