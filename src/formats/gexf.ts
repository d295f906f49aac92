/** A network as GEXF 1.2 (https://gexf.net/): the version that Gephi and all releases of networkx read. */
import { type Attribute, NODE_ATTRIBUTES } from './network-attributes.ts';
import type { ShownEdge, ShownNetwork } from './network-json.ts';
import { escapeXml } from './xml.ts';

const TYPES = { string: 'string', integer: 'long', double: 'double' };

/** `facts` say where it comes from; there is no date, so that equal networks are equal bytes. */
export function* writeGexf(
  { nodes, edges }: ShownNetwork,
  attributes: readonly Attribute<ShownEdge>[],
  facts: Readonly<Record<string, string>>,
): Generator<string> {
  // Label and weight have places of their own.
  const ofNodes = NODE_ATTRIBUTES.filter(({ name }) => name !== 'label');
  const ofEdges = attributes.filter(({ name }) => name !== 'weight');
  const description = Object.entries(facts).map(([name, fact]) => `${name}: ${fact}`);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">\n';
  yield `  <meta>\n    <creator>Verbatim</creator>\n    <description>${escapeXml(description.join('; '))}</description>\n  </meta>\n`;
  yield '  <graph mode="static" defaultedgetype="undirected">\n';
  yield writeDeclarations('node', ofNodes) + writeDeclarations('edge', ofEdges);
  yield '    <nodes>\n';
  for (const node of nodes) {
    yield `      <node id="${escapeXml(node.key)}" label="${escapeXml(node.label)}">${writeValues(ofNodes, node)}</node>\n`;
  }
  yield '    </nodes>\n    <edges>\n';
  for (const [n, edge] of edges.entries()) {
    yield `      <edge id="${n}" source="${escapeXml(edge.row.key)}" target="${escapeXml(edge.column.key)}" weight="${edge.weight}">${writeValues(ofEdges, edge)}</edge>\n`;
  }
  yield '    </edges>\n  </graph>\n</gexf>\n';
}

function writeDeclarations<T>(of: string, attributes: readonly Attribute<T>[]): string {
  const declared = attributes.map(
    ({ name, type }) => `      <attribute id="${name}" title="${name}" type="${TYPES[type]}"/>\n`,
  );
  return `    <attributes class="${of}">\n${declared.join('')}    </attributes>\n`;
}

function writeValues<T>(attributes: readonly Attribute<T>[], of: T): string {
  const values = attributes.map(
    ({ name, get }) => `<attvalue for="${name}" value="${escapeXml(String(get(of)))}"/>`,
  );
  return `<attvalues>${values.join('')}</attvalues>`;
}
