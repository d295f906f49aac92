/** The rows of a plan where their order does not matter, as far as the budget goes. */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { GATHER_LIMIT, WORK_BUDGET } from './budget.ts';
import { joinSql, type Sql, TRUE } from './conditions.ts';
import type { Query } from './params.ts';
import type { Plan } from './plan.ts';
import { countTestable, listKeys, readTested, type Sorted, testKeys } from './row-tests.ts';
import { countAffordable } from './weigh.ts';
import { readNewest } from './words.ts';

/** The rows of a `gathered` plan that pass their test, each once, with a column of theirs; in no order. */
export function* gatherRows(db: Db, query: Query, plan: Plan, column = 'key'): Steps<Sorted[]> {
  const gather = plan.gather as Sql;
  const keys = [
    ...new Set(
      prepare(db, gather.sql)
        .pluck()
        .all(...gather.params) as number[],
    ),
  ];
  keys.sort((a, b) => a - b);
  return yield* testKeys(db, query, plan, keys, column);
}

export type Newest = {
  /** Those added last first. */
  keys: number[];
  /** Everything from here up has been read, and whether that is all. */
  reached: number;
  complete: boolean;
};

/** So many of the newest matches as may be found and tested. */
export function* gatherNewest(db: Db, query: Query, plan: Plan): Steps<Newest> {
  const found: number[] = [];
  const most = plan.residual === TRUE ? GATHER_LIMIT : countAffordable(plan.cost_by_key);
  let reached = 0;
  for (const { key, spent, row } of readNewest<[]>(db, query, null, null)) {
    if (row !== null) found.push(key);
    if (spent < WORK_BUDGET / 2 && found.length < most) continue;
    reached = key;
    break;
  }
  yield;
  const count = countTestable(db, plan, plan.cost_by_key, () => listKeys(found));
  if (count < found.length && plan.residual !== TRUE) {
    reached = found[count - 1] as number;
    found.length = count;
  }
  yield;
  const keys = readTested(db, query, plan, found).map(([key]) => key);
  return { keys: keys.sort((a, b) => b - a), complete: reached <= 1, reached };
}

export type Candidates = {
  /** Those that pass. */
  keys: number[];
  /** Whether these are all. */
  complete: boolean;
};

/** The rows of an `ordered` plan that pass, among as many as may be tested, or among `most` where nothing is tested. */
export function* findCandidates(
  db: Db,
  query: Query,
  plan: Plan,
  most = Number.POSITIVE_INFINITY,
): Steps<Candidates> {
  const { residual, long } = plan;
  const tested = residual !== TRUE;
  const budget = countAffordable(plan.cost);
  const limit = tested ? budget : Math.min(budget, most);
  const where = joinSql(
    [plan.driver, plan.bound].filter((part) => part !== TRUE),
    'AND',
  );
  const test = tested && long.length === 0 ? residual : TRUE;
  const found = prepare(
    db,
    `SELECT t.key, (${test.sql}) FROM ${query.resource.name} t WHERE ${where.sql} LIMIT ${limit + 1}`,
  )
    .raw()
    .all(...test.params, ...where.params) as [number, number | null][];
  const keys = found.slice(0, limit).flatMap(([key, ok]) => (ok === 1 ? [key] : []));
  if (!tested || long.length === 0) return { keys, complete: found.length <= limit };
  const count = countTestable(db, plan, plan.cost, () => listKeys(keys));
  yield;
  const passed = readTested(db, query, plan, keys.slice(0, count)).map(([key]) => key);
  return { keys: passed, complete: found.length <= Math.min(limit, count) };
}
