import { expect, test } from 'vitest';
import { openKeyIndex } from '../../src/store/key-index.ts';

test.each([
  ['all of them added lately', undefined],
  ['most of them settled', 1 << 12],
])('every id that was added is found by its noun, and no other: %s', (_name, largest) => {
  const index = openKeyIndex(largest);
  const ids = ['', ''];
  for (let key = 1; key <= 30_000; key += 1)
    ids.push(key % 3 === 0 ? `گفته-${key}` : `article-${key}-q${key % 7}`);
  for (let key = 1; key < ids.length; key += 1) index.add('quotes', ids[key] as string, key);
  index.add('actors', 'article-1-q1', 9);
  for (let key = 1; key < ids.length; key += 1)
    expect(index.find('quotes', ids[key] as string, (candidate) => ids[candidate] === ids[key])).toBe(key);
  expect(index.find('actors', 'article-1-q1', () => true)).toBe(9);
  expect(index.find('topics', 'article-1-q1', () => true)).toBeUndefined();
  let asked = 0;
  const refuse = () => {
    asked += 1;
    return false;
  };
  for (let n = 0; n < 30_000; n += 1) expect(index.find('quotes', `other-${n}`, refuse)).toBeUndefined();
  // The table of the base is hardly ever looked into in vain.
  expect(asked).toBeLessThan(10);
  // An id that is given anew, after the record that had it was taken out.
  index.add('quotes', 'article-1-q1', 30_001);
  expect(index.find('quotes', 'article-1-q1', (key) => key === 30_001)).toBe(30_001);
  index.clear();
  expect(index.find('quotes', 'article-1-q1', () => true)).toBeUndefined();
});
