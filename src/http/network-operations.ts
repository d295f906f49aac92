/** What the contract says of networks and their evidence. */
import {
  DEFAULT_LIMIT,
  listNodeKeys,
  MOST_EDGES,
  NETWORK_FORMATS,
  type NetworkFormat,
  type NetworkParameter,
  STANDARD,
  SUBJECTS,
} from '../analysis/networks/parameters.ts';
import { type Filter, listFilters } from '../query/filters.ts';
import { getResource } from '../resources/registry.ts';
import {
  listWords,
  networkAggregation,
  networkDuplicates,
  networkMode,
  networkNormalization,
  type WordList,
} from '../vocabulary.ts';
import { evidenceSchema } from './network-schemas.ts';
import { describeAnswers, describeFilters, describeSamples } from './operations.ts';
import { type JsonSchema, ref } from './record-schemas.ts';

/** The first is given to those who accept anything; edges and matrix are both CSV, and the matrix is its first. */
export const NETWORK_TYPES: Record<NetworkFormat, string> = {
  json: 'application/json',
  csv: 'text/csv',
  edges: 'text/csv',
  graphml: 'application/graphml+xml',
  gexf: 'application/gexf+xml',
};

const FORMAT_DESCRIPTION =
  '`json`: nodes and edges. `csv`: the whole matrix. `edges`: a row for each edge, as CSV. `graphml` and `gexf`: for Gephi, networkx and igraph. Wins over the `Accept` header.';

export const EVIDENCE_EXAMPLE = '/v1/networks/evidence?row=russia&column=jcpoa';
export const NETWORK_EXAMPLE = '/v1/networks?mode=one&aggregation=congruence&source=eftekhari-op-ed';

function describeWord(list: WordList, standard: string): JsonSchema {
  const meanings = Object.entries(list.words).map(([word, meaning]) => `\`${word}\`: ${meaning}`);
  return {
    type: 'string',
    enum: listWords(list),
    default: standard,
    description: `${list.description} ${meanings.join(' ')}`,
  };
}

function describeKey(standard: string, what: string): JsonSchema {
  const keys = [...new Set(SUBJECTS.flatMap((of) => [...listNodeKeys(of).keys()]))];
  return {
    type: 'string',
    default: standard,
    description: `${what} One of ${keys.map((key) => `\`${key}\``).join(', ')}.`,
  };
}

export function describeOwnParameters(): Record<NetworkParameter, JsonSchema> {
  return {
    of: {
      type: 'string',
      enum: [...SUBJECTS],
      default: STANDARD.of,
      description: 'What statements are taken from. Quotes take no position: theirs all count alike.',
    },
    mode: describeWord(networkMode, STANDARD.mode),
    rows: describeKey(STANDARD.rows, 'What rows are.'),
    columns: describeKey(
      STANDARD.columns,
      'What columns are; with `mode=one`, in what rows meet. A statement counts under its own topic, for whose proposition it speaks, and not under broader ones: `topic` and `topic.only` are the same here.',
    ),
    aggregation: describeWord(networkAggregation, STANDARD.aggregation),
    normalization: describeWord(networkNormalization, STANDARD.normalization),
    duplicates: describeWord(networkDuplicates, STANDARD.duplicates),
    isolates: {
      type: 'boolean',
      default: false,
      description:
        'Whether rows and columns are shown of which no statement is left: those of all statements that the filters match.',
    },
    window: {
      type: 'string',
      examples: ['P1M'],
      description:
        'A network for each window of time, half-open: `P30D`, `P2W`, `P1M`, `P1Y`. The first begins with the period that is asked for, else with the first statement; in steps of weeks, months or years, with that one of the calendar.',
    },
    step: {
      type: 'string',
      description: 'How far the beginnings of windows lie apart; without it, as far as they are long.',
    },
    min_weight: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'Edges that weigh at least so much, whatever their sign.',
    },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: MOST_EDGES,
      default: DEFAULT_LIMIT,
      description: 'Most edges of a network: the strongest, whatever their sign.',
    },
  };
}

/** The filters of stances, and those that only quotes have. */
export function describeNetworkFilters(): Record<string, JsonSchema> {
  const [first, ...rest] = SUBJECTS.map((of) => [...listFilters(getResource(of)).values()]);
  const known = new Set(first?.map((filter) => filter.name));
  const others = rest.flat().filter((filter) => !known.has(filter.name));
  return describeFilters([
    ...(first as Filter[]),
    ...others.map((filter) => ({
      ...filter,
      description: `${filter.description} (With \`of=quotes\`.)`,
      example: undefined,
    })),
  ]);
}

export function describeNetwork(): JsonSchema {
  return {
    operationId: 'getNetwork',
    summary: 'Draw a network',
    description:
      'Who speaks on what, or who agrees with whom, taken from stances or quotes with every filter of their lists. Each edge has its counts and leads to its evidence.',
    tags: ['Networks'],
    querystring: {
      type: 'object',
      properties: {
        ...describeOwnParameters(),
        format: {
          type: 'string',
          enum: [...NETWORK_FORMATS],
          default: 'json',
          description: FORMAT_DESCRIPTION,
        },
        q: { type: 'string', description: 'Words that the statements hold, as in their lists.' },
        ...describeNetworkFilters(),
      },
    },
    response: describeAnswers(
      'The network.',
      Object.fromEntries(
        Object.values(NETWORK_TYPES).map((type) => [
          type,
          type === NETWORK_TYPES.json ? ref('Network') : { type: 'string' },
        ]),
      ),

      'unknown_parameter',
      'invalid_value',
      'unknown_id',
      'conflicting_parameters',
      'too_much',
      'not_acceptable',
      'deadline_exceeded',
    ),
    'x-codeSamples': describeSamples(NETWORK_EXAMPLE),
  };
}

export function describeEvidence(limits: { page_size: number; page_size_max: number }): JsonSchema {
  const { limit: _, ...own } = describeOwnParameters();
  return {
    operationId: 'listNetworkEvidence',
    summary: 'List what an edge is made of',
    description:
      'Exactly the records that one cell of a network is made of, in the order of time, after duplicates were removed; with `mode=one`, the pairs of records in which two rows meet, column by column. Takes the parameters of the network; each edge has the address of its own.',
    tags: ['Networks'],
    querystring: {
      type: 'object',
      required: ['row', 'column'],
      properties: {
        row: { type: 'string', description: 'Id of the row.', examples: ['russia'] },
        column: {
          type: 'string',
          description: 'Id of the column; with `mode=one`, of the other row.',
          examples: ['jcpoa'],
        },
        start: { type: 'string', description: 'With `window`, the first day of the one that is meant.' },
        ...own,
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: limits.page_size_max,
          default: limits.page_size,
          description: 'Records, or pairs, on a page.',
        },
        cursor: {
          type: 'string',
          description: '`next_cursor` of the page before, with the same parameters.',
        },
        fields: { type: 'string', description: 'Part of each record: dotted paths joined by commas.' },
        format: { type: 'string', enum: ['json'], description: 'For symmetry with networks.' },
        q: { type: 'string', description: 'Words that the statements hold, as in their lists.' },
        ...describeNetworkFilters(),
      },
    },
    response: describeAnswers(
      'A page of records, or of pairs of records.',
      { 'application/json': evidenceSchema },

      'unknown_parameter',
      'invalid_value',
      'unknown_id',
      'conflicting_parameters',
      'cursor_expired',
      'not_acceptable',
      'deadline_exceeded',
    ),
    'x-codeSamples': describeSamples(EVIDENCE_EXAMPLE),
  };
}
