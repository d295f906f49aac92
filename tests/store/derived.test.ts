// What is derived is known from the schema itself: a new table that triggers fill cannot be forgotten by a load or a check.
import { describe, expect, test } from 'vitest';
import { listDerived } from '../../src/store/derived.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { copyBase, openSeededBase } from '../base.ts';

const base = openSeededBase();
const textIndexes = base
  .prepare("SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5(%'")
  .pluck()
  .all() as string[];
const filled = listDerived(base).map(({ name }) => name);

test('whatever a trigger writes, and every full-text index, is made anew by a bulk load', () => {
  const bodies = base
    .prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all() as string[];
  const written = bodies.flatMap((body) =>
    [...body.matchAll(/(?:INTO|DELETE FROM|^\s*UPDATE)\s+["`]?(\w+)/gim)].map((match) => match[1] as string),
  );
  expect(written.length).toBeGreaterThan(30);
  expect(new Set(filled)).toEqual(new Set([...textIndexes, ...written]));
});

describe('is empty, and verify says so, and is whole again when made anew:', () => {
  test.each(listDerived(base))('$name', ({ name, rebuild }) => {
    const db = copyBase(base);
    db.exec(`INSERT INTO ${name} (${name}) VALUES ('delete-all')`);
    const { failures } = verifyBase(db);
    expect(failures.length).toBeGreaterThan(0);
    for (const sentence of failures) expect(sentence).toContain(name);
    rebuild(db);
    expect(verifyBase(db).failures).toEqual([]);
  });
});
