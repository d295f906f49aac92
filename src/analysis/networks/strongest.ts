/** The strongest of many edges, without keeping them all. */

export type WeightedPair = { row: number; column: number; weight: number };

/**
 * Takes edges one by one. `finish` gives at most `limit` of them: the largest weights first, whatever their sign, ties
 * by row and column. `total` counts all that weigh at least `minimum`.
 */
export function createStrongest(
  limit: number,
  minimum: number,
): {
  offer: (row: number, column: number, weight: number) => void;
  finish: () => { edges: WeightedPair[]; total: number };
} {
  const size = Math.max(2 * limit, 4096);
  let edges: WeightedPair[] = [];
  let total = 0;
  /** What an edge must at least weigh to be among the strongest, as far as is known. */
  let bar = minimum;
  const cut = () => {
    edges.sort(compareStrength);
    edges = edges.slice(0, limit);
    if (edges.length === limit) bar = Math.abs((edges[limit - 1] as WeightedPair).weight);
  };
  return {
    offer(row, column, weight) {
      const strength = Math.abs(weight);
      if (strength < minimum) return;
      total += 1;
      if (strength < bar) return;
      edges.push({ row, column, weight });
      if (edges.length === size) cut();
    },
    finish() {
      cut();
      return { edges, total };
    },
  };
}

function compareStrength(a: WeightedPair, b: WeightedPair): number {
  return Math.abs(b.weight) - Math.abs(a.weight) || a.row - b.row || a.column - b.column;
}
