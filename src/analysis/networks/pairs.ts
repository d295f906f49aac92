/** The pairs of statements in which two rows meet. */
import type { Aggregation } from './parameters.ts';
import type { Entries } from './statements.ts';

/** Places among the entries. */
export type Pair = { first: number; second: number };

/** Whether a pair of these positions is part of an edge's weight, or takes from it. */
export function isPairCounted(aggregation: Aggregation, first: number, second: number): boolean {
  if (aggregation === 'congruence') return first === second;
  if (aggregation === 'conflict') return first !== second;
  return true;
}

/** Column by column, the first row's statements in their order, with each the other's: a stretch of them, and how many there are. */
export function listPairs(
  entries: Entries,
  kept: Int32Array,
  row: number,
  other: number,
  given: number,
  limit: number,
  isCounted: (first: number, second: number) => boolean,
): { total: number; pairs: Pair[] } {
  const byColumn = new Map<number, { first: number[]; second: number[] }>();
  for (const n of kept) {
    const isFirst = entries.rows[n] === row;
    if (!isFirst && entries.rows[n] !== other) continue;
    const column = entries.columns[n] as number;
    const here = byColumn.get(column) ?? { first: [], second: [] };
    byColumn.set(column, here);
    here[isFirst ? 'first' : 'second'].push(n);
  }
  const positionOf = (n: number) => entries.positions[n] as number;
  const pairs: Pair[] = [];
  let total = 0;
  for (const [, { first, second }] of [...byColumn].sort(([a], [b]) => a - b)) {
    const byPosition = new Map<number, number>();
    for (const n of second) byPosition.set(positionOf(n), (byPosition.get(positionOf(n)) ?? 0) + 1);
    for (const a of first) {
      let counted = 0;
      for (const [position, count] of byPosition) if (isCounted(positionOf(a), position)) counted += count;
      // Only where the stretch reaches are pairs made one by one.
      if (total + counted > given && pairs.length < limit) {
        const all = second.filter((b) => isCounted(positionOf(a), positionOf(b)));
        const from = Math.max(0, given - total);
        for (const b of all.slice(from, from + limit - pairs.length)) pairs.push({ first: a, second: b });
      }
      total += counted;
    }
  }
  return { total, pairs };
}
