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
import { readOneState } from '../../db/one-state.ts';
import { type Column, writeTable } from '../../formats/csv.ts';
import { listFilters } from '../../query/filters.ts';
import type { RawParams } from '../../query/params.ts';
import { getResource } from '../../resources/registry.ts';
import { listWords, stancePosition, verdict } from '../../vocabulary.ts';
import { ANALYSIS_FORMATS, type AnalysisContext, describeAnalysis } from '../analyses.ts';
import { chooseFormat, MEDIA_TYPES } from '../negotiate.ts';
import { answerOfOneState } from '../one-state-answers.ts';
import { describeFilters } from '../operations.ts';
import { type JsonSchema, pageProperties, ref } from '../record-schemas.ts';

export function registerComparisons(app: FastifyInstance, context: AnalysisContext): void {
  app.get('/v1/comparisons', { schema: describeComparisons(context) }, (request, reply) =>
    answerComparison(context, request, reply),
  );
}

async function answerComparison(
  context: AnalysisContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { db, compute, page_size, page_size_max } = context;
  const raw = request.query as RawParams;
  const comparison = parseComparison(raw, context);
  const format = chooseFormat(comparison.query.format, request, ANALYSIS_FORMATS);
  const all = format === 'csv' && comparison.query.limit === null;
  return answerOfOneState<ComparisonPage>(context.db, request, reply, {
    canonical: `${comparison.canonical} ${page_size}`,
    format,
    type: MEDIA_TYPES[format],
    find() {
      if (!all && isSmallComparison(db, comparison))
        return readOneState(db, () => compareActors(db, comparison, page_size));
      const limits = { page_size, page_size_max };
      return compute.ask('compare_actors', { raw, limits, all }, { signal: request.signal });
    },
    write: (page) => (format === 'csv' ? writeTable(listRows(page), COLUMNS) : JSON.stringify(page)),
  });
}

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

function describeComparisons(limits: AnalysisContext): JsonSchema {
  return describeAnalysis(limits, {
    operationId: 'listComparisons',
    summary: 'Compare actors, topic by topic',
    description: `Where actors agree, where they conflict and where one is silent, with the stances and quotes behind each position. The filters of \`/v1/stances\` say which stances are compared; reads at most ${MOST_STANCES} of them.`,
    required: ['actor'],
    parameters: {
      ...describeFilters([...listFilters(getResource('stances')).values()]),
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
    },
    limit: `Topics on a page. Without it, CSV has all of them, at most ${MOST_ROWS} rows.`,
    answer: 'Topics, conflicts first. As CSV, a row for each stance and for each silence.',
    schema: comparisonPageSchema,
    example: '/v1/comparisons?actor=russia,iran&verdict=conflict,agree',
  });
}
