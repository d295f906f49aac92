/** What the rows that were found are tested against, what that costs, and how many are tested at a time. */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { ENTRY_COST, INDEX_COST, LOOKUP_COST, ROW_COST, WORK_BUDGET } from './budget.ts';
import { type Condition, compileConditions, joinSql, type Sql, TRUE } from './conditions.ts';
import type { Indexes } from './indexes.ts';
import type { Query } from './params.ts';
import { countAffordable, fitRows, keepLong, type TestedList } from './weigh.ts';
import { testWords, type WordTest } from './words.ts';

export type Tests = {
  /** Over rows `t`: what each row is tested against. */
  residual: Sql;
  /** Units of work for each row: what it costs to find and test one. */
  cost: number;
  /** The same for a row that is looked up by its key. */
  cost_by_key: number;
  /** The lists that are looked into of which some record has a long one: what they add is weighed row by row. */
  long: readonly TestedList[];
};

/** The test of each row, and its units: fewer where the index that leads to it has everything that is tested. */
export function testRows(
  db: Db,
  indexes: Indexes,
  driver: Condition | null,
  conditions: readonly Condition[],
  words: WordTest | null,
  column: string | null,
): Tests {
  const compiled = compileConditions(conditions);
  const start = [driver?.filter.column, column].filter((one) => one != null);
  const needed = conditions.flatMap(listColumns);
  const covered = indexes.some(
    (index) =>
      start.every((one, n) => index[n] === one) &&
      needed.every((one) => one === 'key' || index.includes(one)),
  );
  const test = LOOKUP_COST * countLookups(compiled, conditions) + (words?.cost ?? 0);
  return {
    residual: joinSql(
      [compiled, words?.test].filter((part) => part !== undefined && part !== TRUE) as Sql[],
      'AND',
    ),
    cost: (covered ? INDEX_COST : ROW_COST) + test,
    cost_by_key: ROW_COST + test,
    long: keepLong(db, listTested(compiled, conditions)),
  };
}

/** The test for everything that a query asks. */
export function testByKey(db: Db, query: Query): Tests {
  return testRows(db, [], null, query.conditions, testWords(db, query), null);
}

/** Each further table once, and for each value that is looked up by itself an entry or two. */
function countLookups({ sql }: Sql, conditions: readonly Condition[]): number {
  const broad = conditions.filter((condition) => condition.broad);
  return sql.split('SELECT').length - 1 + broad.reduce((sum, { values }) => sum + 2 * values.length, 0);
}

function listTested({ sql }: Sql, conditions: readonly Condition[]): TestedList[] {
  const lists = new Map<string, TestedList>();
  for (const { filter, broad, values } of conditions) {
    const [step] = filter.steps;
    if (step?.kind !== 'list') continue;
    const list = lists.get(step.table) ?? { step, times: sql.split(`FROM ${step.table} l `).length - 1 };
    if (broad) list.times += (values.length * LOOKUP_COST) / ENTRY_COST;
    lists.set(step.table, list);
  }
  return [...lists.values()];
}

/** The columns of the row itself that a condition looks at. */
function listColumns({ filter }: Condition): string[] {
  const [step] = filter.steps;
  if (step !== undefined) return [step.kind === 'record' ? step.column : 'key'];
  const isDate = filter.kind === 'date' || filter.kind === 'date_within';
  return isDate ? [`${filter.column}_earliest`, `${filter.column}_latest`] : [filter.column];
}

/**
 * How many rows may be tested in one step, at `cost` units for each and what their long lists add: of those that
 * `listRows` lists by a column `key`, the first ones; and one at least, whatever it costs.
 */
export function countTestable(
  db: Db,
  { long }: Tests,
  cost: number,
  listRows: (most: number) => Sql,
): number {
  const most = countAffordable(cost);
  if (long.length === 0) return most;
  const { count, all } = fitRows(db, listRows(most), { cost, lists: long }, WORK_BUDGET);
  return all ? most : Math.max(1, count);
}

export function listKeys(keys: readonly number[]): Sql {
  return { sql: 'SELECT value AS key FROM json_each(?)', params: [JSON.stringify(keys)] };
}

export type Sorted = [key: number, sort: string | number];

/** Those of the rows of these keys that pass their test, with a column of theirs; a step for as many as may be tested in one. */
export function* testKeys(
  db: Db,
  query: Query,
  tests: Tests,
  keys: readonly number[],
  column = 'key',
): Steps<Sorted[]> {
  const rows: Sorted[] = [];
  let first = 0;
  while (first < keys.length) {
    yield;
    const count = countTestable(db, tests, tests.cost_by_key, (most) =>
      listKeys(keys.slice(first, first + most)),
    );
    rows.push(...readTested(db, query, tests, keys.slice(first, first + count), column));
    first += count;
  }
  return rows;
}

/** The same at once, for no more than may be tested in one step. */
export function readTested(
  db: Db,
  query: Query,
  { residual }: Tests,
  keys: readonly number[],
  column = 'key',
): Sorted[] {
  if (residual === TRUE && column === 'key') return keys.map((key) => [key, key]);
  const listed = listKeys(keys);
  return prepare(
    db,
    `SELECT t.key, t.${column} FROM ${query.resource.name} t WHERE t.key IN (${listed.sql}) AND (${residual.sql}) IS TRUE`,
  )
    .raw()
    .all(...listed.params, ...residual.params) as Sorted[];
}
