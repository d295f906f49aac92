/** Samples that can be drawn again: the same seed from the same data gives the same records. */

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { prepare } from '../db/statements.ts';
import { WORK_BUDGET } from './budget.ts';
import { joinSql, TRUE } from './conditions.ts';
import type { Query } from './params.ts';
import { type Plan, planRows } from './plan.ts';
import { countRows, getBudget, type Page, readRecords } from './read.ts';

/**
 * Every matching record is equally likely. Where more match than may be read, row numbers are drawn and those that do
 * not match are passed over, up to the budget; the page then may hold fewer than asked for. Where the words of a search
 * are too common, the sample is one of the newest matches.
 */
export async function readSample(db: Db, query: Query, size: number): Promise<Page> {
  const plan = planRows(db, query, null);
  const total = countRows(db, query, plan);
  const random = xoroshiro128plus(query.seed);
  const keys =
    total.total_is === 'exact' || plan.kind !== 'ordered'
      ? drawFromAll(listKeys(db, query, plan), size, random)
      : drawByNumber(db, query, plan, size, random);
  return {
    ...total,
    documents: readRecords(db, query, keys),
    next_cursor: null,
    ranking: null,
    data_version: readDataVersion(db),
  };
}

type Random = ReturnType<typeof xoroshiro128plus>;

function listKeys(db: Db, query: Query, plan: Plan): number[] {
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  return prepare(
    db,
    `SELECT t.key FROM ${query.resource.name} t WHERE ${where.sql} ORDER BY t.key LIMIT ${WORK_BUDGET}`,
  )
    .pluck()
    .all(...where.params) as number[];
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

function drawByNumber(db: Db, query: Query, plan: Plan, size: number, random: Random): number[] {
  const table = query.resource.name;
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  const test = prepare(db, `SELECT 1 FROM ${table} t WHERE t.key = ? AND ${where.sql}`).pluck();
  const highest = prepare(db, `SELECT max(key) FROM ${table}`).pluck().get() as number;
  const drawn = new Set<number>();
  // A row that is looked up by itself costs more than the next one along an index.
  const tries = getBudget({ ...plan, cost: 2 + plan.cost });
  for (let tried = 0; tried < tries && drawn.size < size; tried += 1) {
    const key = uniformInt(random, 1, highest);
    if (!drawn.has(key) && test.get(key, ...where.params) !== undefined) drawn.add(key);
  }
  return [...drawn];
}
