// More than can be answered soon is refused early, and what costs nothing is answered all the same.
import { expect, test } from 'vitest';
import { ask, buildTestApp, openLargeBase } from '../base.ts';

const db = openLargeBase(3000);

/** All in one turn of the event loop: nothing that `inject` does waits for another. */
const askAtOnce = (app: Awaited<ReturnType<typeof buildTestApp>>, urls: readonly string[], headers = {}) =>
  Promise.all(urls.map((url) => ask(app, url, headers)));

const lists = Array.from(
  { length: 200 },
  (_, n) => `/v1/quotes?limit=200&sort=said&said=2019..20${20 + (n % 60)}`,
);

test('what a turn has no time for is refused with 503 and Retry-After, the first one never', async () => {
  const app = await buildTestApp(db, { OVERLOAD_TURN_MS: 1 });
  const answers = await askAtOnce(app, lists);
  const refused = answers.filter((answer) => answer.status === 503);
  expect(answers[0]?.status).toBe(200);
  expect(refused.length).toBeGreaterThan(100);
  expect(refused.length + answers.filter((answer) => answer.status === 200).length).toBe(lists.length);
  expect(refused[0]?.json()).toMatchObject({ code: 'overloaded', status: 503 });
  expect(refused[0]?.headers['retry-after']).toBe('1');
  await new Promise((resolve) => setImmediate(resolve));
  expect((await ask(app, lists[5] as string)).status).toBe(200);
});

test('health and what the caller has already are answered in any turn', async () => {
  const app = await buildTestApp(db, { OVERLOAD_TURN_MS: 1 });
  const { etag } = (await ask(app, '/v1/topics')).headers;
  const [listed, health, known] = await Promise.all([
    askAtOnce(app, lists),
    askAtOnce(app, ['/healthz', '/readyz']),
    askAtOnce(app, ['/v1/topics'], { 'if-none-match': etag }),
  ]);
  expect(listed.some((answer) => answer.status === 503)).toBe(true);
  expect([...health, ...known].map((answer) => answer.status)).toEqual([200, 200, 304]);
});

test('0 refuses nothing', async () => {
  const app = await buildTestApp(db, { OVERLOAD_TURN_MS: 0 });
  expect((await askAtOnce(app, lists)).every((answer) => answer.status === 200)).toBe(true);
});
