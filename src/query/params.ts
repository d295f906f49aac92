import { Refusal } from '../errors.ts';
import { findNearest, suggest } from '../nearest.ts';
import { listSelectablePaths } from '../resources/fields.ts';
import type { Resource } from '../resources/resource.ts';
import type { Condition } from './conditions.ts';
import { type Filter, listFilters } from './filters.ts';
import { type GroupKey, listGroupKeys } from './group-keys.ts';
import type { FoundNames } from './names.ts';
import { MOST_TERMS, MOST_WORDS, parseWordSearch, type WordSearch } from './search.ts';
import { listSorts, type Sort } from './sorts.ts';
import { parseCondition, parseNames, parseNumber } from './values.ts';

export const FORMATS = ['json', 'csv', 'ndjson'] as const;

export type Format = (typeof FORMATS)[number];

export type Query = {
  resource: Resource;
  conditions: Condition[];
  words: WordSearch | null;
  /** A name, in any spelling; what it may mean is found by `resolveIds`. */
  name: { text: string; found: FoundNames } | null;
  sort: Sort;
  /** Null when the caller named none. */
  limit: number | null;
  cursor: string | null;
  fields: string[] | null;
  group_by: GroupKey[] | null;
  fill: 'zero' | null;
  facets: GroupKey[] | null;
  /** Whether all that match are counted, whatever it costs. */
  exact: boolean;
  sample: number | null;
  seed: number;
  rows: string | null;
  guard: boolean;
  format: Format | null;
  /** One spelling for all ways to ask the same: what tags and cursors are made of. */
  canonical: string;
  /** The part of it that a cursor is bound to. */
  list: string;
};

/** One value, or several where a parameter was repeated. */
export type RawParams = Readonly<Record<string, string | string[] | undefined>>;
export type Limits = { page_size_max: number };

export const MOST_COMBINED = 16;
export const MOST_GROUP_KEYS = 3;
export const MOST_FACETS = 10;
export const MOST_SAMPLED = 1000;
export const LONGEST_WORDS = 1000;
export const LONGEST_NAME = 200;

/** The parameters besides filters, in the order of the reference. */
export const CONTROLS = [
  'q',
  'name',
  'sort',
  'limit',
  'cursor',
  'fields',
  'group_by',
  'fill',
  'facets',
  'exact',
  'sample',
  'seed',
  'format',
  'rows',
  'guard',
] as const;
export type Control = (typeof CONTROLS)[number];

/** What the address of a random record takes besides filters. */
export const RANDOM_CONTROLS: readonly Control[] = ['q', 'fields', 'format'];

export function listControls(resource: Resource): Control[] {
  const without = resource.search === undefined ? ['q'] : [];
  if (resource.names?.filter !== true) without.push('name');
  if (resource.date === undefined) without.push('fill');
  if (listGroupKeys(resource).size === 0) without.push('group_by', 'facets');
  if (listRowFields(resource).length === 0) without.push('rows');
  return CONTROLS.filter((control) => !without.includes(control));
}

/**
 * Throws a Refusal that names the parameter, the value and the nearest right one. `fixed` are filters that the address
 * sets, `own` are parameters that it reads itself. Asks nothing of the data: ids are still ids, until `resolveIds`.
 */
export function parseParams(
  resource: Resource,
  raw: RawParams,
  limits: Limits,
  fixed: RawParams = {},
  controls: readonly Control[] = listControls(resource),
  own: readonly string[] = [],
): Query {
  const filters = listFilters(resource);
  const conditions: Condition[] = [];
  const given: Partial<Record<Control, string>> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    const values = Array.isArray(value) ? value : [value];
    const filter = filters.get(name);
    if (filter !== undefined) {
      if (fixed[name] !== undefined) {
        throw new Refusal('conflicting_parameters', `This address already sets \`${name}\`.`, {
          parameter: name,
        });
      }
      for (const one of values) conditions.push(parseCondition(resource, filter, one));
    } else if (own.includes(name)) {
      if (values.length > 1) throw refuseRepetition(name, values.length);
    } else if ((controls as readonly string[]).includes(name)) {
      if (values.length > 1) throw refuseRepetition(name, values.length);
      given[name as Control] = values[0] ?? '';
    } else {
      throw refuseParameter(name, [...filters.keys(), ...own, ...controls], resource.name);
    }
  }
  for (const [name, value] of Object.entries(fixed)) {
    const filter = filters.get(name) as Filter;
    conditions.push({
      filter,
      values: [String(value)],
      none: false,
      negated: false,
      text: `${name}=${String(value)}`,
    });
  }
  if (conditions.length > MOST_COMBINED) {
    throw new Refusal(
      'too_much',
      `${conditions.length} filters are more than the ${MOST_COMBINED} that one request may combine.`,
    );
  }
  return buildQuery(resource, conditions, given, limits);
}

/** The parameters of a single record's address. */
export function parseFields(
  resource: Resource,
  raw: RawParams,
): { fields: string[] | null; format: Format | null } {
  const allowed = ['fields', 'format'];
  for (const [name, value] of Object.entries(raw)) {
    if (!allowed.includes(name))
      throw refuseParameter(name, allowed, `the address of one of the ${resource.name}`);
    if (Array.isArray(value)) throw refuseRepetition(name, value.length);
  }
  return {
    fields:
      raw.fields === undefined
        ? null
        : parseNames('fields', String(raw.fields), listSelectablePaths(resource), 200),
    format:
      raw.format === undefined ? null : (parseNames('format', String(raw.format), ['json'], 1)[0] as Format),
  };
}

export function refuseParameter(name: string, allowed: readonly string[], of: string): Refusal {
  const shown = name.slice(0, 100);
  const nearest = findNearest(name, allowed);
  return new Refusal('unknown_parameter', `\`${shown}\` is not a parameter of ${of}.${suggest(nearest)}`, {
    parameter: shown,
    allowed,
    ...(nearest === undefined ? {} : { nearest }),
  });
}

export function refuseRepetition(name: string, times: number): Refusal {
  return new Refusal(
    'repeated_parameter',
    `\`${name}\` is given ${times} times; only filters may be repeated.`,
    { parameter: name },
  );
}

function buildQuery(
  resource: Resource,
  conditions: Condition[],
  given: Partial<Record<Control, string>>,
  limits: Limits,
): Query {
  const words = given.q === undefined ? null : parseWords(given.q);
  const query: Query = {
    resource,
    conditions,
    words,
    name: given.name === undefined ? null : parseName(given.name),
    sort: parseSort(
      resource,
      given.sort,
      given.name !== undefined || words?.match != null || words?.empty === true,
    ),
    limit: given.limit === undefined ? null : parseNumber('limit', given.limit, 1, limits.page_size_max),
    cursor: given.cursor ?? null,
    fields:
      given.fields === undefined
        ? null
        : parseNames('fields', given.fields, listSelectablePaths(resource), 200),
    group_by:
      given.group_by === undefined
        ? null
        : parseGroupKeys(resource, 'group_by', given.group_by, MOST_GROUP_KEYS),
    fill: given.fill === undefined ? null : (parseNames('fill', given.fill, ['zero'], 1)[0] as 'zero'),
    facets: given.facets === undefined ? null : parseGroupKeys(resource, 'facets', given.facets, MOST_FACETS),
    exact: given.exact !== undefined && parseNames('exact', given.exact, ['true'], 1).length > 0,
    sample: given.sample === undefined ? null : parseNumber('sample', given.sample, 1, MOST_SAMPLED),
    seed: given.seed === undefined ? 0 : parseNumber('seed', given.seed, 0, 2_147_483_647),
    rows:
      given.rows === undefined
        ? null
        : (parseNames('rows', given.rows, listRowFields(resource), 1)[0] ?? null),
    guard: given.guard !== undefined && parseNames('guard', given.guard, ['formulas'], 1).length > 0,
    format: given.format === undefined ? null : (parseNames('format', given.format, FORMATS, 1)[0] as Format),
    canonical: '',
    list: '',
  };
  refuseConflicts(query, given);
  query.list = JSON.stringify([
    resource.name,
    conditions.map((condition) => condition.text).sort(),
    words?.text ?? null,
    query.sort.name,
    ...(query.name === null ? [] : [query.name.text]),
  ]);
  query.canonical = JSON.stringify([
    query.list,
    ...[query.limit, query.cursor, query.fields, query.group_by?.map((key) => key.name), query.fill],
    ...[
      query.facets?.map((key) => key.name),
      query.sample,
      query.sample === null ? null : query.seed,
      query.rows,
      query.guard,
      query.exact,
    ],
  ]);
  return query;
}

function refuseConflicts(query: Query, given: Partial<Record<Control, string>>): void {
  const refuse = (a: Control, b: Control) => {
    if (given[a] === undefined || given[b] === undefined) return;
    throw new Refusal('conflicting_parameters', `\`${a}\` and \`${b}\` cannot be asked for together.`, {
      parameter: b,
    });
  };
  for (const other of ['sort', 'cursor', 'fields', 'facets', 'sample', 'rows'] as const)
    refuse('group_by', other);
  for (const other of ['sort', 'cursor', 'limit', 'exact'] as const) refuse('sample', other);
  if (given.fill !== undefined && !query.group_by?.some((key) => key.unit !== null)) {
    throw new Refusal(
      'conflicting_parameters',
      '`fill=zero` fills gaps between dates: it needs `group_by` with a unit such as `year`.',
      { parameter: 'fill' },
    );
  }
  if (given.fill !== undefined && (query.group_by?.filter((key) => key.unit !== null).length ?? 0) > 1) {
    throw new Refusal(
      'conflicting_parameters',
      '`fill=zero` fills the gaps of one unit of time, and `group_by` names several.',
      { parameter: 'fill' },
    );
  }
  if (given.seed !== undefined && given.sample === undefined) {
    throw new Refusal('conflicting_parameters', '`seed` says which sample: it needs `sample`.', {
      parameter: 'seed',
    });
  }
  if (given.sort === 'relevance' && given.q === undefined && given.name === undefined) {
    throw new Refusal(
      'conflicting_parameters',
      `\`sort=relevance\` ranks by the words of a search: it needs \`q\`${query.resource.names?.filter ? ' or `name`' : ''}.`,
      { parameter: 'sort' },
    );
  }
}

function parseWords(value: string): WordSearch {
  if (value.length > LONGEST_WORDS) {
    throw new Refusal(
      'too_much',
      `\`q\` is ${value.length} characters long; at most ${LONGEST_WORDS} are read.`,
      { parameter: 'q' },
    );
  }
  const words = parseWordSearch(value);
  if (words.terms > MOST_TERMS)
    throw new Refusal('too_much', `\`q\` has ${words.terms} terms; one search takes ${MOST_TERMS}.`, {
      parameter: 'q',
    });
  if (words.words > MOST_WORDS)
    throw new Refusal('too_much', `\`q\` has ${words.words} words; one search takes ${MOST_WORDS}.`, {
      parameter: 'q',
    });
  return words;
}

function parseName(value: string): NonNullable<Query['name']> {
  const text = value.trim();
  if (text === '') {
    throw new Refusal('invalid_value', '`name` has an empty value.', { parameter: 'name', value: '' });
  }
  if (text.length > LONGEST_NAME) {
    throw new Refusal(
      'too_much',
      `\`name\` is ${text.length} characters long; a name has at most ${LONGEST_NAME}.`,
      { parameter: 'name' },
    );
  }
  return { text, found: { records: [], complete: true } };
}

function parseSort(resource: Resource, value: string | undefined, searching: boolean): Sort {
  const sorts = listSorts(resource);
  const name = value ?? (searching ? 'relevance' : resource.default_sort);
  const sort = sorts.get(name);
  if (sort !== undefined) return sort;
  const allowed = [...sorts.keys()];
  const nearest = findNearest(name, allowed);
  throw new Refusal(
    'unknown_field',
    `\`sort=${name.slice(0, 100)}\` is not an order of ${resource.name}.${suggest(nearest)}`,
    {
      parameter: 'sort',
      value: name.slice(0, 100),
      allowed,
      ...(nearest === undefined ? {} : { nearest }),
    },
  );
}

function parseGroupKeys(resource: Resource, parameter: string, value: string, most: number): GroupKey[] {
  const keys = listGroupKeys(resource);
  return parseNames(parameter, value, [...keys.keys()], most).map((name) => keys.get(name) as GroupKey);
}

export function listRowFields(resource: Resource): string[] {
  return Object.entries(resource.fields)
    .filter(([, field]) => field.type === 'children')
    .map(([name]) => name);
}
