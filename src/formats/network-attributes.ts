/** The attributes of nodes and edges, as GraphML, GEXF and edge lists give them: one order and one type each. */
import type { ShownEdge, ShownNode } from './network-json.ts';

export type AttributeType = 'string' | 'integer' | 'double';
export type Attribute<T> = { name: string; type: AttributeType; get: (of: T) => string | number };

export const NODE_ATTRIBUTES: readonly Attribute<ShownNode>[] = [
  { name: 'label', type: 'string', get: (node) => node.label },
  // Not `id`, which igraph takes for the node's key.
  { name: 'record', type: 'string', get: (node) => node.id },
  { name: 'mode', type: 'string', get: (node) => node.mode },
  { name: 'statements', type: 'integer', get: (node) => node.statements },
];

/** `counts` are the names of what edges are made of. */
export function listEdgeAttributes(
  counts: readonly string[],
  link: (edge: ShownEdge) => string,
): Attribute<ShownEdge>[] {
  return [
    { name: 'weight', type: 'double', get: (edge) => edge.weight },
    ...counts.map(
      (name): Attribute<ShownEdge> => ({ name, type: 'integer', get: (edge) => edge.counts[name] ?? 0 }),
    ),
    { name: 'evidence', type: 'string', get: link },
  ];
}
