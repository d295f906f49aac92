// Lists without an end: several at once, and a reader who stops.
import { get } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseParams } from '../../src/query/params.ts';
import { streamLines } from '../../src/query/stream-lines.ts';
import { quotes } from '../../src/resources/quotes.ts';
import { buildTestApp, draftQuote, importRecords, openEmptyBase } from '../base.ts';

const COUNT = 600;
const MB = 1_000_000;
const db = openEmptyBase();
importRecords(db, {
  actors: [{ id: 'speaker', name: 'Speaker', kind: 'person' }],
  corpora: [{ id: 'papers', title: 'Papers' }],
  sources: [{ id: 'paper', corpus: 'papers', title: 'Paper', title_supplied: false, medium: 'webpage' }],
  quotes: Array.from({ length: COUNT }, (_, n) =>
    // Longer than all that the system keeps for a connection, when taken together.
    draftQuote({ id: `q-${n}`, text: `Said ${n}`, said: `20${10 + (n % 9)}`, context: 'گفت'.repeat(15_000) }),
  ),
});
const app = await buildTestApp(db);
const sockets: Socket[] = [];
app.server.on('connection', (socket: Socket) => sockets.push(socket));
let port = 0;

beforeAll(async () => {
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(() => app.close());

function readAll(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, path, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve(Buffer.concat(parts).toString()));
      response.on('error', reject);
    }).on('error', reject);
  });
}

const listIds = (lines: string) =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).id);

test('several at once each give everything, in its order', async () => {
  const expected = db.prepare('SELECT id FROM quotes ORDER BY said_latest DESC, key DESC').pluck().all();
  const all = await Promise.all([1, 2, 3].map(() => readAll('/v1/quotes?format=ndjson')));
  for (const lines of all) expect(listIds(lines)).toEqual(expected);
  expect(all[1]).toBe(all[0]);
  const rising = await readAll('/v1/quotes?format=ndjson&sort=said');
  expect(listIds(rising)).toEqual(
    db.prepare('SELECT id FROM quotes ORDER BY said_earliest, key').pluck().all(),
  );
});

test('of several that are read at once, none has two slices before another has one', async () => {
  const order: number[] = [];
  const read = async (n: number) => {
    for await (const _ of streamLines(db, parseParams(quotes, {}, { page_size_max: 200 }))) order.push(n);
  };
  await Promise.all([read(0), read(1), read(2)]);
  expect(order.length).toBeGreaterThan(30);
  const counts = [0, 0, 0];
  for (const n of order) {
    counts[n] = (counts[n] as number) + 1;
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});

test('for a reader who stops nothing is read, and once he hangs up nothing is left', async () => {
  const client = connect(port, '127.0.0.1');
  client.write('GET /v1/quotes?format=ndjson HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => client.once('data', resolve));
  client.pause();
  const served = sockets.at(-1) as Socket;
  let sent = -1;
  for (let still = 0; still < 5; ) {
    await wait(20);
    still = served.bytesWritten === sent ? still + 1 : 0;
    sent = served.bytesWritten;
  }
  const total = Buffer.byteLength(await readAll('/v1/quotes?format=ndjson'));
  expect(total).toBeGreaterThan(40 * MB);
  expect(served.bytesWritten).toBe(sent);
  expect(sent).toBeLessThan(total / 2);
  expect(served.writableLength).toBeLessThan(MB);
  const closed = new Promise((resolve) => served.once('close', resolve));
  client.destroy();
  await closed;
  expect(await readAll('/healthz')).toContain('ok');
});
