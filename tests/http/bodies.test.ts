// An address that takes a body takes it as JSON, as a form or as plain text; what cannot be read is a problem document.
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerBodies } from '../../src/http/bodies.ts';
import { registerProblems } from '../../src/http/problems.ts';

let app: FastifyInstance;

beforeAll(async () => {
  app = Fastify({ bodyLimit: 1000 });
  registerProblems(app);
  registerBodies(app);
  app.get('/echo', async () => 'nothing');
  app.post('/echo', async (request) => ({ body: request.body }));
  app.get('/quiet', async () => 'nothing');
  await app.ready();
});
afterAll(() => app.close());

const send = (type: string | undefined, payload: string | Buffer) =>
  app.inject({
    method: 'POST',
    url: '/echo?x=1',
    payload,
    headers: type === undefined ? {} : { 'content-type': type },
  });

test.each([
  ['application/json', '{"text":"خامنه‌ای 🙂"}', { text: 'خامنه‌ای 🙂' }],
  ['application/json; charset=utf-8', '[1]', [1]],
  ['application/x-www-form-urlencoded', 'queries=%7B%7D&a=1&a=2', { queries: '{}', a: ['1', '2'] }],
  ['text/plain', 'Россия', 'Россия'],
])('%s is read', async (type, payload, body) => {
  const answer = await send(type, payload);
  expect([answer.statusCode, answer.json()]).toEqual([200, { body }]);
});

test.each([
  ['application/json', '{"text":', 400, 'invalid_body'],
  ['application/json', Buffer.from([0x22, 0xff, 0x22]), 400, 'invalid_body'],
  ['application/xml', '<x/>', 415, 'unsupported_media_type'],
  ['application/json', `"${'x'.repeat(2000)}"`, 413, 'payload_too_large'],
])('%s that cannot be read is refused: %j', async (type, payload, status, code) => {
  const answer = await send(type, payload);
  expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
});

test('an address says which methods it has', async () => {
  const methods = async (url: string, method: 'OPTIONS' | 'PUT') =>
    (await app.inject({ method, url })).headers.allow;
  expect(await methods('/echo', 'OPTIONS')).toBe('GET, HEAD, POST, OPTIONS');
  expect(await methods('/echo', 'PUT')).toBe('GET, HEAD, POST, OPTIONS');
  expect(await methods('/quiet', 'OPTIONS')).toBe('GET, HEAD, OPTIONS');
  expect((await app.inject({ method: 'POST', url: '/quiet', payload: 'x' })).statusCode).toBe(405);
});
