/** A network as GraphML (http://graphml.graphdrawing.org/specification.html): Gephi, networkx and igraph read it. */
import { type Attribute, NODE_ATTRIBUTES } from './network-attributes.ts';
import type { ShownEdge, ShownNetwork } from './network-json.ts';
import { escapeXml } from './xml.ts';

const TYPES = { string: 'string', integer: 'long', double: 'double' };

/** `facts` say where it comes from. In pieces, because the whole may be long. */
export function* writeGraphml(
  { nodes, edges }: ShownNetwork,
  attributes: readonly Attribute<ShownEdge>[],
  facts: Readonly<Record<string, string>>,
): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n';
  for (const name of Object.keys(facts)) yield writeKey('g', 'graph', name, 'string');
  for (const { name, type } of NODE_ATTRIBUTES) yield writeKey('n', 'node', name, TYPES[type]);
  for (const { name, type } of attributes) yield writeKey('e', 'edge', name, TYPES[type]);
  yield '  <graph id="network" edgedefault="undirected">\n';
  for (const [name, fact] of Object.entries(facts)) yield `    ${writeData('g', name, fact)}\n`;
  for (const node of nodes) {
    const data = NODE_ATTRIBUTES.map(({ name, get }) => writeData('n', name, get(node)));
    yield `    <node id="${escapeXml(node.key)}">${data.join('')}</node>\n`;
  }
  for (const edge of edges) {
    const data = attributes.map(({ name, get }) => writeData('e', name, get(edge)));
    yield `    <edge source="${escapeXml(edge.row.key)}" target="${escapeXml(edge.column.key)}">${data.join('')}</edge>\n`;
  }
  yield '  </graph>\n</graphml>\n';
}

function writeKey(prefix: string, of: string, name: string, type: string): string {
  return `  <key id="${prefix}_${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>\n`;
}

function writeData(prefix: string, name: string, value: string | number): string {
  return `<data key="${prefix}_${name}">${escapeXml(String(value))}</data>`;
}
