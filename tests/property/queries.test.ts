// Whatever a caller sends: an answer that the contract declares, in its shape, and never a fault of ours.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameTag } from '../../src/http/record-schemas.ts';
import { listFilters } from '../../src/query/filters.ts';
import { listGroupKeys } from '../../src/query/group-keys.ts';
import { listSorts } from '../../src/query/sorts.ts';
import { listSelectablePaths } from '../../src/resources/fields.ts';
import { servedResources } from '../../src/resources/registry.ts';
import type { Resource } from '../../src/resources/resource.ts';
import { stances } from '../../src/resources/stances.ts';
import { listWords } from '../../src/vocabulary.ts';
import { ask, buildTestApp, openSeededBase } from '../base.ts';
import { buildCheck, listOperations, type Operation, readContract } from '../http/contract.ts';

const db = openSeededBase();
const app = await buildTestApp(db);
const contract = readContract(app);
const check = buildCheck(contract);
const operations = listOperations(contract).filter(({ path }) =>
  /\/(actors|quotes|stances|topics|sources|corpora|comparisons|agreement)\b/.test(path),
);

const idsOf = (noun = 'actors') =>
  db.prepare(`SELECT id FROM ${noun} ORDER BY id LIMIT 8`).pluck().all() as string[];
const ids = servedResources.flatMap(({ name }) => idsOf(name));
const names = [
  ...new Set(operations.flatMap(({ operation }) => (operation.parameters ?? []).map(({ name }) => name))),
];
const cursors = (await ask(app, '/v1/quotes?limit=1')).json().next_cursor as string;

const dates = [
  ...[
    '2019',
    '2019-02',
    '2020-12-20',
    '2019~',
    '[2019,2020]',
    '[2019..2020]',
    '[..2020-11-03]',
    '{2019,2020}',
  ],
  ...[
    '../2018',
    '2019/..',
    '2013/2021',
    '201X',
    '2019..2020-06',
    '..2020',
    '2019..',
    '..',
    '2020..2019',
    '-0044-03-15',
  ],
  ...[
    'Y-170000002',
    '2020-21',
    '2019-02-30',
    '[2020',
    '2019,2020,[2018,2019]',
    '2020-W05',
    'XXXX',
    '9999-12-31',
  ],
];
const words = [
  ...[
    'iran',
    'russia OR iran',
    '"maximum pressure" -sanctions',
    '-iran',
    '"',
    '-"',
    '(',
    ')',
    'a AND b',
    'NEAR(a b)',
  ],
  ...[
    'text:iran',
    '*',
    'ira*',
    '^iran',
    '{iran}',
    "'",
    '\\',
    '%',
    '_',
    ';DROP TABLE quotes',
    '--',
    '/*',
    'می‌خواهم',
  ],
  ...['😀', '\u0000', '\u200f', 'é', 'e\u0301', '𐕰', 'OR', 'OR OR', '- -', 'NOT', '"a" "b" "c'],
];
const numbers = [
  '0',
  '1',
  '2',
  '7',
  '50',
  '200',
  '201',
  '1000',
  '99999999999999999999',
  '-1',
  '1e2',
  '0x10',
  ' 1',
  '1.0',
];
const any = fc.oneof(
  fc.constantFrom(
    ...ids,
    ...dates,
    ...words,
    ...numbers,
    ...names,
    cursors,
    'none',
    'true',
    'false',
    'zero',
    '',
  ),
  fc.constantFrom(
    'csv',
    'ndjson',
    'json',
    'spans',
    'names',
    'ledger',
    'formulas',
    'IR',
    'RU',
    'en',
    'fa',
    'Q7747',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const list = fc
  .tuple(fc.constantFrom('', '', '!'), fc.array(any, { minLength: 1, maxLength: 4 }))
  .map(([not, values]) => `${not}${values.join(',')}`);

/** Values that a parameter of this name takes. */
function drawRight(operation: Operation, name: string): fc.Arbitrary<string> {
  // What is no list of a noun asks by the filters of stances.
  const resource = (servedResources.find((candidate) => nameTag(candidate) === operation.tags[0]) ??
    stances) as Resource;
  const filter = listFilters(resource).get(name);
  if (filter === undefined) {
    const controls: Record<string, fc.Arbitrary<string>> = {
      q: fc.constantFrom(...words),
      sort: fc.constantFrom(...listSorts(resource).keys()),
      limit: fc.integer({ min: 1, max: 200 }).map(String),
      sample: fc.integer({ min: 1, max: 1000 }).map(String),
      seed: fc.nat().map(String),
      fields: drawSome(listSelectablePaths(resource), 5),
      group_by: drawSome([...listGroupKeys(resource).keys()], 3),
      facets: drawSome([...listGroupKeys(resource).keys()], 4),
    };
    const parameter = operation.parameters?.find((candidate) => candidate.name === name);
    const allowed = (parameter?.schema.enum ?? []) as string[];
    return (
      (Object.hasOwn(controls, name) ? controls[name] : undefined) ??
      (allowed.length > 0 ? fc.constantFrom(...allowed) : any)
    );
  }
  const values: Record<string, readonly string[]> = {
    id: idsOf(filter.to),
    reference: idsOf(filter.to),
    word: filter.list === undefined ? [] : listWords(filter.list),
    boolean: ['true', 'false'],
    code: [String(filter.example ?? 'en'), 'en', 'IR'],
    integer: ['0', '5..500', '..1000', '30000..'],
    date: dates,
    date_within: dates,
  };
  const some = drawSome([...(values[filter.kind] ?? []), ...(filter.nullable ? ['none'] : [])], 3);
  return fc.tuple(fc.constantFrom('', '', '!'), some).map(([not, value]) => `${not}${value}`);
}

function drawSome(values: readonly string[], most: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...values, ...(values.length === 0 ? ['id'] : [])), {
      minLength: 1,
      maxLength: most,
    })
    .map((several) => several.join(','));
}

function drawValue(operation: Operation, name: string): fc.Arbitrary<string> {
  return fc.oneof({ weight: 8, arbitrary: drawRight(operation, name) }, { weight: 1, arbitrary: list });
}

const requests = fc.constantFrom(...operations).chain(({ path, operation }) => {
  const own = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => name);
  const name = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.constantFrom(...names, '__proto__', 'constructor', '') },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
  );
  const params = fc.array(
    name.chain((one) => fc.tuple(fc.constant(one), drawValue(operation, one))),
    { maxLength: 4 },
  );
  const id = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...idsOf(path.includes('{') ? path.split('/')[2] : undefined)) },
    { weight: 1, arbitrary: any },
  );
  const accept = fc.constantFrom(
    undefined,
    undefined,
    undefined,
    'text/csv',
    'application/x-ndjson',
    'text/html',
    '*/*;q=0',
  );
  return fc.record({ path: fc.constant(path), operation: fc.constant(operation), params, id, accept });
});

test('no 5xx, nothing undeclared, and answers that match their schemas', { timeout: 60_000 }, async () => {
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(requests, async ({ path, operation, params, id, accept }) => {
      // What is no path of this operation any more is not its business.
      fc.pre(!path.includes('{') || !['', '.', '..'].includes(id));
      const at = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(id));
      const search = params.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
      const answer = await ask(
        app,
        search === '' ? at : `${at}?${search}`,
        accept === undefined ? {} : { accept },
      );
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status >= 500) throw new Error(`${answer.status}: ${answer.text}`);
      const wrong = check(operation, answer);
      if (wrong !== null) throw new Error(wrong);
    }),
    { numRuns: 6000 },
  );
  // It would be worth little if all were refused, or none.
  expect(statuses.get(200)).toBeGreaterThan(600);
  expect(statuses.get(400)).toBeGreaterThan(600);
});

test('a query string of any bytes is read or refused', async () => {
  const pieces = [
    '%',
    '%ff',
    '%00',
    '%e0%a4',
    '+',
    '&',
    '=',
    '?',
    '#',
    '[',
    ']',
    ';',
    'actor',
    'q',
    '!',
    ',',
    '%F0%9F%98%80',
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), async (parts) => {
      const answer = await ask(app, `/v1/quotes?${parts.join('')}`);
      expect([200, 400]).toContain(answer.status);
    }),
    { numRuns: 500 },
  );
});
