/** The Reconciliation API 0.2, by which OpenRefine and its kin match a column of names: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/ */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  answerQuery,
  batchSchema,
  countAffiliations,
  describeTypes,
  extendData,
  extensionSchema,
  MOST_QUERIES,
  PROPERTIES,
  type ReconciliationCandidate,
  TYPES,
} from '../../analysis/reconciliation.ts';
import type { Db } from '../../db/client.ts';
import { readInTurns, readOneState } from '../../db/one-state.ts';
import { Refusal } from '../../errors.ts';
import { readDocuments } from '../../query/documents.ts';
import { LONGEST_NAME, type RawParams, refuseParameter } from '../../query/params.ts';
import { suggestRecords } from '../../query/suggest.ts';
import { RELEASE } from '../../release.ts';
import { getResource } from '../../resources/registry.ts';
import { awaitTurn } from '../../turns.ts';
import { MEDIA_TYPES } from '../negotiate.ts';
import * as contract from '../reconcile-operations.ts';

const SUGGESTED = 20;

export function registerReconcile(app: FastifyInstance, db: Db): void {
  app.get('/reconcile', { schema: contract.describeService() }, async (request, reply) => {
    const raw = readParameters(request, ['queries', 'extend']);
    return raw.queries === undefined && raw.extend === undefined
      ? send(reply, buildManifest(request))
      : send(reply, await answer(db, raw));
  });
  app.post('/reconcile', { schema: contract.describeBatch() }, async (request, reply) => {
    const body = request.body;
    if (body === null || typeof body !== 'object' || Array.isArray(body))
      throw new Refusal('invalid_body', 'The body is a form or a JSON object with `queries` or `extend`.');
    return send(reply, await answer(db, body as Record<string, unknown>));
  });
  app.get('/reconcile/suggest/entity', { schema: contract.describeSuggest('entity') }, (request, reply) =>
    send(reply, { result: readOneState(db, () => suggestEntities(db, readPrefix(request))) }),
  );
  app.get('/reconcile/suggest/property', { schema: contract.describeSuggest('property') }, (request, reply) =>
    send(reply, { result: suggestFrom(PROPERTIES, readPrefix(request)) }),
  );
  app.get('/reconcile/suggest/type', { schema: contract.describeSuggest('type') }, (request, reply) =>
    send(reply, { result: suggestFrom(TYPES, readPrefix(request)) }),
  );
  app.get('/reconcile/properties', { schema: contract.describeProperties() }, (request, reply) => {
    const { type, limit } = readParameters(request, ['type', 'limit']);
    const most = /^[0-9]{1,3}$/.test(limit ?? '') ? Number(limit) : PROPERTIES.length;
    const properties = PROPERTIES.slice(0, most).map(({ id, name }) => ({ id, name }));
    return send(reply, { ...(type === undefined ? {} : { type }), properties });
  });
}

/** Addresses follow the host that was asked, so that a manifest says where it was found. */
function buildManifest(request: FastifyRequest): Record<string, unknown> {
  const here = `${request.protocol}://${request.host}`;
  const suggest = (what: string) => ({ service_url: here, service_path: `/reconcile/suggest/${what}` });
  return {
    versions: ['0.1', '0.2'],
    name: 'Verbatim: actors',
    identifierSpace: `${here}/v1/actors/`,
    schemaSpace: `${here}/v1/vocabulary`,
    documentation: `${here}/docs`,
    serviceVersion: RELEASE,
    defaultTypes: TYPES.map(({ id, name }) => ({ id, name })),
    view: { url: `${here}/v1/actors/{{id}}` },
    suggest: { entity: suggest('entity'), property: suggest('property'), type: suggest('type') },
    extend: {
      propose_properties: { service_url: here, service_path: '/reconcile/properties' },
      property_settings: [],
    },
    batchSize: MOST_QUERIES,
  };
}

async function answer(db: Db, fields: Record<string, unknown>): Promise<unknown> {
  const { queries, extend, ...others } = fields;
  if ((queries === undefined) === (extend === undefined))
    throw new Refusal('invalid_body', 'A request has either `queries` or `extend`.');
  const [stray] = Object.keys(others);
  if (stray !== undefined) throw refuseParameter(stray, ['queries', 'extend'], '/reconcile');
  if (extend !== undefined) {
    const extension = read('extend', extend, extensionSchema);
    return readInTurns(db, () => extendData(db, extension));
  }
  const batch = Object.entries(read('queries', queries, batchSchema));
  if (batch.length > MOST_QUERIES)
    throw new Refusal('too_much', `\`queries\` holds ${batch.length}; one request takes ${MOST_QUERIES}.`, {
      parameter: 'queries',
    });
  const affiliations = batch.reduce((sum, [, query]) => sum + countAffiliations(query), 0);
  if (affiliations > MOST_QUERIES)
    throw new Refusal(
      'too_much',
      `\`queries\` names ${affiliations} affiliations; one request takes ${MOST_QUERIES}. Send fewer queries at once.`,
      { parameter: 'queries' },
    );
  const results: [string, { result: ReconciliationCandidate[] }][] = [];
  for (const [name, query] of batch) {
    // Each is of one state of the data; a whole batch would begin again too often where the data changes.
    results.push([name, { result: await readInTurns(db, () => answerQuery(db, query)) }]);
    // Other requests are answered between two names.
    await awaitTurn();
  }
  return Object.fromEntries(results);
}

/** In a form the value is a JSON text, in a JSON body it is the value itself. */
function read<S extends z.ZodType>(parameter: string, value: unknown, schema: S): z.infer<S> {
  let json: unknown = value;
  if (typeof value === 'string') {
    try {
      json = JSON.parse(value);
    } catch (error) {
      throw new Refusal('invalid_value', `\`${parameter}\` is not JSON: ${(error as Error).message}.`, {
        parameter,
      });
    }
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Refusal(
    'invalid_value',
    `\`${parameter}\`${issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.').slice(0, 100)}`}: ${issue?.message ?? 'is not what the specification has'}.`,
    { parameter },
  );
}

/** OpenRefine sends parameters of its own beside `prefix` (`type`, `exact`…): what 0.2 does not know is left aside. */
function readPrefix(request: FastifyRequest): { prefix: string; skip: number } {
  const { prefix, cursor } = request.query as RawParams;
  return {
    prefix: String(prefix ?? '').slice(0, LONGEST_NAME),
    skip: /^[0-9]{1,4}$/.test(String(cursor ?? '')) ? Number(cursor) : 0,
  };
}

function readParameters(request: FastifyRequest, allowed: string[]): Record<string, string | undefined> {
  const raw = request.query as RawParams;
  for (const name of Object.keys(raw)) {
    if (!allowed.includes(name)) throw refuseParameter(name, allowed, '/reconcile');
  }
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, [value].flat()[0]]));
}

function suggestEntities(db: Db, { prefix, skip }: { prefix: string; skip: number }): unknown[] {
  const actors = getResource('actors');
  const most = Math.min(skip + SUGGESTED, 100);
  const own = readDocuments(db, 'actors', 'id', [prefix]).get(prefix);
  const found = suggestRecords(db, [actors], prefix, most).filter(({ id }) => id !== own?.id);
  const listed = found.map(({ id, label, description, kind }) => ({
    id,
    name: label,
    ...(description === null ? {} : { description }),
    notable: kind === null ? [] : [kind],
  }));
  const first =
    own === undefined
      ? []
      : [{ id: own.id, name: String(own.name), notable: describeTypes(own).map(({ id }) => id) }];
  return [...first, ...listed].slice(skip, skip + SUGGESTED);
}

function suggestFrom(
  all: readonly { id: string; name: string; description: string }[],
  { prefix, skip }: { prefix: string; skip: number },
): unknown[] {
  const typed = prefix.trim().toLowerCase();
  return all
    .filter(({ id, name }) => id.startsWith(typed) || name.toLowerCase().startsWith(typed))
    .map(({ id, name, description }) => ({ id, name, description }))
    .slice(skip, skip + SUGGESTED);
}

function send(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('cache-control', 'no-store').type(MEDIA_TYPES.json).send(JSON.stringify(value));
}
