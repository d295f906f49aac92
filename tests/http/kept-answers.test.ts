// Answers from memory: the same as those that are made, and never older than the data.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as askHttp, Server } from 'node:http';
import { createConnection, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { changeDataVersion } from '../../src/db/data-version.ts';
import { openTurnVersion } from '../../src/http/turn-version.ts';
import { buildTestApp, draftManyQuotes, importRecords, openLargeBase, surroundings } from '../base.ts';

type Heard = { status: number; headers: Record<string, string>; body: Buffer };

const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

/** Over the wire, because what is answered in front of Fastify is not seen by `inject`. */
function hear(origin: string, path: string, headers = {}, method = 'GET'): Promise<Heard> {
  return new Promise((resolve, reject) => {
    askHttp(origin + path, { headers, method, agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode as number,
          headers: response.headers as Record<string, string>,
          body: Buffer.concat(parts),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

const open: FastifyInstance[] = [];
async function serve(db: Db, config: Partial<Config> = {}): Promise<string> {
  const app = await buildTestApp(db, config);
  open.push(app);
  return app.listen({ port: 0, host: '127.0.0.1' });
}
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});

/** What no two answers share is taken away. */
function settle({ status, headers, body }: Heard): unknown {
  const { 'x-request-id': id, date: _, ...rest } = headers;
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const text = status < 400 ? body.toString('base64') : body.toString().replace(id as string, '');
  return { status, headers: Object.entries(rest).sort(), text };
}

const addresses = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ...['actor=speaker', 'actor=minister,speaker', 'actor=speaker,minister', 'actor=none', 'topic=all'],
        ...['kind=!direct', 'said=2019', 'limit=3', 'limit=2', 'sort=said', 'fields=id,text', 'format=csv'],
        ...[
          'format=json',
          'group_by=kind',
          'facets=actor',
          'q=harvest',
          'actor=nobody',
          'limit=0',
          'colour=red',
        ],
      ),
      { maxLength: 3 },
    )
    .map((parts) => `/v1/quotes${parts.length === 0 ? '' : `?${parts.join('&')}`}`),
  fc.constantFrom(
    ...[
      '/v1/quotes/q-000003',
      '/v1/quotes/q-000003?fields=id',
      '/v1/quotes/nothing',
      '/v1/actors/speaker/quotes?limit=2',
    ],
    ...['/v1/actors', '/v1', '/v1/errors', '/v1/vocabulary', '/v1/errors/unknown_id', '/healthz', '/nowhere'],
  ),
);
const asked = fc.record(
  {
    accept: fc.constantFrom(
      '*/*',
      'text/csv',
      'application/json',
      'application/x-ndjson;q=0.5, text/csv;q=0.1',
      'image/png',
    ),
    'accept-encoding': fc.constantFrom('br', 'gzip', 'gzip, br', 'br;q=0, gzip', 'identity', '*', 'zstd'),
    origin: fc.constantFrom('https://one.example', 'https://two.example', 'https://three.example'),
    'x-no-compression': fc.constant('1'),
    'if-none-match': fc.constantFrom('known', 'weak', 'other', '*'),
  },
  { requiredKeys: [] },
);

describe('an answer from memory is the one that would be made', () => {
  let db: Db;
  beforeAll(() => {
    db = openLargeBase(120);
  });

  test.each([
    ['anybody may read', {}],
    ['some pages may read', { CORS_ORIGINS: 'https://one.example,https://two.example' }],
  ])('byte for byte and header for header, where %s', async (_, config) => {
    const made = await serve(db, { ...config, CACHE_BYTES: 0, LOG_SLOW_MS: 0 });
    const kept = await serve(db, config);
    await fc.assert(
      fc.asyncProperty(
        addresses,
        asked,
        fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
        async (path, { 'if-none-match': condition, ...headers }, method) => {
          const tag = (await hear(made, path, headers)).headers.etag ?? '"none"';
          const conditions = { known: tag, weak: `"x", W/${tag}`, other: '"x"', '*': '*' };
          const all =
            condition === undefined ? headers : { ...headers, 'if-none-match': conditions[condition] };
          const right = settle(await hear(made, path, all, method));
          for (let time = 0; time < 3; time += 1)
            expect(settle(await hear(kept, path, all, method))).toEqual(right);
        },
      ),
      { numRuns: 250 },
    );
  });

  test('no two answers have the same id', async () => {
    const origin = await serve(db);
    const answers = await Promise.all(Array.from({ length: 20 }, () => hear(origin, '/v1/quotes?limit=1')));
    expect(new Set(answers.map((answer) => answer.headers['x-request-id'])).size).toBe(20);
  });
});

describe('what is kept', () => {
  let db: Db;
  beforeEach(() => {
    db = openLargeBase(300);
  });
  /** From here on only memory can answer; the version of the data is as it was. */
  const loseData = () => db.exec('ALTER TABLE quotes RENAME TO lost');

  test('is given again without the data, under any spelling of the question, whole or as 304', async () => {
    const origin = await serve(db);
    const first = await hear(origin, '/v1/quotes?actor=speaker,minister&limit=5');
    await hear(origin, '/v1/quotes?kind=indirect&limit=5', { 'accept-encoding': 'br' });
    loseData();
    const again = await hear(origin, '/v1/quotes?actor=speaker,minister&limit=5');
    expect(again.body).toEqual(first.body);
    const other = await hear(origin, '/v1/quotes?limit=5&actor=minister,speaker');
    expect(other.body).toEqual(first.body);
    expect(other.headers.link).toMatch(/^<\/v1\/quotes\?limit=5&actor=minister%2Cspeaker&cursor=/);
    const cursor = (link: string | undefined) => /cursor=([^>]*)>/.exec(link ?? '')?.[1];
    expect(cursor(other.headers.link)).toBe(cursor(first.headers.link));
    const known = { 'if-none-match': first.headers.etag };
    expect((await hear(origin, '/v1/quotes?actor=speaker,minister&limit=5', known)).status).toBe(304);
    expect((await hear(origin, '/v1/quotes?kind=indirect&limit=5', { 'accept-encoding': 'br' })).status).toBe(
      200,
    );
    expect(
      (await hear(origin, '/v1/quotes?kind=indirect&limit=5', { 'accept-encoding': 'gzip' })).status,
    ).toBe(500);
    expect((await hear(origin, '/v1/quotes?limit=5')).status).toBe(500);
  });

  test.each(['/v1/quotes/random', '/v1/quotes?format=ndjson', '/v1/quotes?actor=nobody'])(
    '%s is never kept',
    async (path) => {
      const origin = await serve(db);
      const first = await hear(origin, path);
      loseData();
      db.exec('ALTER TABLE actors RENAME TO lost_too');
      const second = await hear(origin, path);
      expect(second.body).not.toEqual(first.body);
    },
  );

  test('takes no more bytes than it may', async () => {
    const bytes = 60_000;
    const origin = await serve(db, { CACHE_BYTES: bytes });
    const paths = Array.from({ length: 100 }, (_, n) => `/v1/quotes?limit=${(n % 20) + 1}&said=!${1900 + n}`);
    const sizes = new Map<string, number>();
    for (const path of paths) sizes.set(path, (await hear(origin, path)).body.length);
    loseData();
    let kept = 0;
    for (const path of paths)
      if ((await hear(origin, path)).status === 200) kept += sizes.get(path) as number;
    expect(kept).toBeGreaterThan(bytes / 4);
    expect(kept).toBeLessThanOrEqual(bytes);
  });

  test('nothing, where it may take none', async () => {
    const origin = await serve(db, { CACHE_BYTES: 0 });
    await hear(origin, '/v1/quotes');
    loseData();
    expect((await hear(origin, '/v1/quotes')).status).toBe(500);
  });
});

describe('no answer is older than the data', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'verbatim-kept-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (db: Db, text: string) =>
    importRecords(db, { ...surroundings, quotes: draftManyQuotes(3).map((quote) => ({ ...quote, text })) });

  test.each(['the same connection', 'another one to the same file'])('whoever wrote: %s', async (who) => {
    const path = join(folder, `${who.length}.sqlite`);
    const db = openDatabase(path);
    migrateDatabase(db);
    write(db, 'first');
    const writer = who === 'the same connection' ? db : openDatabase(path);
    const origin = await serve(db);
    const paths = ['/v1/quotes?limit=2', '/v1/quotes/q-000000'];
    for (let round = 0; round < 20; round += 1) {
      for (const path of paths) {
        const { body, headers } = await hear(origin, path);
        expect(body.toString()).toContain(`"${round === 0 ? 'first' : `round ${round}`}"`);
        expect((await hear(origin, path)).body).toEqual(body);
        expect((await hear(origin, path, { 'if-none-match': headers.etag })).status).toBe(304);
      }
      write(writer, `round ${round + 1}`);
      // The very next one, while others are under way.
      const answers = await Promise.all([...paths, ...paths, ...paths].map((path) => hear(origin, path)));
      for (const { body } of answers) expect(body.toString()).toContain(`"round ${round + 1}"`);
    }
    await open.pop()?.close();
    if (writer !== db) writer.close();
    db.close();
  });

  test('what is taken back was never kept', async () => {
    const db = openLargeBase(3);
    const origin = await serve(db);
    const before = await hear(origin, '/v1/quotes');
    db.exec('BEGIN');
    db.exec("UPDATE quotes SET document = replace(document, 'Statement', 'Rumour')");
    changeDataVersion(db);
    expect((await hear(origin, '/v1/quotes')).body.toString()).toContain('Rumour');
    db.exec('ROLLBACK');
    expect((await hear(origin, '/v1/quotes')).body).toEqual(before.body);
  });

  test('a turn of the loop reads the version once, and again for a connection that asks twice in it', async () => {
    const db = openLargeBase(1);
    const server = new Server();
    const readVersion = openTurnVersion(db, server);
    const [one, two] = [new Socket(), new Socket()];
    const first = readVersion(one);
    changeDataVersion(db);
    expect(readVersion(two)).toBe(first);
    const second = readVersion(one);
    expect(second).not.toBe(first);
    changeDataVersion(db);
    await nextTurn();
    const third = readVersion(two);
    expect(third).not.toBe(second);
    // More connections than libuv polls at once.
    for (let n = 0; n < 1000; n += 1) server.emit('connection', new Socket());
    changeDataVersion(db);
    expect(readVersion(one)).not.toBe(third);
  });

  test('two requests in one packet are both answered, in their order', async () => {
    const db = openLargeBase(5);
    const { port } = new URL(await serve(db));
    const packet = [1, 2, 1, 2]
      .map((limit) => `GET /v1/quotes?limit=${limit} HTTP/1.1\r\nHost: here\r\n\r\n`)
      .join('');
    const socket = createConnection(Number(port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    for (let time = 0; time < 2; time += 1) {
      text = '';
      socket.write(packet);
      while ((text.match(/"data_version"/g)?.length ?? 0) < 4) await nextTurn();
      const counts = text
        .split('HTTP/1.1 200 OK')
        .slice(1)
        .map((part) => part.match(/"verification"/g)?.length);
      expect(counts).toEqual([1, 2, 1, 2]);
    }
    socket.destroy();
  });
});
