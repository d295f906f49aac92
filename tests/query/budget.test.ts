// What a request costs, whatever it asks: counted in rows and blocks, on data made to be dear.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { DRAW_STEPS, PROBE_COST, ROW_COST, WORK_BUDGET } from '../../src/query/budget.ts';
import { resolveIds } from '../../src/query/ids.ts';
import { parseParams, type Query } from '../../src/query/params.ts';
import { readPage } from '../../src/query/read.ts';
import { readSample } from '../../src/query/sample.ts';
import { TOKENIZER } from '../../src/query/search.ts';
import { readNewest } from '../../src/query/words.ts';
import { getResource, servedResources } from '../../src/resources/registry.ts';
import { ask, buildTestApp, buildUrl, countVisits, openLargeBase } from '../base.ts';

const COUNT = 6000;
const quotes = getResource('quotes');
let db: Db;
let visits: () => number;
const statements = new Set<string>();
beforeAll(() => {
  db = openLargeBase(COUNT);
  visits = countVisits(db);
  const { prepare } = db;
  db.prepare = ((sql: string) => {
    statements.add(sql);
    return prepare(sql);
  }) as Db['prepare'];
});
afterAll(() => db.close());

const read = (params: Record<string, string>): Query =>
  resolveIds(db, parseParams(quotes, params, { page_size_max: 200 }));

const COMMON_WORDS = ['statement', 'about', 'the', 'talks', 'and', 'harvest'];
const many = (count: number, between: string) =>
  Array.from({ length: count }, (_, n) => COMMON_WORDS[n % COMMON_WORDS.length]).join(between);

describe('words', () => {
  test.each<[string, string]>([
    ['one', 'the'],
    ['32, all of them', many(32, ' ')],
    ['32 with OR', many(32, ' OR ')],
    ['a phrase of 100', `"${many(100, ' ')}"`],
    ['16 phrases', Array(16).fill('"the talks and the harvest"').join(' ')],
  ])('%s: the work between two looks at the budget is bounded', (_what, q) => {
    const query = read({ q });
    const begin = PROBE_COST * (1 + (query.words?.words ?? 0));
    let before = 0;
    for (const { spent } of readNewest(db, query, null, null)) {
      expect(spent - before).toBeLessThanOrEqual(WORK_BUDGET + begin);
      before = spent;
    }
    expect(before).toBeGreaterThan(WORK_BUDGET / 10);
  });

  test('the words of phrases are counted', async () => {
    const app = await buildTestApp(db);
    expect((await ask(app, buildUrl('/v1/quotes', { q: `"${many(100, ' ')}"` }))).status).toBe(200);
    const refused = await ask(app, buildUrl('/v1/quotes', { q: `"${many(101, ' ')}"` }));
    expect(refused.json()).toMatchObject({ code: 'too_much', parameter: 'q' });
    await app.close();
  });

  test('trap: the places of words are not looked for in the large index, row by row', async () => {
    statements.clear();
    const page = await readPage(db, read({ q: many(32, ' OR '), sort: '-id' }), 20);
    expect(page.documents.every((document) => JSON.parse(document).matches.length > 0)).toBe(true);
    const marking = [...statements].filter((sql) => sql.includes('highlight('));
    expect(marking).toHaveLength(1);
    expect(marking[0]).toContain('FROM temp.');
  });

  test('the index of a page splits texts as the large ones do', () => {
    const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck();
    for (const { search } of servedResources)
      if (search !== undefined) expect(sql.get(search.table)).toContain(`tokenize='${TOKENIZER}'`);
  });
});

describe('samples', () => {
  test.each<Record<string, string>>([
    { attribution_status: 'disputed' },
    { kind: 'unspecified' },
    { topic: '!all' },
    { actor: '!minister', 'actor.country': '!RU' },
  ])('of %o: no more rows are drawn and counted than the steps allow', async (params) => {
    visits();
    const page = await readSample(db, read({ ...params, sample: '1000', seed: '7' }), 1000);
    expect(visits()).toBeLessThanOrEqual(((DRAW_STEPS + 1) * WORK_BUDGET) / ROW_COST + 2 * COUNT);
    for (const document of page.documents) expect(typeof JSON.parse(document).id).toBe('string');
  });

  test('what could be counted exactly is sampled whole', async () => {
    const page = await readSample(db, read({ actor: 'speaker', sample: '1000', seed: '7' }), 1000);
    expect([page.total, page.total_is]).toEqual([Math.ceil(COUNT / 3), 'exact']);
    expect(new Set(page.documents).size).toBe(1000);
    for (const document of page.documents) expect(JSON.parse(document).actor.id).toBe('speaker');
  });

  test('the same seed draws the same, another one others, and each record once', async () => {
    const draw = async (seed: string) =>
      (await readSample(db, read({ kind: 'indirect', sample: '300', seed }), 300)).documents.map(
        (document) => JSON.parse(document).id,
      );
    const first = await draw('1');
    expect(new Set(first).size).toBe(300);
    expect(await draw('1')).toEqual(first);
    expect(await draw('2')).not.toEqual(first);
  });

  test('the sample of common words says that it is one of the newest', async () => {
    const page = await readSample(db, read({ q: 'the', kind: 'indirect' }), 5);
    expect([page.ranking, page.total_is]).toEqual(['newest', 'at_least']);
    const few = await readSample(db, read({ q: '"statement 3"', kind: 'unspecified' }), 5);
    expect([few.ranking, few.total_is]).toEqual([null, 'exact']);
  });
});
