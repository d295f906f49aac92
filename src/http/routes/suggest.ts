/** What somebody may be typing the name of. */
import type { FastifyInstance } from 'fastify';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import { readOneState } from '../../db/one-state.ts';
import { Refusal } from '../../errors.ts';
import { LONGEST_NAME, type RawParams, refuseParameter, refuseRepetition } from '../../query/params.ts';
import { suggestRecords } from '../../query/suggest.ts';
import { parseNames, parseNumber } from '../../query/values.ts';
import { servedResources } from '../../resources/registry.ts';
import { chooseFormat, FORMAT_TYPES, MEDIA_TYPES } from '../negotiate.ts';
import { answerOfOneState } from '../one-state-answers.ts';
import { describeAnswers, describeSamples } from '../operations.ts';
import type { JsonSchema } from '../record-schemas.ts';

const PARAMETERS = ['q', 'type', 'limit'];
const named = servedResources.filter((resource) => resource.names !== undefined);
const TYPES = named.map((resource) => resource.singular);
const STANDARD_LIMIT = 10;
const MOST_SUGGESTED = 50;

export function registerSuggest(app: FastifyInstance, db: Db): void {
  app.get('/v1/suggest', { schema: describeSuggest() }, (request, reply) => {
    const { q, types, limit } = parseSuggest(request.query as RawParams);
    chooseFormat(null, request, ['json']);
    const wanted = named.filter((resource) => types.includes(resource.singular));
    return answerOfOneState(db, request, reply, {
      canonical: JSON.stringify(['suggest', q, types, limit]),
      format: 'json',
      type: MEDIA_TYPES.json,
      find: () =>
        readOneState(db, () => ({
          results: suggestRecords(db, wanted, q, limit),
          data_version: readDataVersion(db),
        })),
      write: (answer) => JSON.stringify(answer),
    });
  });
}

function parseSuggest(raw: RawParams): { q: string; types: string[]; limit: number } {
  for (const [name, value] of Object.entries(raw)) {
    if (!PARAMETERS.includes(name)) throw refuseParameter(name, PARAMETERS, '/v1/suggest');
    if (Array.isArray(value)) throw refuseRepetition(name, value.length);
  }
  const { q, type, limit } = raw as Record<string, string | undefined>;
  if (q === undefined) {
    throw new Refusal('invalid_value', '`q` is missing: what was typed so far.', { parameter: 'q' });
  }
  if (q.length > LONGEST_NAME) {
    throw new Refusal('too_much', `\`q\` is ${q.length} characters long; at most ${LONGEST_NAME} are read.`, {
      parameter: 'q',
    });
  }
  return {
    q: q.trim(),
    types: type === undefined ? TYPES : parseNames('type', type, TYPES, TYPES.length),
    limit: limit === undefined ? STANDARD_LIMIT : parseNumber('limit', limit, 1, MOST_SUGGESTED),
  };
}

const placeSchema: JsonSchema = {
  type: 'object',
  required: ['start', 'end'],
  properties: { start: { type: 'integer' }, end: { type: 'integer' } },
};

const suggestionSchema: JsonSchema = {
  type: 'object',
  required: ['type', 'id', 'label', 'kind', 'description', 'matched'],
  properties: {
    type: { type: 'string', enum: TYPES },
    id: { type: 'string' },
    label: { type: 'string', description: 'The name, label or title.' },
    kind: { type: ['string', 'null'], description: 'Kind of actor, or medium of a source.' },
    description: { type: ['string', 'null'] },
    matched: {
      type: 'object',
      description: 'The name that was matched.',
      required: ['field', 'text', 'highlights'],
      properties: {
        field: { type: 'string' },
        index: { type: 'integer', description: 'In which entry, where the field is a list; from 0.' },
        text: { type: 'string' },
        highlights: {
          type: 'array',
          items: placeSchema,
          description:
            'Where what was typed stands in `text`, in Unicode code points, end exclusive; empty where it is only alike.',
        },
      },
    },
  },
};

function describeSuggest(): JsonSchema {
  return {
    operationId: 'listSuggestions',
    summary: 'Complete a name',
    description:
      'Actors, topics and sources whose names begin with what was typed, or have words that do; where few do, also those whose names are like it, in any spelling.',
    tags: ['Names'],
    querystring: {
      type: 'object',
      required: ['q'],
      properties: {
        q: {
          type: 'string',
          maxLength: LONGEST_NAME,
          description: 'What was typed so far.',
          examples: ['kham'],
        },
        type: {
          type: 'string',
          description: `Only these, joined by commas: ${TYPES.map((type) => `\`${type}\``).join(', ')}.`,
        },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: MOST_SUGGESTED,
          default: STANDARD_LIMIT,
          description: 'At most so many.',
        },
      },
    },
    response: describeAnswers(
      'The best first; whole names before words of names, short ones before long ones.',
      {
        [FORMAT_TYPES.json]: {
          type: 'object',
          required: ['results', 'data_version'],
          properties: {
            results: { type: 'array', items: suggestionSchema },
            data_version: { type: 'string', description: 'Changes with every change of the data.' },
          },
        },
      },
      'unknown_parameter',
      'invalid_value',
      'unknown_field',
      'repeated_parameter',
      'too_much',
      'not_acceptable',
    ),
    'x-codeSamples': describeSamples('/v1/suggest?q=kham'),
  };
}
