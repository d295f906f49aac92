/** Counts instead of records: `group_by`, and `facets` beside a page. */

import { compareUnitKeys, type DateUnit, listUnitsBetween, unitOfRange } from '../dates/units.ts';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readInTurns, runSteps, type Steps } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { Refusal } from '../errors.ts';
import { getResource } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';
import { ROW_COST, WORK_BUDGET } from './budget.ts';
import { joinSql, type Sql, TRUE } from './conditions.ts';
import { countMatching, getBudget, type Total } from './count.ts';
import type { Filter } from './filters.ts';
import type { GroupKey } from './group-keys.ts';
import type { Query } from './params.ts';
import { gatherNewest, gatherRows, planExactly, planRows } from './plan.ts';

export const MOST_GROUPS = 10_000;
export const FACET_SIZE = 20;

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
  const rows = yield* pickRows(db, query, weighKeys(keys));
  yield;
  const groups = countGroups(db, query, rows, keys);
  yield;
  return yield* finishGroups(db, query, groups, rows.keys.length, rows.counts_are);
}

/** The same of every record that matches, whatever it costs: not for the process that answers requests. */
export function readGroupsExactly(db: Db, query: Query): GroupPage {
  const where = selectAll(db, query);
  const groups = groupRows(db, query, `${query.resource.name} t`, where, query.group_by as GroupKey[]);
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
    results: labelGroups(db, shown, keys),
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
  const rows = yield* pickRows(
    db,
    query,
    keys.reduce((sum, key) => sum + weighKeys([key]), 0),
  );
  const facets: Facets['facets'] = {};
  for (const key of keys) {
    yield;
    facets[key.name] = finishFacet(db, countGroups(db, query, rows, [key]), key);
  }
  return { facets, facets_records: rows.keys.length, facets_are: rows.counts_are };
}

/** The same of every record that matches, whatever it costs: not for the process that answers requests. */
export function readFacetsExactly(db: Db, query: Query): Facets {
  const where = selectAll(db, query);
  const facets = (query.facets ?? []).map((key) => {
    const groups = groupRows(db, query, `${query.resource.name} t`, where, [key]);
    return [key.name, finishFacet(db, groups, key)];
  });
  return {
    facets: Object.fromEntries(facets),
    facets_records: countMatching(db, query),
    facets_are: 'exact',
  };
}

function finishFacet(db: Db, groups: RawGroup[], key: GroupKey): Facet[] {
  sortGroups(groups, [key]);
  return labelGroups(db, groups.slice(0, FACET_SIZE), [key]).map((group) => ({
    value: group[key.name] as GroupValue,
    count: group.count,
  }));
}

type Cell = string | number | null;
type RawGroup = { cells: Cell[]; count: number };

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
  const most = Math.max(1, Math.floor(WORK_BUDGET / each));
  if (plan.kind !== 'ordered') {
    const { keys, complete } =
      plan.kind === 'newest'
        ? yield* gatherNewest(db, query, plan)
        : { keys: (yield* gatherRows(db, query, plan)).map(([key]) => key), complete: true };
    const all = complete && keys.length <= most;
    return { keys: keys.slice(0, most), counts_are: all ? 'exact' : 'at_least' };
  }
  // Where nothing is tested, no more are looked for than may be counted.
  const tested = plan.residual !== TRUE;
  const candidates = tested ? getBudget(plan) : most;
  const found = prepare(
    db,
    `SELECT t.key${tested ? `, (${plan.residual.sql})` : ''} FROM ${query.resource.name} t WHERE ${plan.driver.sql} LIMIT ${candidates + 1}`,
  )
    .raw()
    .all(...plan.residual.params, ...plan.driver.params) as [number, number?][];
  const keys = found
    .slice(0, candidates)
    .filter(([, ok]) => !tested || ok === 1)
    .map(([key]) => key);
  const all = found.length <= candidates && keys.length <= most;
  return { keys: keys.slice(0, most), counts_are: all ? 'exact' : 'at_least' };
}

function countGroups(db: Db, query: Query, rows: Picked, keys: readonly GroupKey[]): RawGroup[] {
  const from = `json_each(?) c CROSS JOIN ${query.resource.name} t ON t.key = c.value`;
  return groupRows(db, query, from, { sql: '1', params: [JSON.stringify(rows.keys)] }, keys);
}

function selectAll(db: Db, query: Query): Sql {
  const { driver, residual } = planExactly(db, query);
  return joinSql([driver, residual], 'AND');
}

/** `where.params` are those of `from`, and then its own. */
function groupRows(
  db: Db,
  { resource }: Query,
  from: string,
  where: Sql,
  keys: readonly GroupKey[],
): RawGroup[] {
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
  const rows = prepare(
    db,
    `SELECT ${columns.join(', ')}, count(${several ? 'DISTINCT t.key' : '*'}) FROM ${from} ${joins.join(' ')} WHERE ${where.sql} GROUP BY ${columns.map((_, n) => n + 1).join(', ')}`,
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

/** Ranges of days become units of time, and groups that fall together are added up. */
function foldDates(rows: readonly Cell[][], keys: readonly GroupKey[]): RawGroup[] {
  if (keys.every((key) => key.unit === null))
    return rows.map((row) => ({ cells: row.slice(0, -1), count: row.at(-1) as number }));
  const folded = new Map<string, RawGroup>();
  for (const row of rows) {
    const cells: Cell[] = [];
    let at = 0;
    for (const key of keys) {
      if (key.unit === null) {
        cells.push(row[at] as Cell);
        at += 1;
      } else {
        cells.push(unitOfRange(row[at] as number, row[at + 1] as number, key.unit));
        at += 2;
      }
    }
    const name = JSON.stringify(cells);
    const group = folded.get(name) ?? { cells, count: 0 };
    group.count += row.at(-1) as number;
    folded.set(name, group);
  }
  return [...folded.values()];
}

/** For every combination of the other keys, the units between the first and the last one that occur at all. */
function fillGaps(groups: RawGroup[], keys: readonly GroupKey[]): RawGroup[] {
  let filled = groups;
  keys.forEach((key, n) => {
    if (key.unit === null) return;
    const units = listUnitsOf(filled, n);
    const first = units[0];
    const last = units.at(-1);
    if (first === undefined || last === undefined) return;
    const all = listUnits(first, last, key.unit);
    const others = new Map<string, { cells: Cell[]; present: Set<Cell> }>();
    for (const { cells } of filled) {
      const name = JSON.stringify(cells.toSpliced(n, 1));
      const other = others.get(name) ?? { cells, present: new Set() };
      other.present.add(cells[n] as Cell);
      others.set(name, other);
    }
    if (others.size * all.length > MOST_GROUPS) throw tooManyUnits();
    const zeros: RawGroup[] = [];
    for (const { cells, present } of others.values()) {
      for (const unit of all) if (!present.has(unit)) zeros.push({ cells: cells.with(n, unit), count: 0 });
    }
    filled = [...filled, ...zeros];
  });
  return filled;
}

function listUnits(first: string, last: string, unit: DateUnit): string[] {
  try {
    return listUnitsBetween(first, last, unit, MOST_GROUPS);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw tooManyUnits();
  }
}

function tooManyUnits(): Refusal {
  return new Refusal(
    'too_much',
    `Filling every gap makes more than ${MOST_GROUPS} groups. Take a longer unit, or a shorter period.`,
    { parameter: 'fill' },
  );
}

/** The units that stand in a place of the groups, in the order of time. */
function listUnitsOf(groups: readonly RawGroup[], place: number): string[] {
  const units = new Set(groups.map(({ cells }) => cells[place] as Cell));
  units.delete(null);
  return ([...units] as string[]).sort(compareUnitKeys);
}

function sortGroups(groups: RawGroup[], keys: readonly GroupKey[]): void {
  const time = keys.findIndex((key) => key.unit !== null);
  // Units are put in order once: to read one takes longer than all else in a comparison.
  const ranks = keys.map(({ unit }, n) =>
    unit === null ? null : new Map<Cell, number>(listUnitsOf(groups, n).map((key, rank) => [key, rank])),
  );
  const compare = (a: RawGroup, b: RawGroup, n: number) => {
    const rank = ranks[n];
    const [first, second] = [a.cells[n] as Cell, b.cells[n] as Cell];
    return rank == null
      ? compareCells(first, second)
      : compareCells(rank.get(first) ?? null, rank.get(second) ?? null);
  };
  groups.sort((a, b) => {
    const inTime = time === -1 ? 0 : compare(a, b, time);
    if (inTime !== 0) return inTime;
    if (a.count !== b.count) return b.count - a.count;
    for (let n = 0; n < keys.length; n += 1) {
      const order = compare(a, b, n);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compareCells(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

/** Each label is read once, in however many groups it stands. */
function labelGroups(db: Db, groups: readonly RawGroup[], keys: readonly GroupKey[]): Group[] {
  const labels = keys.map(() => new Map<Cell, GroupValue>());
  return groups.map(({ cells, count }) => {
    const group: Record<string, GroupValue | number> = {};
    keys.forEach((key, n) => {
      const cell = cells[n] as Cell;
      const known = labels[n] as Map<Cell, GroupValue>;
      if (!known.has(cell)) known.set(cell, labelCell(db, key, cell));
      group[key.name] = known.get(cell) as GroupValue;
    });
    return { ...group, count } as Group;
  });
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
