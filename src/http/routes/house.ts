/** What is here, whether it is well, and what its words mean. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Compute } from '../../compute/compute.ts';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import { catalogue, Refusal } from '../../errors.ts';
import { findNearest, suggest } from '../../nearest.ts';
import { areFewRecords, type Counts, countAll } from '../../query/count-all.ts';
import { RELEASE } from '../../release.ts';
import { servedResources } from '../../resources/registry.ts';
import { wordLists } from '../../vocabulary.ts';
import { chooseFormat, FORMAT_TYPES, MEDIA_TYPES, tagAnswer } from '../negotiate.ts';
import { describeAnswers, describeRefusals, describeSamples } from '../operations.ts';
import type { JsonSchema } from '../record-schemas.ts';

export function registerHouse(app: FastifyInstance, { db, compute }: { db: Db; compute: Compute }): void {
  const count = openCounter(db, compute);
  app.get(
    '/healthz',
    {
      config: { unqueued: true },
      schema: describe(
        'getHealth',
        'Whether the process answers',
        'Looks at nothing else: for a supervisor that restarts what hangs.',
        '/healthz',
        statusSchema,
      ),
    },
    (_request, reply) => sendFresh(reply, { status: 'ok' }),
  );
  app.get(
    '/readyz',
    {
      config: { unqueued: true },
      schema: {
        ...describe(
          'getReadiness',
          'Whether the data can be read',
          'For a load balancer that sends requests only where they can be answered.',
          '/readyz',
          statusSchema,
          'not_ready',
        ),
      },
    },
    (_request, reply) => {
      try {
        return sendFresh(reply, { status: 'ok', data_version: readDataVersion(db) });
      } catch (error) {
        throw new Refusal('not_ready', `The database cannot be read: ${(error as Error).message}.`, {
          headers: { 'retry-after': '5' },
        });
      }
    },
  );
  app.get(
    '/v1',
    {
      schema: describeTagged(
        'getBase',
        'What is here',
        'Counts of records, versions and addresses.',
        '/v1',
        baseSchema,
        'unknown_parameter',
        'not_acceptable',
        'deadline_exceeded',
      ),
    },
    async (request, reply) => {
      if (isUnchanged(db, request, reply, 'base')) return reply.status(304).send();
      const counts = await count();
      // They may be those of a later state than there was when the request came.
      tagAnswer(request, reply, counts.data_version, 'base', 'json');
      return reply.type(MEDIA_TYPES.json).send(
        JSON.stringify({
          name: 'Verbatim',
          release: RELEASE,
          ...counts,
          links: {
            ...Object.fromEntries(servedResources.map((resource) => [resource.name, `/v1/${resource.name}`])),
            networks: '/v1/networks',
            agreement: '/v1/agreement',
            reconciliation: '/reconcile',
            vocabulary: '/v1/vocabulary',
            errors: '/v1/errors',
            contract: '/openapi.json',
            reference: '/docs',
          },
          // RFC 6570: what cannot be asked without a parameter.
          templates: {
            attributions: '/v1/attributions{?text,claimed_actor}',
            suggestions: '/v1/suggest{?q}',
            comparisons: '/v1/comparisons{?actor}',
            shifts: '/v1/actors/{id}/shifts',
          },
        }),
      );
    },
  );
  app.get(
    '/v1/vocabulary',
    {
      schema: describeTagged(
        'getVocabulary',
        'Every closed word list',
        'The words that fields and filters take, with their meanings.',
        '/v1/vocabulary',
        vocabularySchema,
        'unknown_parameter',
        'not_acceptable',
      ),
    },
    (request, reply) =>
      sendTagged(db, request, reply, 'vocabulary', () => ({
        lists: wordLists.map(({ name, description, words }) => ({
          name,
          description,
          words: Object.entries(words).map(([word, meaning]) => ({ word, meaning })),
        })),
      })),
  );
  app.get(
    '/v1/errors',
    {
      schema: describeTagged(
        'listErrors',
        'Every refusal',
        'The codes of problem documents, with what to do about each.',
        '/v1/errors',
        errorsSchema,
        'unknown_parameter',
        'not_acceptable',
      ),
    },
    (request, reply) =>
      sendTagged(db, request, reply, 'errors', () => ({
        errors: Object.entries(catalogue).map(([code, entry]) => ({ code, ...entry })),
      })),
  );
  app.get(
    '/v1/errors/:code',
    {
      schema: {
        ...describeTagged(
          'getError',
          'One refusal',
          'What the `type` of a problem document leads to.',
          '/v1/errors/unknown_id',
          errorSchema,
          'unknown_parameter',
          'not_found',
          'not_acceptable',
        ),
        params: {
          type: 'object',
          required: ['code'],
          properties: {
            code: {
              type: 'string',
              description: 'The `code` of a problem document.',
              examples: ['unknown_id'],
            },
          },
        },
      },
    },
    (request, reply) => {
      const { code } = request.params as { code: string };
      const entry = Object.entries(catalogue).find(([name]) => name === code)?.[1];
      if (entry === undefined)
        throw new Refusal(
          'not_found',
          `There is no error code "${code.slice(0, 100)}".${suggest(findNearest(code, Object.keys(catalogue)))}`,
        );
      return sendTagged(db, request, reply, `error ${code}`, () => ({ code, ...entry }));
    },
  );
}

function sendFresh(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('cache-control', 'no-store').type(MEDIA_TYPES.json).send(JSON.stringify(value));
}

/** Counts once for each state of the data: few records here, many in a process of their own. */
function openCounter(db: Db, compute: Compute): () => Promise<Counts> {
  let last: { version: string; counts: Promise<Counts> } | null = null;
  return () => {
    const version = readDataVersion(db);
    if (last?.version === version) return last.counts;
    const counts = areFewRecords(db, servedResources)
      ? Promise.resolve(countAll(db, servedResources))
      : compute.ask('count_served', undefined);
    last = { version, counts };
    counts.catch(() => {
      if (last?.counts === counts) last = null;
    });
    return counts;
  };
}

/** Reads a request without parameters and tags its answer; whether the caller has it already. */
function isUnchanged(db: Db, request: FastifyRequest, reply: FastifyReply, canonical: string): boolean {
  const [parameter] = Object.keys(request.query as object);
  if (parameter !== undefined)
    throw new Refusal(
      'unknown_parameter',
      `This address has no parameters, and \`${parameter.slice(0, 100)}\` is one.`,
      { parameter: parameter.slice(0, 100), allowed: [] },
    );
  chooseFormat(null, request, ['json']);
  return tagAnswer(request, reply, readDataVersion(db), canonical, 'json');
}

function sendTagged(
  db: Db,
  request: FastifyRequest,
  reply: FastifyReply,
  canonical: string,
  build: () => unknown,
): FastifyReply {
  if (isUnchanged(db, request, reply, canonical)) return reply.status(304).send();
  return reply.type(MEDIA_TYPES.json).send(JSON.stringify(build()));
}

/** Of an answer with a tag. */
function describeTagged(...described: Parameters<typeof describe>): JsonSchema {
  const [, , , , schema, ...refusals] = described;
  const schemas = { [FORMAT_TYPES.json]: schema };
  return {
    ...describe(...described),
    response: describeAnswers('As described.', schemas, 'bad_request', ...refusals),
  };
}

function describe(
  operationId: string,
  summary: string,
  description: string,
  path: string,
  schema: JsonSchema,
  ...refusals: Parameters<typeof describeRefusals>
): JsonSchema {
  return {
    operationId,
    summary,
    description,
    tags: ['House'],
    response: {
      200: { description: 'As described.', content: { [FORMAT_TYPES.json]: { schema } } },
      ...describeRefusals('bad_request', ...refusals),
    },
    'x-codeSamples': describeSamples(path),
  };
}

const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };
const statusSchema = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['ok'] }, data_version: text },
};
const baseSchema = {
  type: 'object',
  required: ['name', 'release', 'data_version', 'counts', 'links', 'templates'],
  properties: {
    name: text,
    release: text,
    data_version: text,
    counts: { type: 'object', additionalProperties: { type: 'integer' } },
    links: texts,
    templates: texts,
  },
};
const vocabularySchema = {
  type: 'object',
  required: ['lists'],
  properties: {
    lists: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'description', 'words'],
        properties: {
          name: text,
          description: text,
          words: {
            type: 'array',
            items: {
              type: 'object',
              required: ['word', 'meaning'],
              properties: { word: text, meaning: text },
            },
          },
        },
      },
    },
  },
};
const errorSchema = {
  type: 'object',
  required: ['code', 'status', 'title', 'hint'],
  properties: { code: text, status: { type: 'integer' }, title: text, hint: text },
};
const errorsSchema = {
  type: 'object',
  required: ['errors'],
  properties: { errors: { type: 'array', items: errorSchema } },
};
