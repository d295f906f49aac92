// Names with several words: what is found is what all names tested one by one give, and what is read has a bound.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { readNamesWith, type Spellings } from '../../src/query/name-words.ts';
import { findNames } from '../../src/query/names.ts';
import { suggestRecords } from '../../src/query/suggest.ts';
import { getResource, servedResources } from '../../src/resources/registry.ts';
import type { NamesDeclaration } from '../../src/resources/resource.ts';
import { openEmptyBase } from '../base.ts';

const names = getResource('actors').names as NamesDeclaration;

/** The stored keys of names alone, without their records. */
function openNames(table: string, all: readonly string[]): Db {
  const db = openEmptyBase();
  db.pragma('foreign_keys = OFF');
  insertNames(db, table, all);
  return db;
}

function insertNames(db: Db, table: string, all: readonly string[]): void {
  const insert = db.prepare(
    `INSERT INTO ${table} (owner_key, ordinal, plain, joined, words, sounds, backwards) VALUES (?, 0, ?, ?, ?, '', '')`,
  );
  db.transaction(() => {
    for (const [n, words] of all.entries()) insert.run(n + 1, words, words.replaceAll(' ', ''), words);
  })();
}

/** SQLite's own function, counted: once for each word that a name is tested for. */
function countTests(db: Db): () => number {
  let tests = 0;
  db.function('instr', { deterministic: true }, (text, part) => {
    tests += 1;
    return String(text).indexOf(String(part)) + 1;
  });
  return () => tests;
}

const TESTED = 5000;
// Twice as many names with either word as are tested in all, and no name with both.
const alternating = Array.from({ length: 4 * TESTED }, (_, n) => `${n % 2 ? 'alpha' : 'beta'} x${n}`);

test('common words that never meet are not read to their ends: a suggestion', () => {
  const db = openNames('source_name_keys', alternating);
  const tests = countTests(db);
  for (const typed of ['alpha beta', 'beta alph', 'alpha beta alpha beta', 'alphq']) {
    const before = tests();
    expect(suggestRecords(db, servedResources, typed, 10)).toEqual([]);
    // Of the words and of their spellings; most names lack the first word that they are tested for.
    expect(tests() - before).toBeLessThanOrEqual(2 * TESTED * 2);
  }
  expect(tests()).toBeGreaterThan(TESTED);
  db.close();
});

test('common words that never meet are not read to their ends: a name', () => {
  const db = openNames('actor_name_keys', alternating);
  const tests = countTests(db);
  expect(findNames(db, names, 'alpha beta').complete).toBe(false);
  expect(tests()).toBeLessThanOrEqual(2 * TESTED);
  // A rare word leads the search to the end, wherever its name stands.
  const last = alternating.at(-1) as string;
  const found = readNamesWith(db, names, 'words', last.split(' ').map(asWritten), 10, { left: TESTED });
  expect(found).toEqual({ rows: [[last]], complete: true });
  db.close();
});

function asWritten(text: string): Spellings {
  return [{ column: 'words', text }];
}

test('found are the first names that have all words, and with too small an allowance some of them', () => {
  const word = fc.constantFrom('a', 'ab', 'abc', 'abcd', 'abce', 'b', 'bcde');
  const asked = fc.array(
    fc.array(
      fc.record(
        { column: fc.constant('words' as const), text: word, begins: fc.constant(true as const) },
        { requiredKeys: ['column', 'text'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    { minLength: 1, maxLength: 3 },
  );
  const stored = fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 40 });
  const db = openNames('actor_name_keys', []);
  fc.assert(
    fc.property(stored, asked, fc.nat(40), fc.integer({ min: 1, max: 10 }), (all, words, left, most) => {
      db.exec('BEGIN');
      insertNames(
        db,
        'actor_name_keys',
        all.map((one) => one.join(' ')),
      );
      const read = (allowance: number) =>
        readNamesWith<[number]>(db, names, 'owner_key', words, most, { left: allowance });
      const full = read(1000);
      const part = read(left);
      db.exec('ROLLBACK');
      const has = (one: string[], { text, begins }: Spellings[number]) =>
        one.some((other) => (begins ? other.startsWith(text) : other === text));
      const right = all.flatMap((one, n) =>
        words.every((spellings) => spellings.some((term) => has(one, term))) ? [[n + 1]] : [],
      );
      expect(full.rows).toEqual(right.slice(0, most));
      expect(full.complete).toBe(right.length < most);
      for (const row of part.rows) expect(right).toContainEqual(row);
      if (part.complete) expect(part).toEqual(full);
    }),
    { numRuns: 200 },
  );
  db.close();
});

test('a rare beginning of many letters is found behind many names that begin alike', () => {
  const many = Array.from({ length: TESTED + 100 }, (_, n) => `x${n} johnson`);
  const db = openNames('actor_name_keys', [...many, 'رضا johnstone', 'x johnstone']);
  const { rows } = readNamesWith<[string]>(
    db,
    names,
    'plain',
    [[{ column: 'words', text: 'johnst', begins: true }]],
    10,
    { left: TESTED },
  );
  expect(rows).toEqual([['رضا johnstone'], ['x johnstone']]);
  db.close();
});
