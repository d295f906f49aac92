/** Every kind of request of latency.ts, in a process of its own: one line of the table, and a table for all of them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nameSize } from './base.ts';
import { isLate, type Latency, MOST_HELD_MS, MOST_MS } from './latency.ts';
import type { Line } from './line.ts';
import { formatTable } from './report.ts';
import { runScript } from './scripts.ts';

const SCRIPT = fileURLToPath(new URL('./latency.ts', import.meta.url));

export async function measureLatency(
  database: string,
  { quotes, rounds }: { quotes: number; rounds: number },
): Promise<{ line: Line; latencies: Latency[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-latency-'));
  try {
    const output = join(folder, 'latency.json');
    // Nobody else asks: on one core V8 would collect garbage in the place of answers, instead of beside them.
    await runScript([SCRIPT, database, '--rounds', String(rounds), '--json'], output, null);
    const latencies: Latency[] = JSON.parse(readFileSync(output, 'utf8'));
    const late = latencies.filter(isLate);
    const worst = Math.max(...latencies.map(({ p99 }) => p99));
    const held = Math.max(...latencies.map((one) => one.held));
    const line = {
      what: `any list, count, facet, group_by, sample, search on ${nameSize(quotes)}: the slowest p99 of ${latencies.length} kinds`,
      baseline: 'nothing',
      unit: 'ms',
      ours: worst,
      theirs: null,
      ratio: null,
      reach: `≤ ${MOST_MS} ms, event loop held ≤ ${MOST_HELD_MS} ms`,
      reached: late.length === 0,
      note: `event loop held at most ${held.toFixed(1)} ms; ${late.length} kinds go beyond one of them; [all of them](#latency)`,
    };
    return { line, latencies };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function formatLatencies(latencies: readonly Latency[]): string {
  const ms = (value: number) => value.toFixed(1);
  return formatTable(
    ['kind of request', 'p50 ms', 'p99 ms', 'longest ms', 'processor ms', 'loop held ms', 'within'],
    latencies.map((one) => [
      one.name,
      ...[one.p50, one.p99, one.max, one.cpu, one.held].map(ms),
      isLate(one) ? '**no**' : 'yes',
    ]),
  );
}
