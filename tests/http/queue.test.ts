// Who asks the data waits; what costs nothing does not; and where too many wait, the last are refused.
import Fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { registerQueue } from '../../src/http/queue.ts';
import { ask, buildTestApp, openLargeBase } from '../base.ts';

const db = openLargeBase(3000);
const apps: Awaited<ReturnType<typeof buildTestApp>>[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function build(longest_wait_ms: number) {
  const app = await buildTestApp(db, { LONGEST_WAIT_MS: longest_wait_ms });
  apps.push(app);
  return app;
}

/** All in one turn of the event loop: nothing that `inject` does waits for another. */
const askAtOnce = (app: Awaited<ReturnType<typeof build>>, urls: readonly string[]) =>
  Promise.all(urls.map((url) => ask(app, url)));

const lists = Array.from(
  { length: 300 },
  (_, n) => `/v1/quotes?limit=200&sort=said&said=2019..20${20 + (n % 60)}&facets=actor,kind`,
);

test('of those that would wait too long the last are refused with 503 and Retry-After, the first never', async () => {
  const app = await build(1);
  const answers = await askAtOnce(app, lists);
  const refused = answers.filter((answer) => answer.status === 503);
  expect(answers[0]?.status).toBe(200);
  expect(answers.at(-1)?.status).toBe(503);
  expect(refused.length).toBeGreaterThan(100);
  expect(refused.length + answers.filter((answer) => answer.status === 200).length).toBe(lists.length);
  expect(refused[0]?.json()).toMatchObject({ code: 'overloaded', status: 503 });
  expect(refused[0]?.headers['retry-after']).toBe('1');
  expect((await ask(app, lists[5] as string)).status).toBe(200);
});

test('health is told before those that wait have their answers, and 0 refuses nobody', async () => {
  const app = await build(0);
  const done: string[] = [];
  const all = lists.map(async (url) => {
    const { status } = await ask(app, url);
    done.push(`list ${status}`);
  });
  const health = ask(app, '/healthz').then(({ status }) => done.push(`health ${status}`));
  const ready = ask(app, '/readyz').then(({ status }) => done.push(`ready ${status}`));
  await Promise.all([...all, health, ready]);
  expect(done.slice(0, 2).sort()).toEqual(['health 200', 'ready 200']);
  expect(done.slice(2)).toEqual(lists.map(() => 'list 200'));
});

test('between two turns new requests are taken: who comes later is told of health before the queue is empty', async () => {
  const app = await build(0);
  let waiting = lists.length;
  const all = lists.map(async (url) => {
    await ask(app, url);
    waiting -= 1;
  });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect((await ask(app, '/healthz')).status).toBe(200);
  expect(waiting).toBeGreaterThan(0);
  await Promise.all(all);
});

test('what is kept in memory is given while others wait', async () => {
  const app = await build(0);
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const tag = (await fetch(`${origin}/v1/topics`)).headers.get('etag') as string;
  let waiting = lists.length;
  const all = lists.map(async (url) => {
    await ask(app, url);
    waiting -= 1;
  });
  const known = await fetch(`${origin}/v1/topics`, { headers: { 'if-none-match': tag } });
  expect(known.status).toBe(304);
  expect(waiting).toBeGreaterThan(0);
  await Promise.all(all);
});

test('who has hung up is passed over', async () => {
  const app = Fastify();
  registerQueue(app, 0);
  const answered: string[] = [];
  app.get('/:name', (request, reply) => {
    answered.push((request.params as { name: string }).name);
    return reply.send('answered');
  });
  // As a socket says once its connection is closed; `inject` has none.
  app.addHook('onRequest', async (request) => {
    if (request.url === '/second') Object.assign(request.raw.socket, { destroyed: true });
  });
  const [first, , third] = ['/first', '/second', '/third'].map((url) => app.inject(url));
  expect((await first)?.statusCode).toBe(200);
  expect((await third)?.statusCode).toBe(200);
  expect(answered).toEqual(['first', 'third']);
  await app.close();
});
