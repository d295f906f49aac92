// One shape for every way to fail, whoever refused: the grammar, the router, Node's parser, or a fault of ours.
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/errors.ts';
import { type Answer, ask, buildTestApp, importRecords, openEmptyBase, openSeededBase } from '../base.ts';
import { listOperations, readContract } from './contract.ts';

const db = openSeededBase();
const app = await buildTestApp(db);

const committed = JSON.parse(readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ strict: false }).compile(committed.components.schemas.Problem);

/** What every refusal must be; answers with its code and its details. */
async function expectProblem(answer: Answer, status: number): Promise<Record<string, unknown>> {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.headers.etag).toBeUndefined();
  const problem = answer.json();
  expect(validate(problem), JSON.stringify(validate.errors)).toBe(true);
  expect(problem.status).toBe(status);
  expect(problem.request_id).toBe(answer.headers['x-request-id']);
  expect(problem.request_id).toMatch(/^[0-9a-f-]{36}$/);
  const entry = await ask(app, problem.type as string);
  expect(entry.json()).toEqual({ ...catalogue[problem.code as keyof typeof catalogue], code: problem.code });
  expect(entry.json().title).toBe(problem.title);
  return problem;
}

describe('a request that the grammar refuses', () => {
  test.each<[url: string, status: number, problem: Record<string, unknown>]>([
    ['/v1/quotes?speaker=zarif', 400, { code: 'unknown_parameter', parameter: 'speaker' }],
    ['/v1/quotes?actr=zarif', 400, { code: 'unknown_parameter', parameter: 'actr', nearest: 'actor' }],
    [
      '/v1/quotes?actor=zarf',
      400,
      { code: 'unknown_id', parameter: 'actor', value: 'zarf', nearest: 'zarif' },
    ],
    ['/v1/quotes?actor=Zarif', 400, { code: 'unknown_id', parameter: 'actor', nearest: 'zarif' }],
    ['/v1/quotes?topic.only=jcpao', 400, { code: 'unknown_id', parameter: 'topic.only', nearest: 'jcpoa' }],
    ['/v1/quotes?id=nothing', 400, { code: 'unknown_id', parameter: 'id' }],
    ['/v1/quotes?kind=dircet', 400, { code: 'unknown_word', parameter: 'kind', nearest: 'direct' }],
    ['/v1/sources?title_supplied=yes', 400, { code: 'unknown_word', allowed: ['true', 'false'] }],
    ['/v1/actors?country=ir', 400, { code: 'invalid_value', parameter: 'country', value: 'ir' }],
    ['/v1/actors?country=ZZ', 400, { code: 'invalid_value', parameter: 'country' }],
    ['/v1/actors?wikidata=7747', 400, { code: 'invalid_value', parameter: 'wikidata' }],
    ['/v1/quotes?language=English', 400, { code: 'invalid_value', parameter: 'language' }],
    ['/v1/quotes?said=yesterday', 400, { code: 'invalid_value', parameter: 'said', value: 'yesterday' }],
    ['/v1/quotes?said=2020..2019', 400, { code: 'invalid_value', parameter: 'said' }],
    ['/v1/quotes?said=..', 400, { code: 'invalid_value', parameter: 'said' }],
    ['/v1/quotes?said.within=none', 400, { code: 'invalid_value', parameter: 'said.within', value: 'none' }],
    ['/v1/quotes?kind=none', 400, { code: 'invalid_value', parameter: 'kind', value: 'none' }],
    ['/v1/quotes?actor=', 400, { code: 'invalid_value', parameter: 'actor', value: '' }],
    ['/v1/quotes?actor=!', 400, { code: 'invalid_value', parameter: 'actor' }],
    ['/v1/quotes?actor=zarif,,putin', 400, { code: 'invalid_value', parameter: 'actor' }],
    ['/v1/sources?text_length=9..1', 400, { code: 'invalid_value', parameter: 'text_length' }],
    ['/v1/sources?text_length=..', 400, { code: 'invalid_value', parameter: 'text_length' }],
    ['/v1/quotes?sort=date', 400, { code: 'unknown_field', parameter: 'sort' }],
    ['/v1/quotes?sort=-sad', 400, { code: 'unknown_field', parameter: 'sort', nearest: '-said' }],
    ['/v1/quotes?sort=', 400, { code: 'unknown_field', parameter: 'sort' }],
    ['/v1/quotes?fields=id,txt', 400, { code: 'unknown_field', parameter: 'fields', nearest: 'text' }],
    ['/v1/quotes?fields=', 400, { code: 'unknown_field', parameter: 'fields' }],
    ['/v1/quotes?group_by=actr', 400, { code: 'unknown_field', parameter: 'group_by', nearest: 'actor' }],
    ['/v1/quotes?group_by=actor,kind,topic,year', 400, { code: 'too_much', parameter: 'group_by' }],
    ['/v1/actors?group_by=year', 400, { code: 'unknown_field', parameter: 'group_by' }],
    ['/v1/quotes?facets=words', 400, { code: 'unknown_field', parameter: 'facets' }],
    [
      '/v1/quotes?format=xml',
      400,
      { code: 'unknown_field', parameter: 'format', allowed: ['json', 'csv', 'ndjson'] },
    ],
    ['/v1/quotes/random?format=csv', 400, { code: 'unknown_field', parameter: 'format', allowed: ['json'] }],
    ['/v1/actors/zarif?format=csv', 400, { code: 'unknown_field', parameter: 'format', allowed: ['json'] }],
    ['/v1/actors/zarif?limit=1', 400, { code: 'unknown_parameter', parameter: 'limit' }],
    ['/v1/actors/zarif?fields=id&fields=name', 400, { code: 'repeated_parameter', parameter: 'fields' }],
    ['/v1/quotes/random?sort=said', 400, { code: 'unknown_parameter', parameter: 'sort' }],
    ['/v1/vocabulary?list=hedge', 400, { code: 'unknown_parameter', parameter: 'list' }],
    ['/v1?x', 400, { code: 'unknown_parameter', parameter: 'x' }],
    ['/v1/quotes?limit=5&limit=6', 400, { code: 'repeated_parameter', parameter: 'limit' }],
    ['/v1/quotes?seed=7', 400, { code: 'conflicting_parameters', parameter: 'seed' }],
    ['/v1/quotes?fill=zero', 400, { code: 'conflicting_parameters', parameter: 'fill' }],
    ['/v1/quotes?fill=zero&group_by=actor', 400, { code: 'conflicting_parameters', parameter: 'fill' }],
    ['/v1/quotes?sort=relevance', 400, { code: 'conflicting_parameters', parameter: 'sort' }],
    ['/v1/quotes?sample=2&limit=1', 400, { code: 'conflicting_parameters' }],
    ['/v1/quotes?sample=2&sort=id', 400, { code: 'conflicting_parameters' }],
    ['/v1/quotes?group_by=actor&fields=id', 400, { code: 'conflicting_parameters' }],
    ['/v1/quotes?group_by=actor&facets=kind', 400, { code: 'conflicting_parameters' }],
    ['/v1/quotes?group_by=actor&sample=3', 400, { code: 'conflicting_parameters' }],
    ['/v1/quotes?rows=spans', 400, { code: 'conflicting_parameters', parameter: 'rows' }],
    ['/v1/quotes?guard=formulas&format=ndjson', 400, { code: 'conflicting_parameters', parameter: 'guard' }],
    ['/v1/quotes?facets=kind&format=csv', 400, { code: 'conflicting_parameters', parameter: 'facets' }],
    ['/v1/quotes?facets=kind&format=ndjson', 400, { code: 'conflicting_parameters', parameter: 'facets' }],
    ['/v1/quotes?rows=words&format=csv', 400, { code: 'unknown_field', parameter: 'rows' }],
    ['/v1/actors/zarif/quotes?actor=putin', 400, { code: 'conflicting_parameters', parameter: 'actor' }],
    [`/v1/quotes?q=${'a'.repeat(1001)}`, 400, { code: 'too_much', parameter: 'q' }],
    [`/v1/quotes?actor=${Array(101).fill('zarif').join(',')}`, 400, { code: 'too_much', parameter: 'actor' }],
    [`/v1/quotes?${Array(17).fill('kind=direct').join('&')}`, 400, { code: 'too_much' }],
    ['/v1/quotes?sample=1001', 400, { code: 'invalid_value', parameter: 'sample', nearest: '1000' }],
    ['/v1/quotes?limit=201', 400, { code: 'invalid_value', parameter: 'limit', nearest: '200' }],
    ['/v1/quotes?limit=0', 400, { code: 'invalid_value', parameter: 'limit', nearest: '1' }],
    ['/v1/quotes?cursor=x', 400, { code: 'invalid_cursor' }],
    ['/v1/actors/zarf', 404, { code: 'not_found', value: 'zarf', nearest: 'zarif' }],
    ['/v1/actors/zarf/quotes', 404, { code: 'not_found', nearest: 'zarif' }],
    ['/v1/quotes/', 404, { code: 'not_found' }],
    ['/v1/errors/teapot', 404, { code: 'not_found' }],
    ['/v1/quotes/random?said.within=1066', 404, { code: 'not_found' }],
    ['/v1/quotations', 404, { code: 'no_such_path' }],
    ['/v2', 404, { code: 'no_such_path' }],
    ['/v1/actors/zarif/topics', 404, { code: 'no_such_path' }],
    ['/', 404, { code: 'no_such_path' }],
    ['/v1/quotes/../../etc/passwd', 404, { code: 'no_such_path' }],
    ['/v1/actors/%ff', 400, { code: 'bad_request' }],
    [`/v1/actors/${'a'.repeat(301)}`, 414, { code: 'uri_too_long' }],
  ])('%s', async (url, status, expected) => {
    const problem = await expectProblem(await ask(app, url), status);
    expect(problem).toMatchObject(expected);
    expect(problem.detail).toMatch(/[.?]$/);
    if (expected.code === 'unknown_parameter' && url.startsWith('/v1/quotes?'))
      expect(problem.allowed).toEqual(expect.arrayContaining(['actor', 'q', 'limit']));
  });

  test.each(['0x10', '1e2', ' 1', '+1', '1.0', '-1', '01', '1 ', '١', 'NaN', 'Infinity', ''])(
    'trap: "%s" is not read as a number',
    async (value) => {
      for (const name of ['limit', 'sample']) {
        const url = `/v1/quotes?${new URLSearchParams({ [name]: value })}`;
        expect(await expectProblem(await ask(app, url), 400)).toMatchObject({
          code: 'invalid_value',
          parameter: name,
          value,
        });
      }
      const range = await ask(app, `/v1/sources?${new URLSearchParams({ text_length: `${value}..x` })}`);
      await expectProblem(range, 400);
    },
  );

  test('an id that was withdrawn answers 410 with its reason, and is refused in a filter with it', async () => {
    const own = openEmptyBase();
    const drafts = { actors: [{ id: 'gone', name: 'Gone', kind: 'person' }] };
    importRecords(own, drafts);
    importRecords(own, { actors: [{ id: 'here', name: 'Here', kind: 'person' }] });
    const ownApp = await buildTestApp(own);
    const one = await expectProblem(await ask(ownApp, '/v1/actors/gone'), 410);
    expect(one.detail).toContain('no longer in the data set');
    const kin = await expectProblem(await ask(ownApp, '/v1/actors/gone/quotes'), 410);
    expect(kin.code).toBe('withdrawn');
    const filter = await expectProblem(await ask(ownApp, '/v1/quotes?actor=gone'), 400);
    expect(filter).toMatchObject({ code: 'unknown_id', parameter: 'actor' });
    expect(filter.detail).toContain('no longer in the data set');
    expect((await ask(ownApp, '/v1/actors')).json().total).toBe(1);
  });

  test('comparisons that multiply are bounded', async () => {
    const years = (from: number) => Array.from({ length: 100 }, (_, n) => from + n).join(',');
    const url = `/v1/actors?${new URLSearchParams([
      ...[1000, 1100, 1200, 1300].map((from) => ['affiliation.held', years(from)]),
      ...[1000, 1100, 1200, 1300].map((from) => ['affiliation.held.within', years(from)]),
    ] as [string, string][])}`;
    expect(await expectProblem(await ask(app, url), 400)).toMatchObject({ code: 'too_much' });
  });
});

describe('406', () => {
  test.each([
    ['/v1/quotes', 'text/html'],
    ['/v1/quotes', 'application/json;q=0'],
    ['/v1/quotes', 'application/xml, image/*'],
    ['/v1/quotes', '*/*;q=0'],
    ['/v1/quotes', 'json'],
    ['/v1/actors/zarif', 'text/csv'],
    ['/v1/quotes/random', 'text/csv'],
    ['/v1', 'text/csv'],
    ['/v1/vocabulary', 'text/html'],
  ])('%s as %s', async (url, accept) => {
    const problem = await expectProblem(await ask(app, url, { accept }), 406);
    expect(problem.allowed).toContain('application/json');
  });
});

describe('trap: 405 with Allow, at every address and for every other method', async () => {
  const operations = listOperations(readContract(app));
  const posts = new Set(operations.filter(({ method }) => method === 'post').map(({ path }) => path));
  const paths = [
    ...new Set(operations.map(({ path }) => path.replaceAll(/\{\w+\}/g, 'x'))),
    '/docs',
    '/docs/',
  ];
  test.each(paths)('%s', async (path) => {
    const allow = posts.has(path) ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD, OPTIONS';
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'LINK']) {
      if (method === 'POST' && posts.has(path)) continue;
      const answer = await ask(app, path, {}, method as 'POST');
      expect(await expectProblem(answer, 405)).toMatchObject({ code: 'method_not_allowed' });
      expect(answer.headers.allow).toBe(allow);
    }
    const options = await ask(app, path, {}, 'OPTIONS');
    expect([options.status, options.headers.allow, options.text]).toEqual([204, allow, '']);
  });

  test('an address that is not served is not found, whatever the method', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'QUERY', 'DELETE'])
      await expectProblem(await ask(app, '/v1/nothing', {}, method as 'POST'), 404);
  });
});

describe('a fault of ours', () => {
  test('says nothing of itself', async () => {
    const own = openSeededBase();
    const lines: string[] = [];
    const ownApp = await buildTestApp(own);
    own.exec('ALTER TABLE quotes RENAME TO secret_table');
    for (const url of [
      '/v1/quotes',
      '/v1/quotes?q=iran',
      '/v1/quotes?format=csv',
      '/v1/quotes?group_by=actor',
      '/v1',
    ])
      lines.push((await ask(ownApp, url)).text);
    const answer = await ask(ownApp, '/v1/quotes/putin-not-a-firefighting-crew');
    expect(await expectProblem(answer, 500)).toMatchObject({ code: 'internal_error' });
    for (const text of [...lines, answer.text]) {
      expect(JSON.parse(text).code).toBe('internal_error');
      expect(text).not.toMatch(/quotes|secret|SQL|table|node_modules|\.ts/);
    }
  });

  test('a database that is closed: not ready, and still alive', async () => {
    const own = openSeededBase();
    const ownApp = await buildTestApp(own);
    expect((await ask(ownApp, '/readyz')).json()).toMatchObject({ status: 'ok' });
    own.close();
    const answer = await ask(ownApp, '/readyz');
    expect(await expectProblem(answer, 503)).toMatchObject({ code: 'not_ready' });
    expect(answer.headers['retry-after']).toBe('5');
    expect((await ask(ownApp, '/healthz')).status).toBe(200);
    await expectProblem(await ask(ownApp, '/v1/quotes'), 500);
  });
});

describe('on a socket', () => {
  let listening: FastifyInstance;
  let port: number;
  beforeAll(async () => {
    listening = await buildTestApp(db);
    await listening.listen({ host: '127.0.0.1', port: 0 });
    port = (listening.server.address() as AddressInfo).port;
  });
  afterAll(() => listening.close());

  const send = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      socket.setEncoding('utf8');
      socket.on('data', (data) => {
        received += data;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(received));
    });

  test.each([
    ['garbage', 'hello there\r\n\r\n', 400, 'bad_request'],
    ['binary', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400, 'bad_request'],
    ['a method nobody knows', 'FROBNICATE /v1 HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    ['no host', 'GET /v1 HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad_request'],
    [
      'two lengths',
      'POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
      'bad_request',
    ],
    [
      'large headers',
      `GET /v1 HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'a large address',
      `GET /v1?${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'an address that is no URL',
      'GET /v1/actors/%E0%A4%A HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      400,
      'bad_request',
    ],
    [
      'an expectation',
      'GET /v2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: miracles\r\n\r\n',
      404,
      'no_such_path',
    ],
    [
      'a body',
      `POST /v1/quotes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(100_000)}`,
      405,
      'method_not_allowed',
    ],
  ])('%s', async (_what, bytes, status, code) => {
    const [head = '', body = ''] = (await send(bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    const problem = JSON.parse(body);
    expect(validate(problem)).toBe(true);
    expect(problem).toMatchObject({ status, code });
  });

  test('trap: requests time out', () => {
    expect(listening.server.requestTimeout).toBe(30_000);
    expect(listening.server.headersTimeout).toBeGreaterThan(0);
  });
});

test('every refusal has its page', async () => {
  const list = (await ask(app, '/v1/errors')).json().errors as { code: string }[];
  expect(list.map((entry) => entry.code)).toEqual(Object.keys(catalogue));
  for (const { code } of list) expect((await ask(app, `/v1/errors/${code}`)).status).toBe(200);
});
