/** Several reads that must fit together: another process may write between any two of them. */
import { performance } from 'node:perf_hooks';
import { awaitTurn } from '../turns.ts';
import type { Db } from './client.ts';
import { readDataVersion } from './data-version.ts';

/** `read` must be done when it returns: what it gives to be read later is read from a later state. */
export function readOneState<T>(db: Db, read: () => T): T {
  return db.transaction(read)();
}

/** Reads in steps of a few milliseconds at most: between any two, others may be answered. No statement is open then. */
export type Steps<T> = Generator<void, T>;

/** All steps without a pause. */
export function runSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** After so long, the event loop has its turn. What is read does not depend on it. */
const TURN_MS = 4;
/** Begun so often from the start because the data changed; then all is read in one turn. */
const MOST_BEGINNINGS = 3;

/** What the steps read, of one state of the data. No transaction is held across turns: where the data changed meanwhile, the steps begin again. */
export async function readInTurns<T>(db: Db, begin: () => Steps<T>): Promise<T> {
  for (let beginnings = 0; beginnings < MOST_BEGINNINGS; beginnings += 1) {
    const steps = begin();
    let version: string | null = null;
    let turns = 1;
    for (;;) {
      const step = readOneState(db, () => {
        const now = readDataVersion(db);
        version ??= now;
        return version === now ? takeTurn(steps) : null;
      });
      if (step === null) break;
      // What took long to read may take long to write.
      if (step.done && turns > 1) await awaitTurn();
      if (step.done) return step.value;
      turns += 1;
      await awaitTurn();
    }
  }
  return readOneState(db, () => runSteps(begin()));
}

function takeTurn<T>(steps: Steps<T>): IteratorResult<void, T> {
  const end = performance.now() + TURN_MS;
  for (;;) {
    const step = steps.next();
    if (step.done || performance.now() >= end) return step;
  }
}
