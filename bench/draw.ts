/** Chance that can be repeated: the same seed draws the same things on every machine. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export type Draw = {
  /** From 0 inclusive to 1 exclusive. */
  fraction: () => number;
  /** A whole number, both ends included. */
  between: (from: number, to: number) => number;
  chance: (probability: number) => boolean;
  pick: <T>(list: readonly T[]) => T;
  /** Log-normal, for lengths: half of all are below the median. */
  length: (median: number, spread: number, from: number, to: number) => number;
};

export function openDraw(seed: number): Draw {
  const random = xoroshiro128plus(seed);
  const fraction = () => (random.next() >>> 0) / 4_294_967_296;
  const between = (from: number, to: number) => from + Math.floor(fraction() * (to - from + 1));
  return {
    fraction,
    between,
    chance: (probability) => fraction() < probability,
    pick: (list) => list[between(0, list.length - 1)] as (typeof list)[number],
    length: (median, spread, from, to) => {
      // Box and Muller.
      const normal = Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction());
      return Math.min(to, Math.max(from, Math.round(median * Math.exp(spread * normal))));
    },
  };
}

/** Draws ranks from 0 to `count - 1` with probabilities in proportion to `1 / (rank + 1) ** exponent`. */
export function buildZipf(draw: Draw, count: number, exponent: number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += 1 / (rank + 1) ** exponent;
    sums[rank] = sum;
  }
  return () => {
    const at = draw.fraction() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
