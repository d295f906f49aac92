/** A network, or one for each window, as JSON: nodes, and the edges between them with their counts and evidence. */

export type ShownNode = { key: string; id: string; label: string; mode: string; statements: number };
export type ShownEdge = {
  row: ShownNode;
  column: ShownNode;
  weight: number;
  counts: Record<string, number>;
};
export type ShownNetwork = {
  window: { start: string; end: string } | null;
  used: number;
  duplicates: number;
  nodes: readonly ShownNode[];
  edges: readonly ShownEdge[];
  edges_total: number;
};
export type NetworkAnswer = {
  parameters: unknown;
  statements: unknown;
  networks: readonly ShownNetwork[];
  data_version: string;
};

/** `link` gives the address of an edge's evidence. In pieces, because the whole may be long. */
export function* writeNetworkJson(
  answer: NetworkAnswer,
  windowed: boolean,
  link: (edge: ShownEdge, start: string | null) => string,
): Generator<string> {
  yield `{"parameters":${JSON.stringify(answer.parameters)},"statements":${JSON.stringify(answer.statements)},`;
  if (windowed) yield '"networks":[';
  for (const [n, network] of answer.networks.entries()) {
    if (windowed) {
      const { window, used, duplicates } = network;
      yield `${n === 0 ? '' : ','}{"start":${JSON.stringify(window?.start)},"end":${JSON.stringify(window?.end)},"used":${used},"duplicates":${duplicates},`;
    }
    yield* writeParts(network, link);
    if (windowed) yield '}';
  }
  if (windowed) yield ']';
  yield `,"data_version":${JSON.stringify(answer.data_version)}}`;
}

/** Edges are handed on so many at a time. */
const STRETCH = 1000;

/** Key by key, because there are many: an object for each would take twice as long. */
function writeEdge({ row, column, weight, counts }: ShownEdge, evidence: string): string {
  return `{"row":${JSON.stringify(row.id)},"column":${JSON.stringify(column.id)},"weight":${weight},"counts":${JSON.stringify(counts)},"evidence":${JSON.stringify(evidence)}}`;
}

function* writeParts(
  network: ShownNetwork,
  link: (edge: ShownEdge, start: string | null) => string,
): Generator<string> {
  const nodes = network.nodes.map(({ id, label, mode, statements, key }) =>
    JSON.stringify({ id, label, mode, key, statements }),
  );
  yield `"nodes":[${nodes.join(',')}],"edges_total":${network.edges_total},"edges":[`;
  const start = network.window?.start ?? null;
  for (let at = 0; at < network.edges.length; at += STRETCH) {
    const edges = network.edges.slice(at, at + STRETCH).map((edge) => writeEdge(edge, link(edge, start)));
    yield `${at === 0 ? '' : ','}${edges.join(',')}`;
  }
  yield ']';
}
