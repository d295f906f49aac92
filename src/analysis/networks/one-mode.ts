/**
 * Networks of rows that meet in columns. Row by row (Gustavson, "Two Fast Algorithms for Sparse Matrices", 1978): the
 * weights of one row with all others fit into a processor's cache, however many pairs there are in all.
 */
import { addAt, type Cells, LEVELS, listColumns, sumCell, sumRowsAndColumns } from './cells.ts';
import type { Aggregation, Normalization } from './parameters.ts';
import { OPPOSE, SUPPORT } from './statements.ts';

/** Each pair once, `row` before `other`. */
export type EmitPair = (row: number, other: number, weight: number) => void;

/** How many products of two cells the pairs are made of: what they cost. */
export function countProducts(cells: Cells): number {
  const sizes = new Float64Array(cells.columns);
  for (const column of cells.column) addAt(sizes, column, 1);
  let products = 0;
  for (const size of sizes) products += (size * (size - 1)) / 2;
  return products;
}

/**
 * Pairs with at least one pair of statements that the aggregation counts; `subtract` counts those of the same and of
 * opposite sides. Rows ascending, and for each row the others ascending.
 */
export function weighPairs(
  cells: Cells,
  aggregation: Aggregation,
  normalization: Normalization,
  emit: EmitPair,
): void {
  const multiply = createRowProduct(cells, chooseFactors(cells, aggregation), false);
  const prepare = createDivisor(cells, normalization, false);
  for (let row = 0; row < cells.rows; row += 1) {
    const { others, weights } = multiply(row);
    if (others.length === 0) continue;
    const findDivisor = prepare?.(row);
    for (const other of others) {
      const weight = weights[other] as number;
      if (weight === 0 && aggregation !== 'subtract') continue;
      emit(row, other, findDivisor === undefined ? weight : weight / findDivisor(other));
    }
  }
}

/** The weights of one row after the other with every row, zeros included and 0 with itself. The array is used again. */
export function* weighRows(
  cells: Cells,
  aggregation: Aggregation,
  normalization: Normalization,
): Generator<Float64Array> {
  const multiply = createRowProduct(cells, chooseFactors(cells, aggregation), true);
  const prepare = createDivisor(cells, normalization, true);
  const line = new Float64Array(cells.rows);
  for (let row = 0; row < cells.rows; row += 1) {
    line.fill(0);
    const { others, weights } = multiply(row);
    const findDivisor = prepare?.(row);
    for (const other of others) {
      const weight = weights[other] as number;
      if (weight !== 0 && other !== row)
        line[other] = findDivisor === undefined ? weight : weight / findDivisor(other);
    }
    yield line;
  }
}

/** What is multiplied where two rows meet: of the first row `a` and `b`, of the other `x` and `y`, as a·x + b·y. */
type Factors = { a: Float64Array; b: Float64Array; x: Float64Array; y: Float64Array };
type Sparse = Pick<Cells, 'rows' | 'columns' | 'starts' | 'column'>;

/**
 * For a row, the rows that it meets, ascending, and the sums over the columns where they do: only those behind it, or
 * `all`, itself included.
 */
function createRowProduct(
  cells: Sparse,
  { a, b, x, y }: Factors,
  all: boolean,
): (row: number) => { others: Int32Array; weights: Float64Array } {
  const columns = listColumns(cells);
  const [theirX, theirY] = [x, y].map((values) =>
    Float64Array.from(columns.cell, (cell) => values[cell] as number),
  ) as [Float64Array, Float64Array];
  const place = new Int32Array(columns.cell.length);
  columns.cell.forEach((cell, at) => {
    place[cell] = at;
  });
  const weights = new Float64Array(cells.rows);
  const met = new Int32Array(cells.rows).fill(-1);
  const others = new Int32Array(cells.rows);
  return (row) => {
    let count = 0;
    for (let cell = cells.starts[row] as number; cell < (cells.starts[row + 1] as number); cell += 1) {
      const mineA = a[cell] as number;
      const mineB = b[cell] as number;
      const column = cells.column[cell] as number;
      const end = columns.starts[column + 1] as number;
      for (
        let at = all ? (columns.starts[column] as number) : (place[cell] as number) + 1;
        at < end;
        at += 1
      ) {
        const other = columns.row[at] as number;
        if (met[other] !== row) {
          met[other] = row;
          weights[other] = 0;
          others[count] = other;
          count += 1;
        }
        weights[other] =
          (weights[other] as number) + mineA * (theirX[at] as number) + mineB * (theirY[at] as number);
      }
    }
    return { others: putInOrder(others, count, met, row), weights };
  };
}

/** The first `count` of `others`, ascending. Where they are many of all rows, looking at every row beats sorting. */
function putInOrder(others: Int32Array, count: number, met: Int32Array, row: number): Int32Array {
  const listed = others.subarray(0, count);
  if (count * 8 < met.length) return listed.sort();
  let at = 0;
  for (let other = 0; at < count; other += 1) {
    if (met[other] === row) listed[at++] = other;
  }
  return listed;
}

function chooseFactors(cells: Cells, aggregation: Aggregation): Factors {
  const support = takeLevel(cells, SUPPORT);
  const oppose = takeLevel(cells, OPPOSE);
  const none = new Float64Array(cells.column.length);
  switch (aggregation) {
    case 'congruence':
      return { a: support, b: oppose, x: support, y: oppose };
    case 'conflict':
      return { a: oppose, b: support, x: support, y: oppose };
    case 'subtract': {
      // ss′ + oo′ − so′ − os′ = (s − o)(s′ − o′)
      const net = support.map((count, cell) => count - (oppose[cell] as number));
      return { a: net, b: none, x: net, y: none };
    }
    default: {
      const sums = none.map((_, cell) => sumCell(cells, cell));
      return { a: sums, b: none, x: sums, y: none };
    }
  }
}

function takeLevel(cells: Cells, level: number): Float64Array {
  return Float64Array.from(cells.column, (_, cell) => cells.counts[cell * LEVELS + level] as number);
}

/** For a row, and then for each row that it meets. */
function createDivisor(
  cells: Cells,
  normalization: Normalization,
  all: boolean,
): ((row: number) => (other: number) => number) | null {
  const sums = sumRowsAndColumns(cells).rows;
  const of = (row: number) => sums[row] as number;
  switch (normalization) {
    case 'average':
      return (row) => (other) => (of(row) + of(other)) / 2;
    case 'cosine':
      return (row) => (other) => of(row) * of(other);
    case 'jaccard': {
      const multiply = createOverlap(cells, all);
      return (row) => {
        const { others, weights } = multiply(row);
        const overlaps = new Map(Array.from(others, (other) => [other, weights[other] as number]));
        return (other) => of(row) + of(other) + (overlaps.get(other) ?? 0);
      };
    }
    default:
      return null;
  }
}

/** The divisor of one pair; 1 where weights are divided by nothing. */
export function findPairDivisor(
  cells: Cells,
  normalization: Normalization,
  row: number,
  other: number,
): number {
  return createDivisor(cells, normalization, true)?.(row)(other) ?? 1;
}

/**
 * What one of two rows says counts once, what both say is multiplied: from the sum of both, xy − x − y is added for each
 * position on each column that both take, which is (x − 1)(y − 1) − 1.
 */
function createOverlap(cells: Cells, all: boolean): ReturnType<typeof createRowProduct> {
  const starts = new Int32Array(cells.rows + 1);
  const column: number[] = [];
  const less: number[] = [];
  for (let row = 0; row < cells.rows; row += 1) {
    for (let cell = cells.starts[row] as number; cell < (cells.starts[row + 1] as number); cell += 1) {
      for (let k = 0; k < LEVELS; k += 1) {
        const count = cells.counts[cell * LEVELS + k] as number;
        if (count === 0) continue;
        column.push((cells.column[cell] as number) * LEVELS + k);
        less.push(count - 1);
      }
    }
    starts[row + 1] = column.length;
  }
  const split = {
    rows: cells.rows,
    columns: cells.columns * LEVELS,
    starts,
    column: Int32Array.from(column),
  };
  const factors = Float64Array.from(less);
  const ones = new Float64Array(less.length).fill(1);
  return createRowProduct(split, { a: factors, b: ones.map(() => -1), x: factors, y: ones }, all);
}

export type PairCounts = { pairs: number; congruent: number; conflicting: number; columns: number };

/** Pairs of statements on the columns that both rows have. */
export function countPairs(cells: Cells, row: number, other: number): PairCounts {
  const counted: PairCounts = { pairs: 0, congruent: 0, conflicting: 0, columns: 0 };
  const get = (cell: number, level: number) => cells.counts[cell * LEVELS + level] as number;
  forEachShared(cells, row, other, (a, b) => {
    counted.columns += 1;
    counted.pairs += sumCell(cells, a) * sumCell(cells, b);
    counted.congruent += get(a, SUPPORT) * get(b, SUPPORT) + get(a, OPPOSE) * get(b, OPPOSE);
    counted.conflicting += get(a, SUPPORT) * get(b, OPPOSE) + get(a, OPPOSE) * get(b, SUPPORT);
  });
  return counted;
}

/** The cells of two rows that stand in the same column. */
function forEachShared(
  { starts, column }: Cells,
  row: number,
  other: number,
  visit: (a: number, b: number) => void,
): void {
  let a = starts[row] as number;
  let b = starts[other] as number;
  const endA = starts[row + 1] as number;
  const endB = starts[other + 1] as number;
  while (a < endA && b < endB) {
    const difference = (column[a] as number) - (column[b] as number);
    if (difference === 0) visit(a++, b++);
    else if (difference < 0) a += 1;
    else b += 1;
  }
}
