/** Networks as CSV: a list of edges, or the whole matrix. Keys identify, labels stand beside them as they are. */
import { writeRows } from './csv.ts';
import type { Attribute } from './network-attributes.ts';
import type { ShownEdge, ShownNetwork, ShownNode } from './network-json.ts';

/** A row for each edge; `networks` of windows say which. The first two columns are what igraph takes an edge to be. */
export function* writeEdgeList(
  networks: readonly ShownNetwork[],
  describe: (start: string | null) => readonly Attribute<ShownEdge>[],
): Generator<string> {
  const windowed = networks.length !== 1 || networks[0]?.window !== null;
  const header = [
    'row.key',
    'column.key',
    ...describe(null).map(({ name }) => name),
    'row.label',
    'column.label',
  ];
  yield writeRows([[...header, ...(windowed ? ['start', 'end'] : [])]], false);
  for (const { window, edges } of networks) {
    const attributes = describe(window?.start ?? null);
    for (let at = 0; at < edges.length; at += 500) {
      const rows = edges
        .slice(at, at + 500)
        .map((edge) => [
          edge.row.key,
          edge.column.key,
          ...attributes.map(({ get }) => String(get(edge))),
          edge.row.label,
          edge.column.label,
          ...(window === null ? [] : [window.start, window.end]),
        ]);
      yield writeRows(rows, false);
    }
  }
}

/** A row for each row, with its label, and a column for each column under its key. `lines` give weights, one for each column. */
export function* writeMatrix(
  rows: readonly ShownNode[],
  columns: readonly ShownNode[],
  lines: Iterable<readonly number[]>,
): Generator<string> {
  yield writeRows([['key', 'label', ...columns.map(({ key }) => key)]], false);
  let n = 0;
  for (const line of lines) {
    const { key, label } = rows[n] as ShownNode;
    n += 1;
    // Numbers need no quotation marks: joined, they take a fraction of the time.
    const head = writeRows([[key, label]], false).slice(0, -2);
    yield `${head}${line.length === 0 ? '' : ','}${line.join(',')}\r\n`;
  }
}
