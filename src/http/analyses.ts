/** What the addresses of analyses have in common: two formats, and pages. */
import type { Compute } from '../compute/compute.ts';
import type { Db } from '../db/client.ts';
import { FORMAT_TYPES } from './negotiate.ts';
import { describeAnswers, type describeRefusals, describeSamples } from './operations.ts';
import type { JsonSchema } from './record-schemas.ts';

export type AnalysisContext = { db: Db; compute: Compute; page_size: number; page_size_max: number };

export const ANALYSIS_FORMATS = ['json', 'csv'] as const;
export type AnalysisFormat = (typeof ANALYSIS_FORMATS)[number];

type Described = {
  operationId: string;
  summary: string;
  description: string;
  params?: JsonSchema;
  /** Parameters that must be given. */
  required?: readonly string[];
  /** Its own parameters and filters. */
  parameters: Record<string, JsonSchema>;
  /** Beside how many `limit` gives. */
  limit: string;
  cursor?: string;
  /** What is answered, in both formats. */
  answer: string;
  schema: JsonSchema;
  refusals?: Parameters<typeof describeRefusals>;
  example: string;
};

export function describeAnalysis(
  limits: { page_size: number; page_size_max: number },
  described: Described,
): JsonSchema {
  const { operationId, summary, description, params, required, parameters, answer, schema } = described;
  return {
    operationId,
    summary,
    description,
    tags: ['Comparisons'],
    ...(params === undefined ? {} : { params }),
    querystring: {
      type: 'object',
      ...(required === undefined ? {} : { required }),
      properties: {
        ...parameters,
        q: { type: 'string', description: 'Words that the statement of a stance has.' },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: limits.page_size_max,
          default: limits.page_size,
          description: described.limit,
        },
        cursor: {
          type: 'string',
          description: described.cursor ?? '`next_cursor` of the page before, with the same filters.',
        },
        format: {
          type: 'string',
          enum: [...ANALYSIS_FORMATS],
          description: 'Wins over the `Accept` header.',
        },
      },
    },
    response: describeAnswers(
      answer,
      { [FORMAT_TYPES.json]: schema, [FORMAT_TYPES.csv]: { type: 'string' } },
      'unknown_parameter',
      'invalid_value',
      'unknown_id',
      'too_much',
      ...(described.refusals ?? []),
      'not_acceptable',
      'deadline_exceeded',
    ),
    'x-codeSamples': describeSamples(described.example),
  };
}
