/** One line of the table: something measured beside its baseline, in turns. */
import { computeMedian } from './report.ts';

export type Line = {
  what: string;
  /** What is compared with, in words. */
  baseline: string;
  unit: string;
  ours: number;
  theirs: number | null;
  /** The figure that is to reach something: mostly ours through theirs. */
  ratio: number | null;
  reach: string;
  reached: boolean | null;
  /** What else was seen: processor time, percentiles, memory. */
  note: string;
};

export type Target = { at_least: number } | { at_most: number };

export function judge(value: number, target: Target): { reach: string; reached: boolean } {
  return 'at_least' in target
    ? { reach: `≥ ${target.at_least}`, reached: value >= target.at_least }
    : { reach: `≤ ${target.at_most}`, reached: value <= target.at_most };
}

/** Runs all sides once a round, so that a slow minute of the machine meets each; answers the runs of each side. */
export async function takeTurns<R>(rounds: number, sides: readonly (() => Promise<R>)[]): Promise<R[][]> {
  const runs = sides.map((): R[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [n, side] of sides.entries()) runs[n]?.push(await side());
  return runs;
}

/** The median of one figure over the runs of a side. */
export function pickMedian<R>(runs: readonly R[], figure: (run: R) => number): number {
  return computeMedian(runs.map(figure));
}

/** The value that 99 of 100 do not exceed. */
export function pickP99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;
}
