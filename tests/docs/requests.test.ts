// Every request that a paper shows is sent to the seeded base, and what it shows of the answer must stand in the answer.
import { parse } from 'csv-parse/sync';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import type { Db } from '../../src/db/client.ts';
import { MATCHES_LIMIT } from '../../src/query/budget.ts';
import { FACET_SIZE } from '../../src/query/group.ts';
import {
  LONGEST_WORDS,
  MOST_COMBINED,
  MOST_FACETS,
  MOST_GROUP_KEYS,
  MOST_SAMPLED,
} from '../../src/query/params.ts';
import { MOST_RANKED } from '../../src/query/read.ts';
import { MOST_TERMS, MOST_WORDS } from '../../src/query/search.ts';
import { MOST_GROUPS } from '../../src/query/shape-groups.ts';
import { MOST_VALUES } from '../../src/query/values.ts';
import { RELEASE } from '../../src/release.ts';
import { buildTestApp, openSeededBase } from '../base.ts';
import { listPapers, readPaper, readRows, readSection } from './markdown.ts';
import { ADDRESS, findMissing, listRequests } from './requests.ts';

let app: FastifyInstance;
let db: Db;
beforeAll(async () => {
  db = openSeededBase();
  app = await buildTestApp(db);
});
afterAll(async () => {
  await app.close();
  db.close();
});

const requests = listPapers().flatMap((path) =>
  listRequests(readPaper(path)).map((request) => [`${path}:${request.line}`, request.path, request] as const),
);

test.each(requests)('%s %s', async (_place, _path, request) => {
  const { path, method, headers, refusal, shown } = request;
  const answer = await app.inject({ method, url: path.includes('%') ? path : encodeURI(path), headers });
  if (refusal !== null) {
    expect(answer.json()).toMatchObject({ code: refusal });
    return;
  }
  expect(answer.statusCode, answer.body).toBe(200);
  if (method === 'HEAD') return;
  const isJson = answer.headers['content-type']?.startsWith('application/json');
  // An example that finds nothing teaches nothing; but the seeds hold one document, in which nobody changes position.
  if (isJson && Array.isArray(answer.json().results) && !path.includes('/shifts'))
    expect(answer.json().results).not.toEqual([]);
  if (shown?.language === 'json') expect(findMissing(JSON.parse(shown.text), answer.json())).toBeNull();
  if (answer.headers['content-type']?.startsWith('text/csv')) {
    // Read as Python and R do, to whom a line feed outside quotation marks ends a row: throws on one of another length.
    expect(parse(answer.body, { columns: true, record_delimiter: ['\r\n', '\n'] })).not.toEqual([]);
  }
});

test('what is shown of an answer is compared, deep and in order', () => {
  const answer = { results: [{ id: 'a' }, { id: 'b', actor: { id: 'x', name: 'X' } }], total: 2 };
  expect(findMissing({ results: [{ actor: { id: 'x' } }] }, answer)).toBeNull();
  expect(findMissing({ results: [{ id: 'b' }, { id: 'a' }] }, answer)).not.toBeNull();
  expect(findMissing({ results: [{ id: 'c' }] }, answer)).not.toBeNull();
  expect(findMissing({ total: 3 }, answer)).toBe('.total is 2, and not 3');
  expect(findMissing({ facets: {} }, answer)).toBe('.facets is no object');
});

test('the bounds that the grammar tells of are those that hold', () => {
  const told = readRows(readSection(readPaper('docs/grammar.md'), 'Bounds').lines).slice(1);
  const { PAGE_SIZE, PAGE_SIZE_MAX } = readConfig({}, {});
  expect(told.map(([, number]) => Number(number))).toEqual([
    MOST_COMBINED,
    MOST_VALUES,
    LONGEST_WORDS,
    MOST_TERMS,
    MOST_WORDS,
    PAGE_SIZE_MAX,
    MOST_RANKED,
    MATCHES_LIMIT,
    MOST_GROUP_KEYS,
    MOST_GROUPS,
    MOST_FACETS,
    FACET_SIZE,
    MOST_SAMPLED,
  ]);
  const text = told.map(([what]) => what).join('\n');
  expect(text).toContain(`${PAGE_SIZE} without it`);
});

// What a newcomer sees after `npm start`, and the passages that the changelog counts.
test('the release, the address and the passages are as the papers say', () => {
  expect(readPaper('README.md').text).toContain(`Verbatim ${RELEASE} answers at ${ADDRESS}`);
  const passages = db
    .prepare(
      'SELECT (SELECT count(*) FROM spans WHERE start IS NOT NULL) + (SELECT count(*) FROM ledger_passages)',
    )
    .pluck()
    .get();
  expect(readPaper('CHANGELOG.md').text).toContain(`each of the ${passages} passages in quotation marks`);
});
