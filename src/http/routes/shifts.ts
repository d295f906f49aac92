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
import type { Compute } from '../../compute/compute.ts';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import { readOneState } from '../../db/one-state.ts';
import { type Column, writeHeader, writeRecords } from '../../formats/csv.ts';
import { listFilters } from '../../query/filters.ts';
import type { RawParams } from '../../query/params.ts';
import { explainAbsence, hasRecord } from '../../query/records.ts';
import { getResource } from '../../resources/registry.ts';
import { listWords, shiftOrder } from '../../vocabulary.ts';
import { sendKept } from '../keep-answers.ts';
import { chooseFormat, FORMAT_TYPES, MEDIA_TYPES, tagAnswer } from '../negotiate.ts';
import { describeFilters, describeId, describeRefusals, describeSamples } from '../operations.ts';
import { type JsonSchema, pageProperties, ref } from '../record-schemas.ts';

type Context = { db: Db; compute: Compute; page_size: number; page_size_max: number };

const FORMATS = ['json', 'csv'] as const;

export function registerShifts(app: FastifyInstance, context: Context): void {
  app.get('/v1/actors/:id/shifts', { schema: describeShifts(context) }, (request, reply) =>
    answerShifts(context, request, reply),
  );
}

async function answerShifts(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { db, compute, page_size } = context;
  const { id } = request.params as { id: string };
  const raw = request.query as RawParams;
  const asked = parseShifts(id, raw, context);
  const format = chooseFormat(asked.query.format, request, FORMATS);
  const canonical = `${asked.canonical} ${page_size}`;
  if (tagAnswer(request, reply, readDataVersion(db), canonical, format)) return reply.status(304).send();
  const kept = sendKept(reply);
  if (kept !== null) return kept;
  if (!hasRecord(db, getResource('actors'), id)) throw explainAbsence(db, getResource('actors'), id);
  const all = format === 'csv' && asked.query.limit === null;
  const limits = { page_size, page_size_max: context.page_size_max };
  const page = areFewStances(db, asked)
    ? readOneState(db, () => findShifts(db, id, asked, all ? null : page_size))
    : await compute.ask('find_shifts', { id, raw, limits, all }, { signal: request.signal });
  // The tag is that of the state of the data which was read: it may be a later one than when the request came.
  tagAnswer(request, reply, page.data_version, canonical, format);
  reply.type(MEDIA_TYPES[format]);
  if (format === 'csv') return writeHeader(COLUMNS) + writeRecords(page.results, COLUMNS, PLAIN);
  return JSON.stringify(page satisfies ShiftsPage);
}

const PLAIN = { rows: null, guard: false };

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

function describeShifts(limits: { page_size: number; page_size_max: number }): JsonSchema {
  const filters = [...listFilters(getResource('stances')).values()].filter(({ name }) => name !== 'actor');
  return {
    operationId: 'listActorShifts',
    summary: 'List where an actor changed position',
    description: `Propositions on which the actor's position changed, between which days, with the two stances and their quotes side by side. Where dates overlap or are missing, \`order\` says so. The filters of \`/v1/stances\` say which stances are read, at most ${MOST_STANCES}.`,
    tags: ['Comparisons'],
    params: describeId(getResource('actors')),
    querystring: {
      type: 'object',
      properties: {
        ...describeFilters(filters),
        order: {
          type: 'string',
          examples: ['known'],
          description: `Only shifts of this order: ${listWords(shiftOrder)
            .map((word) => `\`${word}\``)
            .join(', ')}, joined by commas.`,
        },
        q: { type: 'string', description: 'Words that the statement of a stance has.' },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: limits.page_size_max,
          default: limits.page_size,
          description: `Shifts on a page. Without it, CSV has all of them, at most ${MOST_ROWS}.`,
        },
        cursor: { type: 'string', description: '`next_cursor` of the page before, with the same filters.' },
        format: { type: 'string', enum: [...FORMATS], description: 'Wins over the `Accept` header.' },
      },
    },
    response: {
      200: {
        description: 'Shifts; as CSV, a row each.',
        headers: {
          ETag: { type: 'string', description: 'Stands for exactly these bytes; for `If-None-Match`.' },
        },
        content: {
          [FORMAT_TYPES.json]: { schema: shiftsPageSchema },
          [FORMAT_TYPES.csv]: { schema: { type: 'string' } },
        },
      },
      304: { description: 'What the caller has is still right.', type: 'null' },
      ...describeRefusals(
        'unknown_parameter',
        'invalid_value',
        'unknown_id',
        'too_much',
        'not_found',
        'withdrawn',
        'not_acceptable',
        'deadline_exceeded',
        'overloaded',
      ),
    },
    'x-codeSamples': describeSamples('/v1/actors/zarif/shifts?order=known,overlapping'),
  };
}
