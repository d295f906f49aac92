// Every request that a paper shows is sent to the seeded base, and what it shows of the answer must stand in the answer.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { buildTestApp, openSeededBase } from '../base.ts';
import { listPapers, readPaper } from './markdown.ts';
import { findMissing, listRequests } from './requests.ts';

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
  // An example that finds nothing teaches nothing.
  if (isJson && Array.isArray(answer.json().results)) expect(answer.json().results).not.toEqual([]);
  if (shown?.language === 'json') expect(findMissing(JSON.parse(shown.text), answer.json())).toBeNull();
  if (shown?.language === 'csv')
    for (const line of shown.text.trimEnd().split('\n')) expect(answer.body.split('\r\n')).toContain(line);
});

test('what is shown of an answer is compared, deep and in order', () => {
  const answer = { results: [{ id: 'a' }, { id: 'b', actor: { id: 'x', name: 'X' } }], total: 2 };
  expect(findMissing({ results: [{ actor: { id: 'x' } }] }, answer)).toBeNull();
  expect(findMissing({ results: [{ id: 'b' }, { id: 'a' }] }, answer)).not.toBeNull();
  expect(findMissing({ results: [{ id: 'c' }] }, answer)).not.toBeNull();
  expect(findMissing({ total: 3 }, answer)).toBe('.total is 2, and not 3');
  expect(findMissing({ facets: {} }, answer)).toBe('.facets is no object');
});
