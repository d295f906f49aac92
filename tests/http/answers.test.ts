// What HTTP promises of an answer: its tag, its methods, its format, its coding, who may read it.
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { servedResources } from '../../src/resources/registry.ts';
import {
  ask,
  buildTestApp,
  draftManyQuotes,
  importRecords,
  openLargeBase,
  openSeededBase,
  surroundings,
} from '../base.ts';

const db = openSeededBase();
const app = await buildTestApp(db);
const tagOf = async (url: string, headers: Record<string, string> = {}) =>
  (await ask(app, url, headers)).headers.etag;

const tagged = [
  ...servedResources.map((resource) => `/v1/${resource.name}`),
  '/v1/actors/zarif',
  '/v1/actors/zarif?fields=id',
  '/v1/actors/zarif/quotes',
  '/v1/quotes?actor=zarif&kind=direct',
  '/v1/quotes?q=iran',
  '/v1/quotes?group_by=actor',
  '/v1/quotes?sample=3&seed=1',
  '/v1/quotes?format=csv',
  '/v1/quotes?format=ndjson',
  '/v1',
  '/v1/vocabulary',
  '/v1/errors',
  '/v1/errors/not_found',
];

describe('ETag', () => {
  test.each(tagged)('%s', async (url) => {
    const first = await ask(app, url);
    expect(first.status).toBe(200);
    expect(first.headers.etag).toMatch(/^"[\w-]{22}"$/);
    expect(first.headers['cache-control']).toBe('no-cache');
    expect(first.headers.vary).toContain('accept');
    const tag = first.headers.etag as string;
    for (const header of [tag, `W/${tag}`, `"other", ${tag}`, `"a",${tag},"b"`]) {
      const again = await ask(app, url, { 'if-none-match': header });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', tag]);
    }
    for (const header of ['"other"', '*', tag.slice(1, -1), '']) {
      expect((await ask(app, url, { 'if-none-match': header })).status).toBe(200);
    }
  });

  test('is the same for the same query in another order, and by Accept or format=', async () => {
    const tag = await tagOf('/v1/quotes?actor=zarif,putin&kind=direct&said=2019&said=2020&limit=5');
    expect(await tagOf('/v1/quotes?limit=5&said=2020&kind=direct&said=2019&actor=putin,%20zarif')).toBe(tag);
    expect(await tagOf('/v1/quotes', { accept: 'text/csv' })).toBe(await tagOf('/v1/quotes?format=csv'));
  });

  test('differs with everything that the bytes depend on', async () => {
    const tags = [
      await tagOf('/v1/quotes'),
      await tagOf('/v1/quotes?limit=1'),
      await tagOf('/v1/quotes?sort=said'),
      await tagOf('/v1/quotes?fields=id'),
      await tagOf('/v1/quotes?fields=id,text'),
      await tagOf('/v1/quotes?facets=kind'),
      await tagOf('/v1/quotes?group_by=kind'),
      await tagOf('/v1/quotes?group_by=year'),
      await tagOf('/v1/quotes?group_by=year&fill=zero'),
      await tagOf('/v1/quotes?actor=zarif'),
      await tagOf('/v1/quotes?actor=!zarif'),
      await tagOf('/v1/quotes?actor=none'),
      await tagOf('/v1/quotes?q=iran'),
      await tagOf('/v1/quotes?q=%22iran%22%20-deal'),
      await tagOf('/v1/quotes?sample=3'),
      await tagOf('/v1/quotes?sample=3&seed=1'),
      await tagOf('/v1/quotes?format=csv'),
      await tagOf('/v1/quotes?format=csv&rows=spans'),
      await tagOf('/v1/quotes?format=csv&guard=formulas'),
      await tagOf('/v1/quotes?format=ndjson'),
      await tagOf('/v1/quotes', { 'accept-encoding': 'br' }),
      await tagOf('/v1/quotes', { 'accept-encoding': 'gzip' }),
      await tagOf('/v1/stances'),
    ];
    expect(new Set(tags).size).toBe(tags.length);
    const smaller = await buildTestApp(db, { PAGE_SIZE: 3 });
    expect((await ask(smaller, '/v1/quotes')).headers.etag).not.toBe(tags[0]);
  });

  test('changes with the data, and a change of nothing changes nothing', async () => {
    const own = openSeededBase();
    const ownApp = await buildTestApp(own);
    const drafts = { actors: [{ id: 'somebody-new', name: 'Somebody new', kind: 'person' }] };
    const first = (await ask(ownApp, '/v1/quotes')).headers.etag as string;
    importRecords(own, drafts);
    const second = await ask(ownApp, '/v1/quotes', { 'if-none-match': first });
    expect(second.status).toBe(200);
    expect(second.headers.etag).not.toBe(first);
    importRecords(own, drafts);
    expect((await ask(ownApp, '/v1/quotes', { 'if-none-match': second.headers.etag as string })).status).toBe(
      304,
    );
  });

  test('304 is answered before any query of the data', async () => {
    const own = openSeededBase();
    const ownApp = await buildTestApp(own, { CACHE_BYTES: 0 });
    const urls = tagged.filter((url) => url.includes('quotes') || url.includes('actors'));
    const tags = new Map<string, string>();
    for (const url of urls) tags.set(url, (await ask(ownApp, url)).headers.etag as string);
    own.exec('ALTER TABLE quotes RENAME TO gone; ALTER TABLE actors RENAME TO away');
    for (const url of urls) {
      expect((await ask(ownApp, url)).status).toBe(500);
      expect((await ask(ownApp, url, { 'if-none-match': tags.get(url) as string })).status).toBe(304);
    }
  });

  test('what is different each time has none', async () => {
    const answer = await ask(app, '/v1/quotes/random');
    expect(answer.headers.etag).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

describe('HEAD', () => {
  test.each([
    ...tagged,
    '/v1/quotes/random?id=putin-not-a-firefighting-crew',
    '/healthz',
    '/readyz',
    '/openapi.json',
  ])('%s', async (url) => {
    const get = await ask(app, url);
    const head = await ask(app, url, {}, 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
    for (const name of ['content-type', 'etag', 'link', 'cache-control', 'vary'])
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    const length = head.headers['content-length'];
    if (length !== undefined) expect(String(length)).toBe(String(Buffer.byteLength(get.text)));
  });

  test('of a refusal has its status and no body', async () => {
    const answer = await ask(app, '/v1/quotes?speaker=zarif', {}, 'HEAD');
    expect([answer.status, answer.text]).toEqual([400, '']);
  });
});

describe('CORS', () => {
  const preflight = { origin: 'https://reader.example', 'access-control-request-method': 'GET' };

  test('anyone may read', async () => {
    const answer = await ask(app, '/v1/quotes', { origin: 'https://reader.example' });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    expect(answer.headers['access-control-expose-headers']).toBe('ETag, Link, Retry-After, X-Request-Id');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
    const before = await ask(app, '/v1/quotes', preflight, 'OPTIONS');
    expect(before.status).toBe(204);
    expect(before.headers['access-control-allow-methods']).toBe('GET, HEAD, POST, OPTIONS');
    expect(before.headers['access-control-max-age']).toBe('86400');
  });

  test('a refusal may be read too', async () => {
    const answer = await ask(app, '/v1/quotes?speaker=x', { origin: 'https://reader.example' });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([400, '*']);
  });

  test('or only those on the list', async () => {
    const own = await buildTestApp(db, { CORS_ORIGINS: 'https://a.example,https://b.example:8443' });
    for (const origin of ['https://a.example', 'https://b.example:8443']) {
      const answer = await ask(own, '/v1/quotes', { origin });
      expect(answer.headers['access-control-allow-origin']).toBe(origin);
      expect(answer.headers.vary?.toLowerCase()).toMatch(/origin.*accept.*accept-encoding/);
    }
    for (const origin of ['https://c.example', 'https://b.example', 'null']) {
      const answer = await ask(own, '/v1/quotes', { origin });
      expect(answer.status).toBe(200);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(answer.headers.vary?.toLowerCase()).toContain('origin');
    }
  });
});

describe('compression', () => {
  test.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip;q=0.5, *;q=0.1', 'gzip'],
    ['identity', undefined],
    ['deflate', undefined],
    ['zstd', undefined],
    ['', undefined],
  ])('Accept-Encoding: %s is answered in %s', async (accepted, coding) => {
    for (const format of ['json', 'csv', 'ndjson']) {
      const url = `/v1/quotes?format=${format}`;
      const plain = await ask(app, url);
      const response = await app.inject({ url, headers: { 'accept-encoding': accepted } });
      expect([format, response.headers['content-encoding']]).toEqual([format, coding]);
      const bytes = response.rawPayload;
      const text =
        coding === 'br' ? brotliDecompressSync(bytes) : coding === 'gzip' ? gunzipSync(bytes) : bytes;
      expect(text.toString()).toBe(plain.text);
      expect(response.headers.vary).toContain('accept-encoding');
      // The tag is that of these bytes, and asks for them again.
      const { etag } = response.headers;
      const again = await ask(app, url, { 'accept-encoding': accepted, 'if-none-match': etag as string });
      expect(again.status).toBe(304);
      expect(etag === plain.headers.etag).toBe(coding === undefined);
    }
  });

  test('who asks for none gets the tag of none', async () => {
    const answer = await ask(app, '/v1/quotes', { 'accept-encoding': 'br', 'x-no-compression': '1' });
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers.etag).toBe(await tagOf('/v1/quotes'));
  });
});

describe('Accept', () => {
  test.each([
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
    ['application/*', 'application/json'],
    ['text/*', 'text/csv'],
    ['text/csv', 'text/csv'],
    ['TEXT/CSV', 'text/csv'],
    ['text/csv; header=present', 'text/csv'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['application/ndjson', 'application/x-ndjson'],
    ['application/jsonl', 'application/x-ndjson'],
    ['application/json;q=0.5, text/csv', 'text/csv'],
    ['application/json;q=0.5, text/csv;q=0.4', 'application/json'],
    ['application/json, text/csv', 'application/json'],
    ['*/*;q=0.1, text/csv;q=0.2', 'text/csv'],
    ['application/json;q=0, */*', 'text/csv'],
    ['text/html, text/csv;q=0.3', 'text/csv'],
  ])('%s gives %s', async (accept, type) => {
    const answer = await ask(app, '/v1/quotes?limit=1', { accept });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']?.split(';')[0]).toBe(type);
  });

  test('format= wins', async () => {
    const answer = await ask(app, '/v1/quotes?format=csv', { accept: 'application/json' });
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
  });
});

test('an answer carries its id and no guess of its type', async () => {
  const one = await ask(app, '/v1/quotes?limit=1', { 'x-request-id': 'mine' });
  const two = await ask(app, '/v1/quotes?limit=1');
  expect(one.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(one.headers['x-request-id']).not.toBe(two.headers['x-request-id']);
  expect(one.headers['x-content-type-options']).toBe('nosniff');
});

test('/v1 says what is here, and every link in it leads somewhere', async () => {
  const base = (await ask(app, '/v1')).json() as {
    counts: Record<string, number>;
    links: Record<string, string>;
  };
  for (const { name } of servedResources)
    expect(base.counts[name]).toBe(db.prepare(`SELECT count(*) FROM ${name}`).pluck().get());
  for (const link of Object.values(base.links)) expect((await ask(app, link)).status).toBeLessThan(400);
});

test('trap: the counts of /v1 are kept, and not beyond a change', async () => {
  const own = openLargeBase(3);
  const ownApp = await buildTestApp(own);
  const count = async () => ((await ask(ownApp, '/v1')).json().counts as Record<string, number>).quotes;
  expect([await count(), await count()]).toEqual([3, 3]);
  importRecords(own, { ...surroundings, quotes: draftManyQuotes(4) });
  expect(await count()).toBe(4);
  await ownApp.close();
});

test('trap: closing lets an answer that is under way finish', async () => {
  const own = await buildTestApp(openLargeBase(1200));
  const address = await own.listen({ host: '127.0.0.1', port: 0 });
  // Between its slices a stream lets others have their turn: here it waits until it is told to go on.
  const { setImmediate: original } = globalThis;
  const waiting: (() => void)[] = [];
  const spy = vi.spyOn(globalThis, 'setImmediate').mockImplementation(((callback: () => void) => {
    const stack = String(new Error().stack);
    if (stack.includes('query/stream.ts') && !stack.includes('one-state.ts')) waiting.push(callback);
    else original(callback);
  }) as never);
  const response = await fetch(`${address}/v1/quotes?format=csv&fields=id`);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  spy.mockRestore();
  const closed = own.close();
  await vi.waitFor(() => expect(own.server.listening).toBe(false));
  for (const go of waiting) go();
  const lines = (await response.text()).trim().split('\r\n');
  expect(lines).toHaveLength(1201);
  await closed;
  await expect(fetch(`${address}/v1`)).rejects.toThrow();
});
