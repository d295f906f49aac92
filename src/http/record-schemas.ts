/** The named schemas of the contract: records, their pages, groups, matches and problems, from the nouns' declarations. */
import { z } from 'zod';
import { catalogue } from '../errors.ts';
import { MATCHES_LIMIT } from '../query/budget.ts';
import { FACET_SIZE } from '../query/group.ts';
import { LEAST_SCORE } from '../query/names.ts';
import { servedResources } from '../resources/registry.ts';
import type { Resource } from '../resources/resource.ts';
import { buildRecordSchema } from '../resources/schemas.ts';
import { listWords, nameReason, ranking, totalIs } from '../vocabulary.ts';

export type JsonSchema = Record<string, unknown>;

export const ref = (name: string): JsonSchema => ({ $ref: `${name}#` });

export function nameSchema(resource: Resource): string {
  return resource.singular.charAt(0).toUpperCase() + resource.singular.slice(1);
}

export function nameTag(resource: Resource): string {
  return resource.name.charAt(0).toUpperCase() + resource.name.slice(1);
}

/** The named schemas of the contract. */
export function buildComponents(): JsonSchema[] {
  const nouns = servedResources.flatMap((resource) => {
    const name = nameSchema(resource);
    const record = toJsonSchema(buildRecordSchema(resource));
    if (resource.search !== undefined)
      Object.assign(record.properties as JsonSchema, {
        matches: {
          type: 'array',
          items: ref('Match'),
          description: `Where the words of \`q\` stand, the first ${MATCHES_LIMIT} places; only in answers to a search.`,
        },
        matches_are: {
          type: 'string',
          enum: listWords(totalIs),
          description: 'Whether these are all places (`exact`) or there are more (`at_least`).',
        },
      });
    if (resource.names?.filter)
      (record.properties as JsonSchema).name_match = {
        allOf: [ref('NameMatch')],
        description: 'How the name that was asked for fits; only in answers to `name`.',
      };
    return [
      { $id: name, title: name, ...record },
      {
        $id: `${name}Part`,
        title: `${name}Part`,
        ...dropRequired(record),
        description: `What \`fields\` selects of a record of the ${resource.name}.`,
      },
      buildPageSchema(name),
    ];
  });
  return [...nouns, groupPageSchema, matchSchema, nameMatchSchema, problemSchema];
}

/** `io: 'input'`, so that nothing says that keys may not be added: they may, in any release. */
function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return json;
}

function dropRequired(schema: unknown): JsonSchema {
  if (Array.isArray(schema)) return schema.map(dropRequired) as unknown as JsonSchema;
  if (schema === null || typeof schema !== 'object') return schema as JsonSchema;
  const entries = Object.entries(schema).filter(
    ([key, value]) => !(key === 'required' && Array.isArray(value)),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, dropRequired(value)]));
}

export const pageProperties = {
  total: { type: 'integer', minimum: 0, description: 'How many match.' },
  total_is: { type: 'string', enum: listWords(totalIs), description: totalIs.description },
  next_cursor: { type: ['string', 'null'], description: 'For `cursor`; null on the last page.' },
  data_version: { type: 'string', description: 'Changes with every change of the data.' },
};

function buildPageSchema(name: string): JsonSchema {
  return {
    $id: `${name}Page`,
    title: `${name}Page`,
    type: 'object',
    description: 'A page of a list. It may hold fewer than `limit` records and still have a `next_cursor`.',
    required: ['total', 'total_is', 'next_cursor', 'results', 'data_version'],
    properties: {
      ...pageProperties,
      results: { type: 'array', items: { anyOf: [ref(name), ref(`${name}Part`)] } },
      facets: {
        type: 'object',
        description: `For each of \`facets\`, the ${FACET_SIZE} most frequent values among all that match.`,
        additionalProperties: {
          type: 'array',
          items: {
            type: 'object',
            required: ['value', 'count'],
            properties: { value: groupValue, count: { type: 'integer' } },
          },
        },
      },
      facets_records: {
        type: 'integer',
        minimum: 0,
        description: 'How many records were counted for `facets`, each once.',
      },
      facets_are: {
        type: 'string',
        enum: listWords(totalIs),
        description:
          'Whether these are all that match: then the counts are `exact`, else each is `at_least`.',
      },
      ranking: { type: 'string', enum: listWords(ranking), description: ranking.description },
    },
  };
}

const groupValue: JsonSchema = {
  description:
    'A word, a code, a unit of time, true or false, a record (`id` and label), or null where there is none.',
  anyOf: [
    { type: 'string' },
    { type: 'boolean' },
    { type: 'null' },
    {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' } },
      additionalProperties: { type: 'string' },
    },
  ],
};

const groupPageSchema: JsonSchema = {
  $id: 'GroupPage',
  title: 'GroupPage',
  type: 'object',
  description:
    'Counts, in answer to `group_by`: a result has the value of each key under its name, and `count`.',
  required: [
    'total',
    'total_is',
    'group_by',
    'records',
    'counts_are',
    'next_cursor',
    'results',
    'data_version',
  ],
  properties: {
    ...pageProperties,
    total: { type: 'integer', minimum: 0, description: 'How many groups there are.' },
    group_by: { type: 'array', items: { type: 'string' }, description: 'The keys, as asked for.' },
    records: { type: 'integer', minimum: 0, description: 'How many records were counted, each once.' },
    counts_are: {
      type: 'string',
      enum: listWords(totalIs),
      description: 'Whether these are all that match: then the counts are `exact`, else each is `at_least`.',
    },
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['count'],
        properties: { count: { type: 'integer' } },
        additionalProperties: groupValue,
      },
    },
  },
};

const matchSchema: JsonSchema = {
  $id: 'Match',
  title: 'Match',
  type: 'object',
  description:
    'A place where a word of `q` stands, in Unicode code points of a field of the record, end exclusive.',
  required: ['field', 'start', 'end'],
  properties: {
    field: { type: 'string' },
    index: { type: 'integer', description: 'In which entry, where the field is a list; from 0.' },
    start: { type: 'integer' },
    end: { type: 'integer' },
    own_words: { type: 'boolean', description: "Whether it stands in the actor's own words." },
  },
};

const nameMatchSchema: JsonSchema = {
  $id: 'NameMatch',
  title: 'NameMatch',
  type: 'object',
  description: 'The name of a record that fits best, how well, and why.',
  required: ['field', 'name', 'score', 'reasons'],
  properties: {
    field: { type: 'string' },
    index: { type: 'integer', description: 'In which entry, where the field is a list; from 0.' },
    name: { type: 'string', description: 'The name as it is stored.' },
    score: { type: 'number', minimum: LEAST_SCORE, maximum: 1, description: '1 for the same name.' },
    reasons: {
      type: 'array',
      items: { type: 'string', enum: listWords(nameReason) },
      description: nameReason.description,
    },
  },
};

const problemSchema: JsonSchema = {
  $id: 'Problem',
  title: 'Problem',
  type: 'object',
  description: 'A refusal, as RFC 9457 has it. `code` is stable; `detail` is a sentence for people.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: 'Address of the entry on this `code`.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(catalogue) },
    parameter: { type: 'string', description: 'The parameter at fault.' },
    value: { type: 'string', description: 'The value at fault, cut where it is long.' },
    allowed: { type: 'array', items: { type: 'string' }, description: 'What would be accepted.' },
    nearest: { type: 'string', description: 'The accepted value most like the given one.' },
    request_id: { type: 'string', description: 'Finds the request in the logs.' },
  },
};
