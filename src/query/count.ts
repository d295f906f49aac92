/** How many rows match. */
import { LRUCache } from 'lru-cache';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readOneState, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import type { Resource } from '../resources/resource.ts';
import { WORK_BUDGET } from './budget.ts';
import { joinSql, type Sql, TRUE } from './conditions.ts';
import type { Query } from './params.ts';
import { gatherNewest, gatherRows, type Plan, planExactly } from './plan.ts';

export type Total = { total: number; total_is: 'exact' | 'at_least' };

/** How many rows may be read of a plan's candidates. */
export function getBudget(plan: Plan): number {
  return Math.max(1, Math.floor(WORK_BUDGET / plan.cost));
}

/** How many rows match, as far as the budget goes. */
export function* countRows(db: Db, query: Query, plan: Plan): Steps<Total> {
  if (plan.kind === 'newest') {
    const { keys, complete } = yield* gatherNewest(db, query, plan);
    return { total: keys.length, total_is: complete ? 'exact' : 'at_least' };
  }
  if (plan.kind === 'gathered')
    return { total: (yield* gatherRows(db, query, plan)).length, total_is: 'exact' };
  const budget = getBudget(plan);
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

/** As many characters of lists as are kept with their totals, some thousands of lists. */
const KEPT_LENGTH = 1_000_000;
type Kept = { version: string; totals: LRUCache<string, Total> };
const kept = new WeakMap<Db, Kept>();

/** The same, counted once for all pages of a list while the data is of this version. */
export function* countList(db: Db, query: Query, plan: Plan, version: string): Steps<Total> {
  let here = kept.get(db);
  if (here?.version !== version) {
    here = {
      version,
      totals: new LRUCache({ maxSize: KEPT_LENGTH, sizeCalculation: (_total, list) => list.length }),
    };
    kept.set(db, here);
  }
  const known = here.totals.get(query.list);
  if (known !== undefined) return known;
  const total = yield* countRows(db, query, plan);
  here.totals.set(query.list, total);
  return total;
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

export type Counts = { data_version: string; counts: Record<string, number> };

/** Counting passes over the smallest index of a noun: so many rows take a few milliseconds. */
const MOST_COUNTED = 500_000;

/** Whether all records may be counted by the process that answers requests. Keys are given out from 1 on. */
export function areFewRecords(db: Db, resources: readonly Resource[]): boolean {
  const highest = ({ name }: Resource) =>
    prepare(db, `SELECT coalesce(max(key), 0) FROM ${name}`).pluck().get() as number;
  return resources.reduce((sum, resource) => sum + highest(resource), 0) <= MOST_COUNTED;
}

/** How many there are of each noun. */
export function countAll(db: Db, resources: readonly Resource[]): Counts {
  const count = ({ name }: Resource) => prepare(db, `SELECT count(*) FROM ${name}`).pluck().get() as number;
  return readOneState(db, () => ({
    data_version: readDataVersion(db),
    counts: Object.fromEntries(resources.map((resource) => [resource.name, count(resource)])),
  }));
}
