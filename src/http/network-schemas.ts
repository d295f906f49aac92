/** What answers hold that tell of networks and their evidence. */
import { type JsonSchema, pageProperties, ref } from './record-schemas.ts';

const count: JsonSchema = { type: 'integer', minimum: 0 };
const counts: JsonSchema = { type: 'object', additionalProperties: count };
const id: JsonSchema = { type: 'string' };

const nodeSchema: JsonSchema = {
  type: 'object',
  required: ['id', 'label', 'mode', 'key', 'statements'],
  properties: {
    id,
    label: { type: 'string' },
    mode: { type: 'string', enum: ['row', 'column'] },
    key: { type: 'string', description: 'The id, unless a row has it too: unlike that of any other node.' },
    statements: { ...count, description: 'Statements of this network.' },
  },
};
const edgeSchema: JsonSchema = {
  type: 'object',
  required: ['row', 'column', 'weight', 'counts', 'evidence'],
  properties: {
    row: id,
    column: { ...id, description: 'Id of the column; with `mode=one`, of the other row.' },
    weight: { type: 'number' },
    counts: {
      ...counts,
      description:
        'What the weight hides: statements by position, and `total`; with `mode=one`, pairs of statements: `pairs`, `congruent`, `conflicting`, and the `columns` that both have.',
    },
    evidence: { type: 'string', description: 'Address of the statements that the edge is made of.' },
  },
};
const parts: JsonSchema = {
  nodes: { type: 'array', items: nodeSchema, description: 'In the order of their ids, rows first.' },
  edges_total: { ...count, description: 'Edges of at least `min_weight`, of which `limit` are given.' },
  edges: { type: 'array', items: edgeSchema, description: 'The strongest first.' },
};

/** The named schema of the answer. */
export const networkSchema: JsonSchema = {
  $id: 'Network',
  title: 'Network',
  type: 'object',
  description: 'Nodes and edges; with `window`, `networks` in their place, one for each window.',
  required: ['parameters', 'statements', 'data_version'],
  properties: {
    parameters: {
      type: 'object',
      additionalProperties: true,
      description: 'What was asked for, and what was taken for what was not.',
    },
    statements: {
      type: 'object',
      required: ['matched', 'entries', 'used', 'left_out'],
      properties: {
        matched: { ...count, description: 'Records that the filters match.' },
        entries: {
          ...count,
          description: 'Statements in these: a record with several topics is one under each.',
        },
        used: { ...count, description: 'Statements that the network is made of.' },
        left_out: {
          type: 'object',
          description: 'All others, by reason.',
          required: [
            'without_row',
            'without_column',
            'positions',
            'undated',
            'outside_windows',
            'duplicates',
          ],
          properties: {
            without_row: count,
            without_column: count,
            positions: {
              ...counts,
              description: 'Neither support nor oppose, where weights are made of these.',
            },
            undated: { ...count, description: 'Without a day, where windows or periods ask for one.' },
            outside_windows: count,
            duplicates: count,
          },
        },
      },
    },
    ...parts,
    networks: {
      type: 'array',
      items: {
        type: 'object',
        required: ['start', 'end', 'used', 'duplicates', ...Object.keys(parts)],
        properties: {
          start: { type: 'string', description: 'First day.' },
          end: { type: 'string', description: 'The day after the last.' },
          used: count,
          duplicates: count,
          ...parts,
        },
      },
    },
    data_version: { type: 'string' },
  },
};

const nodeOfEnd: JsonSchema = {
  type: 'object',
  required: ['id', 'label'],
  properties: { id, label: { type: 'string' } },
};

const record: JsonSchema = {
  anyOf: [ref('Stance'), ref('StancePart'), ref('Quote'), ref('QuotePart')],
};
export const evidenceSchema: JsonSchema = {
  type: 'object',
  required: [
    ...['parameters', 'row', 'column', 'weight', 'divisor', 'counts'],
    ...['total', 'total_is', 'next_cursor', 'results', 'data_version'],
  ],
  properties: {
    parameters: { type: 'object', additionalProperties: true },
    row: nodeOfEnd,
    column: nodeOfEnd,
    start: { type: 'string', description: 'First day of the window.' },
    end: { type: 'string', description: 'The day after its last.' },
    weight: { type: 'number', description: 'As in the network.' },
    divisor: {
      type: ['number', 'null'],
      description: 'What the normalization divided by; null where there are no statements.',
    },
    counts: { ...counts, description: 'As in the network.' },
    ...pageProperties,
    results: {
      type: 'array',
      items: {
        anyOf: [
          record,
          {
            type: 'object',
            required: ['shared', 'weight', 'row', 'column'],
            properties: {
              shared: { ...nodeOfEnd, description: 'The column in which both rows meet.' },
              weight: { type: 'integer', description: '1; -1 for what is subtracted.' },
              row: record,
              column: record,
            },
          },
        ],
      },
    },
  },
};
