import { catalogue, type RefusalCode } from '../errors.ts';
import { type Filter, listFilters } from '../query/filters.ts';
import { listGroupKeys } from '../query/group-keys.ts';
import { MOST_NAMED } from '../query/names.ts';
import {
  type Control,
  FORMATS,
  LONGEST_NAME,
  listControls,
  listRowFields,
  MOST_FACETS,
  MOST_GROUP_KEYS,
  MOST_SAMPLED,
  RANDOM_CONTROLS,
} from '../query/params.ts';
import { MOST_RANKED } from '../query/read.ts';
import { MOST_GROUPS } from '../query/shape-groups.ts';
import { listSorts } from '../query/sorts.ts';
import { MOST_VALUES } from '../query/values.ts';
import type { Resource } from '../resources/resource.ts';
import { listWords } from '../vocabulary.ts';
import { FORMAT_TYPES } from './negotiate.ts';
import { PROBLEM_TYPE } from './problems.ts';
import { type JsonSchema, nameSchema, nameTag, ref } from './record-schemas.ts';

type Limits = { page_size: number; page_size_max: number };
type Kin = { parent: Resource; child: Resource; filter: string };

/** The refusals an operation can answer with, a status each. */
export function describeRefusals(...codes: RefusalCode[]): Record<string, JsonSchema> {
  return [...codes, 'internal_error' as const].reduce(addRefusal, {});
}

/** Beside what an operation answers already. */
export function addRefusal(
  answers: Readonly<Record<string, JsonSchema>>,
  code: RefusalCode,
): Record<string, JsonSchema> {
  const { status, title } = catalogue[code];
  const before = answers[status];
  const description = before === undefined ? `${title}.` : `${String(before.description)} ${title}.`;
  return { ...answers, [status]: { description, content: { [PROBLEM_TYPE]: { schema: ref('Problem') } } } };
}

/** An answer with a tag, by its media types, and the refusals beside it. */
export function describeAnswers(
  description: string,
  schemas: Readonly<Record<string, JsonSchema>>,
  ...codes: RefusalCode[]
): Record<string, JsonSchema> {
  return {
    200: {
      description,
      headers: {
        ETag: { type: 'string', description: 'Stands for exactly these bytes; for `If-None-Match`.' },
      },
      content: Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }])),
    },
    304: { description: 'What the caller has is still right.', type: 'null' },
    ...describeRefusals(...codes),
  };
}

/** An example as the reference shows it, for three readers. A test sends the first one. */
export function describeSamples(path: string): JsonSchema[] {
  const url = `http://127.0.0.1:3000${path}`;
  const csv = url.includes('format=csv');
  const samples = [{ lang: 'Shell', label: 'curl', source: `curl '${url}'` }];
  if (csv) {
    samples.push({
      lang: 'Python',
      label: 'pandas',
      source: `import pandas\n\nframe = pandas.read_csv('${url}')`,
    });
    samples.push({ lang: 'R', label: 'R', source: `frame <- read.csv("${url}")` });
  } else {
    samples.push({
      lang: 'Python',
      label: 'Python',
      source: `import json, urllib.request\n\nwith urllib.request.urlopen('${url}') as answer:\n    print(json.load(answer))`,
    });
    samples.push({ lang: 'R', label: 'R', source: `answer <- jsonlite::fromJSON("${url}")` });
  }
  return samples;
}

/** An example of a request with a JSON body, for the same readers. */
export function describePosts(path: string, body: Record<string, unknown>): JsonSchema[] {
  const url = `http://127.0.0.1:3000${path}`;
  const json = JSON.stringify(body);
  return [
    {
      lang: 'Shell',
      label: 'curl',
      source: `curl '${url}' -H 'Content-Type: application/json' -d '${json}'`,
    },
    {
      lang: 'Python',
      label: 'Python',
      source: `import json, urllib.request\n\nrequest = urllib.request.Request('${url}', b'${json}', {'Content-Type': 'application/json'})\nwith urllib.request.urlopen(request) as answer:\n    print(json.load(answer))`,
    },
    {
      lang: 'R',
      label: 'R',
      source: `answer <- httr::content(httr::POST("${url}", body = '${json}', httr::content_type_json()))`,
    },
  ];
}

/** Worth copying, a list each: what the reference shows and a test sends. */
const LIST_EXAMPLES: Record<string, string> = {
  actors: '/v1/actors?affiliation.organization=iran&affiliation.held=2020-12-20',
  quotes: '/v1/quotes?actor=zarif,putin&kind=direct&sort=said',
  stances: '/v1/stances?topic=jcpoa&position=oppose',
  topics: '/v1/topics?q=sanctions',
  sources: '/v1/sources?published=2020..2021',
  corpora: '/v1/corpora',
};
const ITEM_EXAMPLES: Record<string, string> = {
  actors: 'zarif',
  quotes: 'putin-not-a-firefighting-crew',
  stances: 'khamenei-on-missile-programme',
  topics: 'jcpoa',
  sources: 'eftekhari-op-ed',
  corpora: 'eftekhari-russia-iran',
};

export function describeList(resource: Resource, limits: Limits, kin?: Kin): JsonSchema {
  const name = nameSchema(resource);
  const of = kin === undefined ? '' : ` of one ${kin.parent.singular}`;
  const example =
    kin === undefined
      ? (LIST_EXAMPLES[resource.name] as string)
      : `/v1/${kin.parent.name}/${ITEM_EXAMPLES[kin.parent.name]}/${resource.name}`;
  const filters = [...listFilters(resource).values()].filter((filter) => filter.name !== kin?.filter);
  const groups = listGroupKeys(resource).size > 0;
  return {
    operationId:
      kin === undefined ? `list${nameTag(resource)}` : `list${nameSchema(kin.parent)}${nameTag(resource)}`,
    summary: kin === undefined ? `List ${resource.name}` : `List the ${resource.name}${of}`,
    description:
      kin === undefined
        ? `${resource.summary}. ${resource.description}${groups ? ' With `group_by`, counts instead of records.' : ''}`
        : `The same list as \`/v1/${resource.name}?${kin.filter}={id}\`, with the same parameters.`,
    tags: [nameTag(resource)],
    ...(kin === undefined ? {} : { params: describeId(kin.parent) }),
    querystring: {
      type: 'object',
      properties: {
        ...describeFilters(filters),
        ...describeControls(resource, listControls(resource), limits),
      },
    },
    response: describeListAnswers(name, groups, kin !== undefined),
    'x-codeSamples': describeSamples(example),
  };
}

function describeListAnswers(name: string, groups: boolean, ofOne: boolean): Record<string, JsonSchema> {
  const answers = describeAnswers(
    'A page of records, or of counts; as CSV or NDJSON without `limit`, everything that matches.',
    {
      [FORMAT_TYPES.json]: groups ? { anyOf: [ref(`${name}Page`), ref('GroupPage')] } : ref(`${name}Page`),
      [FORMAT_TYPES.csv]: { type: 'string' },
      [FORMAT_TYPES.ndjson]: { type: 'string' },
    },
    'unknown_parameter',
    'invalid_value',
    'unknown_id',
    ...(ofOne ? (['not_found', 'withdrawn'] as const) : []),
    'not_acceptable',
    'deadline_exceeded',
  );
  const { headers, ...rest } = answers[200] as JsonSchema;
  const link = { type: 'string', description: 'The next page, as `rel="next"`.' };
  return { ...answers, 200: { ...rest, headers: { ...(headers as JsonSchema), Link: link } } };
}

export function describeItem(resource: Resource): JsonSchema {
  const name = nameSchema(resource);
  return {
    operationId: `get${name}`,
    summary: `Get one ${resource.singular}`,
    description: `${resource.description} Answers 410 with the reason for one that was withdrawn.`,
    tags: [nameTag(resource)],
    params: describeId(resource),
    querystring: {
      type: 'object',
      properties: {
        fields: describeFields(resource),
        format: { type: 'string', enum: ['json'], description: 'For symmetry with lists.' },
      },
    },
    response: describeAnswers(
      `The ${resource.singular}.`,
      { [FORMAT_TYPES.json]: { anyOf: [ref(name), ref(`${name}Part`)] } },
      'unknown_parameter',
      'unknown_field',
      'not_found',
      'not_acceptable',
      'withdrawn',
    ),
    'x-codeSamples': describeSamples(`/v1/${resource.name}/${ITEM_EXAMPLES[resource.name]}`),
  };
}

export function describeRandom(resource: Resource): JsonSchema {
  const name = nameSchema(resource);
  return {
    operationId: `getRandom${name}`,
    summary: `Get a random ${resource.singular}`,
    description: `One of the ${resource.name} that the filters match, each equally likely, another one each time.`,
    tags: [nameTag(resource)],
    querystring: {
      type: 'object',
      properties: {
        ...describeFilters([...listFilters(resource).values()]),
        ...describeControls(resource, RANDOM_CONTROLS, { page_size: 0, page_size_max: 0 }),
        format: { type: 'string', enum: ['json'], description: 'For symmetry with lists.' },
      },
    },
    response: {
      200: {
        description: `The ${resource.singular}.`,
        content: { [FORMAT_TYPES.json]: { schema: { anyOf: [ref(name), ref(`${name}Part`)] } } },
      },
      ...describeRefusals('unknown_parameter', 'invalid_value', 'unknown_id', 'not_found', 'not_acceptable'),
    },
    'x-codeSamples': describeSamples(`/v1/${resource.name}/random?kind=direct`),
  };
}

export function describeId(resource: Resource): JsonSchema {
  return {
    type: 'object',
    required: ['id'],
    properties: {
      id: {
        type: 'string',
        description: `Id of the ${resource.singular}.`,
        examples: [ITEM_EXAMPLES[resource.name]],
      },
    },
  };
}

export function describeFilters(filters: readonly Filter[]): Record<string, JsonSchema> {
  return Object.fromEntries(filters.map((filter) => [filter.name, describeFilter(filter)]));
}

/** Arrays, because a filter may be repeated; values inside one are joined by commas, which no array of JSON Schema can say. */
function describeFilter(filter: Filter): JsonSchema {
  const example = filter.example === undefined ? {} : { examples: [String(filter.example)] };
  return {
    type: 'array',
    items: { type: 'string', ...example },
    description: `${filter.description} ${explainValues(filter)} Repeated, all must hold; \`!\` in front excludes; at most ${MOST_VALUES} values.`,
  };
}

function explainValues(filter: Filter): string {
  const none = filter.nullable ? ' `none`: where there is nothing.' : '';
  switch (filter.kind) {
    case 'word':
      return `Any of, joined by commas: ${listWords(filter.list as NonNullable<Filter['list']>)
        .map((word) => `\`${word}\``)
        .join(', ')}.${none}`;
    case 'boolean':
      return `\`true\` or \`false\`.${none}`;
    case 'date':
      return `A period that overlaps it: \`2019\`, \`2019..2020-06\`, \`..2020\`, or any EDTF date.${none}`;
    case 'date_within':
      return 'A period: `2019`, `2019..2020-06`, `..2020`, or any EDTF date.';
    case 'integer':
      return `A whole number, or a range: \`100..500\`, \`100..\`.${none}`;
    case 'code':
      return `Codes joined by commas.${none}`;
    default:
      return `Ids joined by commas.${none}`;
  }
}

function describeControls(
  resource: Resource,
  controls: readonly Control[],
  limits: Limits,
): Record<string, JsonSchema> {
  const groupKeys = [...listGroupKeys(resource).keys()];
  const all: Record<Control, () => JsonSchema> = {
    q: () => ({
      type: 'string',
      description:
        'Words to search for: all of them, `"a phrase"`, `-not this`, `this OR that`. Records come ranked, with the places of the words in `matches`.',
    }),
    name: () => ({
      type: 'string',
      maxLength: LONGEST_NAME,
      description: `A name in any spelling, script and order of its words. At most ${MOST_NAMED} records that it may mean, the best fit first, with the reasons in \`name_match\`; other filters hold beside it.`,
    }),
    sort: () => ({
      type: 'string',
      enum: [...listSorts(resource).keys()],
      default: resource.default_sort,
      description: `Order; with \`q\`${resource.names?.filter ? ' or `name`' : ''} the default is \`relevance\`, which gives at most the best ${MOST_RANKED}.`,
    }),
    limit: () => ({
      type: 'integer',
      minimum: 1,
      maximum: limits.page_size_max,
      default: limits.page_size,
      description: 'Records on a page, or groups in an answer. Without it, CSV and NDJSON stream everything.',
    }),
    cursor: () => ({
      type: 'string',
      description: '`next_cursor` of the page before, with the same filters and order.',
    }),
    fields: () => describeFields(resource),
    group_by: () => ({
      type: 'string',
      description: `Counts instead of records, by one to ${MOST_GROUP_KEYS} of: ${groupKeys.map((key) => `\`${key}\``).join(', ')}. At most ${MOST_GROUPS} groups.`,
    }),
    fill: () => ({
      type: 'string',
      enum: ['zero'],
      description:
        'With `group_by` and a unit of time: units between the first and the last in which nothing was counted.',
    }),
    facets: () => ({
      type: 'string',
      description: `Counts beside the records, by up to ${MOST_FACETS} of the keys of \`group_by\`.`,
    }),
    exact: () => ({
      type: 'string',
      enum: ['true'],
      description:
        'Counts all that match, for `total`, `group_by` and `facets`, in a process of its own; refused with `deadline_exceeded` where that takes too long.',
    }),
    sample: () => ({
      type: 'integer',
      minimum: 1,
      maximum: MOST_SAMPLED,
      description: 'So many of the matching records, each equally likely.',
    }),
    seed: () => ({
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'Which sample: the same seed gives the same records as long as the data is the same.',
    }),
    format: () => ({ type: 'string', enum: [...FORMATS], description: 'Wins over the `Accept` header.' }),
    rows: () => ({
      type: 'string',
      enum: listRowFields(resource),
      description: 'CSV only: a row for each entry of this list, instead of one JSON cell.',
    }),
    guard: () => ({
      type: 'string',
      enum: ['formulas'],
      description:
        'CSV only: an apostrophe before cells that a spreadsheet would run. It alters such texts, so it must be asked for.',
    }),
  };
  return Object.fromEntries(controls.map((control) => [control, all[control]()]));
}

function describeFields(resource: Resource): JsonSchema {
  return {
    type: 'string',
    description: `Part of the record: dotted paths joined by commas, such as \`id,${resource.label ?? 'text'}\`.`,
  };
}
