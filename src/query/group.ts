/** Counts instead of records: `group_by`, and `facets` beside a page. */

import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readInTurns, runSteps, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { Refusal } from '../errors.ts';
import { getResource } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';
import { ENTRY_COST, ROW_COST, WORK_BUDGET } from './budget.ts';
import { joinSql, type Sql } from './conditions.ts';
import { countMatching, type Total } from './count.ts';
import type { Filter } from './filters.ts';
import { findCandidates, gatherNewest, gatherRows } from './gather.ts';
import type { GroupKey } from './group-keys.ts';
import type { Query } from './params.ts';
import { planExactly, planRows } from './plan.ts';
import { type Cell, fillGaps, foldDates, MOST_GROUPS, type RawGroup, sortGroups } from './shape-groups.ts';
import { countAffordable } from './weigh.ts';

export const FACET_SIZE = 20;
/** Groups whose labels are read in one step. */
const LABELLED_TOGETHER = 500;

/** A word, a code, a unit of time, a boolean, a record's id and label, or null where there is none. */
export type GroupValue = string | boolean | Record<string, string> | null;
export type Group = Record<string, GroupValue | number> & { count: number };
export type GroupPage = Total & {
  group_by: string[];
  results: Group[];
  next_cursor: null;
  /** How many records were counted, each once. */
  records: number;
  /** Whether these are all that match. */
  counts_are: Total['total_is'];
  data_version: string;
};

/**
 * Groups by one to three keys, the largest first; with a date among the keys, in the order of time. A record with
 * several values (topics) counts under each, and under what is broader, as the filter of the same name finds it.
 * A date counts under a unit only if its whole range lies in it, else under null.
 */
export function readGroups(db: Db, query: Query): Promise<GroupPage> {
  return readInTurns(db, () => findGroups(db, query));
}

function* findGroups(db: Db, query: Query): Steps<GroupPage> {
  const keys = query.group_by as GroupKey[];
  const picked = yield* pickRows(db, query, weighKeys(keys));
  const { rows, counted } = yield* countGroups(db, query, picked, [keys]);
  yield;
  return yield* finishGroups(db, query, counted[0] as RawGroup[], rows.keys.length, rows.counts_are);
}

/** The same of every record that matches, whatever it costs: not for the process that answers requests. */
export function readGroupsExactly(db: Db, query: Query): GroupPage {
  const where = selectAll(db, query);
  const keys = query.group_by as GroupKey[];
  const groups = groupRows(db, buildGrouping(query, `${query.resource.name} t`, where, keys), keys);
  return runSteps(finishGroups(db, query, groups, countMatching(db, query), 'exact'));
}

function* finishGroups(
  db: Db,
  query: Query,
  groups: RawGroup[],
  records: number,
  counts_are: Total['total_is'],
): Steps<GroupPage> {
  const keys = query.group_by as GroupKey[];
  const filled = query.fill === null ? groups : fillGaps(groups, keys);
  if (filled.length > MOST_GROUPS) {
    throw new Refusal(
      'too_much',
      `That is ${filled.length} groups; one answer holds at most ${MOST_GROUPS}. Filter, or group by fewer keys.`,
      { parameter: 'group_by' },
    );
  }
  yield;
  sortGroups(filled, keys);
  yield;
  const shown = query.limit === null ? filled : filled.slice(0, query.limit);
  return {
    total: filled.length,
    total_is: counts_are,
    counts_are,
    group_by: keys.map((key) => key.name),
    records,
    next_cursor: null,
    results: yield* labelGroups(db, shown, keys),
    data_version: readDataVersion(db),
  };
}

export type Facet = { value: GroupValue; count: number };

export type Facets = {
  facets: Record<string, Facet[]>;
  /** How many records were counted for them, each once, and whether these are all that match. */
  facets_records: number;
  facets_are: Total['total_is'];
};

/** The most frequent values of each facet among all that the query matches, or among as many as the budget allows. */
export function* findFacets(db: Db, query: Query): Steps<Facets> {
  const keys = query.facets ?? [];
  const picked = yield* pickRows(
    db,
    query,
    keys.reduce((sum, key) => sum + weighKeys([key]), 0),
  );
  const { rows, counted } = yield* countGroups(
    db,
    query,
    picked,
    keys.map((key) => [key]),
  );
  const facets: Facets['facets'] = {};
  for (const [n, key] of keys.entries()) {
    yield;
    facets[key.name] = yield* finishFacet(db, counted[n] as RawGroup[], key);
  }
  return { facets, facets_records: rows.keys.length, facets_are: rows.counts_are };
}

/** The same of every record that matches, whatever it costs: not for the process that answers requests. */
export function readFacetsExactly(db: Db, query: Query): Facets {
  const where = selectAll(db, query);
  const facets = (query.facets ?? []).map((key) => {
    const groups = groupRows(db, buildGrouping(query, `${query.resource.name} t`, where, [key]), [key]);
    return [key.name, runSteps(finishFacet(db, groups, key))];
  });
  return {
    facets: Object.fromEntries(facets),
    facets_records: countMatching(db, query),
    facets_are: 'exact',
  };
}

function* finishFacet(db: Db, groups: RawGroup[], key: GroupKey): Steps<Facet[]> {
  sortGroups(groups, [key]);
  return (yield* labelGroups(db, groups.slice(0, FACET_SIZE), [key])).map((group) => ({
    value: group[key.name] as GroupValue,
    count: group.count,
  }));
}

/** Units of work for sorting one record under these keys: one with several topics stands under each, and under what is broader. */
function weighKeys(keys: readonly GroupKey[]): number {
  const copies = keys.reduce(
    (product, { filter }) =>
      product * (filter?.closure !== undefined ? 6 : filter?.steps[0]?.kind === 'list' ? 2 : 1),
    1,
  );
  return ROW_COST + keys.length * copies;
}

type Picked = { keys: number[]; counts_are: Total['total_is'] };

/** The records to count: all that match, where finding them and sorting them (`each` units) stays within the budget. */
function* pickRows(db: Db, query: Query, each: number): Steps<Picked> {
  const plan = planRows(db, query, null);
  yield;
  const most = countAffordable(each);
  if (plan.kind !== 'ordered') {
    const { keys, complete } =
      plan.kind === 'newest'
        ? yield* gatherNewest(db, query, plan)
        : { keys: (yield* gatherRows(db, query, plan)).map(([key]) => key), complete: true };
    const all = complete && keys.length <= most;
    return { keys: keys.slice(0, most), counts_are: all ? 'exact' : 'at_least' };
  }
  const { keys, complete } = yield* findCandidates(db, query, plan, most);
  return { keys: keys.slice(0, most), counts_are: complete && keys.length <= most ? 'exact' : 'at_least' };
}

/** Rows that a record makes, one for each combination of its values, at most so many for all records. */
const MOST_COPIES = WORK_BUDGET / ENTRY_COST;
/** Records that make more by themselves are passed over, up to so many. */
const MOST_PASSED_OVER = 4;

type Counted = {
  /** Those that were counted: where their values are too many, the first ones. */
  rows: Picked;
  /** The groups of each set of keys. */
  counted: RawGroup[][];
};

function* countGroups(
  db: Db,
  query: Query,
  picked: Picked,
  sets: readonly (readonly GroupKey[])[],
): Steps<Counted> {
  const from = `json_each(?) c CROSS JOIN ${query.resource.name} t ON t.key = c.value`;
  const build = (records: readonly number[], keys: readonly GroupKey[]) =>
    buildGrouping(query, from, { sql: '1', params: [JSON.stringify(records)] }, keys);
  let records = picked.keys;
  let passedOver = 0;
  for (const keys of sets) {
    yield;
    let fit = countComplete(db, build(records, keys));
    // One record by itself is too much: what comes behind it is counted all the same.
    for (; fit === 0 && passedOver < MOST_PASSED_OVER; passedOver += 1) {
      records = records.slice(1);
      yield;
      fit = countComplete(db, build(records, keys));
    }
    if (fit !== null) records = records.slice(0, fit);
  }
  const counted: RawGroup[][] = [];
  for (const keys of sets) {
    yield;
    counted.push(groupRows(db, build(records, keys), keys));
  }
  const counts_are = records.length < picked.keys.length ? 'at_least' : picked.counts_are;
  return { rows: { keys: records, counts_are }, counted };
}

/** How many records come before MOST_COPIES are reached; null where they are not. */
function countComplete(db: Db, { from, where, several }: Grouping): number | null {
  if (!several) return null;
  const place = prepare(db, `SELECT c.key FROM ${from} WHERE ${where.sql} LIMIT 1 OFFSET ${MOST_COPIES}`)
    .pluck()
    .get(...where.params) as number | undefined;
  return place ?? null;
}

function selectAll(db: Db, query: Query): Sql {
  const { driver, residual } = planExactly(db, query);
  return joinSql([driver, residual], 'AND');
}

type Grouping = { columns: string[]; from: string; where: Sql; several: boolean };

/** `where.params` are those of `from`, and then its own. */
function buildGrouping({ resource }: Query, from: string, where: Sql, keys: readonly GroupKey[]): Grouping {
  const columns: string[] = [];
  const joins: string[] = [];
  let several = false;
  keys.forEach((key, n) => {
    if (key.filter === null) {
      columns.push(`t.${resource.date}_earliest`, `t.${resource.date}_latest`);
      return;
    }
    const reached = reachColumn(key.filter, n);
    joins.push(...reached.joins);
    columns.push(reached.column);
    several ||= reached.several;
  });
  return { columns, from: [from, ...joins].join(' '), where, several };
}

function groupRows(
  db: Db,
  { columns, from, where, several }: Grouping,
  keys: readonly GroupKey[],
): RawGroup[] {
  const rows = prepare(
    db,
    `SELECT ${columns.join(', ')}, count(${several ? 'DISTINCT t.key' : '*'}) FROM ${from} WHERE ${where.sql} GROUP BY ${columns.map((_, n) => n + 1).join(', ')}`,
  )
    .raw()
    .all(...where.params) as Cell[][];
  return foldDates(rows, keys);
}

/** LEFT JOINs from a row `t` to the column of a filter; `n` tells several in one statement apart. */
export function reachColumn(
  filter: Filter,
  n: number,
): { joins: string[]; column: string; several: boolean } {
  const joins: string[] = [];
  let row = 't';
  let several = false;
  for (const step of filter.steps) {
    const next = `j${n}`;
    joins.push(
      step.kind === 'record'
        ? `LEFT JOIN ${step.table} ${next} ON ${next}.key = ${row}.${step.column}`
        : `LEFT JOIN ${step.table} ${next} ON ${next}.${step.owner} = ${row}.key`,
    );
    several ||= step.kind === 'list';
    row = next;
  }
  if (filter.closure === undefined) return { joins, column: `${row}.${filter.column}`, several };
  joins.push(`LEFT JOIN ${filter.closure} a${n} ON a${n}.descendant_key = ${row}.${filter.column}`);
  return { joins, column: `a${n}.ancestor_key`, several: true };
}

/** Each label is read once, in however many groups it stands. */
function* labelGroups(db: Db, groups: readonly RawGroup[], keys: readonly GroupKey[]): Steps<Group[]> {
  const labels = keys.map(() => new Map<Cell, GroupValue>());
  const labelled: Group[] = [];
  for (const { cells, count } of groups) {
    if (labelled.length % LABELLED_TOGETHER === 0) yield;
    const group: Record<string, GroupValue | number> = {};
    keys.forEach((key, n) => {
      const cell = cells[n] as Cell;
      const known = labels[n] as Map<Cell, GroupValue>;
      if (!known.has(cell)) known.set(cell, labelCell(db, key, cell));
      group[key.name] = known.get(cell) as GroupValue;
    });
    labelled.push({ ...group, count } as Group);
  }
  return labelled;
}

export function labelCell(db: Db, key: GroupKey, cell: Cell): GroupValue {
  if (cell === null || key.filter === null) return cell as string | null;
  if (key.filter.kind === 'boolean') return cell === 1;
  if (key.filter.kind !== 'reference') return cell as string;
  const noun = key.filter.to as Noun;
  const { label } = getResource(noun);
  return prepare(db, `SELECT ${label === null ? 'id' : `id, ${label}`} FROM ${noun} WHERE key = ?`).get(
    cell,
  ) as Record<string, string>;
}
