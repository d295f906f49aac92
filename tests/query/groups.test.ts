// Counts instead of records, counts beside them, and samples: each must add up with the lists they stand for.
import { describe, expect, test } from 'vitest';
import { listGroupKeys } from '../../src/query/group-keys.ts';
import { servedResources } from '../../src/resources/registry.ts';
import type { Resource } from '../../src/resources/resource.ts';
import {
  ask,
  askPage,
  buildTestApp,
  buildUrl,
  draftManyQuotes,
  draftQuote,
  importRecords,
  type Json,
  openEmptyBase,
  openSeededBase,
  surroundings,
} from '../base.ts';

const seeds = openSeededBase();
const app = await buildTestApp(seeds);

type Groups = {
  total: number;
  total_is: string;
  group_by: string[];
  records: number;
  results: (Json & { count: number })[];
};
const group = async (noun: string, params: Record<string, string>, of = app) => {
  const answer = await ask(of, buildUrl(`/v1/${noun}`, params));
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  return answer.json() as Groups;
};

/** What a filter takes for the value of a group. */
const toFilter = (value: unknown): string =>
  value === null ? 'none' : typeof value === 'object' ? (value as { id: string }).id : String(value);

const keys = servedResources.flatMap((resource) =>
  [...listGroupKeys(resource).values()].map((key) => [resource.name, key.name, resource, key] as const),
);

describe('group_by', () => {
  test.each(keys)('%s by %s: every count is the total of its filter', async (noun, name, resource, key) => {
    const page = await group(noun, { group_by: name });
    const all = await askPage(app, `/v1/${noun}?limit=1`);
    expect(page.records).toBe(all.total);
    expect(page.group_by).toEqual([name]);
    expect(page.total).toBe(page.results.length);
    const many = key.filter?.steps[0]?.kind === 'list' || key.filter?.closure !== undefined;
    const sum = page.results.reduce((total, result) => total + result.count, 0);
    if (!many) expect(sum).toBe(all.total);
    for (const result of page.results.slice(0, 30)) {
      const value = toFilter(result[name]);
      if (key.filter === null) {
        const period = toPeriod(value);
        if (period === null) continue;
        const within = await askPage(
          app,
          buildUrl(`/v1/${noun}`, { [`${resource.date}.within`]: period, limit: '1' }),
        );
        expect([name, value, within.total]).toEqual([name, value, result.count]);
      } else if (value !== 'none' || key.filter.nullable) {
        // Of a list's own entries, `none` is one without; the group also holds the records that have no entry at all.
        if (value === 'none' && key.filter.steps[0]?.kind === 'list') continue;
        const found = await askPage(app, buildUrl(`/v1/${noun}`, { [name]: value, limit: '1' }));
        expect([name, value, found.total]).toEqual([name, value, result.count]);
      }
    }
  });

  /** The days of a unit, as a filter takes them; null for what is under none, and for weeks and quarters. */
  function toPeriod(unit: string): string | null {
    return unit === 'none' || /[WQ]/.test(unit) ? null : unit;
  }

  test('the largest first; with a date, in the order of time and the undated last', async () => {
    const actors = (await group('quotes', { group_by: 'actor' })).results.map((result) => result.count);
    expect(actors).toEqual(actors.toSorted((a, b) => b - a));
    const years = (await group('quotes', { group_by: 'year' })).results.map((result) => result.year);
    expect(years.at(-1)).toBeNull();
    expect(years.slice(0, -1)).toEqual(years.slice(0, -1).toSorted());
  });

  test('by two and three keys, which add up to one', async () => {
    const one = await group('quotes', { group_by: 'kind' });
    const two = await group('quotes', { group_by: 'kind,actor' });
    const three = await group('quotes', { group_by: 'kind,actor,year' });
    for (const { kind, count } of one.results) {
      for (const page of [two, three]) {
        const parts = page.results.filter((result) => result.kind === kind);
        expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(count);
      }
    }
    expect(Object.keys(two.results[0] as Json)).toEqual(['kind', 'actor', 'count']);
    expect(three.group_by).toEqual(['kind', 'actor', 'year']);
  });

  test('with filters, words and a limit', async () => {
    const page = await group('quotes', { group_by: 'actor', kind: 'direct', q: 'iran OR russia' });
    const list = await askPage(app, '/v1/quotes?kind=direct&q=iran%20OR%20russia&limit=200');
    expect(page.records).toBe(list.total);
    for (const result of page.results) {
      const id = toFilter(result.actor);
      expect(result.count).toBe(list.results.filter((quote) => (quote.actor as Json).id === id).length);
    }
    const short = await group('quotes', { group_by: 'actor', limit: '2' });
    expect(short.results).toHaveLength(2);
    expect(short.total).toBeGreaterThan(2);
  });

  test('a topic counts under what is broader too', async () => {
    const page = await group('quotes', { group_by: 'topic' });
    const only = await group('quotes', { group_by: 'topic.only' });
    const count = (of: Groups, id: string, key: string) =>
      of.results.find((result) => toFilter(result[key]) === id)?.count ?? 0;
    for (const result of only.results) {
      const id = toFilter(result['topic.only']);
      expect(count(page, id, 'topic')).toBeGreaterThanOrEqual(result.count);
    }
  });
});

describe('units of time', async () => {
  const db = openEmptyBase();
  const dates: [string, string | null][] = [
    ['day', '2020-12-31'],
    ['other-day', '2021-01-01'],
    ['month', '2020-12'],
    ['year', '2020'],
    ['about', '2020~'],
    ['two-years', '[2019,2020]'],
    ['across', '2020-12-31/2021-01-01'],
    ['week', '2020-12-28/2021-01-03'],
    ['quarter', '2020-10/2020-12'],
    ['open', '2019/..'],
    ['ancient', '-0043-03-15'],
    ['undated', null],
  ];
  importRecords(db, {
    ...surroundings,
    quotes: dates.map(([id, said]) => draftQuote({ id, said, text: 'Said.' })),
  });
  const own = await buildTestApp(db);

  test.each<[unit: string, counts: Record<string, number>]>([
    ['year', { '-0043': 1, '2020': 5, '2021': 1, null: 5 }],
    ['quarter', { '-0043-Q1': 1, '2020-Q4': 3, '2021-Q1': 1, null: 7 }],
    ['month', { '-0043-03': 1, '2020-12': 2, '2021-01': 1, null: 8 }],
    ['week', { '-0043-W11': 1, '2020-W53': 4, null: 7 }],
    ['day', { '-0043-03-15': 1, '2020-12-31': 1, '2021-01-01': 1, null: 9 }],
  ])('a date counts under a %s only if its whole range lies in it', async (unit, counts) => {
    const page = await group('quotes', { group_by: unit }, own);
    const found = Object.fromEntries(page.results.map((result) => [String(result[unit]), result.count]));
    expect(found).toMatchObject(counts);
    expect(page.records).toBe(dates.length);
    expect(page.results.reduce((sum, result) => sum + result.count, 0)).toBe(dates.length);
  });

  test('the gaps between are filled when asked for', async () => {
    const page = await group('quotes', { group_by: 'month', fill: 'zero', said: '2020-12..2021' }, own);
    expect(page.results.map((result) => [result.month, result.count])).toEqual([
      ['2020-12', 2],
      ['2021-01', 1],
      [null, 7],
    ]);
    const years = await group('quotes', { group_by: 'year', fill: 'zero', said: '2000..' }, own);
    expect(years.results.every((result) => typeof result.count === 'number')).toBe(true);
    const long = await group('quotes', { group_by: 'year', fill: 'zero', said: '!2050..' }, own);
    const listed = long.results.map((result) => result.year).filter((year) => year !== null);
    expect(listed).toHaveLength(2021 + 43 + 1);
    expect(new Set(listed).size).toBe(listed.length);
    expect(long.results.filter((result) => result.count === 0).length).toBe(listed.length - 3);
  });

  test('filling more than an answer holds is refused', async () => {
    const answer = await ask(own, '/v1/quotes?group_by=day&fill=zero');
    expect([answer.status, answer.json().code]).toEqual([400, 'too_much']);
  });

  test('with another key, every one of its values is filled', async () => {
    importRecords(db, {
      ...surroundings,
      quotes: [
        ...dates.map(([id, said]) => draftQuote({ id, said, text: 'Said.' })),
        draftQuote({ id: 'minister-2018', said: '2018', actor: 'minister', text: 'Said.' }),
      ],
    });
    const page = await group('quotes', { group_by: 'actor,year', fill: 'zero', said: '2018..2021' }, own);
    const years = ['2018', '2019', '2020', '2021'];
    for (const actor of ['minister', 'speaker']) {
      const found = page.results.filter((result) => toFilter(result.actor) === actor && result.year !== null);
      expect(found.map((result) => result.year)).toEqual(years);
    }
  });
});

describe('facets', () => {
  const faceted = servedResources.filter((resource) => listGroupKeys(resource).size > 0);

  test.each(faceted.map((resource) => [resource.name, resource] as const))(
    '%s: the counts of group_by, beside the records',
    async (noun, resource: Resource) => {
      for (const name of listGroupKeys(resource).keys()) {
        const page = await askPage(app, buildUrl(`/v1/${noun}`, { facets: name, limit: '1' }));
        const groups = await group(noun, { group_by: name });
        const expected = groups.results.map((result) => ({ value: result[name], count: result.count }));
        expect(page.facets?.[name]).toEqual(expected.slice(0, 20));
      }
    },
  );

  test('several at once, under the filters, whatever the page', async () => {
    const first = await askPage(app, '/v1/quotes?facets=kind,actor,year&hedge=none&limit=1');
    expect(Object.keys(first.facets ?? {})).toEqual(['kind', 'actor', 'year']);
    const next = await askPage(app, `/v1/quotes?facets=kind&hedge=none&limit=1&cursor=${first.next_cursor}`);
    expect(next.facets?.kind).toEqual(first.facets?.kind);
    expect(first.facets?.kind?.reduce((sum, facet) => sum + facet.count, 0)).toBe(first.total);
  });

  test('a resource without anything to count by does not offer it', async () => {
    const answer = await ask(app, '/v1/corpora?group_by=title');
    expect([answer.status, answer.json().code]).toEqual([400, 'unknown_parameter']);
  });
});

describe('samples', async () => {
  const db = openEmptyBase();
  importRecords(db, { ...surroundings, quotes: draftManyQuotes(200) });
  const own = await buildTestApp(db);
  const draw = async (query: string) =>
    (await askPage(own, `/v1/quotes?fields=id&${query}`)).results.map((record) => record.id as string);

  test('the same seed gives the same records, another seed others', async () => {
    const first = await draw('sample=20&seed=7');
    expect(first).toHaveLength(20);
    expect(new Set(first).size).toBe(20);
    expect(await draw('sample=20&seed=7')).toEqual(first);
    expect(await draw('seed=7&sample=20&hedge=none')).toEqual(first);
    expect(await draw('sample=20&seed=8')).not.toEqual(first);
    expect(await draw('sample=20')).toEqual(await draw('sample=20&seed=0'));
  });

  test('holds only what matches, and all of it when more is asked for', async () => {
    const some = await draw('sample=1000&seed=1&actor=minister');
    const all = await draw('limit=200&actor=minister&sort=id');
    expect(some.toSorted()).toEqual(all);
    expect(some).not.toEqual(all);
  });

  test('every record is equally likely', async () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 200; seed += 1)
      for (const id of await draw(`sample=20&seed=${seed}`)) counts.set(id, (counts.get(id) ?? 0) + 1);
    // 4,000 draws of 200 records: 20 each. The seeds are fixed, so this is no throw of dice.
    expect(counts.size).toBe(200);
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - 20) ** 2 / 20, 0);
    expect(chi).toBeLessThan(255);
  });

  test('as CSV and NDJSON, and with counts beside', async () => {
    const lines = (await ask(own, '/v1/quotes?sample=5&seed=3&format=ndjson&fields=id')).text
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(await draw('sample=5&seed=3'));
    const csv = (await ask(own, '/v1/quotes?sample=5&seed=3&format=csv&fields=id')).text.trim().split('\r\n');
    expect(csv.slice(1)).toEqual(await draw('sample=5&seed=3'));
    const page = await askPage(own, '/v1/quotes?sample=5&seed=3&facets=kind');
    expect(page.facets?.kind?.reduce((sum, facet) => sum + facet.count, 0)).toBe(page.total);
  });

  test('a random one is one that matches, and another one each time', async () => {
    const seen = new Set<string>();
    for (let n = 0; n < 40; n += 1) {
      const quote = (await ask(own, '/v1/quotes/random?actor=minister&fields=id,actor')).json();
      expect((quote.actor as Json).id).toBe('minister');
      seen.add(quote.id as string);
    }
    // 40 draws of 67: that they are fewer than ten different ones happens once in some 10^20 times.
    expect(seen.size).toBeGreaterThan(10);
  });
});
