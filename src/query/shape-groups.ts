/** Groups as they were counted, put into shape: dates as units of time, gaps filled, in order. Nothing is read here. */
import { compareUnitKeys, type DateUnit, listUnitsBetween, unitOfRange } from '../dates/units.ts';
import { Refusal } from '../errors.ts';
import type { GroupKey } from './group-keys.ts';

export const MOST_GROUPS = 10_000;

export type Cell = string | number | null;
export type RawGroup = { cells: Cell[]; count: number };

/** Ranges of days become units of time, and groups that fall together are added up. */
export function foldDates(rows: readonly Cell[][], keys: readonly GroupKey[]): RawGroup[] {
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
export function fillGaps(groups: RawGroup[], keys: readonly GroupKey[]): RawGroup[] {
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

export function sortGroups(groups: RawGroup[], keys: readonly GroupKey[]): void {
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
