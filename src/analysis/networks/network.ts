/** From statements to networks: one, or one for each window. */
import type { Db } from '../../db/client.ts';
import { Refusal } from '../../errors.ts';
import type { Query } from '../../query/params.ts';
import { buildCells, type Cells, sumRowsAndColumns } from './cells.ts';
import { dropDuplicates, orderEntries } from './duplicates.ts';
import { countCell, countPair, findFirst } from './measure.ts';
import { countProducts, weighPairs } from './one-mode.ts';
import type { NetworkParameters } from './parameters.ts';
import {
  type Entries,
  type LeftOut,
  type Node,
  readStatements,
  type Statements,
  takesSides,
} from './statements.ts';
import { createStrongest } from './strongest.ts';
import { weighCells } from './two-mode.ts';
import { listWindows, type Window } from './windows.ts';

/** The most products of two cells that one answer is made of. */
export const MOST_PRODUCTS = 2_000_000_000;

export type NetworkNode = Node & {
  mode: 'row' | 'column';
  /** Unlike that of any other node of the network. */
  key: string;
  statements: number;
};
export type NetworkEdge = {
  row: NetworkNode;
  column: NetworkNode;
  weight: number;
  counts: Record<string, number>;
};
export type Network = {
  window: Window | null;
  /** Entries that it is made of. */
  used: number;
  duplicates: number;
  cells: Cells;
  /** All nodes by their place, and which of them the network shows. */
  rows: NetworkNode[];
  columns: NetworkNode[];
  shown: NetworkNode[];
};
export type Networks = {
  statements: {
    matched: number;
    entries: number;
    used: number;
    left_out: LeftOut & { outside_windows: number; duplicates: number };
  };
  networks: Network[];
};

/** Whether what is kept depends on the order of the statements. */
function needsOrder({ duplicates }: NetworkParameters): boolean {
  return duplicates !== 'include';
}

/** Null where it would cost more than `most`: nodes and statements of each window, and products of two cells. */
export function buildNetworks(
  db: Db,
  query: Query,
  parameters: NetworkParameters,
  most: number,
): Networks | null {
  const statements = readStatements(db, query, parameters, needsOrder(parameters));
  const { entries } = statements;
  const all = Int32Array.from(entries.keys, (_, n) => n);
  if (needsOrder(parameters)) orderEntries(entries, all);
  else if (parameters.window !== null)
    all.sort((a, b) => (entries.days[a] as number) - (entries.days[b] as number));
  const parts = splitByWindow(query, parameters, entries, all);
  const inSome = parameters.window === null ? all.length : countTogether(parts.map((part) => part.indices));
  const nodes = statements.rows.length + statements.columns.length;
  let cost = parts.length * nodes + all.length;
  let products = 0;
  const networks: { network: Network; kept: Int32Array }[] = [];
  for (const { window, indices } of parts) {
    cost += indices.length;
    if (cost + products > most) return null;
    const kept = dropDuplicates(
      entries,
      indices,
      statements.columns.length,
      parameters.duplicates,
      !takesSides(parameters),
    );
    const network = buildNetwork(statements, parameters, window, kept, indices.length - kept.length);
    products += parameters.mode === 'one' ? countProducts(network.cells) : 0;
    if (products > MOST_PRODUCTS) throw refuseProducts(network, products, networks.length);
    if (cost + products > most) return null;
    networks.push({ network, kept });
  }
  const used =
    parameters.window === null
      ? (networks[0]?.kept.length ?? 0)
      : countTogether(networks.map(({ kept }) => kept));
  return {
    statements: {
      matched: statements.matched,
      entries: statements.read,
      used,
      left_out: {
        ...statements.left_out,
        outside_windows: all.length - inSome,
        duplicates: inSome - used,
      },
    },
    networks: networks.map(({ network }) => network),
  };
}

/** `before`: how many windows were within the bound. */
function refuseProducts({ rows }: Network, products: number, before: number): Refusal {
  const most = `the ${MOST_PRODUCTS} that one answer is made of`;
  if (before > 0)
    return new Refusal(
      'too_much',
      `The rows of these networks meet in more pairs of cells than ${most}; the first ${before} windows would fit. Take a shorter period, or filter.`,
      { parameter: 'window' },
    );
  // Pairs grow with the square of the rows.
  const present = rows.filter(({ statements }) => statements > 0).length;
  const fits = Math.floor(present * Math.sqrt(MOST_PRODUCTS / products));
  return new Refusal(
    'too_much',
    `The ${present} rows of this network meet in ${products} pairs of cells, more than ${most}; about ${fits} rows like these would fit. Filter, or take columns that fewer rows share.`,
    { parameter: 'rows' },
  );
}

function splitByWindow(
  query: Query,
  { window, step }: NetworkParameters,
  entries: Entries,
  all: Int32Array<ArrayBuffer>,
): { window: Window | null; indices: Int32Array<ArrayBuffer> }[] {
  if (window === null || step === null) return [{ window: null, indices: all }];
  const { days } = entries;
  const dayAt = (at: number) => days[all[at] as number] as number;
  const span = all.length === 0 ? null : { first: dayAt(0), last: dayAt(all.length - 1) };
  return listWindows(query, span, window, step).map((one) => ({
    window: one,
    indices: all.subarray(findFirst(all.length, dayAt, one.start), findFirst(all.length, dayAt, one.end)),
  }));
}

/** How many entries are in at least one of the lists. */
function countTogether(lists: readonly Int32Array[]): number {
  const all = new Set<number>();
  for (const list of lists) for (const n of list) all.add(n);
  return all.size;
}

function buildNetwork(
  { entries, rows, columns }: Statements,
  parameters: NetworkParameters,
  window: Window | null,
  indices: Int32Array,
  duplicates: number,
): Network {
  const cells = buildCells(entries, indices, rows.length, columns.length);
  const sums = sumRowsAndColumns(cells);
  const isRow = new Set(rows.map((node) => node.id));
  const rowNodes = rows.map(
    (node, n): NetworkNode => ({
      ...node,
      mode: 'row',
      key: node.id,
      statements: sums.rows[n] as number,
    }),
  );
  const columnNodes = columns.map(
    (node, n): NetworkNode => ({
      ...node,
      mode: 'column',
      // Ids hold no colon.
      key: isRow.has(node.id) ? `${parameters.columns.name}:${node.id}` : node.id,
      statements: sums.columns[n] as number,
    }),
  );
  const all = parameters.mode === 'one' ? rowNodes : [...rowNodes, ...columnNodes];
  return {
    window,
    used: indices.length,
    duplicates,
    cells,
    rows: rowNodes,
    columns: columnNodes,
    shown: parameters.isolates ? all : all.filter((node) => node.statements > 0),
  };
}

/** The strongest edges, with what they are made of. */
export function listEdges(
  network: Network,
  parameters: NetworkParameters,
): { edges: NetworkEdge[]; edges_total: number } {
  const { cells } = network;
  const { mode, aggregation, normalization, min_weight, limit } = parameters;
  const strongest = createStrongest(limit, min_weight);
  if (mode === 'two') weighCells(cells, aggregation, normalization, strongest.offer);
  else weighPairs(cells, aggregation, normalization, strongest.offer);
  const { edges, total } = strongest.finish();
  return {
    edges_total: total,
    edges: edges.map(({ row, column, weight }) => ({
      row: network.rows[row] as NetworkNode,
      column: (mode === 'two' ? network.columns : network.rows)[column] as NetworkNode,
      weight,
      counts:
        mode === 'two'
          ? countCell(cells, row, column, parameters)
          : countPair(cells, row, column, parameters),
    })),
  };
}
