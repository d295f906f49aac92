/** A network's whole matrix, line by line. */
import { Refusal } from '../../errors.ts';
import type { Network, NetworkNode } from './network.ts';
import { weighRows } from './one-mode.ts';
import type { NetworkParameters } from './parameters.ts';
import { weighLines } from './two-mode.ts';

/** As many as a network of 5,000 rows with one mode has. */
export const MOST_CELLS = 25_000_000;

export type Matrix = { rows: NetworkNode[]; columns: NetworkNode[]; lines: Iterable<number[]> };

/** How many cells the matrix has. */
export function countMatrix(network: Network, { mode, isolates }: NetworkParameters): number {
  const rows = listShown(network.rows, isolates).length;
  return rows * (mode === 'one' ? rows : listShown(network.columns, isolates).length);
}

/** Throws `too_much` with the number of rows that would fit. Weights below `min_weight` are 0. */
export function buildMatrix(network: Network, parameters: NetworkParameters): Matrix {
  const { mode, isolates } = parameters;
  const others = mode === 'one' ? network.rows : network.columns;
  const rows = listShown(network.rows, isolates);
  const columns = listShown(others, isolates);
  if (rows.length * columns.length > MOST_CELLS) {
    const fits =
      mode === 'one'
        ? Math.floor(Math.sqrt(MOST_CELLS))
        : Math.floor(MOST_CELLS / Math.max(1, columns.length));
    throw new Refusal(
      'too_much',
      `A matrix of ${rows.length} × ${columns.length} cells is more than the ${MOST_CELLS} of one answer; with ${fits} rows it would fit. Filter, or take the edges: \`format=edges\`.`,
      { parameter: 'format' },
    );
  }
  return {
    rows: rows.map((n) => network.rows[n] as NetworkNode),
    columns: columns.map((n) => others[n] as NetworkNode),
    lines: writeLines(network, parameters, new Set(rows), columns),
  };
}

function listShown(nodes: readonly NetworkNode[], isolates: boolean): number[] {
  return nodes.flatMap(({ statements }, n) => (isolates || statements > 0 ? [n] : []));
}

function* writeLines(
  { cells }: Network,
  { mode, aggregation, normalization, min_weight }: NetworkParameters,
  shown: ReadonlySet<number>,
  columns: readonly number[],
): Generator<number[]> {
  const weights =
    mode === 'one'
      ? weighRows(cells, aggregation, normalization)
      : weighLines(cells, aggregation, normalization);
  let row = 0;
  for (const line of weights) {
    if (shown.has(row)) {
      yield columns.map((n) => {
        const weight = line[n] as number;
        return Math.abs(weight) < min_weight ? 0 : weight;
      });
    }
    row += 1;
  }
}
