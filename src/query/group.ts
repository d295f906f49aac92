/** Counts instead of records: `group_by`, and `facets` beside a page. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { prepare } from '../db/statements.ts';
import { compareUnitKeys, type DateUnit, listUnitsBetween, unitOfRange } from '../edtf.ts';
import { Refusal } from '../errors.ts';
import { getResource } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';
import { joinSql, TRUE } from './conditions.ts';
import type { Filter } from './filters.ts';
import type { GroupKey } from './group-keys.ts';
import type { Query } from './params.ts';
import { type Plan, planRows } from './plan.ts';
import { getBudget, type Total } from './read.ts';

/** The most rows a count reads. */
export const GROUP_BUDGET = 50_000;
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
  data_version: string;
};

/**
 * Groups by one to three keys, the largest first; with a date among the keys, in the order of time. A record with
 * several values (topics) counts under each, and under what is broader, as the filter of the same name finds it.
 * A date counts under a unit only if its whole range lies in it, else under null.
 */
export async function readGroups(db: Db, query: Query): Promise<GroupPage> {
  const keys = query.group_by as GroupKey[];
  const plan = planRows(db, query, null);
  const { groups, records, complete } = countGroups(db, query, plan, keys);
  const filled = query.fill === null ? groups : fillGaps(groups, keys);
  if (filled.length > MOST_GROUPS) {
    throw new Refusal(
      'too_much',
      `That is ${filled.length} groups; one answer holds at most ${MOST_GROUPS}. Filter, or group by fewer keys.`,
      { parameter: 'group_by' },
    );
  }
  sortGroups(filled, keys);
  const shown = query.limit === null ? filled : filled.slice(0, query.limit);
  return {
    total: filled.length,
    total_is: complete ? 'exact' : 'at_least',
    group_by: keys.map((key) => key.name),
    records,
    next_cursor: null,
    results: labelGroups(db, shown, keys),
    data_version: readDataVersion(db),
  };
}

export type Facet = { value: GroupValue; count: number };

/** The most frequent values of each facet among all that the query matches. */
export async function readFacets(db: Db, query: Query): Promise<Record<string, Facet[]>> {
  const plan = planRows(db, query, null);
  const facets: Record<string, Facet[]> = {};
  for (const key of query.facets ?? []) {
    const { groups } = countGroups(db, query, plan, [key]);
    sortGroups(groups, [key]);
    const labelled = labelGroups(db, groups.slice(0, FACET_SIZE), [key]);
    facets[key.name] = labelled.map((group) => ({
      value: group[key.name] as GroupValue,
      count: group.count,
    }));
  }
  return facets;
}

type Cell = string | number | null;
type RawGroup = { cells: Cell[]; count: number };

function countGroups(
  db: Db,
  query: Query,
  plan: Plan,
  keys: readonly GroupKey[],
): { groups: RawGroup[]; records: number; complete: boolean } {
  const { resource } = query;
  const budget = plan.kind === 'ordered' && plan.probes ? getBudget(plan) : GROUP_BUDGET;
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
  const candidates = `SELECT t.key FROM ${resource.name} t WHERE ${plan.driver.sql} LIMIT ${budget + 1}`;
  const read = prepare(db, `SELECT count(*) FROM (${candidates})`)
    .pluck()
    .get(...plan.driver.params) as number;
  const from = `FROM (${candidates}) c CROSS JOIN ${resource.name} t ON t.key = c.key`;
  const where = plan.residual === TRUE ? '' : ` WHERE ${plan.residual.sql}`;
  const params = joinSql([plan.driver, plan.residual], 'AND').params;
  const records = prepare(db, `SELECT count(*) ${from}${where}`)
    .pluck()
    .get(...params) as number;
  const rows = prepare(
    db,
    `SELECT ${columns.join(', ')}, count(${several ? 'DISTINCT t.key' : '*'}) ${from} ${joins.join(' ')}${where} GROUP BY ${columns.map((_, n) => n + 1).join(', ')}`,
  )
    .raw()
    .all(...params) as Cell[][];
  return { groups: foldDates(rows, keys), records, complete: read <= budget && plan.kind !== 'newest' };
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
    const units = filled
      .map((group) => group.cells[n])
      .filter((cell): cell is string => typeof cell === 'string')
      .sort(compareUnitKeys);
    const first = units[0];
    const last = units.at(-1);
    if (first === undefined || last === undefined) return;
    const all = listUnits(first, last, key.unit);
    const present = new Set(filled.map((group) => JSON.stringify(group.cells)));
    const others = new Map(filled.map((group) => [JSON.stringify(group.cells.toSpliced(n, 1)), group.cells]));
    if (others.size * all.length > MOST_GROUPS) throw tooManyUnits();
    const zeros: RawGroup[] = [];
    for (const cells of others.values()) {
      for (const unit of all) {
        const filledCells = cells.with(n, unit);
        if (!present.has(JSON.stringify(filledCells))) zeros.push({ cells: filledCells, count: 0 });
      }
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

function sortGroups(groups: RawGroup[], keys: readonly GroupKey[]): void {
  const time = keys.findIndex((key) => key.unit !== null);
  groups.sort((a, b) => {
    if (time !== -1) {
      const order = compareCells(a.cells[time] as Cell, b.cells[time] as Cell, true);
      if (order !== 0) return order;
    }
    if (a.count !== b.count) return b.count - a.count;
    for (let n = 0; n < keys.length; n += 1) {
      const order = compareCells(a.cells[n] as Cell, b.cells[n] as Cell, keys[n]?.unit !== null);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compareCells(a: Cell, b: Cell, time: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (time) return compareUnitKeys(String(a), String(b));
  return a < b ? -1 : 1;
}

function labelGroups(db: Db, groups: readonly RawGroup[], keys: readonly GroupKey[]): Group[] {
  return groups.map(({ cells, count }) => {
    const group: Record<string, GroupValue | number> = {};
    keys.forEach((key, n) => {
      group[key.name] = labelCell(db, key, cells[n] as Cell);
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
