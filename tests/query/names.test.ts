// Actors by any spelling of their names, through the API.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { findNames, MOST_NAMED } from '../../src/query/names.ts';
import { actors } from '../../src/resources/actors.ts';
import type { NamesDeclaration } from '../../src/resources/resource.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { ask, askPage, buildTestApp, buildUrl, copyBase, importRecords, openSeededBase } from '../base.ts';

const person = (id: string, name: string, ...others: string[]) => ({
  id,
  name,
  kind: 'person',
  names: others.map((other) => ({ name: other })),
});
const db = openSeededBase();
importRecords(db, {
  actors: [
    person('thich-nhat-hanh', 'Thích Nhất Hạnh'),
    person('lao-tzu', 'Lao Tzu', 'Laozi', '老子'),
    person('holmes-senior', 'Oliver Wendell Holmes Sr.', 'Oliver Wendell Holmes'),
    person('holmes-junior', 'Oliver Wendell Holmes Jr.', 'Oliver Wendell Holmes'),
    person('khrushchev', 'Nikita Khrushchev'),
    person('xi', 'Xi Jinping'),
    ...Array.from({ length: 300 }, (_, n) => person(`smith-${n}`, `John Number${n} Smith`)),
  ],
});
const app = await buildTestApp(db);
const names = actors.names as NamesDeclaration;

type NameMatch = { field: string; index?: number; name: string; score: number; reasons: string[] };
const find = async (name: string, params: Record<string, string> = {}) => {
  const page = await askPage(app, buildUrl('/v1/actors', { name, ...params }));
  return page.results.map((record) => ({ id: String(record.id), ...(record.name_match as NameMatch) }));
};

describe('the same actor', () => {
  test.each([
    ...[
      'Khamenei',
      'Chamenei',
      'Хаменеи',
      'khamenei ali',
      'A. Khamenei',
      'ALI KHAMENEI!',
      'Ayatollah Khamenei',
    ],
    ...['علی خامنه‌ای', 'علی خامنه ای', 'علي خامنه‌اي', 'خامنه‌ای', 'خامنه‌ای، علی', 'Ali Hosseini Khamenei'],
    ...['Khamenie', 'Kahmenei', 'Khameney'],
  ])('khamenei: %s', async (name) => {
    const [first] = await find(name);
    expect(first?.id).toBe('khamenei');
  });

  test.each([
    ['Thich Nhat Hanh', 'thich-nhat-hanh'],
    ['Nhat Hanh, Thich', 'thich-nhat-hanh'],
    ['Laozi', 'lao-tzu'],
    ['Lao-tse', 'lao-tzu'],
    ['老子', 'lao-tzu'],
    ['Chruschtschow', 'khrushchev'],
    ['Хрущёв', 'khrushchev'],
    ['习近平', 'xi'],
    ['Muhammad Jawad Zarif', 'zarif'],
    ['محمدجواد ظريف', 'zarif'],
    ['Mohammadjavad Zarif', 'zarif'],
    ['J. Zarif', 'zarif'],
    ['Wladimir Putin', 'putin'],
    ['the Kremlin', 'russia'],
  ])('%s is %s', async (name, id) => {
    const [first] = await find(name);
    expect(first?.id).toBe(id);
  });
});

test('records say which of their names fits, how well, and why', async () => {
  expect((await find('خامنه‌ای'))[0]).toEqual({
    id: 'khamenei',
    field: 'names',
    index: 2,
    name: 'علی خامنه‌ای',
    score: 0.8,
    reasons: ['missing_words'],
  });
  expect((await find('khamenei, ali'))[0]).toMatchObject({ field: 'name', reasons: ['other_order'] });
});

test('a name that fits several actors returns them all, and one that says which puts that one first', async () => {
  const both = await find('Oliver Wendell Holmes');
  expect(both.slice(0, 2)).toMatchObject([
    { id: 'holmes-senior', score: 1 },
    { id: 'holmes-junior', score: 1 },
  ]);
  const [first, second] = await find('Oliver Wendell Holmes, junior');
  expect(first).toMatchObject({ id: 'holmes-junior', score: 1 });
  expect(second?.id).toBe('holmes-senior');
  expect(second?.score).toBeLessThan(1);
});

test('what fits nobody finds nobody', async () => {
  for (const name of ['😀', '...', 'Zzyzx Qwrtp', 'x']) expect(await find(name)).toEqual([]);
});

describe('beside the rest of the grammar', () => {
  test('other filters hold too, and orders may be asked for', async () => {
    expect(await find('Khamenei', { country: 'RU' })).toEqual([]);
    expect(await find('Khamenei', { country: 'IR', kind: 'person' })).toHaveLength(1);
    const page = await askPage(app, '/v1/actors?name=smith&sort=-name&limit=5');
    const labels = page.results.map((record) => String(record.name));
    expect(labels).toHaveLength(5);
    expect(labels).toEqual(labels.toSorted().reverse());
  });

  test('pages give each once, a bounded number of them', async () => {
    const seen: string[] = [];
    let url: string | undefined = '/v1/actors?name=John+Smith&limit=30';
    while (url !== undefined) {
      const page = await askPage(app, url);
      expect(page).toMatchObject({ total: MOST_NAMED, total_is: 'at_least', ranking: 'name' });
      seen.push(...page.results.map((record) => String(record.id)));
      url = page.link?.match(/<(.*)>/)?.[1];
    }
    expect(seen).toHaveLength(MOST_NAMED);
    expect(new Set(seen).size).toBe(MOST_NAMED);
  });

  test('counts, parts of records, other formats', async () => {
    const groups = (await ask(app, '/v1/actors?name=khamenei&group_by=kind')).json();
    expect(groups.results).toEqual([{ kind: 'person', count: 1 }]);
    const part = await askPage(app, '/v1/actors?name=khamenei&fields=id');
    expect(Object.keys(part.results[0] as object)).toEqual(['id', 'name_match']);
    const csv = await ask(app, '/v1/actors?name=khamenei&format=csv&fields=id');
    expect(csv.text).toBe('id\r\nkhamenei\r\n');
  });

  test.each([
    ['/v1/actors?name=', 'invalid_value'],
    [`/v1/actors?name=${'a'.repeat(201)}`, 'too_much'],
    ['/v1/actors?name=a&name=b', 'repeated_parameter'],
    ['/v1/quotes?name=zarif', 'unknown_parameter'],
  ])('%s is refused: %s', async (url, code) => {
    const answer = await ask(app, url);
    expect(answer.status).toBe(400);
    expect(answer.json().code).toBe(code);
  });
});

describe('whatever is asked', () => {
  const parts = fc.constantFrom(
    'Ali',
    'khamenei',
    'خامنه‌ای',
    'Хаменеи',
    'jr',
    'smith',
    'john',
    'o’',
    '"',
    '*',
    ':',
    'AND',
    '٣',
    '😀',
  );
  test('nothing throws, and the answer is bounded and in order', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 400 }),
          fc.array(parts, { maxLength: 40 }).map((all) => all.join(' ')),
        ),
        (name) => {
          const { records } = findNames(db, names, name);
          expect(records.length).toBeLessThanOrEqual(MOST_NAMED);
          const scores = records.map(({ score }) => score);
          expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('case, diacritics and punctuation change neither order nor score', () => {
    const stored = db
      .prepare('SELECT name FROM actors UNION SELECT name FROM actor_names')
      .pluck()
      .all() as string[];
    fc.assert(
      fc.property(fc.constantFrom(...stored), fc.infiniteStream(fc.nat(5)), (name, choices) => {
        const altered = [...name]
          .map((letter) => {
            const choice = choices.next().value;
            if (choice === 0)
              return letter.toUpperCase().length === letter.length ? letter.toUpperCase() : letter;
            if (choice === 1 && /\p{sc=Latin}/u.test(letter)) return `${letter}\u0301`;
            if (choice === 2 && /\s/.test(letter)) return ' , ';
            return letter;
          })
          .join('');
        expect(findNames(db, names, `“${altered}”`)).toEqual(findNames(db, names, name));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the stored keys', () => {
  let base: ReturnType<typeof copyBase>;
  beforeAll(() => {
    base = copyBase(db);
  });

  test('follow every change of a record, and go with it', () => {
    const gandalf = { actors: [person('gandalf', 'Gandalf the Grey', 'Mithrandir')] };
    const ids = (name: string) => findNames(base, names, name).records.length;
    importRecords(base, gandalf);
    expect([ids('Gandalf'), ids('Mithrandir')]).toEqual([1, 1]);
    importRecords(base, { actors: [person('gandalf', 'Olórin')] });
    expect([ids('Gandalf'), ids('Mithrandir'), ids('Olorin')]).toEqual([0, 0, 1]);
    importRecords(base, { actors: [] });
    expect(ids('Olorin')).toBe(0);
    expect(verifyBase(base).failures).toEqual([]);
  });

  test('are checked against the records', () => {
    base.prepare("UPDATE actor_name_keys SET joined = 'nobody' WHERE joined = 'vladimirputin'").run();
    base.prepare("DELETE FROM topic_name_keys WHERE joined = 'sanctions'").run();
    expect(verifyBase(base).failures).toContain('actor "putin": actor_name_keys does not hold its names');
  });
});
