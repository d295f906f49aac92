// What is read over several turns of the event loop is of one state of the data.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { changeDataVersion, readFact, writeFact } from '../../src/db/data-version.ts';
import { readInTurns, type Steps } from '../../src/db/one-state.ts';
import { openEmptyBase } from '../base.ts';

let db: Db;
beforeEach(() => {
  db = openEmptyBase();
  writeFact(db, 'a', '0');
  writeFact(db, 'b', '0');
});
afterEach(async () => {
  vi.restoreAllMocks();
  // What a test has put off is done before its base is closed.
  await new Promise((resolve) => setImmediate(resolve));
  db.close();
});

function write(value: string): void {
  db.transaction(() => {
    writeFact(db, 'a', value);
    writeFact(db, 'b', value);
    changeDataVersion(db);
  })();
}

/** Every step is a turn: the clock jumps with each look at it. */
function hurry(): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1000;
    return now;
  });
}

function* readBoth(): Steps<(string | undefined)[]> {
  const a = readFact(db, 'a');
  yield;
  return [a, readFact(db, 'b')];
}

test('others have their turn between steps, and no transaction is open then', async () => {
  hurry();
  let turns = 0;
  setImmediate(() => {
    turns += 1;
  });
  const reading = readInTurns(db, readBoth);
  expect([db.inTransaction, turns]).toEqual([false, 0]);
  expect(await reading).toEqual(['0', '0']);
  expect(turns).toBe(1);
});

test('where the data changed between steps, they begin again', async () => {
  hurry();
  const reading = readInTurns(db, readBoth);
  write('1');
  expect(await reading).toEqual(['1', '1']);
});

test('where the data changes all the time, all is read in one turn', async () => {
  hurry();
  let beginnings = 0;
  const reading = readInTurns(db, function* () {
    beginnings += 1;
    const a = readFact(db, 'a');
    setImmediate(() => write(String(beginnings)));
    yield;
    yield;
    return [a, readFact(db, 'b')];
  });
  const [a, b] = await reading;
  expect(a).toBe(b);
  expect(beginnings).toBe(4);
});

test('what a step throws is thrown, and nothing stays open', async () => {
  hurry();
  await expect(
    readInTurns(db, function* () {
      yield;
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(db.inTransaction).toBe(false);
});
