/** What a network is asked for with: its own parameters, beside every filter of the records it is made of. */
import { Refusal } from '../../errors.ts';
import type { Filter } from '../../query/filters.ts';
import { listGroupKeys } from '../../query/group-keys.ts';
import {
  type Limits,
  parseParams,
  type Query,
  type RawParams,
  refuseRepetition,
} from '../../query/params.ts';
import { parseNumber, parseWord } from '../../query/values.ts';
import { getResource } from '../../resources/registry.ts';
import {
  listWords,
  networkAggregation,
  networkDuplicates,
  networkMode,
  networkNormalization,
  type WordList,
} from '../../vocabulary.ts';
import { type Duration, parseDuration } from './durations.ts';

/** What statements are taken from. Quotes take no position: theirs all count alike. */
export const SUBJECTS = ['stances', 'quotes'] as const;
export type Subject = (typeof SUBJECTS)[number];
export type Mode = 'two' | 'one';
export type Aggregation = 'ignore' | 'congruence' | 'conflict' | 'subtract' | 'combine';
export type Normalization = 'no' | 'activity' | 'prominence' | 'average' | 'jaccard' | 'cosine';
export type Duplicates = 'include' | 'document' | 'week' | 'month' | 'year' | 'acrossrange';

export const NETWORK_FORMATS = ['json', 'csv', 'edges', 'graphml', 'gexf'] as const;
export type NetworkFormat = (typeof NETWORK_FORMATS)[number];

export const DEFAULT_LIMIT = 10_000;
export const MOST_EDGES = 100_000;

export const NETWORK_PARAMETERS = [
  'of',
  'mode',
  'rows',
  'columns',
  'aggregation',
  'normalization',
  'duplicates',
  'isolates',
  'window',
  'step',
  'min_weight',
  'limit',
] as const;
/** All that the address of a network takes besides filters and words. */
export const NETWORK_CONTROLS: readonly string[] = [...NETWORK_PARAMETERS, 'format'];
export type NetworkParameter = (typeof NETWORK_PARAMETERS)[number];

/** What holds where nothing is said. */
export const STANDARD = {
  of: 'stances',
  mode: 'two',
  rows: 'actor',
  columns: 'topic',
  aggregation: 'ignore',
  normalization: 'no',
  duplicates: 'include',
} as const;

export type NetworkParameters = {
  of: Subject;
  mode: Mode;
  rows: Filter;
  columns: Filter;
  aggregation: Aggregation;
  normalization: Normalization;
  duplicates: Duplicates;
  isolates: boolean;
  /** Half-open. */
  window: Duration | null;
  step: Duration | null;
  min_weight: number;
  limit: number;
};

export type NetworkQuestion = {
  parameters: NetworkParameters;
  query: Query;
  format: NetworkFormat | null;
  /** Whether `limit` was asked for. */
  limited: boolean;
  /** One spelling for all ways to ask the same. */
  canonical: string;
  /** The address of a cell's evidence; `start` is that of its window. */
  link: (row: string, column: string, start: string | null) => string;
};

const AGGREGATIONS: Record<Mode, readonly Aggregation[]> = {
  two: ['ignore', 'subtract', 'combine'],
  one: ['ignore', 'congruence', 'conflict', 'subtract'],
};
const NORMALIZATIONS: Record<Mode, readonly Normalization[]> = {
  two: ['no', 'activity', 'prominence'],
  one: ['no', 'average', 'jaccard', 'cosine'],
};

/** Throws a Refusal that names the parameter, the value and the nearest right one. Asks nothing of the data. */
export function parseNetwork(raw: RawParams, limits: Limits): NetworkQuestion {
  const { own, parameters } = parseOwn(raw, NETWORK_CONTROLS);
  parameters.min_weight = own.min_weight === undefined ? 0 : parseWeight(own.min_weight);
  parameters.limit = own.limit === undefined ? DEFAULT_LIMIT : parseNumber('limit', own.limit, 1, MOST_EDGES);
  const query = parseRest(raw, parameters.of, NETWORK_CONTROLS, [], limits);
  const shared = writeShared(parameters, query);
  const encode = createEncoder();
  return {
    parameters,
    query,
    limited: own.limit !== undefined,
    format:
      own.format === undefined ? null : (parseWord('format', own.format, NETWORK_FORMATS) as NetworkFormat),
    canonical: JSON.stringify(['network', query.list, describeParameters(parameters)]),
    link: (row, column, start) =>
      `/v1/networks/evidence?${shared}row=${encode(row)}&column=${encode(column)}${start === null ? '' : `&start=${start}`}`,
  };
}

/** What the format has no place for. */
export function refuseForFormat({ parameters, limited }: NetworkQuestion, format: NetworkFormat): void {
  if (format === 'csv' && limited) {
    throw new Refusal(
      'conflicting_parameters',
      '`format=csv` is the whole matrix, which `limit` would leave holes in. `format=edges` lists the strongest edges.',
      { parameter: 'limit' },
    );
  }
  if (parameters.window !== null && format !== 'json' && format !== 'edges') {
    throw new Refusal(
      'conflicting_parameters',
      `\`format=${format}\` holds one network, and \`window\` makes several: take \`json\` or \`edges\`, or one period with \`${getResource(parameters.of).date}=\`.`,
      { parameter: 'window' },
    );
  }
}

/** A network names each node many times. */
function createEncoder(): (id: string) => string {
  const known = new Map<string, string>();
  return (id) => {
    let encoded = known.get(id);
    if (encoded === undefined) {
      encoded = encodeURIComponent(id);
      known.set(id, encoded);
    }
    return encoded;
  };
}

/** What a cell depends on and is not as it is without being asked for, in one order. */
function writeShared(parameters: NetworkParameters, query: Query): string {
  const { of, mode, rows, columns, aggregation, normalization, duplicates, window } = parameters;
  const own = { of, mode, rows: rows.name, columns: columns.name, aggregation, normalization, duplicates };
  const pairs = Object.entries(own).filter(([name, value]) => value !== STANDARD[name as keyof typeof own]);
  if (window !== null) pairs.push(['window', window.text]);
  for (const { text } of query.conditions.toSorted((a, b) => (a.text < b.text ? -1 : 1))) {
    const at = text.indexOf('=');
    pairs.push([text.slice(0, at), text.slice(at + 1)]);
  }
  if (query.words !== null) pairs.push(['q', query.words.text]);
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}&`).join('');
}

/** The parameters of the network itself, and those of `names` as they were given. */
export function parseOwn(
  raw: RawParams,
  names: readonly string[],
): { own: Record<string, string>; parameters: NetworkParameters } {
  const own: Record<string, string> = {};
  for (const name of names) {
    const value = raw[name];
    if (value === undefined) continue;
    if (Array.isArray(value)) throw refuseRepetition(name, value.length);
    own[name] = value;
  }
  const read = <Word extends string>(name: keyof typeof STANDARD, list: WordList): Word =>
    parseWord(name, own[name] ?? STANDARD[name], listWords(list)) as Word;
  const of = parseWord('of', own.of ?? STANDARD.of, SUBJECTS) as Subject;
  const window = own.window === undefined ? null : parseDuration('window', own.window);
  const parameters: NetworkParameters = {
    of,
    mode: read<Mode>('mode', networkMode),
    rows: parseKey(of, 'rows', own.rows ?? STANDARD.rows),
    columns: parseKey(of, 'columns', own.columns ?? STANDARD.columns),
    aggregation: read<Aggregation>('aggregation', networkAggregation),
    normalization: read<Normalization>('normalization', networkNormalization),
    duplicates: read<Duplicates>('duplicates', networkDuplicates),
    isolates: own.isolates !== undefined && parseWord('isolates', own.isolates, ['false', 'true']) === 'true',
    window,
    step: own.step === undefined ? window : parseDuration('step', own.step),
    min_weight: 0,
    limit: DEFAULT_LIMIT,
  };
  refuseConflicts(parameters);
  return { own, parameters };
}

/** The filters beside them, by the grammar of the lists. */
export function parseRest(
  raw: RawParams,
  of: Subject,
  own: readonly string[],
  controls: readonly ('fields' | 'cursor' | 'limit')[],
  limits: Limits,
): Query {
  return parseParams(getResource(of), raw, limits, {}, ['q', ...controls], own);
}

/** What rows and columns may be: what the records of the noun can be counted by, dates aside. */
export function listNodeKeys(of: Subject): Map<string, Filter> {
  const keys = [...listGroupKeys(getResource(of)).values()];
  return new Map(keys.flatMap(({ name, filter }) => (filter === null ? [] : [[name, filter]])));
}

function parseKey(of: Subject, parameter: 'rows' | 'columns', value: string): Filter {
  const keys = listNodeKeys(of);
  return keys.get(parseWord(parameter, value, [...keys.keys()])) as Filter;
}

/** Plain decimals: `0.25`, `3`. */
function parseWeight(value: string): number {
  if (/^(0|[1-9][0-9]{0,8})(\.[0-9]{1,12})?$/.test(value)) return Number(value);
  const shown = value.slice(0, 40);
  throw new Refusal('invalid_value', `\`min_weight=${shown}\` is not a number such as \`2\` or \`0.25\`.`, {
    parameter: 'min_weight',
    value: shown,
  });
}

function refuseConflicts(parameters: NetworkParameters): void {
  const { of, mode, rows, columns, aggregation, normalization, window, step } = parameters;
  const refuse = (parameter: NetworkParameter, sentence: string, allowed?: readonly string[]) => {
    throw new Refusal('conflicting_parameters', sentence, {
      parameter,
      ...(allowed === undefined ? {} : { allowed }),
    });
  };
  if (
    rows.steps.length === columns.steps.length &&
    rows.column === columns.column &&
    sameSteps(rows, columns)
  )
    refuse('columns', `\`rows=${rows.name}\` and \`columns=${columns.name}\` are the same.`);
  if (of === 'quotes' && aggregation !== 'ignore')
    refuse(
      'aggregation',
      `Quotes take no position: a network of quotes has \`aggregation=ignore\`, and \`${aggregation}\` is one of stances.`,
      ['ignore'],
    );
  if (!AGGREGATIONS[mode].includes(aggregation))
    refuse(
      'aggregation',
      `\`aggregation=${aggregation}\` has no meaning with \`mode=${mode}\`, which takes ${AGGREGATIONS[mode].join(', ')}.`,
      AGGREGATIONS[mode],
    );
  if (!NORMALIZATIONS[mode].includes(normalization))
    refuse(
      'normalization',
      `\`normalization=${normalization}\` has no meaning with \`mode=${mode}\`, which takes ${NORMALIZATIONS[mode].join(', ')}.`,
      NORMALIZATIONS[mode],
    );
  if (window === null && step !== null)
    refuse('step', '`step` says how far windows lie apart: it needs `window`.');
}

function sameSteps(a: Filter, b: Filter): boolean {
  return JSON.stringify(a.steps) === JSON.stringify(b.steps);
}

/** Every parameter with its value, those that were left out included: what an answer says of itself. */
export function describeParameters(parameters: NetworkParameters): Record<NetworkParameter, unknown> {
  const { rows, columns, window, step, ...rest } = parameters;
  return {
    of: rest.of,
    mode: rest.mode,
    rows: rows.name,
    columns: columns.name,
    aggregation: rest.aggregation,
    normalization: rest.normalization,
    duplicates: rest.duplicates,
    isolates: rest.isolates,
    window: window?.text ?? null,
    step: step?.text ?? null,
    min_weight: rest.min_weight,
    limit: rest.limit,
  };
}
