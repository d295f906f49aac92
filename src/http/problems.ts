/** Every answer that is not a success, as a problem document (RFC 9457), whoever refused. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { catalogue, Refusal, type RefusalCode } from '../errors.ts';

export const PROBLEM_TYPE = 'application/problem+json';
const MOST_ALLOWED = 100;

/** Fastify's own refusals, by its codes. */
const OWN_CODES: Record<string, RefusalCode> = {
  FST_ERR_BAD_URL: 'bad_request',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_MAX_PARAM_LENGTH: 'uri_too_long',
  FST_ERR_MAX_PARAM_LENGTH_EXCEEDED: 'uri_too_long',
};

/** Refusals of Node's parser, which reach a socket before there is a request. */
const SOCKET_CODES: Record<string, RefusalCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

export function buildProblem(refusal: Refusal, requestId: string | null): Record<string, unknown> {
  const { parameter, value, allowed, nearest } = refusal.details;
  return {
    type: `/v1/errors/${refusal.code}`,
    title: catalogue[refusal.code].title,
    status: refusal.status,
    detail: refusal.message,
    code: refusal.code,
    ...(parameter === undefined ? {} : { parameter }),
    ...(value === undefined ? {} : { value }),
    ...(allowed === undefined ? {} : { allowed: allowed.slice(0, MOST_ALLOWED) }),
    ...(nearest === undefined ? {} : { nearest }),
    ...(requestId === null ? {} : { request_id: requestId }),
  };
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  // Fastify's own refusals come before any hook.
  reply.header('x-request-id', request.id);
  reply.removeHeader('etag');
  reply.removeHeader('link');
  return reply
    .status(refusal.status)
    .headers({
      ...refusal.details.headers,
      'cache-control': refusal.status === 410 ? 'no-cache' : 'no-store',
    })
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(buildProblem(refusal, request.id)));
}

/** What a thrown thing says to the outside: a fault of ours says nothing of itself. */
function toRefusal(error: FastifyError | Error): Refusal {
  if (error instanceof Refusal) return error;
  const own = OWN_CODES[(error as FastifyError).code ?? ''];
  if (own !== undefined) return new Refusal(own, catalogue[own].hint);
  const status = (error as FastifyError).statusCode ?? 500;
  if (status >= 400 && status < 500) return new Refusal('bad_request', catalogue.bad_request.hint);
  return new Refusal('internal_error', 'Something went wrong here. The request id finds it in the logs.');
}

export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = toRefusal(error);
    if (refusal.code === 'internal_error') request.log.error({ err: error }, 'request failed');
    return sendProblem(request, reply, refusal);
  });
  const addresses = new Map<string, Address>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const address = addresses.get(url) ?? { pattern: buildPattern(url), methods: new Set() };
    for (const one of [method].flat()) address.methods.add(one);
    addresses.set(url, address);
  });
  const findMethods = (url: string) => {
    const path = url.split('?', 1)[0] ?? '';
    return [...addresses.values()].find(({ pattern }) => pattern.test(path))?.methods;
  };
  // A browser's preflight is the business of CORS; anyone else who asks what is allowed gets the methods. Methods
  // that an address does not have are refused before Fastify looks at what they carry.
  app.addHook('onRequest', async (request, reply) => {
    const { method, url } = request;
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
      throw new Refusal('bad_request', 'The request has no `Host` header, which HTTP/1.1 asks for.');
    if (method === 'GET' || method === 'HEAD') return;
    if (method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) return;
    const methods = findMethods(url);
    if (methods === undefined) return sendProblem(request, reply, refusePath(url));
    if (method === 'OPTIONS') return reply.status(204).header('allow', listAllowed(methods)).send();
    if (!methods.has(method)) return sendProblem(request, reply, refuseMethod(method, methods));
  });
  // Node would answer an `Expect` that it does not know with 417 and nothing else; RFC 9110 lets it be ignored.
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  app.setNotFoundHandler((request, reply) => {
    return sendProblem(request, reply, refusePath(request.url));
  });
}

type Address = { pattern: RegExp; methods: Set<string> };

function buildPattern(url: string): RegExp {
  return new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[a-z_]+/g, '[^/]+')}$`);
}

function listAllowed(methods: ReadonlySet<string>): string {
  return ['GET', 'HEAD', 'POST', 'OPTIONS'].filter((one) => one === 'OPTIONS' || methods.has(one)).join(', ');
}

function refuseMethod(method: string, methods: ReadonlySet<string>): Refusal {
  const allow = listAllowed(methods);
  const sentence = `${method} is not among the methods of this address: ${allow}.`;
  return new Refusal('method_not_allowed', sentence, { headers: { allow } });
}

function refusePath(url: string): Refusal {
  return new Refusal('no_such_path', `Nothing is served at ${(url.split('?', 1)[0] ?? '').slice(0, 200)}.`);
}

/** For refusals before routing, such as an address that is no URL. */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  sendProblem(request, reply, toRefusal(error));
}

/** For what Node's parser refuses: there is no request yet, only a socket. */
export function answerSocketError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = SOCKET_CODES[error.code ?? ''] ?? 'bad_request';
  const refusal = new Refusal(code, catalogue[code].hint);
  const body = JSON.stringify(buildProblem(refusal, null));
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
