/** The ceiling: Fastify, no plugins, that sends the same buffer for every request; with a tag to compare, 304. */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

const [file = '', type = '', coding = 'identity'] = process.argv.slice(2);
const body = readFileSync(file);
const app = Fastify();
app.get('/*', (request, reply) => {
  reply.header('content-type', type).header('etag', '"constant"');
  if (coding !== 'identity') reply.header('content-encoding', coding);
  if (request.headers['if-none-match'] === '"constant"') return reply.status(304).send();
  return reply.send(body);
});
process.stdout.write(`${await app.listen({ port: 0, host: '127.0.0.1' })}\n`);
