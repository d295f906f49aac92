/** Which format and which coding an answer has, and the tag that stands for exactly these bytes. */
import { hash } from 'node:crypto';
import { negotiate } from '@fastify/accept-negotiator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';
import type { Format } from '../query/params.ts';
import { RELEASE } from '../release.ts';

export const FORMAT_TYPES: Record<Format, string> = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
};

export const MEDIA_TYPES: Record<Format, string> = {
  json: `${FORMAT_TYPES.json}; charset=utf-8`,
  csv: `${FORMAT_TYPES.csv}; charset=utf-8; header=present`,
  ndjson: `${FORMAT_TYPES.ndjson}; charset=utf-8`,
};

const ACCEPTED: readonly [type: string, format: Format][] = [
  ['application/json', 'json'],
  ['text/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
];

/** In the order of preference; the compression plugin is given the same list, so that both choose alike. */
export const CODINGS: ('br' | 'gzip' | 'identity')[] = ['br', 'gzip', 'identity'];
export type Coding = (typeof CODINGS)[number];
/** Bytes from which a body is compressed. */
export const COMPRESSED_FROM = 1024;

declare module 'fastify' {
  interface FastifyReply {
    /** Set by `tagAnswer`; null in answers that are not to be kept. */
    tagged: { tag: string; version: string; coding: Coding } | null;
  }
}

/** `format=` wins over `Accept`. Throws a Refusal where nothing the caller accepts is to be had. */
export function chooseFormat<F extends Format>(
  asked: Format | null,
  request: FastifyRequest,
  formats: readonly F[],
): F {
  const offered = ACCEPTED.filter(([, format]) => (formats as readonly Format[]).includes(format));
  return chooseAmong(asked, request, offered as [type: string, format: F][]);
}

/** The same among formats of an address's own, the one it has without being asked first. */
export function chooseAmong<F extends string>(
  asked: string | null,
  request: FastifyRequest,
  offered: readonly (readonly [type: string, format: F])[],
): F {
  const formats = [...new Set(offered.map(([, format]) => format))];
  const chosen = formats.find((format) => format === asked);
  if (chosen !== undefined) return chosen;
  if (asked !== null) {
    throw new Refusal('unknown_field', `This address has no \`format=${asked}\`.`, {
      parameter: 'format',
      value: asked,
      allowed: formats,
    });
  }
  const { accept } = request.headers;
  if (accept === undefined || accept === '') return formats[0] as F;
  const best = rankAccepted(accept, offered);
  if (best !== null) return best;
  throw new Refusal(
    'not_acceptable',
    `\`Accept: ${accept.slice(0, 200)}\` leaves none of the formats of this address.`,
    {
      value: accept.slice(0, 200),
      allowed: offered.map(([type]) => type),
    },
  );
}

/** RFC 9110, section 12.5.1: the most specific range says how welcome a type is; among equals, our own order decides. */
function rankAccepted<F extends string>(
  accept: string,
  offered: readonly (readonly [string, F])[],
): F | null {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
  let best: { format: F; quality: number } | null = null;
  for (const [type, format] of offered) {
    const wildcard = `${type.split('/')[0]}/*`;
    const range = [type, wildcard, '*/*']
      .map((name) => ranges.find((candidate) => candidate.type === name))
      .find(Boolean);
    if (range !== undefined && range.quality > (best?.quality ?? 0))
      best = { format, quality: range.quality };
  }
  return best?.format ?? null;
}

/** Sets the headers of a cacheable answer; true when the caller has it already, and 304 is due: none of the data need be read. */
export function tagAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  version: string,
  canonical: string,
  format: string,
): boolean {
  const tag = writeTag(request, reply, version, canonical, format);
  const given = request.headers['if-none-match'];
  return given !== undefined && hasTag(given, tag);
}

/** The tag is made of everything the bytes depend on. */
export function writeTag(
  request: FastifyRequest,
  reply: FastifyReply,
  version: string,
  canonical: string,
  format: string,
): string {
  const coding = chooseCoding(request);
  const digest = hash('sha256', JSON.stringify([version, canonical, format, coding, RELEASE]), 'base64url');
  const tag = `"${digest.slice(0, 22)}"`;
  reply.tagged = { tag, version, coding };
  request.server.answers.noteVersion(version);
  // A later state of the data may have been read in the end: then the answer is tagged again.
  const origin = String(reply.getHeader('vary') ?? '').replace(/(, )?accept, accept-encoding$/, '');
  reply.headers({
    etag: tag,
    'cache-control': 'no-cache',
    vary: [origin, 'accept, accept-encoding'].filter(Boolean).join(', '),
  });
  return tag;
}

/**
 * Whether an `If-None-Match` names the tag. `*` would have to be answered with 304 only where there is something, and
 * that is not known yet.
 */
export function hasTag(given: string, tag: string): boolean {
  return given === tag || given.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

/** As the compression plugin chooses. */
function chooseCoding(request: FastifyRequest): Coding {
  const { 'accept-encoding': accepted, 'x-no-compression': refused } = request.headers;
  if (accepted === undefined || refused !== undefined) return 'identity';
  // The plugin takes `*` for gzip.
  const chosen = negotiate(
    String(accepted)
      .toLowerCase()
      .replaceAll(/\*|x-gzip/g, 'gzip'),
    CODINGS,
  );
  return (chosen as Coding | null) ?? 'identity';
}
