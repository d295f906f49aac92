/** Topics on which an actor's position changed. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  areFewStances,
  findShifts,
  MOST_ROWS,
  MOST_STANCES,
  parseShifts,
  type ShiftsPage,
} from '../../analysis/shifts.ts';
import { readOneState } from '../../db/one-state.ts';
import { type Column, writeTable } from '../../formats/csv.ts';
import { listFilters } from '../../query/filters.ts';
import type { RawParams } from '../../query/params.ts';
import { explainAbsence, hasRecord } from '../../query/records.ts';
import { getResource } from '../../resources/registry.ts';
import { listWords, shiftOrder } from '../../vocabulary.ts';
import { ANALYSIS_FORMATS, type AnalysisContext, describeAnalysis } from '../analyses.ts';
import { chooseFormat, MEDIA_TYPES } from '../negotiate.ts';
import { answerOfOneState } from '../one-state-answers.ts';
import { describeFilters, describeId } from '../operations.ts';
import { type JsonSchema, pageProperties, ref } from '../record-schemas.ts';

export function registerShifts(app: FastifyInstance, context: AnalysisContext): void {
  app.get('/v1/actors/:id/shifts', { schema: describeShifts(context) }, (request, reply) =>
    answerShifts(context, request, reply),
  );
}

async function answerShifts(
  context: AnalysisContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { db, compute, page_size, page_size_max } = context;
  const { id } = request.params as { id: string };
  const raw = request.query as RawParams;
  const asked = parseShifts(id, raw, context);
  const format = chooseFormat(asked.query.format, request, ANALYSIS_FORMATS);
  const all = format === 'csv' && asked.query.limit === null;
  return answerOfOneState<ShiftsPage>(context.db, request, reply, {
    canonical: `${asked.canonical} ${page_size}`,
    format,
    type: MEDIA_TYPES[format],
    find() {
      if (!hasRecord(db, getResource('actors'), id)) throw explainAbsence(db, getResource('actors'), id);
      if (areFewStances(db, asked))
        return readOneState(db, () => findShifts(db, id, asked, all ? null : page_size));
      const limits = { page_size, page_size_max };
      return compute.ask('find_shifts', { id, raw, limits, all }, { signal: request.signal });
    },
    write: (page) => (format === 'csv' ? writeTable(page.results, COLUMNS) : JSON.stringify(page)),
  });
}

const OF_A_STANCE = [
  'position',
  'held',
  'held_earliest',
  'held_latest',
  'id',
  'on_behalf_of.id',
  'statement',
  'source.id',
  'evidence',
];
const COLUMNS: Column[] = [
  ...['topic.id', 'topic.label', 'proposition', 'order', 'not_before', 'not_after'],
  ...['from', 'to'].flatMap((side) => OF_A_STANCE.map((name) => `${side}.${name}`)),
].map((path) => ({ path, keys: path.split('.'), json: path.endsWith('.evidence') }));

const day: JsonSchema = { type: ['string', 'null'] };

const shiftsPageSchema: JsonSchema = {
  type: 'object',
  required: [
    'total',
    'total_is',
    'next_cursor',
    'actor',
    'stances',
    'coded_differently',
    'results',
    'data_version',
  ],
  properties: {
    ...pageProperties,
    total: { type: 'integer', minimum: 0, description: 'How many shifts there are.' },
    actor: {
      type: 'object',
      required: ['id', 'name'],
      properties: { id: { type: 'string' }, name: { type: 'string' } },
    },
    stances: { type: 'integer', minimum: 0, description: 'How many stances were read.' },
    coded_differently: {
      type: 'integer',
      minimum: 0,
      description:
        'Topics on which different coders gave one source different positions: a disagreement of theirs, and no shift.',
    },
    results: {
      type: 'array',
      description: 'Topic by topic, changes in the order of time.',
      items: {
        type: 'object',
        required: ['topic', 'proposition', 'order', 'not_before', 'not_after', 'from', 'to'],
        properties: {
          topic: {
            type: 'object',
            required: ['id', 'label'],
            properties: { id: { type: 'string' }, label: { type: 'string' } },
          },
          proposition: { type: ['string', 'null'], description: 'What the positions are about.' },
          order: { type: 'string', enum: listWords(shiftOrder), description: shiftOrder.description },
          not_before: {
            ...day,
            description:
              'The change lies on or after this day; null where the date is open or the order is not known.',
          },
          not_after: {
            ...day,
            description: 'And on or before this one.',
          },
          from: {
            allOf: [ref('Stance')],
            description:
              'The position before; the last known one, with the words of its quotes. Where the order is not known, one of the two.',
          },
          to: { allOf: [ref('Stance')], description: 'The position after, likewise.' },
        },
      },
    },
  },
};

function describeShifts(limits: AnalysisContext): JsonSchema {
  const filters = [...listFilters(getResource('stances')).values()].filter(({ name }) => name !== 'actor');
  return describeAnalysis(limits, {
    operationId: 'listActorShifts',
    summary: 'List where an actor changed position',
    description: `Propositions on which the actor's position changed, between which days, with the two stances and their quotes side by side. Where dates overlap or are missing, \`order\` says so. The filters of \`/v1/stances\` say which stances are read, at most ${MOST_STANCES}.`,
    params: describeId(getResource('actors')),
    parameters: {
      ...describeFilters(filters),
      order: {
        type: 'string',
        examples: ['known'],
        description: `Only shifts of this order: ${listWords(shiftOrder)
          .map((word) => `\`${word}\``)
          .join(', ')}, joined by commas.`,
      },
    },
    limit: `Shifts on a page. Without it, CSV has all of them, at most ${MOST_ROWS}.`,
    answer: 'Shifts; as CSV, a row each.',
    schema: shiftsPageSchema,
    refusals: ['not_found', 'withdrawn'],
    example: '/v1/actors/zarif/shifts?order=known,overlapping',
  });
}
