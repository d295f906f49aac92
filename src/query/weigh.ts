/**
 * How much work rows are, before it is done. Lists in a record may be of any length, and a test on one passes over its
 * entries. The tables of these lists have an index of the entries beyond the first LONG_LIST, which is mostly empty: it
 * says which rows cost more than others.
 */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { ENTRY_COST, LONG_LIST, WORK_BUDGET } from './budget.ts';
import type { Sql } from './conditions.ts';
import type { Step } from './filters.ts';

/** How many rows there are, `most` at most. */
export function countUpTo(db: Db, rows: Sql, most: number): number {
  return prepare(db, `SELECT count(*) FROM (${rows.sql} LIMIT ${most})`)
    .pluck()
    .get(...rows.params) as number;
}

/** How many rows of so many units each one step may take; one at least. */
export function countAffordable(cost: number): number {
  return Math.max(1, Math.floor(WORK_BUDGET / cost));
}

/** A list that a row's test looks into. */
export type TestedList = {
  step: Extract<Step, { kind: 'list' }>;
  /** How often an entry is looked at, and what is looked up for it. */
  times: number;
};

/** Those of which some record has a long one. */
export function keepLong(db: Db, lists: readonly TestedList[]): TestedList[] {
  return lists.filter(({ step }) => {
    const one = `SELECT 1 FROM ${readLong(step)} WHERE ordinal > ${LONG_LIST} LIMIT 1`;
    return prepare(db, one).get() !== undefined;
  });
}

/** Units that the long lists of a row add to its test, `most` or so at most: an expression. */
export function weighLists(lists: readonly TestedList[], row: string, most: number): string {
  const entries = Math.ceil(most / ENTRY_COST);
  return lists
    .map(
      ({ step, times }) =>
        `${times * ENTRY_COST} * (SELECT count(*) FROM (SELECT 1 FROM ${readLong(step)} WHERE ${step.owner} = ${row}.key AND ordinal > ${LONG_LIST} LIMIT ${entries}))`,
    )
    .join(' + ');
}

function readLong({ table }: TestedList['step']): string {
  return `${table} INDEXED BY ${table}_long`;
}

export type Fit = {
  /** How many of the rows may be tested. */
  count: number;
  /** Whether these are all. */
  all: boolean;
};

/**
 * How many of these rows (a query with a column `key`), in their order, may be tested within a budget, at `cost` units
 * for each and what its long lists add.
 */
export function fitRows(
  db: Db,
  rows: Sql,
  { cost, lists }: { cost: number; lists: readonly TestedList[] },
  budget: number,
): Fit {
  const each = lists.length === 0 ? '0' : weighLists(lists, 'c', budget);
  let spent = 0;
  let count = 0;
  for (const more of prepare(db, `SELECT ${each} FROM (${rows.sql}) c`)
    .pluck()
    .iterate(...rows.params) as IterableIterator<number>) {
    spent += cost + more;
    if (spent > budget) return { count, all: false };
    count += 1;
  }
  return { count, all: true };
}
