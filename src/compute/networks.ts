/** Networks, written out in the format that was asked for. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { buildMatrix, countMatrix } from '../analysis/networks/matrix.ts';
import { listCountNames } from '../analysis/networks/measure.ts';
import { buildNetworks, listEdges, type Network, type Networks } from '../analysis/networks/network.ts';
import {
  describeParameters,
  MOST_EDGES,
  type NetworkFormat,
  type NetworkParameters,
  type NetworkQuestion,
  parseNetwork,
} from '../analysis/networks/parameters.ts';
import { formatWindow } from '../analysis/networks/windows.ts';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { Refusal } from '../errors.ts';
import { writeGexf } from '../formats/gexf.ts';
import { writeGraphml } from '../formats/graphml.ts';
import { listEdgeAttributes } from '../formats/network-attributes.ts';
import { writeEdgeList, writeMatrix } from '../formats/network-csv.ts';
import { type ShownEdge, type ShownNetwork, writeNetworkJson } from '../formats/network-json.ts';
import { resolveIds } from '../query/ids.ts';
import type { RawParams } from '../query/params.ts';

export type AskedNetwork = {
  raw: RawParams;
  page_size_max: number;
  format: NetworkFormat;
  /** Where an answer goes that is too long to be handed over as a text; made by the task. */
  file: string;
};
/** `version` is that of the data that was read. */
export type DrawnNetwork = ({ text: string } | { file: string }) & { version: string };

/** The longest text that one process hands to another, in UTF-16 units: reading it holds the other up. */
const LONGEST_TEXT = 1_000_000;

export function drawNetwork(db: Db, asked: AskedNetwork): DrawnNetwork {
  const pieces = writeNetwork(db, parseNetwork(asked.raw, asked), asked.format, Number.POSITIVE_INFINITY);
  return { ...collect(pieces as Generator<string>, asked.file), version: readDataVersion(db) };
}

/** Null where it costs more than `most`: nodes, statements, products of cells, cells of a matrix, edges. */
export function writeNetwork(
  db: Db,
  question: NetworkQuestion,
  format: NetworkFormat,
  most: number,
): Generator<string> | null {
  const { parameters, query } = question;
  const built = buildNetworks(db, resolveIds(db, query), parameters, most);
  if (built === null) return null;
  if (format !== 'csv') return writeEdges(question, built, format, readDataVersion(db));
  const network = built.networks[0] as Network;
  if (countMatrix(network, parameters) > most) return null;
  const { rows, columns, lines } = buildMatrix(network, parameters);
  return writeMatrix(rows, columns, lines);
}

function writeEdges(
  { parameters, query, link }: NetworkQuestion,
  { statements, networks }: Networks,
  format: Exclude<NetworkFormat, 'csv'>,
  version: string,
): Generator<string> {
  const shown = showAll(networks, parameters);
  const described = {
    ...describeParameters(parameters),
    filters: query.conditions.map(({ text }) => text).sort(),
    q: query.words?.text ?? null,
  };
  const linkEdge = (edge: ShownEdge, start: string | null) => link(edge.row.id, edge.column.id, start);
  const attributes = (start: string | null) =>
    listEdgeAttributes(listCountNames(parameters), (edge) => linkEdge(edge, start));
  if (format === 'edges') return writeEdgeList(shown, attributes);
  if (format === 'json') {
    const answer = { parameters: described, statements, networks: shown, data_version: version };
    return writeNetworkJson(answer, parameters.window !== null, linkEdge);
  }
  const facts = {
    parameters: JSON.stringify(described),
    statements: JSON.stringify(statements),
    data_version: version,
  };
  const write = format === 'graphml' ? writeGraphml : writeGexf;
  return write(shown[0] as ShownNetwork, attributes(null), facts);
}

/** Throws `too_much` where all windows together show more edges than one answer holds. */
function showAll(networks: readonly Network[], parameters: NetworkParameters): ShownNetwork[] {
  let edges = 0;
  return networks.map((network) => {
    const shown = show(network, parameters);
    edges += shown.edges.length;
    if (edges <= MOST_EDGES) return shown;
    const fits = Math.max(1, Math.floor(MOST_EDGES / networks.length));
    throw new Refusal(
      'too_much',
      `These ${networks.length} windows have more than the ${MOST_EDGES} edges of one answer; \`limit=${fits}\` for each would fit.`,
      { parameter: 'limit', nearest: String(fits) },
    );
  });
}

function show(network: Network, parameters: NetworkParameters): ShownNetwork {
  return {
    window: network.window === null ? null : formatWindow(network.window),
    used: network.used,
    duplicates: network.duplicates,
    nodes: network.shown,
    ...listEdges(network, parameters),
  };
}

function collect(pieces: Generator<string>, file: string): { text: string } | { file: string } {
  let text = '';
  let target: number | null = null;
  try {
    for (const piece of pieces) {
      text += piece;
      if (text.length < LONGEST_TEXT) continue;
      target ??= openSync(file, 'wx', 0o600);
      writeSync(target, text);
      text = '';
    }
    if (target === null) return { text };
    writeSync(target, text);
    return { file };
  } finally {
    if (target !== null) closeSync(target);
  }
}
