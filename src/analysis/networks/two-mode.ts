/** Networks of rows and columns: each cell that holds a statement is an edge. */
import { addAt, type Cells, LEVELS, sumCell, sumRowsAndColumns } from './cells.ts';
import type { Aggregation, Normalization } from './parameters.ts';
import { OPPOSE, SUPPORT } from './statements.ts';

export type Emit = (row: number, column: number, weight: number) => void;

/** Row by row, columns ascending. */
export function weighCells(
  cells: Cells,
  aggregation: Aggregation,
  normalization: Normalization,
  emit: Emit,
): void {
  const divisors = findDivisors(cells, aggregation, normalization);
  for (let row = 0; row < cells.rows; row += 1) {
    for (let cell = cells.starts[row] as number; cell < (cells.starts[row + 1] as number); cell += 1) {
      const column = cells.column[cell] as number;
      const weight = weighCell(cells, cell, aggregation);
      emit(row, column, divisors === null ? weight : weight / divisors(row, column));
    }
  }
}

/** The weights of one row after the other, zeros included. The array is used again. */
export function* weighLines(
  cells: Cells,
  aggregation: Aggregation,
  normalization: Normalization,
): Generator<Float64Array> {
  const divisors = findDivisors(cells, aggregation, normalization);
  const line = new Float64Array(cells.columns);
  for (let row = 0; row < cells.rows; row += 1) {
    line.fill(0);
    for (let cell = cells.starts[row] as number; cell < (cells.starts[row + 1] as number); cell += 1) {
      const column = cells.column[cell] as number;
      line[column] = weighCell(cells, cell, aggregation) / (divisors?.(row, column) ?? 1);
    }
    yield line;
  }
}

export function weighCell(cells: Cells, cell: number, aggregation: Aggregation): number {
  const support = cells.counts[cell * LEVELS + SUPPORT] as number;
  const oppose = cells.counts[cell * LEVELS + OPPOSE] as number;
  switch (aggregation) {
    case 'subtract':
      return support - oppose;
    case 'combine':
      return (support > 0 ? 1 : 0) + (oppose > 0 ? 2 : 0);
    default:
      return sumCell(cells, cell);
  }
}

/** A row's or a column's statements; for `combine`, its cells. None is 0 where there is a cell. Null: by nothing. */
export function findDivisors(
  cells: Cells,
  aggregation: Aggregation,
  normalization: Normalization,
): ((row: number, column: number) => number) | null {
  if (normalization === 'no') return null;
  const sums = aggregation === 'combine' ? countRowsAndColumns(cells) : sumRowsAndColumns(cells);
  return normalization === 'activity'
    ? (row) => sums.rows[row] as number
    : (_row, column) => sums.columns[column] as number;
}

function countRowsAndColumns(cells: Cells): { rows: Float64Array; columns: Float64Array } {
  const rows = new Float64Array(cells.rows);
  const columns = new Float64Array(cells.columns);
  for (let row = 0; row < cells.rows; row += 1) {
    rows[row] = (cells.starts[row + 1] as number) - (cells.starts[row] as number);
  }
  for (const column of cells.column) addAt(columns, column, 1);
  return { rows, columns };
}
