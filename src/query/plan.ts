/**
 * How the rows of a query are found without reading more than a bounded number of them.
 *
 * `ordered`: rows are read along an index in the order asked for, and each is tested against the other conditions;
 * reading stops at the page's end or when the budget is spent. `gathered`: some condition matches so few rows that all
 * of them are read, whatever the order. `newest`: the words of a search match so many rows that only those added last
 * are taken, where no order of the rows themselves is asked for. The choice is ours and not the planner's, because the planner turned 0.07 ms
 * into 782 on a million rows by starting at another table.
 */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import {
  type Condition,
  compileConditions,
  compileLeaf,
  joinSql,
  placeholders,
  type Sql,
  TRUE,
} from './conditions.ts';
import type { Query } from './params.ts';
import type { Sort } from './sorts.ts';

/** The most rows that a gathered plan reads. */
export const GATHER_LIMIT = 5000;
/** The most rows that are looked up in the text index one by one: each costs some 0.1 ms. */
export const PROBE_LIMIT = 400;
/** How many of the newest matches stand for all where words are too common. */
export const NEWEST_LIMIT = 10_000;

export type Plan = {
  kind: 'ordered' | 'gathered' | 'newest';
  /** Whether each row is looked up in the text index. */
  probes: boolean;
  /** Over rows `t`: equality on the index, or membership of the gathered keys. */
  driver: Sql;
  /** Over rows `t`: what each row is tested against. */
  residual: Sql;
  /** Along `t`'s index in the sort's order, a bound beyond which no row can match. */
  bound: Sql;
};

/** For counting and sampling, where the order does not matter, pass `sort: null`. */
export function planRows(db: Db, query: Query, sort: Sort | null): Plan {
  const { resource, conditions } = query;
  const indexes = readIndexes(db, resource.name);
  const column = sort?.column ?? null;
  const equalities = conditions.filter(isEquality);
  const onOrder = equalities.filter((condition) =>
    hasIndex(indexes, column === null ? [condition.filter.column] : [condition.filter.column, column]),
  );
  const only = conditions.length === 1 && query.words === null ? onOrder[0] : undefined;
  if (only !== undefined) return order(only, [], null, sort);

  let best: { size: number; gather: Sql; condition: Condition | null } | null = null;
  for (const condition of [...conditions, null]) {
    const gather =
      condition === null ? gatherWords(query) : gatherCondition(db, resource.name, condition, indexes);
    if (gather === null) continue;
    const size = countUpTo(db, gather, GATHER_LIMIT + 1);
    if (best === null || size < best.size) best = { size, gather, condition };
    if (size === 0) break;
  }
  const limit = query.words === null || best?.condition === null ? GATHER_LIMIT : PROBE_LIMIT;
  if (best !== null && best.size <= limit) {
    // A condition on children is tested again beside the others: one and the same child must meet them all.
    const rest = conditions.filter((condition) => condition !== best.condition || isOnChildren(condition));
    const words = best.condition === null ? null : testWords(query);
    return {
      kind: 'gathered',
      probes: words !== null,
      driver: { sql: `t.key IN (${best.gather.sql})`, params: best.gather.params },
      residual: joinAll([compileConditions(rest), words]),
      bound: TRUE,
    };
  }
  const newest = sort === null ? gatherWords(query) : null;
  if (newest !== null) {
    return {
      kind: 'newest',
      probes: false,
      driver: {
        sql: `t.key IN (${newest.sql} ORDER BY rowid DESC LIMIT ${NEWEST_LIMIT})`,
        params: newest.params,
      },
      residual: compileConditions(conditions),
      bound: TRUE,
    };
  }
  const driver = onOrder.find((condition) => condition === best?.condition) ?? onOrder[0] ?? null;
  const rest = conditions.filter((condition) => condition !== driver);
  return order(driver, rest, testWords(query), sort);
}

/** A plan that leaves nothing out, whatever it costs: not for the process that answers requests. */
export function planExactly(db: Db, query: Query): Plan {
  const plan = planRows(db, query, null);
  return plan.kind === 'newest' ? { ...plan, driver: TRUE, residual: compileAll(query) } : plan;
}

function joinAll(parts: readonly (Sql | null)[]): Sql {
  const present = parts.filter((part): part is Sql => part !== null && part !== TRUE);
  return joinSql(present, 'AND');
}

function order(
  driver: Condition | null,
  rest: readonly Condition[],
  words: Sql | null,
  sort: Sort | null,
): Plan {
  return {
    kind: 'ordered',
    probes: words !== null,
    driver:
      driver === null
        ? TRUE
        : { sql: `t.${driver.filter.column} = ?`, params: driver.values as (string | number)[] },
    residual: joinAll([compileConditions(rest), words]),
    bound: boundOrder(rest, sort),
  };
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
      ? placeholders(params.length)
      : `SELECT descendant_key FROM ${filter.closure} WHERE ancestor_key IN (${placeholders(params.length)})`;
  if (step === undefined) {
    if (!hasIndex(indexes, [filter.column])) return null;
    return { sql: `SELECT key FROM ${table} WHERE ${filter.column} IN (${wanted})`, params };
  }
  if (step.kind === 'list' && filter.kind === 'reference') {
    return { sql: `SELECT ${step.owner} FROM ${step.table} WHERE ${filter.column} IN (${wanted})`, params };
  }
  const leads = step.kind === 'record' && hasIndex(readIndexes(db, step.table), [filter.column]);
  if (leads && hasIndex(indexes, [step.column])) {
    const leaf = compileLeaf(condition, 'r');
    return {
      sql: `SELECT o.key FROM ${step.table} r CROSS JOIN ${table} o ON o.${step.column} = r.key WHERE ${leaf.sql}`,
      params: leaf.params,
    };
  }
  return null;
}

function gatherWords(query: Query): Sql | null {
  const { words, resource } = query;
  if (words === null || resource.search === undefined) return null;
  if (words.empty) return { sql: 'SELECT 0 WHERE 0', params: [] };
  if (words.match === null) return null;
  const { table } = resource.search;
  return { sql: `SELECT rowid FROM ${table} WHERE ${table} MATCH ?`, params: [words.match] };
}

/** Everything that a row must meet; the words as one set of keys, which is read once. */
export function compileAll(query: Query): Sql {
  const words = gatherWords(query);
  const set = words === null ? testWords(query) : { sql: `t.key IN (${words.sql})`, params: words.params };
  return joinAll([compileConditions(query.conditions), set]);
}

/** Whether so few rows have the words of a search that all may be ranked: bm25 reads every one, whatever else is asked. */
export function mayRank(db: Db, query: Query): boolean {
  const rows = query.words?.match == null ? null : gatherWords(query);
  return rows !== null && countUpTo(db, rows, GATHER_LIMIT + 1) <= GATHER_LIMIT;
}

/** A test of one row for its words: looks this row up in the index, and no other. */
function testWords(query: Query): Sql | null {
  const { words, resource } = query;
  if (words === null || resource.search === undefined) return null;
  if (words.empty) return { sql: '0', params: [] };
  if (words.match === null) return excludeWords(query);
  const { table } = resource.search;
  return {
    sql: `EXISTS (SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid = t.key)`,
    params: [words.match],
  };
}

function excludeWords(query: Query): Sql | null {
  const { words, resource } = query;
  if (words?.exclude == null || resource.search === undefined) return null;
  const { table } = resource.search;
  return {
    sql: `NOT EXISTS (SELECT 1 FROM ${table} WHERE ${table} MATCH ? AND rowid = t.key)`,
    params: [words.exclude],
  };
}

export function countUpTo(db: Db, rows: Sql, most: number): number {
  return prepare(db, `SELECT count(*) FROM (${rows.sql} LIMIT ${most})`)
    .pluck()
    .get(...rows.params) as number;
}

/** The columns of each index of a table. */
type Indexes = readonly (readonly string[])[];
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
    indexes = names.map(
      (name) => prepare(db, 'SELECT name FROM pragma_index_info(?)').pluck().all(name) as string[],
    );
    tables.set(table, indexes);
  }
  return indexes;
}

function hasIndex(indexes: Indexes, columns: readonly string[]): boolean {
  return indexes.some((index) => columns.every((column, n) => index[n] === column));
}
