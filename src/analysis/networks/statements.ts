/** The statements of a network: one entry for each record under one row and one column. */
import type { Db } from '../../db/client.ts';
import { Refusal } from '../../errors.ts';
import type { Condition } from '../../query/conditions.ts';
import { type Filter, listFilters } from '../../query/filters.ts';
import { labelCell } from '../../query/group.ts';
import type { Query } from '../../query/params.ts';
import { type Cell, fitsBudget, readTuples } from '../../query/tuples.ts';
import type { Resource } from '../../resources/resource.ts';
import { listWords, stancePosition } from '../../vocabulary.ts';
import type { NetworkParameters } from './parameters.ts';

/** The most entries that one network is made of. */
export const MOST_STATEMENTS = 2_000_000;

export type Node = { id: string; label: string };

/** The levels of a position, in the order of their numbers; a quote's only one is 0. */
export const POSITIONS = listWords(stancePosition);
export const SUPPORT = POSITIONS.indexOf('support');
export const OPPOSE = POSITIONS.indexOf('oppose');

/** Stands for "no day known": after every day. */
export const NO_DAY = Number.POSITIVE_INFINITY;

/** Columns of equal length: what is at the same place belongs to one entry. */
export type Entries = {
  /** The record's key. */
  keys: number[];
  rows: number[];
  columns: number[];
  positions: number[];
  days: number[];
  /** The source, as its place among all ids of sources. */
  documents: number[];
  /** First code point in the source. */
  places: number[];
  ids: string[];
};

export type LeftOut = {
  /** Entries without a value for the row, as quotes of unknown speakers are. */
  without_row: number;
  without_column: number;
  /** By position: what is neither support nor oppose, where weights are made of these. */
  positions: Record<string, number>;
  /** Without a day, where one is needed. */
  undated: number;
};

export type Statements = {
  entries: Entries;
  /** In the order of their ids; `entries.rows` are places in it. */
  rows: Node[];
  columns: Node[];
  /** Records that the filters match. */
  matched: number;
  /** Entries of these, before any was left out. */
  read: number;
  left_out: LeftOut;
};

/** Whether weights are made of support and oppose alone. */
export function takesSides({ aggregation }: NetworkParameters): boolean {
  return aggregation !== 'ignore';
}

export function needsDays({ window, duplicates }: NetworkParameters): boolean {
  return window !== null || ['week', 'month', 'year'].includes(duplicates);
}

/** Whether they can be read within what one request may cost, from so many records at most. */
export function areFewStatements(
  db: Db,
  query: Query,
  { rows, columns }: NetworkParameters,
  most: number,
): boolean {
  const read = [rows, columns].map((filter) => nameOwnFilter(query.resource, filter).name);
  return fitsBudget(db, query, read, most);
}

/**
 * Reads them, in no particular order. `ordered` also reads what puts them in order, which costs more. A statement's day
 * is its own where that is one day, else its source's. Throws `too_much` for more than MOST_STATEMENTS.
 */
export function readStatements(
  db: Db,
  query: Query,
  parameters: NetworkParameters,
  ordered: boolean,
): Statements {
  const { resource } = query;
  const positioned = parameters.of === 'stances';
  const dated = needsDays(parameters) || ordered;
  const read = [
    nameOwnFilter(resource, parameters.rows).name,
    nameOwnFilter(resource, parameters.columns).name,
    ...(positioned ? ['position'] : []),
    ...(dated ? [resource.date as string, 'source.published'] : []),
    ...(ordered ? ['source'] : []),
  ];
  const entries: Entries = {
    keys: [],
    rows: [],
    columns: [],
    positions: [],
    days: [],
    documents: [],
    places: [],
    ids: [],
  };
  const left_out: LeftOut = { without_row: 0, without_column: 0, positions: {}, undated: 0 };
  const rows = createIndex();
  const columns = createIndex();
  const documents = createIndex();
  const levels = new Map<Cell, number>(POSITIONS.map((word, n) => [word, n]));
  const sides = takesSides(parameters);
  const needs = needsDays(parameters);
  const several = [parameters.rows, parameters.columns].some(({ steps }) =>
    steps.some((step) => step.kind === 'list'),
  );
  let matched = 0;
  let count = 0;
  let last = Number.NaN;
  const seen = new Set<string>();
  for (const tuple of readTuples(db, query, read, { placed: ordered, most: MOST_STATEMENTS + 1 })) {
    const [key, rowCell, columnCell] = tuple as [number, Cell, Cell];
    if (key !== last) {
      last = key;
      matched += 1;
      seen.clear();
    }
    if (several) {
      // A list may name the same value twice: that is no second statement.
      const pair = JSON.stringify([rowCell, columnCell]);
      if (seen.has(pair)) continue;
      seen.add(pair);
    }
    count += 1;
    if (count > MOST_STATEMENTS) throw refuseStatements();
    const row = rowCell === null ? -1 : rows.add(rowCell);
    const column = columnCell === null ? -1 : columns.add(columnCell);
    const position = positioned ? (levels.get(tuple[3] as Cell) as number) : 0;
    const day = dated ? findDay(tuple, positioned ? 4 : 3) : NO_DAY;
    if (row === -1) left_out.without_row += 1;
    else if (column === -1) left_out.without_column += 1;
    else if (sides && position !== SUPPORT && position !== OPPOSE) {
      const word = POSITIONS[position] as string;
      left_out.positions[word] = (left_out.positions[word] ?? 0) + 1;
    } else if (needs && day === NO_DAY) left_out.undated += 1;
    else {
      entries.keys.push(key);
      entries.rows.push(row);
      entries.columns.push(column);
      entries.positions.push(position);
      entries.days.push(day);
      if (ordered) {
        entries.documents.push(documents.add(tuple.at(-3) as Cell));
        entries.ids.push(tuple.at(-2) as string);
        entries.places.push(tuple.at(-1) as number);
      }
    }
  }
  const rowNodes = sortNodes(db, parameters.rows, rows.cells);
  const columnNodes = sortNodes(db, parameters.columns, columns.cells);
  const documentNodes = sortNodes(db, listFilters(resource).get('source') as Filter, documents.cells);
  renumber(entries.rows, rowNodes.places);
  renumber(entries.columns, columnNodes.places);
  renumber(entries.documents, documentNodes.places);
  return { entries, rows: rowNodes.nodes, columns: columnNodes.nodes, matched, read: count, left_out };
}

/** In a tree, a statement counts under its own topic, for whose proposition it speaks, and not under broader ones. */
export function nameOwnFilter(resource: Resource, filter: Filter): Filter {
  return filter.closure === undefined ? filter : (listFilters(resource).get(`${filter.name}.only`) as Filter);
}

/** The record's own date and its source's stand behind each other, each as its earliest and latest day. */
function findDay(tuple: readonly Cell[], at: number): number {
  for (const n of [at, at + 2]) {
    const earliest = tuple[n];
    if (earliest != null && earliest === tuple[n + 1]) return earliest as number;
  }
  return NO_DAY;
}

function refuseStatements(): Refusal {
  return new Refusal(
    'too_much',
    `More than ${MOST_STATEMENTS} statements match, and one network is made of at most ${MOST_STATEMENTS}. Filter, or take a shorter period.`,
  );
}

/** Numbers for values, in the order in which they come. */
function createIndex(): { cells: Cell[]; add: (cell: Cell) => number } {
  const numbers = new Map<Cell, number>();
  const cells: Cell[] = [];
  return {
    cells,
    add(cell) {
      let number = numbers.get(cell);
      if (number === undefined) {
        number = cells.length;
        numbers.set(cell, number);
        cells.push(cell);
      }
      return number;
    },
  };
}

/** Nodes in the order of their ids, so that nothing depends on the order in which records were added. */
function sortNodes(db: Db, filter: Filter, cells: readonly Cell[]): { nodes: Node[]; places: Int32Array } {
  const nodes = cells.map((cell) => readNodeAt(db, filter, cell));
  const order = nodes.map((_, n) => n).sort((a, b) => compareIds(nodes[a] as Node, nodes[b] as Node));
  const places = new Int32Array(nodes.length);
  order.forEach((number, place) => {
    places[number] = place;
  });
  return { nodes: order.map((number) => nodes[number] as Node), places };
}

/** The node that a condition with one value, resolved, stands for. */
export function readNode(db: Db, { filter, values }: Condition): Node {
  return readNodeAt(db, filter, values[0] as Cell);
}

function readNodeAt(db: Db, filter: Filter, cell: Cell): Node {
  const value = labelCell(db, { name: filter.name, filter, unit: null }, cell);
  if (value === null || typeof value !== 'object') return { id: String(value), label: String(value) };
  const { id = '', ...labels } = value;
  return { id, label: Object.values(labels)[0] ?? id };
}

function compareIds(a: Node, b: Node): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function renumber(numbers: number[], places: Int32Array): void {
  for (let n = 0; n < numbers.length; n += 1) numbers[n] = places[numbers[n] as number] as number;
}
