// `exact=true` counts what a request may not; what it gives without, says how far it went.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { WORK_BUDGET } from '../../src/query/budget.ts';
import {
  ask,
  askPage,
  buildTestApp,
  draftManyQuotes,
  importRecords,
  type Json,
  surroundings,
} from '../base.ts';

const COUNT = 12_000;
const folder = mkdtempSync(join(tmpdir(), 'verbatim-exact-'));
let db: Db;
let app: FastifyInstance;

beforeAll(async () => {
  db = openDatabase(join(folder, 'base.sqlite'));
  migrateDatabase(db);
  importRecords(db, { ...surroundings, quotes: draftManyQuotes(COUNT) });
  app = await buildTestApp(db);
}, 60_000);
afterAll(async () => {
  await app.close();
  db.close();
  rmSync(folder, { recursive: true });
});

test('a total', async () => {
  const about = await askPage(app, '/v1/quotes?actor=!minister&relayed_by=none&limit=3');
  expect(about.total_is).toBe('at_least');
  expect(about.total).toBeLessThanOrEqual(8000);
  const exact = await askPage(app, '/v1/quotes?actor=!minister&relayed_by=none&limit=3&exact=true');
  expect([exact.total, exact.total_is]).toEqual([8000, 'exact']);
  expect(exact.results).toEqual(about.results);
  expect(exact.next_cursor).toBe(about.next_cursor);
});

test.each([
  ['q=talks', COUNT],
  ['q=harvest', COUNT / 2],
  ['q=talks&kind=unspecified', 12],
  ['q="harvest talks"', 0],
  ['q=-harvest', COUNT / 2],
])('a total of %s', async (params, total) => {
  const page = await askPage(app, `/v1/quotes?${params}&limit=1&exact=true`);
  expect([page.total, page.total_is]).toEqual([total, 'exact']);
});

test('groups and facets', async () => {
  const about = (await ask(app, '/v1/quotes?group_by=topic,year')).json();
  expect(about).toMatchObject({ counts_are: 'at_least', total_is: 'at_least' });
  expect(about.records).toBeLessThan(WORK_BUDGET);
  const exact = (await ask(app, '/v1/quotes?group_by=topic.only&exact=true')).json();
  const results = exact.results as Json[];
  expect(exact).toMatchObject({ counts_are: 'exact', total_is: 'exact', records: COUNT });
  expect(results.map((group) => group.count)).toEqual([COUNT / 2, COUNT / 4, COUNT / 4]);
  const page = (await ask(app, '/v1/quotes?facets=topic.only,kind&limit=1')).json();
  expect(page.facets_are).toBe('at_least');
  const whole = (await ask(app, '/v1/quotes?facets=topic.only&limit=1&exact=true')).json();
  expect(whole).toMatchObject({ facets_are: 'exact', facets_records: COUNT, total: COUNT });
  expect((whole.facets as Json)['topic.only']).toEqual(
    results.map((group) => ({ value: group['topic.only'], count: group.count })),
  );
  const csv = await ask(app, '/v1/quotes?group_by=kind&exact=true&format=csv');
  expect(csv.text).toBe('kind,count\r\nindirect,11988\r\nunspecified,12\r\n');
});

test('the tag is that of the state it was counted on, and is answered with 304', async () => {
  const url = '/v1/quotes?group_by=kind&exact=true';
  const first = await ask(app, url);
  expect((await ask(app, url, { 'if-none-match': first.headers.etag as string })).status).toBe(304);
  expect(first.json().data_version).toBe((await ask(app, '/v1')).json().data_version);
});

test.each([
  ['/v1/quotes?format=csv&exact=true', 'conflicting_parameters'],
  ['/v1/quotes?sample=3&exact=true', 'conflicting_parameters'],
  ['/v1/quotes?exact=yes', 'unknown_field'],
  ['/v1/quotes/random?exact=true', 'unknown_parameter'],
])('%s is refused', async (url, code) => {
  expect((await ask(app, url)).json().code).toBe(code);
});

test('what is refused there is refused as it is here, and a deadline is 503', async () => {
  expect((await ask(app, '/v1/quotes?actor=speakr&exact=true')).json().nearest).toBe('speaker');
  const hurried = await buildTestApp(db, { COMPUTE_DEADLINE_MS: 1 });
  const answer = await ask(hurried, '/v1/quotes?group_by=kind&exact=true');
  expect([answer.status, answer.json().code, answer.headers['retry-after']]).toEqual([
    503,
    'deadline_exceeded',
    '30',
  ]);
  await hurried.close();
});
