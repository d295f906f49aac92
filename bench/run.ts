/**
 * `npm run bench`: measures every line of the table in docs/performance.md beside its baseline, prints the table, and
 * writes it there and into bench/results/ after every step, so that what was measured outlives what fails or is ended.
 * `--quick` takes seconds, on a tiny base: it proves that the bench still runs and nothing else, and writes nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { DATA_FOLDER, ensureBase, warmBase } from './base.ts';
import type { Pace } from './http-lines.ts';
import { loader } from './load.ts';
import { describeMachine } from './report.ts';
import { formatSteps, openResults } from './results.ts';
import { listSteps } from './steps.ts';

const values = new Command('bench')
  .description('Measure every line of docs/performance.md beside its baseline.')
  .option('--quick', 'run everything once on a tiny base, to see that it runs', false)
  .option('--dry', 'print the table and write nothing', false)
  .option('--build', 'build the bases that are missing and measure nothing', false)
  .option('--peers', 'fetch two packages that people use instead, and measure them too', false)
  .option('--only <steps>', 'only these steps, with commas; what was measured before of others is kept')
  .option('--quotes <number>', 'size of the base; another of a tenth is used besides', '1000000')
  .option('--largest <number>', 'size of a base that only the step `sizes` asks, after the two others')
  .option('--data <folder>', 'where bases are kept', DATA_FOLDER)
  .option('--rounds <number>', 'turns of each side', '5')
  .option('--seconds <number>', 'length of a turn', '2')
  .option('--imported <number>', 'quotes that are imported into an empty base', '100000')
  .option('--connections <number>', 'requests at a time', '32')
  .parse()
  .opts<
    Record<'quotes' | 'imported' | 'data' | 'rounds' | 'seconds' | 'connections', string> & {
      only?: string;
      largest?: string;
      quick: boolean;
      dry: boolean;
      build: boolean;
      peers: boolean;
    }
  >();

const pace: Pace = values.quick
  ? { rounds: 1, seconds: 0, connections: 2, addresses: 300, amount: 10 }
  : {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      connections: Number(values.connections),
      addresses: 200_000,
    };
const quotes = values.quick ? 300 : Number(values.quotes);
const sizes = [
  Math.max(100, Math.round(quotes / 10)),
  quotes,
  ...(values.largest === undefined ? [] : [Number(values.largest)]),
];
const folder = values.quick ? mkdtempSync(join(tmpdir(), 'verbatim-bench-')) : values.data;
const started = performance.now();

function say(what: string): void {
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')} ${what}`,
  );
}

async function runSteps(): Promise<void> {
  const bases = sizes.map((size) => {
    say(`base of ${size} quotes`);
    return { quotes: size, path: ensureBase(size, folder) };
  });
  if (values.build) return;
  // The largest first: it may push the others out of memory.
  for (const { path } of bases.toReversed()) await warmBase(path);
  const results = openResults({
    about: { machine: describeMachine(), loader, quotes },
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(
      ' ',
    ),
    keep: !values.quick && !values.dry,
  });
  const imported = values.quick ? 100 : Number(values.imported);
  for (const step of listSteps({ bases, pace, imported, quick: values.quick })) {
    if (values.only !== undefined && !values.only.split(',').includes(step.name)) continue;
    if (step.name === 'peers' && !values.peers) {
      if (values.only !== undefined || !values.quick)
        results.fail(step.name, 'they are fetched only with `--peers`');
      continue;
    }
    say(step.name);
    try {
      results.add(step.name, pace, await step.measure());
    } catch (error) {
      say(`${step.name}: ${(error as Error).stack}`);
      results.fail(step.name, (error as Error).message);
      if (values.quick) process.exitCode = 1;
    }
  }
  say('done');
  console.log(`\n${formatSteps(results.all)}`);
}

try {
  await runSteps();
} finally {
  if (values.quick) rmSync(folder, { recursive: true });
}
