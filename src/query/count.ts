/** How many rows match. */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { joinSql, type Sql, TRUE } from './conditions.ts';
import { findCandidates, gatherNewest, gatherRows } from './gather.ts';
import type { Query } from './params.ts';
import { type Plan, planExactly } from './plan.ts';
import { countAffordable } from './weigh.ts';

export type Total = { total: number; total_is: 'exact' | 'at_least' };

/** How many rows match, as far as the budget goes. */
export function* countRows(db: Db, query: Query, plan: Plan): Steps<Total> {
  if (plan.kind === 'newest') {
    const { keys, complete } = yield* gatherNewest(db, query, plan);
    return { total: keys.length, total_is: complete ? 'exact' : 'at_least' };
  }
  if (plan.kind === 'gathered')
    return { total: (yield* gatherRows(db, query, plan)).length, total_is: 'exact' };
  if (plan.long.length > 0) {
    const { keys, complete } = yield* findCandidates(db, query, plan);
    return { total: keys.length, total_is: complete ? 'exact' : 'at_least' };
  }
  const budget = countAffordable(plan.cost);
  const where = joinSql(
    [plan.driver, plan.bound].filter((part) => part !== TRUE),
    'AND',
  );
  const [visited, total] = prepare(
    db,
    `SELECT count(*), coalesce(sum(ok), 0) FROM (SELECT (${plan.residual.sql}) AS ok FROM ${query.resource.name} t WHERE ${where.sql} LIMIT ${budget + 1})`,
  )
    .raw()
    .get(...plan.residual.params, ...where.params) as [number, number];
  return visited > budget
    ? { total: Math.min(total, budget), total_is: 'at_least' }
    : { total, total_is: 'exact' };
}

/** How many rows match, whatever it costs: not for the process that answers requests. */
export function countMatching(db: Db, query: Query): number {
  const plan = planExactly(db, query);
  const where = joinSql(
    [plan.driver, holds(plan.residual)].filter((part) => part !== TRUE),
    'AND',
  );
  return prepare(db, `SELECT count(*) FROM ${query.resource.name} t WHERE ${where.sql}`)
    .pluck()
    .get(...where.params) as number;
}

/** As one expression, so that SQLite finds no rows by parts of it. */
function holds(test: Sql): Sql {
  return test === TRUE ? TRUE : { sql: `(${test.sql}) IS TRUE`, params: test.params };
}
