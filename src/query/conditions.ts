/** Filters with values, and the SQL they become. A negation is the complement: what the same filter without `!` leaves out. */
import { Refusal } from '../errors.ts';
import type { Filter, Step } from './filters.ts';

export type DayPeriod = { from: number; to: number };
export type FilterValue = string | number | DayPeriod;
export type Condition = {
  filter: Filter;
  values: readonly FilterValue[];
  /** Also (or only) where there is nothing. */
  none: boolean;
  negated: boolean;
  /** As given, in a canonical spelling. */
  text: string;
  /** Of a filter on a tree: too much stands under its values to be listed before rows are tested. */
  broad?: boolean;
};

export type Sql = { sql: string; params: (string | number)[] };

export const TRUE: Sql = { sql: '1', params: [] };

/** The most values that one record is compared with. Repeated conditions on children multiply; SQLite takes 32,766. */
export const MOST_COMPARED = 1000;

export function joinSql(parts: readonly Sql[], word: 'AND' | 'OR'): Sql {
  if (parts.length === 0) return TRUE;
  if (parts.length === 1) return parts[0] as Sql;
  return {
    sql: `(${parts.map((part) => part.sql).join(` ${word} `)})`,
    params: parts.flatMap((part) => part.params),
  };
}

export function placeholders(count: number): string {
  return Array(count).fill('?').join(', ');
}

/**
 * One expression that holds where every condition does, on a row named `t`. Conditions on the same children
 * (`affiliation.organization` and `affiliation.held`) must hold for one and the same child.
 */
export function compileConditions(conditions: readonly Condition[]): Sql {
  const groups = new Map<string, Condition[]>();
  const parts: Sql[] = [];
  for (const condition of conditions) {
    const step = condition.filter.steps[0];
    if (step?.kind !== 'list' || !step.children) {
      parts.push(compileCondition(condition));
      continue;
    }
    const group = groups.get(step.table) ?? [];
    group.push(condition);
    groups.set(step.table, group);
  }
  for (const group of groups.values()) parts.push(compileChildren(group));
  const all = joinSql(parts, 'AND');
  if (all.params.length > MOST_COMPARED) {
    throw new Refusal(
      'too_much',
      `These filters compare each record with ${all.params.length} values; one request may ask for ${MOST_COMPARED}. Name fewer values, or repeat fewer filters.`,
    );
  }
  return all;
}

function compileCondition(condition: Condition): Sql {
  const { filter } = condition;
  const step = filter.steps[0];
  let positive: Sql;
  if (step?.kind === 'list') {
    const alternatives: Sql[] = [];
    if (condition.values.length > 0)
      alternatives.push(existsIn(step, compileLeaf({ ...condition, none: false }, 'l')));
    if (condition.none)
      alternatives.push({
        sql: `NOT EXISTS (SELECT 1 FROM ${step.table} l WHERE l.${step.owner} = t.key)`,
        params: [],
      });
    positive = joinSql(alternatives, 'OR');
  } else if (step?.kind === 'record') {
    const alternatives = [existsAt(step, compileLeaf(condition, 'r'))];
    if (condition.none) alternatives.push({ sql: `t.${step.column} IS NULL`, params: [] });
    positive = joinSql(alternatives, 'OR');
  } else {
    positive = compileLeaf(condition, 't');
  }
  return condition.negated ? complement(positive) : positive;
}

/** Every combination of repeated conditions must be met by some child, and none of the negated ones by that kind of child. */
function compileChildren(group: readonly Condition[]): Sql {
  const step = group[0]?.filter.steps[0] as Extract<Step, { kind: 'list' }>;
  const byFilter = new Map<string, Sql[]>();
  const negatives: Sql[] = [];
  for (const condition of group) {
    const leaf = compileLeaf(condition, 'l');
    if (condition.negated) negatives.push(leaf);
    else byFilter.set(condition.filter.name, [...(byFilter.get(condition.filter.name) ?? []), leaf]);
  }
  let combinations: Sql[][] = [[]];
  for (const leaves of byFilter.values()) {
    combinations = combinations.flatMap((combination) => leaves.map((leaf) => [...combination, leaf]));
  }
  const parts: Sql[] = [];
  for (const combination of combinations) {
    if (combination.length > 0) parts.push(existsIn(step, joinSql(combination, 'AND')));
    for (const negative of negatives)
      parts.push(complement(existsIn(step, joinSql([...combination, negative], 'AND'))));
  }
  return joinSql(parts, 'AND');
}

function existsIn(step: Extract<Step, { kind: 'list' }>, leaf: Sql): Sql {
  return {
    sql: `EXISTS (SELECT 1 FROM ${step.table} l WHERE l.${step.owner} = t.key AND ${leaf.sql})`,
    params: leaf.params,
  };
}

function existsAt(step: Extract<Step, { kind: 'record' }>, leaf: Sql): Sql {
  return {
    sql: `EXISTS (SELECT 1 FROM ${step.table} r WHERE r.key = t.${step.column} AND ${leaf.sql})`,
    params: leaf.params,
  };
}

/** Null counts as "no", so that a complement holds what is missing too. */
function complement(sql: Sql): Sql {
  return { sql: `(${sql.sql}) IS NOT TRUE`, params: sql.params };
}

/** What has no date has an earliest day after its latest. */
function testMissing(filter: Filter, row: string): string {
  const column = `${row}.${filter.column}`;
  return filter.kind === 'date' ? `${column}_earliest > ${column}_latest` : `${column} IS NULL`;
}

function isIn(column: string, list: Sql): Sql {
  return { sql: `${column} IN (${list.sql})`, params: list.params };
}

/** These records of a tree and everything under them: a set that is read once, whatever it is compared with. */
export function listDescendants(closure: string, keys: readonly (string | number)[]): Sql {
  return {
    sql: `SELECT descendant_key FROM ${closure} WHERE ancestor_key IN (${placeholders(keys.length)})`,
    params: [...keys],
  };
}

/** The same test for one record of the tree, which is looked up under each of them. */
function standsUnder(column: string, closure: string, keys: readonly (string | number)[]): Sql {
  return {
    sql: `EXISTS (SELECT 1 FROM ${closure} c WHERE c.descendant_key = ${column} AND c.ancestor_key IN (${placeholders(keys.length)}))`,
    params: [...keys],
  };
}

/** The condition on the row that holds its column; negation is left to the caller. */
export function compileLeaf(condition: Condition, row: string): Sql {
  const { filter, values } = condition;
  // Of the rows of a list, those of one owner are read: `+` keeps SQLite from starting at the values instead.
  const column = `${row === 'l' ? '+' : ''}${row}."${filter.column}"`;
  const alternatives: Sql[] = [];
  if (filter.kind === 'date' || filter.kind === 'date_within' || filter.kind === 'integer') {
    for (const value of values as DayPeriod[]) alternatives.push(compileRange(filter, row, value));
  } else if (condition.broad && filter.closure !== undefined) {
    alternatives.push(standsUnder(column, filter.closure, values as (string | number)[]));
  } else if (values.length > 0) {
    const params = values as (string | number)[];
    alternatives.push(
      filter.closure === undefined
        ? isIn(column, { sql: placeholders(params.length), params })
        : isIn(column, listDescendants(filter.closure, params)),
    );
  }
  if (condition.none) alternatives.push({ sql: testMissing(filter, row), params: [] });
  return joinSql(alternatives, 'OR');
}

function compileRange(filter: Filter, row: string, { from, to }: DayPeriod): Sql {
  const column = `${row}.${filter.column}`;
  switch (filter.kind) {
    case 'date':
      // The keys of the undated fail both halves: their earliest is after every day, their latest before.
      return { sql: `(${column}_earliest <= ? AND ${column}_latest >= ?)`, params: [to, from] };
    case 'date_within':
      return {
        sql: `(${column}_earliest <= ${column}_latest AND ${column}_earliest >= ? AND ${column}_latest <= ?)`,
        params: [from, to],
      };
    default:
      return { sql: `(${column} >= ? AND ${column} <= ?)`, params: [from, to] };
  }
}
