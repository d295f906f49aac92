/** What the addresses of analyses have in common: two formats, pages, and an answer made of one state of the data. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Compute } from '../compute/compute.ts';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { sendKept } from './keep-answers.ts';
import { FORMAT_TYPES, MEDIA_TYPES, tagAnswer } from './negotiate.ts';
import { describeAnswers, type describeRefusals, describeSamples } from './operations.ts';
import type { JsonSchema } from './record-schemas.ts';

export type AnalysisContext = { db: Db; compute: Compute; page_size: number; page_size_max: number };

export const ANALYSIS_FORMATS = ['json', 'csv'] as const;
export type AnalysisFormat = (typeof ANALYSIS_FORMATS)[number];

type Asked<A> = {
  canonical: string;
  format: AnalysisFormat;
  find: () => A | Promise<A>;
  write: (answer: A) => string;
};

/** Answers 304 or what is kept, where the caller or the memory has it; else `find` is asked. */
export async function answerAnalysis<A extends { data_version: string }>(
  { db }: AnalysisContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { canonical, format, find, write }: Asked<A>,
): Promise<FastifyReply> {
  if (tagAnswer(request, reply, readDataVersion(db), canonical, format)) return reply.status(304).send();
  const kept = sendKept(reply);
  if (kept !== null) return kept;
  const answer = await find();
  // The tag is that of the state of the data which was read: it may be a later one than when the request came.
  tagAnswer(request, reply, answer.data_version, canonical, format);
  return reply.type(MEDIA_TYPES[format]).send(write(answer));
}

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
      'overloaded',
    ),
    'x-codeSamples': describeSamples(described.example),
  };
}
