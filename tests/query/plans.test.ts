// What SQLite does for each list: no whole table is read, whatever the filter and the order, and nothing is sorted but
// what was gathered. EXPLAIN QUERY PLAN says so for every statement that the requests of this file prepare.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { WORK_BUDGET } from '../../src/query/budget.ts';
import { type Filter, listFilters } from '../../src/query/filters.ts';
import { resolveIds } from '../../src/query/ids.ts';
import { parseParams } from '../../src/query/params.ts';
import { planRows } from '../../src/query/plan.ts';
import { readPage } from '../../src/query/read.ts';
import { listSorts } from '../../src/query/sorts.ts';
import { getResource, servedResources } from '../../src/resources/registry.ts';
import type { Noun, Resource } from '../../src/resources/resource.ts';
import { listWords } from '../../src/vocabulary.ts';
import {
  ask,
  buildTestApp,
  buildUrl,
  copyBase,
  countVisits,
  openLargeBase,
  openSeededBase,
} from '../base.ts';

/** Records the text of every statement that is prepared from now on. */
function spyOnStatements(db: Db): Set<string> {
  const seen = new Set<string>();
  const original = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    seen.add(sql);
    return original(sql);
  }) as Db['prepare'];
  return seen;
}

function explain(db: Db, sql: string): string[] {
  const marks = sql.replaceAll(/'[^']*'/g, '').split('?').length - 1;
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...Array(marks).fill(null)) as {
    detail: string;
  }[];
  return rows.map((row) => row.detail);
}

/** What a plan does that no request may. */
function findFaults(db: Db, sql: string): string[] {
  if (!/^SELECT/.test(sql)) return [];
  const gathered = /\bkey IN \(/.test(sql);
  // Rows in any order, up to a limit.
  const bounded =
    /FROM \w+ t WHERE (?:(?!ORDER BY).)*LIMIT \d+/.test(sql) || /ORDER BY key LIMIT \d+$/.test(sql);
  return explain(db, sql)
    .filter((detail) => {
      if (/^SCAN (?!CONSTANT|\(|c\b)/.test(detail) && !/USING|VIRTUAL TABLE/.test(detail)) return !bounded;
      if (/^SCAN .* USING/.test(detail)) return !/LIMIT \d+/.test(sql);
      return /TEMP B-TREE FOR (?:RIGHT PART OF |LAST \d+ TERMS? OF )?ORDER BY/.test(detail) && !gathered;
    })
    .map((detail) => `${detail} in ${sql}`);
}

const CODES = {
  country: 'IR',
  language: 'en',
  wikidata: 'Q7747',
  sha256: 'a'.repeat(64),
  url: 'https://example.org/',
};

/** A value that occurs, or any that is well formed. */
function pickValue(db: Db, filter: Filter): string {
  switch (filter.kind) {
    case 'id':
    case 'reference':
      return db
        .prepare(`SELECT id FROM ${filter.to as Noun} ORDER BY key LIMIT 1`)
        .pluck()
        .get() as string;
    case 'word':
      return listWords(filter.list as NonNullable<Filter['list']>)[0] as string;
    case 'boolean':
      return 'false';
    case 'integer':
      return '1..100000';
    case 'code':
      return CODES[filter.code as keyof typeof CODES];
    default:
      return '2019..2020';
  }
}

function listRequests(db: Db, resource: Resource): Record<string, string>[] {
  const filters = [...listFilters(resource).values()];
  const alone = filters.flatMap((filter) => {
    const value = pickValue(db, filter);
    return [
      { [filter.name]: value },
      { [filter.name]: `!${value}` },
      ...(filter.nullable ? [{ [filter.name]: 'none' }] : []),
    ];
  });
  const words = resource.search === undefined ? [] : [{ q: 'the' }, { q: 'talks harvest' }, { q: '-the' }];
  return [{}, ...alone, ...words];
}

/** More than a gathered plan takes. */
const large = openLargeBase(6000);
const bases: [string, () => Db, readonly Resource[]][] = [
  ['the seeds', openSeededBase, servedResources],
  ['6,000 made-up quotes', () => copyBase(large), [getResource('quotes')]],
];

describe.each(bases)('over %s', (_what, open, nouns) => {
  let db: Db;
  beforeAll(() => {
    db = open();
  });
  afterAll(() => db.close());

  test.each(nouns.map((resource) => [resource.name, resource] as const))(
    'trap: no list of %s scans a table or sorts it',
    async (noun, resource) => {
      const seen = spyOnStatements(db);
      const app = await buildTestApp(db);
      const orders = [...listSorts(resource).values()].filter((sort) => sort.column !== null);
      for (const params of listRequests(db, resource)) {
        for (const { name } of orders) {
          const first = await ask(app, buildUrl(`/v1/${noun}`, { ...params, sort: name, limit: 1 }));
          expect([first.status, params]).toEqual([200, params]);
          const cursor = first.json().next_cursor as string | null;
          if (cursor !== null)
            await ask(app, buildUrl(`/v1/${noun}`, { ...params, sort: name, limit: 1, cursor }));
        }
        const others: Record<string, string>[] = [{ sample: '3' }, { limit: '2' }];
        for (const control of others)
          expect((await ask(app, buildUrl(`/v1/${noun}`, { ...params, ...control }))).status).toBe(200);
      }
      expect([...seen].filter((sql) => sql.includes(' t WHERE ')).length).toBeGreaterThan(5);
      expect([...seen].flatMap((sql) => findFaults(db, sql))).toEqual([]);
    },
  );
});

test('the check sees a scan, and a sort of everything', () => {
  const db = openSeededBase();
  expect(findFaults(db, "SELECT t.key FROM quotes t WHERE t.place = 'x'")).toHaveLength(1);
  expect(findFaults(db, 'SELECT t.key FROM quotes t ORDER BY t.place LIMIT 10')).not.toHaveLength(0);
  expect(findFaults(db, 'SELECT t.key FROM quotes t ORDER BY t.said_latest')).toHaveLength(1);
});

describe('which plan is taken', () => {
  const quotes = getResource('quotes');
  const db = large;

  const read = (params: Record<string, string>) =>
    resolveIds(db, parseParams(quotes, params, { page_size_max: 200 }));

  test.each<[Record<string, string>, string]>([
    [{}, 'ordered'],
    [{ actor: 'minister' }, 'ordered'],
    [{ source: 'paper' }, 'ordered'],
    [{ kind: 'indirect' }, 'ordered'],
    [{ topic: 'part' }, 'gathered'],
    [{ topic: 'all', kind: 'direct' }, 'gathered'],
    [{ actor: 'minister', topic: 'part' }, 'gathered'],
    [{ q: 'statement 3' }, 'gathered'],
    [{ q: 'talks' }, 'ordered'],
    [{ q: 'nothing' }, 'gathered'],
    [{ said: '2019' }, 'ordered'],
    [{ 'actor.country': 'RU' }, 'gathered'],
    [{ 'source.language': 'en' }, 'ordered'],
    [{ id: 'q-000001' }, 'gathered'],
    [{ actor: '!minister' }, 'ordered'],
  ])('%o is %s', (params, kind) => {
    const query = read({ sort: '-said', ...params });
    expect(planRows(db, query, query.sort).kind).toBe(kind);
  });

  test('a period ends the reading where nothing more can overlap', async () => {
    const copy = copyBase(large);
    const visits = countVisits(copy);
    for (const sort of ['said', '-said']) {
      visits();
      await readPage(copy, read({ said: '1905', kind: 'unspecified', sort }), 20);
      expect(visits()).toBeLessThan(3 * 6000);
    }
    visits();
    await readPage(copy, read({ said: '2030..', sort: '-said' }), 20);
    expect(visits()).toBeLessThan(WORK_BUDGET / 2);
  });

  test('trap: a common word beside a narrow filter is not ranked, because bm25 reads all its places', async () => {
    const page = await readPage(db, read({ q: 'talks', id: 'q-000001,q-000002' }), 20);
    expect([page.ranking, page.total, page.total_is]).toEqual(['newest', 2, 'exact']);
    expect(page.documents).toHaveLength(2);
    const rare = await readPage(db, read({ q: '"statement 3"', actor: 'minister' }), 20);
    expect(rare.ranking).toBe('bm25');
  });
});

test('trap: a base whose columns were counted (ANALYZE) skips through no other index', async () => {
  const db = openSeededBase();
  db.exec('ANALYZE');
  // As a million quotes have it, few of them on behalf of anyone.
  const counted: Record<string, string> = {
    quotes_on_behalf_of: '1000000 33334 15',
    quotes_said_latest: '1000000 59 1 1 1 1 1 1 1 1 1 1',
  };
  for (const [index, stat] of Object.entries(counted))
    db.prepare('UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?').run(stat, index);
  const counting = copyBase(db);
  const query = parseParams(getResource('quotes'), { limit: '2' }, { page_size_max: 200 });
  const { next_cursor } = await readPage(counting, query, 2);
  const seen = spyOnStatements(counting);
  await readPage(counting, { ...query, cursor: next_cursor }, 2);
  const plans = [...seen].filter((sql) => sql.includes('UNION ALL')).flatMap((sql) => explain(counting, sql));
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.filter((detail) => detail.includes('ANY('))).toEqual([]);
});
