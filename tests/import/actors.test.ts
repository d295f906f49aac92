// Names in files: whom they mean, and who is made.
import { describe, expect, test } from 'vitest';
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
