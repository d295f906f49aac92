/** How far coders of the same material agree. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type Agreement,
  AMBIGUOUS_SHOWN,
  isSmallAgreement,
  MOST_CODERS,
  MOST_DIFFERENCES,
  MOST_KAPPAS,
  MOST_STANCES,
  measureAgreement,
  type PairAgreement,
  parseAgreement,
} from '../../analysis/agreement.ts';
import { readOneState } from '../../db/one-state.ts';
import { Refusal } from '../../errors.ts';
import { type Column, writeTable } from '../../formats/csv.ts';
import { listFilters } from '../../query/filters.ts';
import type { RawParams } from '../../query/params.ts';
import { parseWord } from '../../query/values.ts';
import { getResource } from '../../resources/registry.ts';
import { listWords, stancePosition } from '../../vocabulary.ts';
import {
  ANALYSIS_FORMATS,
  type AnalysisContext,
  type AnalysisFormat,
  describeAnalysis,
} from '../analyses.ts';
import { chooseFormat, MEDIA_TYPES } from '../negotiate.ts';
import { answerOfOneState } from '../one-state-answers.ts';
import { describeFilters } from '../operations.ts';
import { type JsonSchema, pageProperties, ref } from '../record-schemas.ts';

/** What the rows of a CSV file are. */
const TABLES = ['differences', 'pairs', 'topics'] as const;
type TableName = (typeof TABLES)[number];

export function registerAgreement(app: FastifyInstance, context: AnalysisContext): void {
  app.get('/v1/agreement', { schema: describeAgreement(context) }, (request, reply) =>
    answerAgreement(context, request, reply),
  );
}

async function answerAgreement(
  context: AnalysisContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { db, compute, page_size, page_size_max } = context;
  const { table: given, ...raw } = request.query as RawParams;
  const asked = parseAgreement(request.query as RawParams, context, ['table']);
  const format = chooseFormat(asked.query.format, request, ANALYSIS_FORMATS);
  const table = chooseTable(given, format);
  const all = table === 'differences' && asked.query.limit === null;
  return answerOfOneState<Agreement>(context.db, request, reply, {
    canonical: `${asked.canonical} ${table} ${page_size}`,
    format,
    type: MEDIA_TYPES[format],
    find() {
      if (isSmallAgreement(db, asked))
        return readOneState(db, () => measureAgreement(db, asked, all ? null : page_size));
      const limits = { page_size, page_size_max };
      return compute.ask('measure_agreement', { raw, limits, all }, { signal: request.signal });
    },
    write: (agreement) =>
      table === null ? JSON.stringify(agreement) : writeTable(listRows(agreement, table), COLUMNS[table]),
  });
}

/** Null where the answer is no table. */
function chooseTable(given: RawParams[string], format: AnalysisFormat): TableName | null {
  const table = given === undefined ? 'differences' : parseWord('table', String(given), TABLES);
  if (format === 'csv') return table as TableName;
  if (given === undefined) return null;
  throw new Refusal(
    'conflicting_parameters',
    '`table` says what the rows of a CSV file are: it needs `format=csv`.',
    { parameter: 'table' },
  );
}

const COEFFICIENT = ['value', 'why', 'observed', 'expected'];
const COLUMNS: Record<TableName, Column[]> = {
  differences: makeColumns([
    ...['source.id', 'actor.id', 'actor.name', 'on_behalf_of.id', 'topic.id', 'topic.label'],
    ...['coder.id', 'position', 'stance.id', 'stance.statement', 'stance.confidence', 'stance.evidence'],
  ]),
  pairs: makeColumns([
    ...['topic.id', 'first.id', 'second.id', 'units', 'agreed'],
    ...COEFFICIENT.map((name) => `kappa.${name}`),
  ]),
  topics: makeColumns([
    ...['topic.id', 'topic.label', 'units'],
    ...['nominal', 'ordinal'].flatMap((metric) => COEFFICIENT.map((name) => `alpha.${metric}.${name}`)),
  ]),
};

function makeColumns(paths: readonly string[]): Column[] {
  return paths.map((path) => ({ path, keys: path.split('.'), json: path === 'stance.evidence' }));
}

/** In `pairs` and `topics`, the rows without a topic are over all of them. */
function listRows(agreement: Agreement, table: TableName): Record<string, unknown>[] {
  const { alpha, pairs, topics, units, differences } = agreement;
  switch (table) {
    case 'pairs':
      return [
        ...flattenPairs(null, pairs),
        ...topics.flatMap(({ topic, pairs }) => flattenPairs(topic, pairs)),
      ];
    case 'topics':
      return [{ topic: null, units: units.coded_by_several, alpha }, ...topics];
    default:
      return differences.results.flatMap(({ codings, ...unit }) =>
        codings.flatMap(({ stances, ...coding }) =>
          stances.map((stance) => ({ ...unit, ...coding, stance })),
        ),
      );
  }
}

function flattenPairs(topic: unknown, pairs: readonly PairAgreement[]): Record<string, unknown>[] {
  return pairs.map(({ coders: [first, second], ...pair }) => ({ topic, first, second, ...pair }));
}

const whole = { type: 'integer', minimum: 0 };
const numberOrNull = { type: ['number', 'null'] };

function list(items: JsonSchema, description?: string): JsonSchema {
  return { type: 'array', items, ...(description === undefined ? {} : { description }) };
}

/** An object all of whose keys are always there. */
function whose(properties: Record<string, JsonSchema>, description?: string): JsonSchema {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties,
    ...(description === undefined ? {} : { description }),
  };
}

const party = whose({ id: { type: 'string' }, name: { type: 'string' } });
const topicSchema = whose({ id: { type: 'string' }, label: { type: 'string' } });
const position: JsonSchema = { type: 'string', enum: listWords(stancePosition) };
const unitProperties = {
  source: whose({ id: { type: 'string' }, title: { type: 'string' } }),
  actor: party,
  on_behalf_of: { anyOf: [party, { type: 'null' }] },
  topic: topicSchema,
};
const coefficient = (of: string): JsonSchema =>
  whose(
    {
      value: { ...numberOrNull, description: 'Null where it is not defined.' },
      why: { type: ['string', 'null'], description: 'Why it is not defined.' },
      observed: numberOrNull,
      expected: numberOrNull,
    },
    of,
  );
const alphaSchema = whose({
  nominal: coefficient(
    "Krippendorff's alpha; any two positions differ alike. Observed and expected disagreement.",
  ),
  ordinal: coefficient(
    "Krippendorff's alpha with oppose < mixed = neutral < support. Observed and expected disagreement.",
  ),
});
const pairSchema = whose({
  coders: { type: 'array', items: party, minItems: 2, maxItems: 2 },
  units: { ...whole, description: 'Units that both coded.' },
  agreed: { ...whole, description: 'Of these, units to which both gave the same position.' },
  kappa: coefficient("Cohen's kappa. Observed and expected agreement."),
});

const agreementSchema = whose({
  stances: { ...whole, description: 'How many match.' },
  stances_without_coder: { ...whole, description: 'Of these, how many are nobody’s coding, and left out.' },
  units: whose(
    {
      total: { ...whole, description: 'Coded by anybody.' },
      coded_by_one: { ...whole, description: 'By one coder alone: nothing to compare.' },
      coded_by_several: { ...whole, description: 'What the coefficients are made of.' },
    },
    'A unit is one actor, on behalf of the same, on one topic, in one source.',
  ),
  coders: list(
    whose({
      id: { type: 'string' },
      name: { type: 'string' },
      units: whole,
      ambiguous: { ...whole, description: 'Units to which this coder gave several positions.' },
    }),
  ),
  alpha: { ...alphaSchema, description: 'Over all units.' },
  pairs: list(pairSchema, 'Each two coders with a unit in common.'),
  topics: list(
    whose({
      topic: topicSchema,
      proposition: { type: ['string', 'null'] },
      units: whole,
      alpha: alphaSchema,
      pairs: list(pairSchema),
    }),
    'The same for each topic with a unit that several coded.',
  ),
  ambiguous: whose(
    {
      total: whole,
      first: list(
        whose({ ...unitProperties, coder: party, positions: list(position) }),
        `The first ${AMBIGUOUS_SHOWN}.`,
      ),
    },
    'Units to which one coder gave several positions: of this coder, they count as not coded.',
  ),
  differences: whose(
    {
      total: { ...whole, description: 'How many units were coded differently.' },
      total_is: { type: 'string', enum: ['exact'] },
      next_cursor: pageProperties.next_cursor,
      results: list(
        whose({
          ...unitProperties,
          codings: list(
            whose({
              coder: party,
              position,
              stances: list(ref('Stance'), 'With the words of their quotes.'),
            }),
          ),
        }),
      ),
    },
    'A page of the units that were coded differently, with each coding.',
  ),
  data_version: pageProperties.data_version,
});

function describeAgreement(limits: AnalysisContext): JsonSchema {
  return describeAnalysis(limits, {
    operationId: 'getAgreement',
    summary: 'Measure how far coders agree',
    description: `Krippendorff's alpha and Cohen's kappa over what several coders coded, and the units that they coded differently. What a coder did not code is missing, and not neutral. The filters of \`/v1/stances\` say what is measured: at most ${MOST_STANCES} stances of ${MOST_CODERS} coders, with ${MOST_KAPPAS} kappas.`,
    parameters: {
      ...describeFilters([...listFilters(getResource('stances')).values()]),
      table: {
        type: 'string',
        enum: [...TABLES],
        description:
          'CSV only: what the rows are. `differences` (the default) are codings of units that were coded differently, `pairs` the kappas, `topics` the alphas.',
      },
    },
    limit: `Differences on a page. Without it, CSV has all of them, at most ${MOST_DIFFERENCES} units.`,
    cursor: '`differences.next_cursor` of the answer before, with the same filters.',
    answer: 'Coefficients and differences; as CSV, a table of one of them.',
    schema: agreementSchema,
    example: '/v1/agreement?source.corpus=eftekhari-russia-iran',
  });
}
