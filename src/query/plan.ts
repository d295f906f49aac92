/**
 * How the rows of a query are found without reading more than a bounded number of them.
 *
 * `ordered`: rows are read along an index in the order asked for, and each is tested against the other conditions;
 * reading stops at the page's end or when the budget is spent. `gathered`: some condition matches so few rows that all
 * of them are read, whatever the order. `newest`: the words of a search are so common that their rows are read in the
 * order in which they were added, the last first. The choice is ours and not the planner's, because the planner turned
 * 0.07 ms into 782 on a million rows by starting at another table.
 */
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { GATHER_LIMIT, GATHER_STEPS, INDEX_COST, LOOKUP_COST, ROW_COST, WORK_BUDGET } from './budget.ts';
import {
  type Condition,
  compileConditions,
  compileLeaf,
  joinSql,
  listDescendants,
  placeholders,
  type Sql,
  TRUE,
} from './conditions.ts';
import type { Query } from './params.ts';
import type { Sort } from './sorts.ts';
import { gaugeWords, readNewest, selectWords, testWords, testWordsAtOnce, type WordTest } from './words.ts';

export type Plan = {
  kind: 'ordered' | 'gathered' | 'newest';
  /** Over rows `t`: equality on the index, or membership of the gathered keys. */
  driver: Sql;
  /** Of a `gathered` plan, the keys. */
  gather?: Sql;
  /** Over rows `t`: what each row is tested against. */
  residual: Sql;
  /** Units of work for each row: what it costs to find and test one. */
  cost: number;
  /** The same for a row that is looked up by its key. */
  cost_by_key: number;
  /**
   * Without a driver, the index to go along: where SQLite knows how many values other columns have (ANALYZE), it would
   * skip through another one and sort all rows of a date for each page.
   */
  index?: string;
  /** Along `t`'s index in the sort's order, a bound beyond which no row can match. */
  bound: Sql;
};

/**
 * For counting and sampling, where the order does not matter, pass `sort: null`: the plan for common words is then
 * `newest`, and what it leads to is for `gatherNewest`.
 */
export function planRows(db: Db, query: Query, sort: Sort | null): Plan {
  const { resource, conditions } = query;
  const indexes = readIndexes(db, resource.name);
  const column = sort?.column ?? null;
  const onOrder = conditions
    .filter(isEquality)
    .filter((condition) =>
      hasIndex(indexes, column === null ? [condition.filter.column] : [condition.filter.column, column]),
    );
  const only = conditions.length === 1 && query.words === null ? onOrder[0] : undefined;
  const tests = (driver: Condition | null, rest: readonly Condition[], words: WordTest | null) =>
    testRows(indexes, driver, rest, words, column);
  if (only !== undefined) return order(only, tests(only, [], null), [], sort);

  const few = query.words !== null && (query.words.empty || gaugeWords(db, query).kind === 'few');
  const words = testWords(db, query);
  let best: { size: number; gather: Sql; condition: Condition | null } | null = null;
  for (const condition of [...conditions, null]) {
    const gather =
      condition !== null
        ? gatherCondition(db, resource.name, condition, indexes)
        : few
          ? selectWords(query)
          : null;
    if (gather === null) continue;
    const size = countUpTo(db, gather, GATHER_LIMIT + 1);
    if (best === null || size < best.size) best = { size, gather, condition };
    if (size === 0) break;
  }
  if (best !== null && best.size <= GATHER_LIMIT) {
    // A condition on children is tested again beside the others: one and the same child must meet them all.
    const rest = conditions.filter((condition) => condition !== best.condition || isOnChildren(condition));
    const tested = testRows([], null, rest, best.condition === null ? null : words, column);
    if (best.size * tested.cost <= GATHER_STEPS * WORK_BUDGET)
      return {
        kind: 'gathered',
        driver: { sql: `t.key IN (${best.gather.sql})`, params: best.gather.params },
        gather: best.gather,
        bound: TRUE,
        ...tested,
      };
  }
  if (column === null && query.words?.match != null && !few)
    return { kind: 'newest', driver: TRUE, bound: TRUE, ...testRows([], null, conditions, null, null) };
  const driver = onOrder.find((condition) => condition === best?.condition) ?? onOrder[0] ?? null;
  const rest = conditions.filter((condition) => condition !== driver);
  const plan = order(driver, tests(driver, rest, words), rest, sort);
  const index = driver === null && column !== null ? findIndex(db, resource.name, column) : undefined;
  return index === undefined ? plan : { ...plan, index };
}

/** A plan that leaves nothing out, whatever it costs: not for the process that answers requests. */
export function planExactly(db: Db, query: Query): Plan {
  const plan = planRows(db, query, null);
  if (plan.kind === 'gathered') return plan;
  const parts = [compileConditions(query.conditions), testWordsAtOnce(query)];
  const residual = joinSql(
    parts.filter((part): part is Sql => part !== null && part !== TRUE),
    'AND',
  );
  return {
    ...plan,
    kind: 'ordered',
    residual,
  };
}

/** The test of a row `t` for everything that is asked. */
export function compileTests(db: Db, query: Query): Sql {
  return testRows([], null, query.conditions, testWords(db, query), null).residual;
}

type Tests = Pick<Plan, 'residual' | 'cost' | 'cost_by_key'>;

/** The test of each row, and its units: fewer where the index that leads to it has everything that is tested. */
function testRows(
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
  const test = LOOKUP_COST * (compiled.sql.split('SELECT').length - 1) + (words?.cost ?? 0);
  return {
    residual: joinSql(
      [compiled, words?.test].filter((part) => part !== undefined && part !== TRUE) as Sql[],
      'AND',
    ),
    cost: (covered ? INDEX_COST : ROW_COST) + test,
    cost_by_key: ROW_COST + test,
  };
}

/** The columns of the row itself that a condition looks at. */
function listColumns({ filter }: Condition): string[] {
  const [step] = filter.steps;
  if (step !== undefined) return [step.kind === 'record' ? step.column : 'key'];
  const isDate = filter.kind === 'date' || filter.kind === 'date_within';
  return isDate ? [`${filter.column}_earliest`, `${filter.column}_latest`] : [filter.column];
}

function order(driver: Condition | null, tests: Tests, rest: readonly Condition[], sort: Sort | null): Plan {
  return {
    kind: 'ordered',
    driver:
      driver === null
        ? TRUE
        : { sql: `t.${driver.filter.column} = ?`, params: driver.values as (string | number)[] },
    bound: boundOrder(rest, sort),
    ...tests,
  };
}

export type Sorted = [key: number, sort: string | number];

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
  const together = Math.max(1, Math.floor(WORK_BUDGET / plan.cost));
  const rows: Sorted[] = [];
  for (let first = 0; first < keys.length; first += together) {
    yield;
    rows.push(...readTested(db, query, plan, keys.slice(first, first + together), column));
  }
  return rows;
}

/** Those of the rows of these keys that pass their test. */
function readTested(db: Db, query: Query, plan: Plan, keys: readonly number[], column: string): Sorted[] {
  if (plan.residual === TRUE && column === 'key') return keys.map((key) => [key, key]);
  const where: Sql = {
    sql: `t.key IN (SELECT value FROM json_each(?)) AND (${plan.residual.sql}) IS TRUE`,
    params: [JSON.stringify(keys), ...plan.residual.params],
  };
  return prepare(db, `SELECT t.key, t.${column} FROM ${query.resource.name} t WHERE ${where.sql}`)
    .raw()
    .all(...where.params) as Sorted[];
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
  const most = plan.residual === TRUE ? GATHER_LIMIT : Math.floor(WORK_BUDGET / plan.cost_by_key);
  let reached = 0;
  for (const { key, spent, row } of readNewest<[]>(db, query, null, null)) {
    if (row !== null) found.push(key);
    if (spent < WORK_BUDGET / 2 && found.length < most) continue;
    reached = key;
    break;
  }
  yield;
  const keys = readTested(db, query, plan, found, 'key').map(([key]) => key);
  return { keys: keys.sort((a, b) => b - a), complete: reached <= 1, reached };
}

function isOnChildren({ filter }: Condition): boolean {
  const step = filter.steps[0];
  return step?.kind === 'list' && step.children;
}

/** One value of a column of the row itself: what an index can start with. */
function isEquality(condition: Condition): boolean {
  const { filter, values, none, negated } = condition;
  return (
    !negated &&
    !none &&
    values.length === 1 &&
    filter.steps.length === 0 &&
    filter.closure === undefined &&
    typeof values[0] !== 'object'
  );
}

/** A period ends the reading: going down by latest day, no row before its start can overlap; going up, none after its end. */
function boundOrder(conditions: readonly Condition[], sort: Sort | null): Sql {
  for (const { filter, values, negated, none } of conditions) {
    if (filter.kind !== 'date' || filter.steps.length > 0 || negated || none || sort === null) continue;
    const periods = values as { from: number; to: number }[];
    if (sort.descending && sort.column === `${filter.column}_latest`) {
      return { sql: `t.${sort.column} >= ?`, params: [Math.min(...periods.map((period) => period.from))] };
    }
    if (!sort.descending && sort.column === `${filter.column}_earliest`) {
      return { sql: `t.${sort.column} <= ?`, params: [Math.max(...periods.map((period) => period.to))] };
    }
  }
  return TRUE;
}

/** Keys of the rows that a condition matches, found through indexes alone; null where none leads to them. */
function gatherCondition(db: Db, table: string, condition: Condition, indexes: Indexes): Sql | null {
  const { filter, values, none, negated } = condition;
  if (negated || none || values.length === 0 || typeof values[0] === 'object') return null;
  const params = values as (string | number)[];
  const step = filter.steps[0];
  if (filter.kind === 'id')
    return { sql: `SELECT key FROM ${table} WHERE key IN (${placeholders(params.length)})`, params };
  const wanted =
    filter.closure === undefined
      ? { sql: placeholders(params.length), params }
      : listDescendants(filter.closure, params);
  if (step === undefined) {
    if (!hasIndex(indexes, [filter.column])) return null;
    return {
      sql: `SELECT key FROM ${table} WHERE ${filter.column} IN (${wanted.sql})`,
      params: wanted.params,
    };
  }
  if (step.kind === 'list' && filter.kind === 'reference') {
    return {
      sql: `SELECT ${step.owner} FROM ${step.table} WHERE ${filter.column} IN (${wanted.sql})`,
      params: wanted.params,
    };
  }
  const leads = step.kind === 'record' && hasIndex(readIndexes(db, step.table), [filter.column]);
  if (leads && hasIndex(indexes, [step.column])) {
    const leaf = compileLeaf(condition, 'r');
    const others: Sql = { sql: `SELECT r.key FROM ${step.table} r WHERE ${leaf.sql}`, params: leaf.params };
    // Records that nothing refers to are read too.
    if (countUpTo(db, others, GATHER_LIMIT + 1) > GATHER_LIMIT) return null;
    return {
      sql: `SELECT o.key FROM ${step.table} r CROSS JOIN ${table} o ON o.${step.column} = r.key WHERE ${leaf.sql}`,
      params: leaf.params,
    };
  }
  return null;
}

export function countUpTo(db: Db, rows: Sql, most: number): number {
  return prepare(db, `SELECT count(*) FROM (${rows.sql} LIMIT ${most})`)
    .pluck()
    .get(...rows.params) as number;
}

/** The columns of each index of a table, and its name. */
type Index = readonly string[] & { name?: string };
type Indexes = readonly Index[];
const indexCache = new WeakMap<Db, Map<string, Indexes>>();

function readIndexes(db: Db, table: string): Indexes {
  let tables = indexCache.get(db);
  if (tables === undefined) {
    tables = new Map();
    indexCache.set(db, tables);
  }
  let indexes = tables.get(table);
  if (indexes === undefined) {
    const names = prepare(db, 'SELECT name FROM pragma_index_list(?)').pluck().all(table) as string[];
    indexes = names.map((name) =>
      Object.assign(prepare(db, 'SELECT name FROM pragma_index_info(?)').pluck().all(name) as string[], {
        name,
      }),
    );
    tables.set(table, indexes);
  }
  return indexes;
}

function hasIndex(indexes: Indexes, columns: readonly string[]): boolean {
  return indexes.some((index) => columns.every((column, n) => index[n] === column));
}

/** That which begins with this column and, before anything else, the row's key. */
function findIndex(db: Db, table: string, column: string): string | undefined {
  return readIndexes(db, table).find(([first, second = 'key']) => first === column && second === 'key')?.name;
}
