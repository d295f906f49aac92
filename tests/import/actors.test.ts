// Names in files: whom they mean, and who is made.
import { describe, expect, test } from 'vitest';
import { resolveName } from '../../src/analysis/names.ts';
import { openActorResolver } from '../../src/import/actors.ts';
import type { ActorName } from '../../src/import/format.ts';
import { importRecords, openSeededBase } from '../base.ts';

const db = openSeededBase();
importRecords(db, {
  actors: [
    { id: 'holmes-sr', name: 'Oliver Wendell Holmes Sr.', kind: 'person', names: [{ name: 'O. W. Holmes' }] },
    { id: 'holmes-jr', name: 'Oliver Wendell Holmes Jr.', kind: 'person', names: [{ name: 'O. W. Holmes' }] },
  ],
});
const open = () => openActorResolver(db, 'person', () => false);
const resolve = (name: string | ActorName) => {
  const { resolve: ask, counts } = open();
  const answer = ask(typeof name === 'string' ? { name } : name);
  return { ...answer, counts };
};

describe('a name that one actor bears makes nobody', () => {
  test.each([
    ['ALI KHAMENEI', 'khamenei'],
    ['Ali-Khamenei', 'khamenei'],
    ['علي خامنه اي', 'khamenei'],
    ['“Mohammad Javad Zarif”', 'zarif'],
    ['محمد جواد ظریف', 'zarif'],
    ['Владимир  Путин', 'putin'],
    ['oliver wendell holmes, jr', 'holmes-jr'],
  ])('%s is %s', (name, id) => {
    expect(resolve(name)).toEqual({ id, records: [], counts: { merged: 1, made: 0, ambiguous: 0 } });
  });
});

test('a name that several bear is ambiguous, with its candidates', () => {
  expect(resolve('O.W. Holmes')).toMatchObject({
    ambiguous: ['holmes-sr', 'holmes-jr'],
    counts: { made: 0, ambiguous: 1 },
  });
});

test('a bare name is ambiguous where the base knows a junior of that name, until one is said', () => {
  importRecords(db, {
    actors: [
      { id: 'wale', name: 'John Wale', kind: 'person' },
      { id: 'wale-jr', name: 'John Wale, Jr.', kind: 'person' },
    ],
  });
  expect(resolve('John Wale')).toMatchObject({ ambiguous: ['wale', 'wale-jr'] });
  expect(resolve('JOHN WALE JR')).toMatchObject({ id: 'wale-jr' });
  expect(resolveName(db, { name: 'John Wale' }).safe).toBeNull();
});

test('a file that tells a father from his son itself means each by his name', () => {
  const { resolve: ask, counts } = open();
  const father = ask({ name: 'Otto Brandt' });
  const son = ask({ name: 'Otto Brandt Jr.' });
  expect(ask({ name: 'Otto Brandt' })).toEqual(father);
  expect(ask({ name: 'Otto Brandt, jr' })).toEqual(son);
  expect(counts).toEqual({ merged: 0, made: 2, ambiguous: 0 });
});

test.each([
  'Ali Khamenei',
  'Khamenei, Ali',
  'Ayatollah Ali Khamenei',
  'Али Хаменеи',
  'خامنه ای',
  'O. W. Holmes',
  'Oliver Wendell Holmes',
  'Vladimir Putin',
  'علي خامنه اي',
  'khamenei',
  'Nobody at all',
])('what the search finds beyond doubt is who an import means: %s', (name) => {
  for (const more of [{}, { kind: 'person' }, { kind: 'state' }, { country: 'IR' }, { wikidata: 'Q35314' }]) {
    const answer = resolve({ name, ...more });
    const safe = resolveName(db, { name, ...more }).safe?.actor.id;
    const found = 'records' in answer && answer.records.length === 0 ? answer.id : undefined;
    expect([found, more]).toEqual([safe, more]);
  }
});

test.each([
  ['another spelling', 'Ali Chamenei'],
  ['a part of the name', 'Khamenei'],
  ['another script', 'Али Хаменеи'],
  ['another kind', { name: 'Vladimir Putin', kind: 'organization' }],
  ['another country', { name: 'Vladimir Putin', country: 'US' }],
  ['an item that nobody has', { name: 'Vladimir Putin', wikidata: 'Q999999999' }],
])('nothing is guessed: %s is somebody else', (_, name) => {
  const answer = resolve(name);
  expect(answer).toMatchObject({ records: [{ noun: 'actors' }], counts: { merged: 0, made: 1 } });
});

test('one who was made is known from then on, under any case and punctuation', () => {
  const { resolve: ask, counts } = open();
  const first = ask({ name: 'Nguyễn Thị Bình' });
  expect(ask({ name: 'nguyen thi-binh' })).toEqual(first);
  expect(counts).toEqual({ merged: 0, made: 1, ambiguous: 0 });
});
