/** Networks, written out in the format that was asked for. */
import { buildNetworks, listEdges, type Network } from '../analysis/networks/network.ts';
import { describeParameters, parseNetwork } from '../analysis/networks/parameters.ts';
import { formatWindow } from '../analysis/networks/windows.ts';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { type ShownNetwork, writeNetworkJson } from '../formats/network-json.ts';
import { type RawParams, resolveIds } from '../query/params.ts';

export type AskedNetwork = { raw: RawParams; page_size_max: number };

export function drawNetwork(db: Db, asked: AskedNetwork): string {
  const { parameters, query, link } = parseNetwork(asked.raw, asked);
  const { statements, networks } = buildNetworks(db, resolveIds(db, query), parameters);
  const answer = {
    parameters: {
      ...describeParameters(parameters),
      filters: query.conditions.map(({ text }) => text).sort(),
    },
    statements,
    networks: networks.map((network) => show(network, parameters)),
    data_version: readDataVersion(db),
  };
  return [
    ...writeNetworkJson(answer, parameters.window !== null, (edge, start) =>
      link(edge.row.id, edge.column.id, start),
    ),
  ].join('');
}

function show(network: Network, parameters: Parameters<typeof listEdges>[1]): ShownNetwork {
  return {
    window: network.window === null ? null : formatWindow(network.window),
    used: network.used,
    duplicates: network.duplicates,
    nodes: network.shown,
    ...listEdges(network, parameters),
  };
}
