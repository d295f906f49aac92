/** Where actors agree, where they conflict and where one is silent. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type ComparisonPage,
  compareActors,
  isSmallComparison,
  MOST_ACTORS,
  MOST_ROWS,
  MOST_STANCES,
  parseComparison,
  STANCES_SHOWN,
} from '../../analysis/comparisons.ts';
import type { Compute } from '../../compute/compute.ts';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import { readOneState } from '../../db/one-state.ts';
import { type Column, writeHeader, writeRecords } from '../../formats/csv.ts';
import { listFilters } from '../../query/filters.ts';
import type { RawParams } from '../../query/params.ts';
import { getResource } from '../../resources/registry.ts';
import { listWords, stancePosition, verdict } from '../../vocabulary.ts';
import { sendKept } from '../keep-answers.ts';
import { chooseFormat, FORMAT_TYPES, MEDIA_TYPES, tagAnswer } from '../negotiate.ts';
import { describeFilters, describeRefusals, describeSamples } from '../operations.ts';
import { type JsonSchema, pageProperties, ref } from '../record-schemas.ts';

type Context = { db: Db; compute: Compute; page_size: number; page_size_max: number };

const FORMATS = ['json', 'csv'] as const;

export function registerComparisons(app: FastifyInstance, context: Context): void {
  app.get('/v1/comparisons', { schema: describeComparisons(context) }, (request, reply) =>
    answerComparison(context, request, reply),
  );
}

async function answerComparison(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { db, compute, page_size } = context;
  const raw = request.query as RawParams;
  const comparison = parseComparison(raw, context);
  const format = chooseFormat(comparison.query.format, request, FORMATS);
  const canonical = `${comparison.canonical} ${page_size}`;
  if (tagAnswer(request, reply, readDataVersion(db), canonical, format)) return reply.status(304).send();
  const kept = sendKept(reply);
  if (kept !== null) return kept;
  const all = format === 'csv' && comparison.query.limit === null;
  const limits = { page_size, page_size_max: context.page_size_max };
  const page =
    !all && isSmallComparison(db, comparison)
      ? readOneState(db, () => compareActors(db, comparison, page_size))
      : await compute.ask('compare_actors', { raw, limits, all }, { signal: request.signal });
  // The tag is that of the state of the data which was read: it may be a later one than when the request came.
  tagAnswer(request, reply, page.data_version, canonical, format);
  reply.type(MEDIA_TYPES[format]);
  if (format === 'csv') return writeHeader(COLUMNS) + writeRecords(listRows(page), COLUMNS, PLAIN);
  return JSON.stringify(page);
}

const PLAIN = { rows: null, guard: false };

const COLUMNS: Column[] = [
  'topic.id',
  'topic.label',
  'proposition',
  'verdict',
  'actor.id',
  'actor.name',
  'stances_total',
  'stance.id',
  'stance.position',
  'stance.held',
  'stance.held_earliest',
  'stance.held_latest',
  'stance.actor.id',
  'stance.on_behalf_of.id',
  'stance.basis',
  'stance.statement',
  'stance.source.id',
  'stance.evidence',
].map((path) => ({ path, keys: path.split('.'), json: path === 'stance.evidence' }));

/** A row for each stance that is shown, and one without a stance for an actor who is silent. */
function listRows(page: ComparisonPage): Record<string, unknown>[] {
  return page.results.flatMap(({ topic, proposition, verdict, positions }) =>
    positions.flatMap(({ actor, stances_total, stances }) =>
      (stances.length > 0 ? stances : [null]).map((stance) => ({
        topic,
        proposition,
        verdict,
        actor,
        stances_total,
        stance,
      })),
    ),
  );
}

const party: JsonSchema = {
  type: 'object',
  required: ['id', 'name'],
  properties: { id: { type: 'string' }, name: { type: 'string' } },
};
const pairOfIds: JsonSchema = { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 2 };
const verdictSchema: JsonSchema = {
  type: 'string',
  enum: listWords(verdict),
  description: verdict.description,
};
const verdictCounts = Object.fromEntries(listWords(verdict).map((word) => [word, { type: 'integer' }]));

const comparisonPageSchema: JsonSchema = {
  type: 'object',
  required: ['total', 'total_is', 'next_cursor', 'actors', 'verdicts', 'pairs', 'results', 'data_version'],
  properties: {
    ...pageProperties,
    total: {
      type: 'integer',
      minimum: 0,
      description: 'How many topics there are with one of these verdicts.',
    },
    actors: { type: 'array', items: party, description: 'Those compared, in the order of their ids.' },
    verdicts: {
      type: 'object',
      required: listWords(verdict),
      properties: verdictCounts,
      description: 'How many topics have each verdict, whichever `verdict` was asked for.',
    },
    pairs: {
      type: 'array',
      description: 'The same for each two of them.',
      items: {
        type: 'object',
        required: ['actors', ...listWords(verdict)],
        properties: { actors: pairOfIds, ...verdictCounts },
      },
    },
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['topic', 'proposition', 'verdict', 'silent', 'pairs', 'positions'],
        properties: {
          topic: {
            type: 'object',
            required: ['id', 'label'],
            properties: { id: { type: 'string' }, label: { type: 'string' } },
          },
          proposition: {
            type: ['string', 'null'],
            description: 'What `support` agrees with. Narrower topics have propositions of their own.',
          },
          verdict: {
            ...verdictSchema,
            description:
              'Over all that speak: the first of `conflict`, `varying`, `open`, `agree` that some two of them have; `silent` where fewer than two speak.',
          },
          silent: { type: 'array', items: { type: 'string' }, description: 'Ids of those without a stance.' },
          pairs: {
            type: 'array',
            items: {
              type: 'object',
              required: ['actors', 'verdict'],
              properties: { actors: pairOfIds, verdict: verdictSchema },
            },
          },
          positions: {
            type: 'array',
            description: 'One entry for each actor.',
            items: {
              type: 'object',
              required: ['actor', 'positions', 'stances_total', 'stances'],
              properties: {
                actor: party,
                positions: {
                  type: 'array',
                  items: { type: 'string', enum: listWords(stancePosition) },
                  description: 'Every position that was held; none where the actor is silent.',
                },
                stances_total: { type: 'integer', minimum: 0 },
                stances: {
                  type: 'array',
                  items: ref('Stance'),
                  description: `In the order of time, undated last; of each position the latest ${STANCES_SHOWN}. Each \`evidence.quote\` has the words: \`text\`, \`spans\` and what proves them.`,
                },
              },
            },
          },
        },
      },
    },
  },
};

function describeComparisons(limits: { page_size: number; page_size_max: number }): JsonSchema {
  const filters = [...listFilters(getResource('stances')).values()];
  return {
    operationId: 'listComparisons',
    summary: 'Compare actors, topic by topic',
    description: `Where actors agree, where they conflict and where one is silent, with the stances and quotes behind each position. The filters of \`/v1/stances\` say which stances are compared; reads at most ${MOST_STANCES} of them.`,
    tags: ['Comparisons'],
    querystring: {
      type: 'object',
      required: ['actor'],
      properties: {
        ...describeFilters(filters),
        actor: {
          type: 'string',
          examples: ['russia,iran'],
          description: `Whom to compare: two to ${MOST_ACTORS} ids, joined by commas.`,
        },
        include: {
          type: 'string',
          enum: ['on_behalf_of'],
          description: 'Counts what others held on behalf of an actor as held by that actor, too.',
        },
        verdict: {
          type: 'string',
          examples: ['conflict,agree'],
          description: `Topics with one of these verdicts: ${listWords(verdict)
            .map((word) => `\`${word}\``)
            .join(', ')}.`,
        },
        q: { type: 'string', description: 'Words that the statement of a stance has.' },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: limits.page_size_max,
          default: limits.page_size,
          description: `Topics on a page. Without it, CSV has all of them, at most ${MOST_ROWS} rows.`,
        },
        cursor: { type: 'string', description: '`next_cursor` of the page before, with the same filters.' },
        format: { type: 'string', enum: [...FORMATS], description: 'Wins over the `Accept` header.' },
      },
    },
    response: {
      200: {
        description: 'Topics, conflicts first. As CSV, a row for each stance and for each silence.',
        headers: {
          ETag: { type: 'string', description: 'Stands for exactly these bytes; for `If-None-Match`.' },
        },
        content: {
          [FORMAT_TYPES.json]: { schema: comparisonPageSchema },
          [FORMAT_TYPES.csv]: { schema: { type: 'string' } },
        },
      },
      304: { description: 'What the caller has is still right.', type: 'null' },
      ...describeRefusals(
        'unknown_parameter',
        'invalid_value',
        'unknown_id',
        'too_much',
        'not_acceptable',
        'deadline_exceeded',
        'overloaded',
      ),
    },
    'x-codeSamples': describeSamples('/v1/comparisons?actor=russia,iran&verdict=conflict,agree'),
  };
}
