/** X_ijk: how often row i takes position k on column j, where it does at all. */
import { type Entries, POSITIONS } from './statements.ts';

export const LEVELS = POSITIONS.length;

/** Row by row, columns ascending (compressed sparse rows). */
export type Cells = {
  rows: number;
  columns: number;
  /** Where each row's cells begin; one more for the end. */
  starts: Int32Array;
  /** The column of each cell. */
  column: Int32Array;
  /** LEVELS counts for each cell. */
  counts: Int32Array;
};

export function buildCells(entries: Entries, indices: Int32Array, rows: number, columns: number): Cells {
  const byRow = new Int32Array(rows + 1);
  for (const n of indices) addAt(byRow, (entries.rows[n] as number) + 1, 1);
  for (let row = 0; row < rows; row += 1) addAt(byRow, row + 1, byRow[row] as number);
  const ordered = new Int32Array(indices.length);
  const next = byRow.slice();
  for (const n of indices) ordered[takeNext(next, entries.rows[n] as number)] = n;

  const starts = new Int32Array(rows + 1);
  const column = new Int32Array(indices.length);
  const counts = new Int32Array(indices.length * LEVELS);
  const here = new Int32Array(columns * LEVELS);
  const isTouched = new Uint8Array(columns);
  let cell = 0;
  for (let row = 0; row < rows; row += 1) {
    const touched: number[] = [];
    for (let at = byRow[row] as number; at < (byRow[row + 1] as number); at += 1) {
      const n = ordered[at] as number;
      const j = entries.columns[n] as number;
      if (isTouched[j] === 0) {
        isTouched[j] = 1;
        touched.push(j);
      }
      addAt(here, j * LEVELS + (entries.positions[n] as number), 1);
    }
    touched.sort((a, b) => a - b);
    for (const j of touched) {
      column[cell] = j;
      for (let k = 0; k < LEVELS; k += 1) {
        counts[cell * LEVELS + k] = here[j * LEVELS + k] as number;
        here[j * LEVELS + k] = 0;
      }
      isTouched[j] = 0;
      cell += 1;
    }
    starts[row + 1] = cell;
  }
  return {
    rows,
    columns,
    starts,
    column: column.subarray(0, cell),
    counts: counts.subarray(0, cell * LEVELS),
  };
}

export function addAt(values: Int32Array | Float64Array, at: number, amount: number): void {
  values[at] = (values[at] as number) + amount;
}

function takeNext(next: Int32Array, of: number): number {
  const place = next[of] as number;
  next[of] = place + 1;
  return place;
}

/** The statements of one cell, whatever the position. */
export function sumCell({ counts }: Cells, cell: number): number {
  let sum = 0;
  for (let k = 0; k < LEVELS; k += 1) sum += counts[cell * LEVELS + k] as number;
  return sum;
}

/** n_i: the statements of each row, and of each column. */
export function sumRowsAndColumns(cells: Cells): { rows: Float64Array; columns: Float64Array } {
  const rows = new Float64Array(cells.rows);
  const columns = new Float64Array(cells.columns);
  for (let row = 0; row < cells.rows; row += 1) {
    for (let cell = cells.starts[row] as number; cell < (cells.starts[row + 1] as number); cell += 1) {
      const sum = sumCell(cells, cell);
      addAt(rows, row, sum);
      addAt(columns, cells.column[cell] as number, sum);
    }
  }
  return { rows, columns };
}

/** The same cells column by column, rows ascending: for each its row, and its place in the rows' order. */
export function listColumns(cells: Pick<Cells, 'rows' | 'columns' | 'starts' | 'column'>): {
  starts: Int32Array;
  row: Int32Array;
  cell: Int32Array;
} {
  const starts = new Int32Array(cells.columns + 1);
  for (const j of cells.column) addAt(starts, j + 1, 1);
  for (let j = 0; j < cells.columns; j += 1) addAt(starts, j + 1, starts[j] as number);
  const next = starts.slice();
  const row = new Int32Array(cells.column.length);
  const cell = new Int32Array(cells.column.length);
  for (let i = 0; i < cells.rows; i += 1) {
    for (let c = cells.starts[i] as number; c < (cells.starts[i + 1] as number); c += 1) {
      const at = takeNext(next, cells.column[c] as number);
      row[at] = i;
      cell[at] = c;
    }
  }
  return { starts, row, cell };
}
