/** What the bench measures, a step after the other: each has its servers to itself, and fails alone. */
import { measureExport, measureImport, measureSizes, measureStart } from './batch-lines.ts';
import { measureCrowd, measureWorkers } from './crowd-lines.ts';
import { measureAskedAgain, measureNeverAsked, type Pace } from './http-lines.ts';
import type { Latency } from './latency.ts';
import { measureLatency } from './latency-lines.ts';
import type { Line } from './line.ts';
import { measurePeers } from './peers.ts';
import { measureServingImport } from './serving-line.ts';

export type Measured = { lines: Line[]; latencies?: Latency[] };
export type Step = { name: string; measure: () => Promise<Measured> };

type Options = {
  /** A smaller one, the one that is measured, and perhaps a larger one that is compared with both. */
  bases: readonly { quotes: number; path: string }[];
  pace: Pace;
  imported: number;
  quick: boolean;
};

/** What takes long is measured at most so often. */
const MOST_BATCHES = 3;
const WORKERS = 2;

export function listSteps({ bases, pace, imported, quick }: Options): Step[] {
  const [smaller, base] = bases;
  if (base === undefined || smaller === undefined) throw new Error('There is no base to measure.');
  const batches = Math.min(MOST_BATCHES, pace.rounds);
  const steps: [name: string, measure: () => Promise<Line[]>][] = [
    ['again', () => measureAskedAgain(base.path, 'identity', pace)],
    ['again-coded', () => measureAskedAgain(base.path, 'br, gzip', pace)],
    ['lists', () => measureNeverAsked(base.path, 'list', pace)],
    ['ids', () => measureNeverAsked(base.path, 'id', pace)],
    ['sizes', () => measureSizes(bases, pace)],
    ['start', async () => [await measureStart(base.path, base.quotes, pace.rounds)]],
    ['crowd', () => measureCrowd(base.path, pace)],
    ['export', async () => [await measureExport(base.path, batches)]],
    ['workers', () => measureWorkers(base.path, WORKERS, pace)],
    [
      'serving',
      () =>
        measureServingImport(base.path, {
          quotes: base.quotes,
          imported: quick ? 20 : Math.round(base.quotes / 50),
          rounds: batches,
          idle_ms: quick ? 50 : 4000,
        }),
    ],
    ['import', async () => [await measureImport(imported, batches)]],
    ['peers', () => measurePeers(smaller.path, { ...pace, rounds: batches })],
  ];
  const listed = steps.map(([name, measure]) => ({
    name,
    measure: async () => ({ lines: await measure() }),
  }));
  const latency: Step = {
    name: 'latency',
    async measure() {
      const { line, latencies } = await measureLatency(base.path, {
        quotes: base.quotes,
        rounds: quick ? 1 : 60,
      });
      return { lines: [line], latencies };
    },
  };
  const before = listed.findIndex(({ name }) => name === 'crowd');
  return [...listed.slice(0, before), latency, ...listed.slice(before)];
}
