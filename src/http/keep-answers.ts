/**
 * Keeps what is answered and gives it again. On the usual way through Fastify a body is kept by its tag (`sendKept`).
 * An address that was answered before is answered in front of Fastify, with the same headers: routing, hooks and the
 * grammar would come to the same, and cost more than the answer does.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Db } from '../db/client.ts';
import type { Answers, HeaderList } from './answers.ts';
import { readNextCursor, writeNextLink } from './links.ts';
import { COMPRESSED_FROM, hasTag } from './negotiate.ts';
import { openTurnVersion } from './turn-version.ts';

declare module 'fastify' {
  interface FastifyInstance {
    answers: Answers;
  }
}

/** Shorter texts are compressed here and now; for longer ones the threads of zlib hold nobody. */
const COMPRESSED_HERE = 8192;
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const compressors = {
  br: {
    now: (body: Buffer) => brotliCompressSync(body, BROTLI),
    later: (body: Buffer) => brotliLater(body, BROTLI),
  },
  gzip: { now: (body: Buffer) => gzipSync(body), later: (body: Buffer) => gzipLater(body) },
};
const brotliLater = promisify(brotliCompress);
const gzipLater = promisify(gzip);

/** Compresses and keeps every whole answer that has a tag. `in_front`: whether known addresses are answered before Fastify sees them. */
export function registerKeeping(
  app: FastifyInstance,
  db: Db,
  answers: Answers,
  options: { in_front: boolean },
): void {
  app.decorate('answers', answers);
  app.decorateReply('tagged', null);
  app.addHook('onSend', (_request, reply, payload, done) => {
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (reply.tagged === null || reply.statusCode !== 200 || !isWhole) {
      if (reply.tagged !== null && reply.statusCode === 304) keepAddress(answers, reply, null);
      return done(null, payload);
    }
    if (reply.hasHeader('content-encoding')) {
      keepAddress(answers, reply, payload as Buffer);
      return done(null, payload);
    }
    const body = Buffer.from(payload);
    const keep = (error: Error | null, sent = body) => {
      if (error !== null) return done(error);
      keepBody(answers, reply, sent);
      keepAddress(answers, reply, sent);
      done(null, sent);
    };
    const { coding } = reply.tagged;
    if (coding === 'identity' || body.length < COMPRESSED_FROM) return keep(null);
    const compressor = compressors[coding];
    reply.header('content-encoding', coding);
    if (body.length < COMPRESSED_HERE) return keep(null, compressor.now(body));
    compressor.later(body).then((sent) => keep(null, sent), keep);
  });
  if (options.in_front) answerInFront(app, answers, db);
}

/** The body that is kept under the tag of this answer, on its way; null where there is none. To be asked once the tag is set. */
export function sendKept(reply: FastifyReply): FastifyReply | null {
  const { tagged, server, request } = reply;
  const kept = tagged === null ? undefined : server.answers.findBody(tagged.tag);
  if (kept === undefined) return null;
  reply.type(kept.type);
  if (kept.coding !== null) reply.header('content-encoding', kept.coding);
  if (kept.cursor !== null) reply.header('link', writeNextLink(request.url, kept.cursor));
  return reply.send(kept.body);
}

function keepBody(answers: Answers, reply: FastifyReply, body: Buffer): void {
  const { tag, version } = reply.tagged as NonNullable<FastifyReply['tagged']>;
  const link = reply.getHeader('link') as string | undefined;
  answers.keepBody(version, tag, {
    body,
    type: String(reply.getHeader('content-type')),
    coding: (reply.getHeader('content-encoding') as string | undefined) ?? null,
    cursor: link === undefined ? null : readNextCursor(link),
  });
}

/** Headers that only an answer with a body has. */
const OF_BODIES = new Set(['content-type', 'content-encoding', 'content-length', 'link']);

function keepAddress(answers: Answers, reply: FastifyReply, body: Buffer | null): void {
  const { raw } = reply.request;
  if (raw.method !== 'GET' || !mayAnswerInFront(raw)) return;
  const { tag, version } = reply.tagged as NonNullable<FastifyReply['tagged']>;
  const full: string[] = [];
  const bare: string[] = [];
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    // The one is new with each answer, the other is written with the body.
    if (name === 'x-request-id' || name === 'content-length' || value === undefined) continue;
    full.push(name, String(value));
    if (!OF_BODIES.has(name)) bare.push(name, String(value));
  }
  if (body !== null) full.push('content-length', String(body.length));
  answers.keepAddress(version, raw.url ?? '', raw.headers, { tag, full: body === null ? null : full, bare });
}

/** Whether nothing about a request asks for more than its address and the headers that answers vary by. */
function mayAnswerInFront({ headers, httpVersion }: IncomingMessage): boolean {
  return (
    headers.host !== undefined &&
    httpVersion === '1.1' &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers['x-no-compression'] === undefined
  );
}

function answerInFront(app: FastifyInstance, answers: Answers, db: Db): void {
  const { server, routing } = app;
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  server.removeListener('request', routing);
  const readVersion = openTurnVersion(db, server);
  server.on('request', (request, response) => {
    try {
      answers.noteVersion(readVersion(request.socket));
    } catch {
      // A base that cannot be read: the usual way says so.
      return routing(request, response);
    }
    if (!closing && request.method === 'GET' && answerKnown(answers, request, response)) return;
    routing(request, response);
  });
}

function answerKnown(answers: Answers, request: IncomingMessage, response: ServerResponse): boolean {
  if (!mayAnswerInFront(request)) return false;
  const { headers, url } = request;
  const address = answers.findAddress(url ?? '', headers);
  if (address === undefined) return false;
  const given = headers['if-none-match'];
  if (given !== undefined && hasTag(given, address.tag)) {
    response.writeHead(304, ['x-request-id', randomUUID(), ...address.bare]).end();
    return true;
  }
  const kept = address.full === null ? undefined : answers.findBody(address.tag);
  if (kept === undefined) return false;
  response.writeHead(200, ['x-request-id', randomUUID(), ...(address.full as HeaderList)]).end(kept.body);
  return true;
}
