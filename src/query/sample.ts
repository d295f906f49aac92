/** Samples that can be drawn again: the same seed from the same data gives the same records. */

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readInTurns, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { DRAW_COST, DRAW_STEPS } from './budget.ts';
import { joinSql, TRUE } from './conditions.ts';
import { countRows, type Total } from './count.ts';
import { findRecords } from './finish.ts';
import { findCandidates, gatherNewest, gatherRows } from './gather.ts';
import type { Query } from './params.ts';
import { type Plan, planRows } from './plan.ts';
import type { Page } from './read.ts';
import { countTestable, listKeys } from './row-tests.ts';
import { countAffordable } from './weigh.ts';

/**
 * Every matching record is equally likely. Where more match than may be read, row numbers are drawn and those that do
 * not match are passed over, up to the budget; the page then may hold fewer than asked for. Where the words of a search
 * are too common, the sample is one of the newest matches, and says so as its ranking.
 */
export function readSample(db: Db, query: Query, size: number): Promise<Page> {
  return readInTurns(db, () => findSample(db, query, size));
}

export function* findSample(db: Db, query: Query, size: number): Steps<Page> {
  const plan = planRows(db, query, null);
  yield;
  const random = xoroshiro128plus(query.seed);
  const { total, keys } = yield* drawKeys(db, query, plan, size, random);
  yield;
  const documents = yield* findRecords(db, query, keys);
  return {
    total: total.total,
    total_is: documents.length < keys.length ? 'at_least' : total.total_is,
    documents,
    next_cursor: null,
    ranking: plan.kind === 'newest' && total.total_is === 'at_least' ? 'newest' : null,
    data_version: readDataVersion(db),
  };
}

/** Row numbers that are tested before the event loop may have its turn: they stand far apart, and may be on the disk. */
const TOGETHER = 200;

type Random = ReturnType<typeof xoroshiro128plus>;
type Drawn = { total: Total; keys: number[] };

function* drawKeys(db: Db, query: Query, plan: Plan, size: number, random: Random): Steps<Drawn> {
  if (plan.kind === 'newest') {
    const { keys, complete } = yield* gatherNewest(db, query, plan);
    const total: Total = { total: keys.length, total_is: complete ? 'exact' : 'at_least' };
    return { total, keys: drawFromAll(keys.reverse(), size, random) };
  }
  if (plan.kind === 'gathered') {
    const rows = yield* gatherRows(db, query, plan);
    const keys = rows.map(([key]) => key).sort((a, b) => a - b);
    return { total: { total: keys.length, total_is: 'exact' }, keys: drawFromAll(keys, size, random) };
  }
  const total = yield* countRows(db, query, plan);
  yield;
  // To list those that could be counted costs as much as it did to count them.
  if (total.total_is === 'exact') {
    const { keys } = yield* findCandidates(db, query, plan);
    return {
      total,
      keys: drawFromAll(
        keys.sort((a, b) => a - b),
        size,
        random,
      ),
    };
  }
  return { total, keys: yield* drawByNumber(db, query, plan, size, random) };
}

/** Fisher and Yates' shuffle, as far as it is needed. */
function drawFromAll(keys: number[], size: number, random: Random): number[] {
  const count = Math.min(size, keys.length);
  for (let n = 0; n < count; n += 1) {
    const other = uniformInt(random, n, keys.length - 1);
    [keys[n], keys[other]] = [keys[other] as number, keys[n] as number];
  }
  return keys.slice(0, count);
}

/** Row numbers are drawn in batches, tested some at a time, and taken in the order in which they were drawn. */
function* drawByNumber(db: Db, query: Query, plan: Plan, size: number, random: Random): Steps<number[]> {
  const table = query.resource.name;
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  const test = prepare(
    db,
    `SELECT t.key FROM json_each(?) c CROSS JOIN ${table} t ON t.key = c.value WHERE ${where.sql}`,
  ).pluck();
  const highest = prepare(db, `SELECT max(key) FROM ${table}`).pluck().get() as number;
  const drawn = new Set<number>();
  const cost = DRAW_COST + plan.cost_by_key;
  const batch = countAffordable(cost);
  let waiting: number[] = [];
  // No larger than is likely needed where everything matches.
  let next = Math.min(batch, 2 * size);
  for (let left = DRAW_STEPS * batch; left > 0 && drawn.size < size; left -= next) {
    next = Math.min(next, left);
    while (waiting.length < next) waiting.push(uniformInt(random, 1, highest));
    const count = Math.min(
      next,
      countTestable(db, plan, cost, () => listKeys(waiting)),
    );
    const numbers = waiting.slice(0, count);
    // Those that are left come first the next time: to draw anew would be unfair to long lists.
    waiting = waiting.slice(count);
    for (let first = 0; first < numbers.length; first += TOGETHER) {
      const some = numbers.slice(first, first + TOGETHER);
      for (const key of test.all(JSON.stringify(some), ...where.params) as number[])
        if (drawn.size < size) drawn.add(key);
      yield;
    }
    next = batch;
  }
  return [...drawn];
}
