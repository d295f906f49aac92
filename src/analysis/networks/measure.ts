/** What one cell, or one pair of rows, weighs and is made of. */
import { type Cells, LEVELS, sumCell } from './cells.ts';
import { countPairs, findPairDivisor } from './one-mode.ts';
import type { NetworkParameters } from './parameters.ts';
import { POSITIONS } from './statements.ts';
import { findDivisors, weighCell } from './two-mode.ts';

export type Measured = {
  weight: number;
  /** What the sum of the statements, or pairs, was divided by; null where there are none. */
  divisor: number | null;
  counts: Record<string, number>;
};

/** `row` and `column` are places, -1 where the network has no such node. With one mode, `column` is another row. */
export function measureCell(
  cells: Cells,
  parameters: NetworkParameters,
  row: number,
  column: number,
): Measured {
  const { mode, aggregation, normalization } = parameters;
  if (row === -1 || column === -1) return { weight: 0, divisor: null, counts: {} };
  if (mode === 'one') {
    const counts = countPair(cells, row, column, parameters);
    const { pairs, congruent, conflicting } = countPairs(cells, row, column);
    const sums = {
      ignore: pairs,
      congruence: congruent,
      conflict: conflicting,
      subtract: congruent - conflicting,
    };
    return divide(
      sums[aggregation as keyof typeof sums],
      findPairDivisor(cells, normalization, row, column),
      counts,
    );
  }
  const cell = findCell(cells, row, column);
  if (cell === null) return { weight: 0, divisor: null, counts: {} };
  const divisor = findDivisors(cells, aggregation, normalization)?.(row, column) ?? 1;
  return divide(weighCell(cells, cell, aggregation), divisor, countCell(cells, row, column, parameters));
}

function divide(sum: number, divisor: number, counts: Record<string, number>): Measured {
  return { weight: divisor === 0 ? 0 : sum / divisor, divisor, counts };
}

function findCell(cells: Cells, row: number, column: number): number | null {
  const from = cells.starts[row] as number;
  const end = cells.starts[row + 1] as number;
  const at = from + findFirst(end - from, (n) => cells.column[from + n] as number, column);
  return at < end && cells.column[at] === column ? at : null;
}

/** The first place whose value is not below the wanted one; values ascend. */
export function findFirst(length: number, valueAt: (at: number) => number, wanted: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The keys of `counts`. */
export function listCountNames({ of, mode, aggregation }: NetworkParameters): string[] {
  if (mode === 'one')
    return of === 'quotes' ? ['pairs', 'columns'] : ['congruent', 'conflicting', 'pairs', 'columns'];
  if (of === 'quotes') return ['total'];
  return [...(aggregation === 'ignore' ? POSITIONS : ['support', 'oppose']), 'total'];
}

/** The statements of a cell, which holds some, by the positions that its network is made of. */
export function countCell(
  cells: Cells,
  row: number,
  column: number,
  parameters: NetworkParameters,
): Record<string, number> {
  const at = findCell(cells, row, column) as number;
  const count = (name: string) =>
    name === 'total' ? sumCell(cells, at) : (cells.counts[at * LEVELS + POSITIONS.indexOf(name)] as number);
  return Object.fromEntries(listCountNames(parameters).map((name) => [name, count(name)]));
}

export function countPair(
  cells: Cells,
  row: number,
  other: number,
  { of }: NetworkParameters,
): Record<string, number> {
  const { congruent, conflicting, pairs, columns } = countPairs(cells, row, other);
  return of === 'quotes' ? { pairs, columns } : { congruent, conflicting, pairs, columns };
}
