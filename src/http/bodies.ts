/** Bodies of the requests that may carry one: read as the type they say they are, in UTF-8, or refused. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';

const PARSERS: Record<string, (text: string) => unknown> = {
  'application/json': parseJson,
  'application/x-www-form-urlencoded': parseForm,
  'text/plain': (text) => text,
};

/** A route's `request.body` is the value of a JSON text, the fields of a form as strings, or a plain text. */
export function registerBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  for (const [type, parse] of Object.entries(PARSERS)) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
      parse(decode(body)),
    );
  }
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    payload.resume();
    const type = String(request.headers['content-type'] ?? '').slice(0, 100);
    throw new Refusal(
      'unsupported_media_type',
      type === '' ? 'The body comes without a `Content-Type`.' : `A body of type "${type}" is not read here.`,
      { value: type, allowed: Object.keys(PARSERS) },
    );
  });
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new Refusal('invalid_body', 'The body is not UTF-8.');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('invalid_body', `The body is not JSON: ${(error as Error).message}.`);
  }
}

/** A field that is given several times is a list, as in a query string. */
function parseForm(text: string): Record<string, string | string[]> {
  const form = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] as string) : values];
    }),
  );
}
