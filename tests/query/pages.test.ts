// Sorting and cursors: whatever the order, the size of the pages and the filter, every record comes exactly once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { INDEX_COST, WORK_BUDGET } from '../../src/query/budget.ts';
import { resolveIds } from '../../src/query/ids.ts';
import { parseParams, type Query } from '../../src/query/params.ts';
import { readPage } from '../../src/query/read.ts';
import { listSorts } from '../../src/query/sorts.ts';
import { streamDocuments } from '../../src/query/stream.ts';
import { getResource, servedResources } from '../../src/resources/registry.ts';
import {
  ask,
  askPage,
  buildTestApp,
  buildUrl,
  copyBase,
  countVisits,
  draftManyQuotes,
  draftQuote,
  importRecords,
  openLargeBase,
  openSeededBase,
  surroundings,
} from '../base.ts';

const sorts = servedResources.flatMap((resource) =>
  [...listSorts(resource).values()]
    .filter((sort) => sort.column !== null)
    .map((sort) => [resource.name, sort.name] as const),
);

describe('over the seeds', async () => {
  const db = openSeededBase();
  const app = await buildTestApp(db);

  const follow = async (path: string, params: Record<string, string | number>): Promise<string[]> => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await askPage(app, buildUrl(path, cursor === '' ? params : { ...params, cursor }));
      ids.push(...page.results.map((record) => record.id as string));
      cursor = page.next_cursor;
    }
    return ids;
  };

  describe.each(sorts)('%s by %s', (noun, sort) => {
    const everything = db.prepare(`SELECT id FROM ${noun} ORDER BY id`).pluck().all() as string[];

    test.each([1, 2, 3, 7])('a page of %i at a time', async (limit) => {
      const ids = await follow(`/v1/${noun}`, { sort, limit, fields: 'id' });
      expect(ids.toSorted()).toEqual(everything);
      expect(ids).toEqual(await follow(`/v1/${noun}`, { sort, limit: 200, fields: 'id' }));
    });
  });

  test.each(servedResources.map(({ name }) => name))(
    '%s: the Link header leads where the cursor does',
    async (noun) => {
      const ids: string[] = [];
      let url: string | undefined = `/v1/${noun}?limit=5&fields=id`;
      while (url !== undefined) {
        const page = await askPage(app, url);
        ids.push(...page.results.map((record) => record.id as string));
        const found: RegExpExecArray | null = /^<([^>]+)>; rel="next"$/.exec(page.link ?? '');
        expect(found === null).toBe(page.next_cursor === null);
        url = found?.[1];
      }
      expect(ids.length).toBe(new Set(ids).size);
      expect(ids.length).toBe(db.prepare(`SELECT count(*) FROM ${noun}`).pluck().get());
    },
  );

  test('a question mark inside the query survives in the Link header', async () => {
    const { link } = await askPage(
      app,
      '/v1/quotes?q=russia OR iran?&limit=1&fields=id'.replaceAll(' ', '%20'),
    );
    const next = new URL(/<([^>]+)>/.exec(link ?? '')?.[1] ?? '', 'http://here').searchParams;
    expect(Object.fromEntries(next)).toMatchObject({ q: 'russia OR iran?', limit: '1', fields: 'id' });
    expect((await ask(app, `/v1/quotes?${next}`)).status).toBe(200);
  });

  test('relevance: every match once', async () => {
    const { total } = await askPage(app, '/v1/stances?q=iran&limit=1');
    const ids = await follow('/v1/stances', { q: 'iran', limit: 3 });
    expect(total).toBeGreaterThan(10);
    expect(ids.length).toBe(total);
    expect(new Set(ids).size).toBe(total);
  });

  describe('cursors', async () => {
    const cursor = (await askPage(app, '/v1/quotes?limit=1&kind=direct')).next_cursor as string;

    test.each([
      '/v1/quotes?limit=1&kind=mixed',
      '/v1/quotes?limit=1',
      '/v1/quotes?limit=1&kind=direct&hedge=none',
      '/v1/quotes?limit=1&kind=direct&sort=said',
      '/v1/quotes?limit=1&kind=direct&q=iran',
      '/v1/stances?limit=1',
      '/v1/actors/zarif/quotes?kind=direct',
    ])('of another list is refused: %s', async (url) => {
      const answer = await ask(app, `${url}&cursor=${cursor}`);
      expect([answer.status, answer.json().code]).toEqual([400, 'cursor_mismatch']);
    });

    test('goes on with another limit, other fields and another format', async () => {
      const json = await askPage(app, `/v1/quotes?kind=direct&limit=2&fields=id&cursor=${cursor}`);
      const lines = await ask(app, `/v1/quotes?fields=id&limit=2&kind=direct&format=ndjson&cursor=${cursor}`);
      expect(
        lines.text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toEqual(json.results);
      const rest = await ask(app, `/v1/quotes?fields=id&kind=direct&format=ndjson&cursor=${cursor}`);
      const all = await ask(app, '/v1/quotes?fields=id&kind=direct&format=ndjson');
      expect(rest.text.trim().split('\n')).toEqual(all.text.trim().split('\n').slice(1));
    });

    const forge = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, binding] = JSON.parse(Buffer.from(cursor, 'base64url').toString());

    test.each([
      ['nothing', ''],
      ['words', 'next please'],
      ['a JSON that is no list', forge({})],
      ['too short a list', forge(['k', binding, 1])],
      ['another kind', forge(['x', binding, 1, 1])],
      ['half a key', forge(['k', binding, null, 1])],
      ['a fraction', forge(['k', binding, 1.5, 1])],
      ['a number too large', forge(['k', binding, 2 ** 60, 1])],
      ['no binding', forge(['k', 7, 1, 1])],
      ['one of a ranked list', forge(['r', binding, 1, '1-0'])],
      ['a negative place', forge(['r', binding, -1, '1-0'])],
      ['bytes', '%00%ff%fe'],
      ['itself, cut', cursor.slice(0, -6)],
    ])('that was not given is refused: %s', async (_what, forged) => {
      for (const format of ['json', 'ndjson']) {
        const answer = await ask(app, `/v1/quotes?kind=direct&format=${format}&cursor=${forged}`);
        expect([answer.status, answer.json().code]).toEqual([400, 'invalid_cursor']);
      }
    });

    test('a ranked one ends with the data it was ranked in; others go on', async () => {
      const own = copyBase(db);
      const ownApp = await buildTestApp(own);
      const ranked = await askPage(ownApp, '/v1/quotes?q=iran&limit=1');
      const sorted = await askPage(ownApp, '/v1/quotes?limit=1');
      importRecords(own, { actors: [{ id: 'somebody-new', name: 'Somebody new', kind: 'person' }] });
      const expired = await ask(ownApp, `/v1/quotes?q=iran&limit=1&cursor=${ranked.next_cursor}`);
      expect([expired.status, expired.json().code]).toEqual([400, 'cursor_expired']);
      expect((await ask(ownApp, `/v1/quotes?limit=1&cursor=${sorted.next_cursor}`)).status).toBe(200);
    });

    test('of one noun with a keyset is not one of a ranked list', async () => {
      const [, ranked] = JSON.parse(
        Buffer.from(
          (await askPage(app, '/v1/quotes?q=iran&limit=1')).next_cursor ?? '',
          'base64url',
        ).toString(),
      );
      const answer = await ask(app, `/v1/quotes?q=iran&cursor=${forge(['k', ranked, 1, 1])}`);
      expect([answer.status, answer.json().code]).toEqual([400, 'invalid_cursor']);
    });
  });
});

const quotes = getResource('quotes');
const COUNT = 24_000;

describe(`over ${COUNT} made-up quotes`, () => {
  let db: Db;
  let visits: () => number;
  beforeAll(() => {
    db = openLargeBase(COUNT);
    visits = countVisits(db);
  });

  const read = (params: Record<string, string>): Query =>
    resolveIds(db, parseParams(quotes, params, { page_size_max: 10_000 }));

  const follow = async (params: Record<string, string>, limit: number) => {
    const ids: string[] = [];
    const pages: { size: number; visited: number; last: boolean }[] = [];
    for (let cursor: string | null = null; ; ) {
      visits();
      const page = await readPage(db, { ...read(params), cursor, limit }, limit);
      ids.push(...page.documents.map((document) => JSON.parse(document).id as string));
      pages.push({ size: page.documents.length, visited: visits(), last: page.next_cursor === null });
      cursor = page.next_cursor;
      if (cursor === null) return { ids, pages };
    }
  };

  const ORDERS: Record<string, string> = {
    id: 'id',
    said: 'said_earliest',
    passage: 'passage_order',
  };

  test.each([...listSorts(quotes).values()].filter((sort) => sort.column !== null))(
    'sort=$name reaches every record once, in order, the undated last',
    async ({ name, descending }) => {
      const { ids } = await follow({ sort: name }, 997);
      const column = name === '-said' ? 'said_latest' : ORDERS[name.replace('-', '')];
      const way = descending ? 'DESC' : 'ASC';
      const expected = db
        .prepare(`SELECT id FROM quotes ORDER BY ${column} ${way}, key ${way}`)
        .pluck()
        .all();
      expect(ids).toEqual(expected);
      if (!name.endsWith('said')) return;
      const undated = new Set(db.prepare('SELECT id FROM quotes WHERE said IS NULL').pluck().all());
      expect(undated.size).toBe(COUNT / 6);
      expect(ids.slice(-undated.size).every((id) => undated.has(id))).toBe(true);
    },
  );

  test.each<Record<string, string>>([
    { kind: 'unspecified' },
    { kind: 'unspecified', sort: 'said' },
    { kind: 'unspecified', sort: 'id' },
    { 'actor.country': 'RU', kind: 'unspecified' },
    { topic: 'all', kind: 'unspecified', sort: 'said' },
    { said: '1905', kind: 'unspecified' },
    { said: '1900..1910', sort: 'said' },
    { said: 'none' },
    { actor: 'none', said: '2019', sort: '-said' },
    { actor: '!speaker', hedge: 'none', sort: 'passage' },
    { 'source.language': 'en', kind: 'unspecified' },
    { q: 'harvest -talks' },
    { q: 'harvest', kind: 'unspecified', sort: 'id' },
    { q: 'talks', kind: 'unspecified' },
    { q: '"harvest talks"' },
    { q: 'talks', actor: 'none', topic: 'part' },
  ])('what is sparse is found all the same: %o', async (params) => {
    const { ids, pages } = await follow(params, 3000);
    const expected = (await follow({ ...params, sort: 'id' }, 10_000)).ids;
    expect(ids.length).toBe(new Set(ids).size);
    expect(ids.toSorted()).toEqual(expected.toSorted());
    // Once for the page, once for its total, and the one row that shows whether there are more.
    expect(Math.max(...pages.map((page) => page.visited))).toBeLessThanOrEqual(
      (3 * WORK_BUDGET) / INDEX_COST + 3,
    );
  });

  test('a page whose work is spent is short, and goes on', async () => {
    const { ids, pages } = await follow({ kind: 'unspecified', sort: 'said' }, 100);
    expect(ids.length).toBe(Math.floor(COUNT / 997));
    expect(pages.length).toBe(2);
    expect(pages[0]?.size).toBeLessThan(100);
  });

  test('a total that would cost too much is a lower bound', async () => {
    const all = await readPage(db, read({}), 1);
    expect([all.total, all.total_is]).toEqual([WORK_BUDGET / INDEX_COST, 'at_least']);
    const some = await readPage(db, read({ id: 'q-000001,q-000002' }), 1);
    expect([some.total, some.total_is]).toEqual([2, 'exact']);
  });

  test.each<Record<string, string>>([
    {},
    { actor: 'minister' },
    { kind: 'unspecified' },
    { said: '2019', actor: 'none' },
    { sort: '-id' },
  ])('a stream in slices gives what the pages give: %o', async (params) => {
    const streamed: string[] = [];
    let slices = 0;
    for await (const documents of streamDocuments(db, read(params))) {
      slices += 1;
      streamed.push(...documents.map((document) => JSON.parse(document).id));
    }
    const { ids } = await follow(params, 10_000);
    expect(streamed).toEqual(ids);
    if (ids.length > 1000) expect(slices).toBeGreaterThan(2);
  });

  test('a stream of results too many to rank holds them all', async () => {
    let count = 0;
    for await (const documents of streamDocuments(db, read({ q: 'harvest', actor: 'minister' })))
      count += documents.length;
    expect(count).toBe(COUNT / 6);
  });

  test('common words come in the order in which records were added, the last first, and the page says so', async () => {
    const page = await readPage(db, read({ q: 'talks' }), 3);
    expect([page.ranking, page.total_is]).toEqual(['newest', 'at_least']);
    const keys = page.documents.map((document) => JSON.parse(document).id);
    expect(keys).toEqual(db.prepare('SELECT id FROM quotes ORDER BY key DESC LIMIT 3').pluck().all());
  });

  test('rows that come in while pages are turned neither hide others nor repeat them', async () => {
    const own = copyBase(db);
    const first = await readPage(own, { ...read({ sort: 'id' }), limit: 10 }, 10);
    const before = first.documents.map((document) => JSON.parse(document).id);
    const extra = draftQuote({ id: 'a-new-one', text: 'New.' });
    own.prepare("UPDATE quotes SET origin = 'seed'").run();
    own.prepare("UPDATE actors SET origin = 'seed'").run();
    importRecords(own, {
      topics: surroundings.topics,
      corpora: surroundings.corpora,
      sources: surroundings.sources,
      quotes: [extra],
    });
    const second = await readPage(own, { ...read({ sort: 'id' }), limit: 10, cursor: first.next_cursor }, 10);
    const after = second.documents.map((document) => JSON.parse(document).id);
    const expected = db.prepare('SELECT id FROM quotes ORDER BY id LIMIT 20').pluck().all();
    expect([...before, ...after]).toEqual(expected);
  });
});

test('the total of a list is counted once for its pages, and again when somebody has written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-pages-'));
  const db = openDatabase(join(folder, 'base.sqlite'));
  migrateDatabase(db);
  importRecords(db, { ...surroundings, quotes: draftManyQuotes(300) });
  const visits = countVisits(db);
  const app = await buildTestApp(db);
  const url = '/v1/quotes?actor=speaker&limit=10';
  const first = await askPage(app, url);
  const forFirst = visits();
  const second = await askPage(app, `${url}&cursor=${first.next_cursor}`);
  expect([first.total, second.total]).toEqual([100, 100]);
  expect(forFirst).toBeGreaterThan(100);
  expect(visits()).toBeLessThan(30);
  const other = openDatabase(db.name);
  importRecords(other, {
    ...surroundings,
    quotes: [...draftManyQuotes(300), draftQuote({ id: 'q-more', actor: 'speaker', text: 'One more.' })],
  });
  other.close();
  expect((await askPage(app, `${url}&cursor=${first.next_cursor}`)).total).toBe(101);
  await app.close();
  db.close();
  rmSync(folder, { recursive: true });
});
