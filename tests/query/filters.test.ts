// Filters: every kind of the grammar, and for each filter of each noun the law that a value and its negation part the
// list in two.
import { describe, expect, test } from 'vitest';
import { type Filter, listFilters } from '../../src/query/filters.ts';
import { getResource, servedResources } from '../../src/resources/registry.ts';
import type { Noun, Resource } from '../../src/resources/resource.ts';
import { listWords } from '../../src/vocabulary.ts';
import {
  ask,
  askPage,
  buildTestApp,
  buildUrl,
  copyBase,
  type Drafts,
  draftQuote,
  importRecords,
  openEmptyBase,
  openSeededBase,
  surroundings,
} from '../base.ts';

type Params = Record<string, string | string[]>;

/** Every value of a filter that occurs in the data, as a caller writes it. */
function listValues(db: ReturnType<typeof openSeededBase>, resource: Resource, filter: Filter): string[] {
  const step = filter.steps[0];
  const from =
    step === undefined
      ? `${resource.name} x`
      : step.kind === 'record'
        ? `${resource.name} t JOIN ${step.table} x ON x.key = t.${step.column}`
        : `${step.table} x`;
  const column = `x."${filter.column}"`;
  const list = (sql: string) => db.prepare(sql).pluck().all().map(String);
  switch (filter.kind) {
    case 'id':
    case 'reference':
      return list(
        `SELECT id FROM ${filter.to as Noun} WHERE key IN (SELECT ${column} FROM ${from}) ORDER BY id LIMIT 40`,
      );
    case 'word':
      return listWords(filter.list as NonNullable<Filter['list']>);
    case 'boolean':
      return ['true', 'false'];
    case 'date':
    case 'date_within':
      return [
        ...list(`SELECT DISTINCT ${column} FROM ${from} WHERE ${column} IS NOT NULL ORDER BY 1 LIMIT 20`),
        ...['2019', '2019..2020-06', '..2020', '2021..', '1066', '[2019,2020]', '../2018'],
      ];
    case 'integer':
      return [
        ...list(`SELECT DISTINCT ${column} FROM ${from} WHERE ${column} IS NOT NULL LIMIT 5`),
        '..100',
        '100..',
      ];
    default:
      return list(`SELECT DISTINCT ${column} FROM ${from} WHERE ${column} IS NOT NULL ORDER BY 1 LIMIT 20`);
  }
}

describe('over the seeds', async () => {
  const db = openSeededBase();
  const app = await buildTestApp(db);
  const count = async (noun: string, params: Params) => {
    const page = await askPage(app, buildUrl(`/v1/${noun}`, { ...params, limit: '1', fields: 'id' }));
    expect(page.total_is).toBe('exact');
    return page.total;
  };
  const list = async (noun: string, params: Params) => {
    const page = await askPage(app, buildUrl(`/v1/${noun}`, { ...params, limit: '200', fields: 'id' }));
    expect(page.next_cursor).toBeNull();
    return page.results.map((record) => record.id as string).toSorted();
  };

  const filters = servedResources.flatMap((resource) =>
    [...listFilters(resource).values()].map(
      (filter) => [resource.name, filter.name, resource, filter] as const,
    ),
  );

  const read = (resource: Resource, filter: Filter) => {
    const values = listValues(db, resource, filter);
    return { values, wanted: [...values, ...(filter.nullable ? ['none'] : [])] };
  };

  test.each(filters)(
    '%s by %s: a value and its negation part the list in two',
    async (noun, name, resource, filter) => {
      const { wanted } = read(resource, filter);
      const all = await count(noun, {});
      for (const value of [...wanted, wanted.slice(0, 3).join(',')].filter(Boolean)) {
        const yes = await list(noun, { [name]: value });
        const no = await list(noun, { [name]: `!${value}` });
        expect([value, yes.length + no.length]).toEqual([value, all]);
        expect(yes.filter((id) => no.includes(id))).toEqual([]);
        expect(await count(noun, { [name]: value })).toBe(yes.length);
      }
    },
  );

  const several = filters.filter(([, , resource, filter]) => read(resource, filter).wanted.length >= 2);
  test.each(several)('%s by %s: any of, none of, and both', async (noun, name, resource, filter) => {
    const { wanted } = read(resource, filter);
    const [a, b] = [wanted[0] as string, wanted.at(-1) as string];
    const [first, second] = [await list(noun, { [name]: a }), await list(noun, { [name]: b })];
    const either = [...new Set([...first, ...second])].toSorted();
    expect(await list(noun, { [name]: `${a},${b}` })).toEqual(either);
    expect(await list(noun, { [name]: `${b}, ${a}, ${b}` })).toEqual(either);
    const neither = await list(noun, { [name]: `!${a},${b}` });
    expect(await list(noun, { [name]: [`!${a}`, `!${b}`] })).toEqual(neither);
    // Of a list's own entries, one may be the one and another the other.
    const both = first.filter((id) => second.includes(id));
    expect(await list(noun, { [name]: [a, b] })).toEqual(both);
  });

  const nullable = filters.filter(([, , , { nullable, steps }]) => {
    const ofEntries = steps[0]?.kind === 'list' && steps[0].children;
    return nullable && !ofEntries;
  });
  test.each(nullable)('%s by %s: none', async (noun, name, resource, filter) => {
    const { values } = read(resource, filter);
    const none = await list(noun, { [name]: 'none' });
    const some = new Set((await Promise.all(values.map((value) => list(noun, { [name]: value })))).flat());
    expect(none.filter((id) => some.has(id))).toEqual([]);
    if (['reference', 'word', 'code', 'boolean'].includes(filter.kind) && values.length < 40)
      expect(none.length + some.size).toBe(await count(noun, {}));
  });

  test('a filter says what the record says', async () => {
    const page = await askPage(app, '/v1/quotes?limit=200');
    for (const [name, read] of [
      ['actor', (quote) => (quote.actor as { id: string } | null)?.id ?? 'none'],
      ['kind', (quote) => quote.kind],
      ['hedge', (quote) => quote.hedge],
      ['source', (quote) => (quote.source as { id: string }).id],
      ['topic.only', (quote) => (quote.topics as { id: string }[]).map((topic) => topic.id)],
    ] as [string, (quote: Record<string, unknown>) => unknown][]) {
      for (const value of new Set(page.results.flatMap((quote) => read(quote) as string | string[]))) {
        const expected = page.results
          .filter((quote) => [read(quote)].flat().includes(value))
          .map((quote) => quote.id);
        expect(await list('quotes', { [name]: value })).toEqual((expected as string[]).toSorted());
      }
    }
  });

  test('a topic takes in everything narrower, topic.only does not', async () => {
    const broader = db
      .prepare('SELECT b.id FROM topics t JOIN topics b ON b.key = t.broader_key GROUP BY b.id')
      .pluck()
      .all() as string[];
    expect(broader.length).toBeGreaterThan(1);
    for (const topic of broader) {
      const below = db
        .prepare(
          'SELECT d.id FROM topics_closure c JOIN topics a ON a.key = c.ancestor_key JOIN topics d ON d.key = c.descendant_key WHERE a.id = ?',
        )
        .pluck()
        .all(topic) as string[];
      for (const noun of ['quotes', 'stances']) {
        const all = await list(noun, { topic });
        expect(all).toEqual(await list(noun, { 'topic.only': below.join(',') }));
        for (const id of await list(noun, { 'topic.only': topic })) expect(all).toContain(id);
      }
    }
  });

  test.each([
    ['actors', 'actor', 'quotes'],
    ['actors', 'actor', 'stances'],
    ['topics', 'topic', 'quotes'],
    ['topics', 'topic', 'stances'],
    ['sources', 'source', 'quotes'],
    ['sources', 'source', 'stances'],
    ['corpora', 'corpus', 'sources'],
  ])('/v1/%s/{id}: %s= of %s', async (parent, filter, child) => {
    for (const id of db.prepare(`SELECT id FROM ${parent}`).pluck().all() as string[]) {
      for (const extra of ['', '&limit=2', '&sort=id', '&facets=source', '&format=csv']) {
        if (extra.includes('facets') && child === 'sources') continue;
        const nested = await ask(app, `/v1/${parent}/${id}/${child}?${extra.slice(1)}`);
        const flat = await ask(app, `/v1/${child}?${filter}=${id}${extra}`);
        expect([nested.status, nested.text]).toEqual([200, flat.text]);
        expect(nested.headers.etag).toBe(flat.headers.etag);
      }
    }
  });
});

describe('over made-up records', async () => {
  const drafts: Drafts = {
    ...surroundings,
    actors: [
      ...(surroundings.actors ?? []),
      { id: 'iran', name: 'Iran', kind: 'state', country: 'IR' },
      { id: 'un', name: 'United Nations', kind: 'organization' },
      {
        id: 'zarif',
        name: 'Zarif',
        kind: 'person',
        country: 'IR',
        affiliations: [
          { organization: 'un', role: 'Envoy', held: '2002/2007' },
          { organization: 'iran', role: 'Minister', held: '2013/2021' },
        ],
      },
      { id: 'salehi', name: 'Salehi', kind: 'person', affiliations: [{ organization: 'iran', held: null }] },
      {
        id: 'both',
        name: 'Both',
        kind: 'person',
        affiliations: [
          { organization: 'iran', held: '2019/..' },
          { organization: 'un', held: '2019' },
        ],
      },
    ],
    quotes: [
      ...[
        ['day', '2020-12-20'],
        ['month', '2020-12'],
        ['year', '2019'],
        ['about', '2019~'],
        ['one-of-two', '[2019,2020]'],
        ['range-of-years', '[2019..2020]'],
        ['range-of-days', '[2020-12-20..2021-01-20]'],
        ['before', '[..2018]'],
        ['interval', '2018-06/2019-02'],
        ['open-start', '../2018'],
        ['open-end', '2021/..'],
        ['undated', null],
        ['unknown-day', '2019-XX-XX'],
      ].map(([id, said]) => draftQuote({ id: id as string, said, text: 'It was said.' })),
      draftQuote({
        id: 'two-topics',
        text: 'It was said.',
        topics: ['part', 'other'],
        actor: null,
        said: '1900',
      }),
      draftQuote({
        id: 'one-topic',
        text: 'It was said.',
        topics: ['other'],
        actor: 'minister',
        said: '1900',
      }),
    ],
    topics: [...(surroundings.topics ?? []), { id: 'other', label: 'Something else' }],
  };
  const db = openEmptyBase();
  importRecords(db, drafts);
  const app = await buildTestApp(db);
  const list = async (url: string) =>
    (await askPage(app, `${url}&limit=200&fields=id`)).results.map((record) => record.id).toSorted();

  test.each<[said: string, overlap: string[], within: string[]]>([
    [
      '2019',
      ['year', 'about', 'one-of-two', 'range-of-years', 'interval', 'unknown-day'],
      ['year', 'about', 'unknown-day'],
    ],
    [
      '2019..2020',
      [
        'day',
        'month',
        'year',
        'about',
        'one-of-two',
        'range-of-years',
        'range-of-days',
        'interval',
        'unknown-day',
      ],
      ['day', 'month', 'year', 'about', 'one-of-two', 'range-of-years', 'unknown-day'],
    ],
    ['2020-12-20', ['day', 'month', 'one-of-two', 'range-of-years', 'range-of-days'], ['day']],
    [
      '..2018',
      ['before', 'interval', 'open-start', 'two-topics', 'one-topic'],
      ['before', 'open-start', 'two-topics', 'one-topic'],
    ],
    ['2021..', ['range-of-days', 'open-end'], ['open-end']],
    ['2021-01-20', ['range-of-days', 'open-end'], []],
    ['2021-01-21', ['open-end'], []],
    ['2020-06', ['one-of-two', 'range-of-years'], []],
    [
      '1900,2021-01-21',
      ['open-end', 'before', 'open-start', 'two-topics', 'one-topic'],
      ['two-topics', 'one-topic'],
    ],
    [
      '[2019,2020]',
      [
        'day',
        'month',
        'year',
        'about',
        'one-of-two',
        'range-of-years',
        'range-of-days',
        'interval',
        'unknown-day',
      ],
      ['day', 'month', 'year', 'about', 'one-of-two', 'range-of-years', 'unknown-day'],
    ],
    [
      '[2018..2019]',
      ['year', 'about', 'one-of-two', 'range-of-years', 'interval', 'before', 'open-start', 'unknown-day'],
      ['year', 'about', 'interval', 'unknown-day'],
    ],
    [
      '../2018',
      ['before', 'interval', 'open-start', 'two-topics', 'one-topic'],
      ['before', 'open-start', 'two-topics', 'one-topic'],
    ],
  ])('trap: EDTF bounds, said=%s', async (said, overlap, within) => {
    expect(await list(`/v1/quotes?said=${said}`)).toEqual(overlap.toSorted());
    expect(await list(`/v1/quotes?said.within=${said}`)).toEqual(within.toSorted());
    // The bound that ends the reading early differs with the order.
    for (const sort of ['said', '-said', 'id', '-passage'])
      expect(await list(`/v1/quotes?said=${said}&sort=${sort}`)).toEqual(overlap.toSorted());
  });

  test('undated: said=none, in no period, and in every negated one', async () => {
    expect(await list('/v1/quotes?said=none')).toEqual(['undated']);
    expect(await list('/v1/quotes?said=..9999')).not.toContain('undated');
    expect(await list('/v1/quotes?said=!..9999')).toEqual(['undated']);
    expect(await list('/v1/quotes?said=none,2021-01-21')).toEqual(['open-end', 'undated']);
    expect(await list('/v1/quotes?said.within=!2019')).toContain('undated');
  });

  test('both: a repeated filter holds twice', async () => {
    expect(await list('/v1/quotes?topic=all&topic=other')).toEqual(['two-topics']);
    expect(await list('/v1/quotes?topic=all,other')).toEqual(['one-topic', 'two-topics']);
    expect(await list('/v1/quotes?topic=other&topic=!all')).toEqual(['one-topic']);
    expect(await list('/v1/quotes?topic.only=all')).toEqual([]);
  });

  test('an unknown speaker, and those who are known', async () => {
    expect(await list('/v1/quotes?actor=none')).toEqual(['two-topics']);
    expect(await list('/v1/quotes?actor=none,minister')).toEqual(['one-topic', 'two-topics']);
    expect(await list('/v1/quotes?actor=!speaker')).toEqual(['one-topic', 'two-topics']);
    expect(await list('/v1/quotes?actor=!speaker,none')).toEqual(['one-topic']);
    expect(await list('/v1/quotes?actor.country=RU')).toEqual(['one-topic']);
    expect(await list('/v1/quotes?actor.country=!IR')).toEqual(['one-topic', 'two-topics']);
    expect(await list('/v1/quotes?actor.country=none')).toEqual(['two-topics']);
  });

  test.each<[string, string[]]>([
    ['affiliation.organization=iran', ['both', 'salehi', 'zarif']],
    ['affiliation.organization=iran&affiliation.held=2020', ['both', 'zarif']],
    ['affiliation.organization=un&affiliation.held=2020', []],
    ['affiliation.organization=un&affiliation.held=2019', ['both']],
    ['affiliation.organization=un&affiliation.held=2005', ['zarif']],
    ['affiliation.organization=iran&affiliation.held=2005', []],
    ['affiliation.organization=iran&affiliation.held=none', ['salehi']],
    ['affiliation.organization=iran&affiliation.organization=un', ['both', 'zarif']],
    ['affiliation.organization=iran&affiliation.organization=un&affiliation.held=2019', ['both']],
    ['affiliation.organization=iran&affiliation.held=!2015', ['salehi', 'both']],
    ['affiliation.organization=un&affiliation.held.within=2002..2007', ['zarif']],
    ['affiliation.organization=iran&affiliation.held.within=2002..2007', []],
  ])('one and the same office: %s', async (query, expected) => {
    expect(await list(`/v1/actors?${query}`)).toEqual(expected.toSorted());
    expect(await list(`/v1/actors?${query.split('&').toReversed().join('&')}`)).toEqual(expected.toSorted());
    expect(await list(`/v1/actors?kind=person&${query}`)).toEqual(expected.toSorted());
  });

  test('a record that comes in later is found by every filter', async () => {
    const own = copyBase(db);
    const ownApp = await buildTestApp(own);
    const late = draftQuote({ id: 'late', text: 'Late.', topics: ['part'], said: '2030' });
    importRecords(own, { ...drafts, quotes: [...(drafts.quotes ?? []), late] });
    for (const query of ['topic=all', 'topic.only=part', 'said=2030', 'q=late', 'id=late'])
      expect((await askPage(ownApp, `/v1/quotes?${query}`)).results.map((quote) => quote.id)).toContain(
        'late',
      );
  });
});

test('every field that says it filters has a filter', () => {
  const names = [...listFilters(getResource('quotes')).keys()];
  expect(names).toEqual(
    expect.arrayContaining([
      'id',
      'actor',
      'actor.kind',
      'source.corpus',
      'said',
      'said.within',
      'topic',
      'topic.only',
    ]),
  );
  expect([...listFilters(getResource('actors')).keys()]).toContain('affiliation.held');
});
