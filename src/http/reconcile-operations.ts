/** What the contract says of the reconciliation service. The shapes are those of the specification, in our own words. */
import { MOST_CANDIDATES, MOST_QUERIES, PROPERTIES, TYPES } from '../analysis/reconciliation.ts';
import { FORMAT_TYPES } from './negotiate.ts';
import { describePosts, describeRefusals, describeSamples } from './operations.ts';
import type { JsonSchema } from './record-schemas.ts';

const text: JsonSchema = { type: 'string' };
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const shape = (properties: Record<string, JsonSchema>, ...required: string[]): JsonSchema => ({
  type: 'object',
  required,
  properties,
});
const named = shape({ id: text, name: text, description: text }, 'id', 'name');

const manifestSchema = shape(
  {
    versions: list(text),
    name: text,
    identifierSpace: text,
    schemaSpace: text,
    defaultTypes: list(named),
    view: shape({ url: text }, 'url'),
    suggest: { type: 'object' },
    extend: { type: 'object' },
    batchSize: { type: 'integer' },
  },
  'versions',
  'name',
  'identifierSpace',
  'schemaSpace',
);

const candidateSchema = shape(
  {
    id: text,
    name: text,
    description: text,
    score: { type: 'number', minimum: 0, maximum: 100 },
    match: { type: 'boolean', description: 'Whether the name means this one beyond doubt.' },
    type: list(named),
    features: list(shape({ id: text, value: { type: ['number', 'boolean'] } }, 'id', 'value')),
  },
  'id',
  'name',
  'score',
  'match',
  'type',
);

const resultsSchema: JsonSchema = {
  type: 'object',
  description: 'Under the name of each query.',
  additionalProperties: shape({ result: list(candidateSchema) }, 'result'),
};

const extensionSchema = shape(
  { meta: list(named), rows: { type: 'object', additionalProperties: { type: 'object' } } },
  'meta',
  'rows',
);

const QUERIES = `A JSON object of at most ${MOST_QUERIES} queries, each under a name of its own: \`query\`, \`type\`, \`limit\` (at most ${MOST_CANDIDATES}) and \`properties\`, a list of \`pid\` and \`v\`; at most ${MOST_QUERIES} affiliations in all.`;
const EXTEND = 'A JSON object of `ids` and `properties`, a list of `id`.';

function describeAnswer(description: string, ...schemas: JsonSchema[]): JsonSchema {
  const schema = schemas.length === 1 ? schemas[0] : { anyOf: schemas };
  return { description, content: { [FORMAT_TYPES.json]: { schema } } };
}

export function describeService(): JsonSchema {
  return {
    operationId: 'getReconciliation',
    summary: 'Reconcile names: the manifest, or answers',
    description:
      'The Reconciliation API 0.2, for OpenRefine and other clients. Without parameters, the manifest of the service.',
    tags: ['Names'],
    querystring: {
      type: 'object',
      properties: {
        queries: { type: 'string', description: QUERIES, examples: ['{"q0":{"query":"Zarif"}}'] },
        extend: {
          type: 'string',
          description: `Data extension. ${EXTEND}`,
          examples: ['{"ids":["zarif"],"properties":[{"id":"country"}]}'],
        },
      },
    },
    response: {
      200: describeAnswer(
        'The manifest, the candidates, or the values.',
        resultsSchema,
        extensionSchema,
        manifestSchema,
      ),
      ...describeRefusals('unknown_parameter', 'invalid_value', 'too_much', 'invalid_body'),
    },
    'x-codeSamples': describeSamples('/reconcile'),
  };
}

/** In a form a JSON text, in a JSON body the object itself. */
function describeFields(type: 'string' | 'object'): JsonSchema {
  return {
    type: 'object',
    properties: { queries: { type, description: QUERIES }, extend: { type, description: EXTEND } },
  };
}

export function describeBatch(): JsonSchema {
  return {
    operationId: 'postReconciliation',
    summary: 'Reconcile names',
    description:
      'A batch of queries, or of entities whose data is asked for. `match` is true only where a name means one actor beyond doubt: the same name or Wikidata item, nobody else of that name, and no property that contradicts.',
    tags: ['Names'],
    body: {
      content: {
        'application/x-www-form-urlencoded': { schema: describeFields('string') },
        'application/json': { schema: describeFields('object') },
      },
    },
    response: {
      200: describeAnswer('Candidates, or values.', resultsSchema, extensionSchema),
      ...describeRefusals(
        ...(['unknown_parameter', 'invalid_value', 'too_much', 'invalid_body'] as const),
        ...(['payload_too_large', 'unsupported_media_type'] as const),
      ),
    },
    'x-codeSamples': describePosts('/reconcile', { queries: { q0: { query: 'Zarif', type: 'person' } } }),
  };
}

const SUGGESTED: Record<'entity' | 'property' | 'type', [operation: string, what: string, prefix: string]> = {
  entity: ['listReconciliationEntities', 'actors', 'zar'],
  property: ['listReconciliationProperties', 'properties', 'cou'],
  type: ['listReconciliationTypes', 'types', 'per'],
};

export function describeSuggest(what: keyof typeof SUGGESTED): JsonSchema {
  const [operationId, nouns, prefix] = SUGGESTED[what];
  return {
    operationId,
    summary: `Complete ${nouns} for reconciliation`,
    description: `The suggest service of the Reconciliation API 0.2 for ${nouns}.`,
    tags: ['Names'],
    querystring: {
      type: 'object',
      properties: {
        prefix: { type: 'string', description: 'What was typed so far.', examples: [prefix] },
        cursor: { type: 'integer', minimum: 0, description: 'How many to pass over.' },
      },
    },
    response: {
      200: describeAnswer(
        'The best first.',
        shape(
          {
            result: list({
              ...named,
              properties: { id: text, name: text, description: text, notable: list(text) },
            }),
          },
          'result',
        ),
      ),
      ...describeRefusals('bad_request'),
    },
    'x-codeSamples': describeSamples(`/reconcile/suggest/${what}?prefix=${prefix}`),
  };
}

export function describeProperties(): JsonSchema {
  return {
    operationId: 'listReconciliationDataProperties',
    summary: 'Properties to extend data by',
    description: 'The property proposals of the Reconciliation API 0.2: the same for every type.',
    tags: ['Names'],
    querystring: {
      type: 'object',
      properties: {
        type: { type: 'string', description: 'A type.', examples: TYPES.map(({ id }) => id).slice(0, 1) },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: PROPERTIES.length,
          description: 'At most so many.',
        },
      },
    },
    response: {
      200: describeAnswer('The properties.', shape({ type: text, properties: list(named) }, 'properties')),
      ...describeRefusals('unknown_parameter'),
    },
    'x-codeSamples': describeSamples('/reconcile/properties?type=person'),
  };
}
