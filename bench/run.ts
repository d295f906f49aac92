/**
 * `npm run bench`: measures every line of the table in docs/performance.md beside its baseline, prints the table, and
 * writes it there and into bench/results/. `--quick` takes seconds, on a tiny base: it proves that the bench still
 * runs and nothing else, and writes nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { DATA_FOLDER, ensureBase, nameSize } from './base.ts';
import { measureExport, measureImport, measureSizes, measureStart } from './batch-lines.ts';
import { measureHttp, type Pace } from './http-lines.ts';
import type { Line } from './line.ts';
import { loader } from './load.ts';
import { describeMachine, formatTable, writeResults, writeSection } from './report.ts';

const values = new Command('bench')
  .description('Measure every line of docs/performance.md beside its baseline.')
  .option('--quick', 'run everything once on a tiny base, to see that it runs', false)
  .option('--dry', 'print the table and write nothing', false)
  .option('--quotes <number>', 'size of the base', '1000000')
  .option('--data <folder>', 'where bases are kept', DATA_FOLDER)
  .option('--rounds <number>', 'turns of each side', '7')
  .option('--seconds <number>', 'length of a turn', '2')
  .option('--imported <number>', 'quotes that are imported', '100000')
  .option('--connections <number>', 'requests at a time', '32')
  .parse()
  .opts<
    Record<'quotes' | 'imported' | 'data' | 'rounds' | 'seconds' | 'connections', string> & {
      quick: boolean;
      dry: boolean;
    }
  >();

const pace: Pace = values.quick
  ? { rounds: 1, seconds: 0, connections: 2, addresses: 300, amount: 10 }
  : {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      connections: Number(values.connections),
      addresses: 400_000,
    };
const quotes = values.quick ? 300 : Number(values.quotes);
const folder = values.quick ? mkdtempSync(join(tmpdir(), 'verbatim-bench-')) : values.data;

try {
  const base = ensureBase(quotes, folder);
  const smaller = Math.max(100, Math.round(quotes / 10));
  const sizes = [smaller, quotes].map((size) => ({ quotes: size, path: ensureBase(size, folder) }));
  const batches = Math.min(3, pace.rounds);
  const lines = [
    ...(await measureHttp(base, pace)),
    ...(await measureSizes(sizes, pace)),
    await measureImport(values.quick ? 100 : Number(values.imported), batches),
    await measureExport(base, batches),
    await measureStart(base, quotes, batches),
  ];
  const table = formatLines(lines);
  const about = `${describeMachine()}. ${nameSize(quotes)} quotes, ${pace.rounds} rounds of ${pace.seconds} s in turns, ${pace.connections} connections, load by ${loader}. \`npm run bench${process.argv
    .slice(2)
    .map((argument) => ` ${argument}`)
    .join('')}\``;
  console.log(`${about}\n\n${table}`);
  if (!values.quick && !values.dry) {
    writeResults('speed', { machine: describeMachine(), loader, quotes, pace, lines });
    writeSection('speed', `${about}\n\n${table}`);
  }
} finally {
  if (values.quick) rmSync(folder, { recursive: true });
}

function formatLines(lines: readonly Line[]): string {
  const number = (value: number | null) =>
    value === null ? '–' : value.toLocaleString('en', { maximumSignificantDigits: 4 });
  return formatTable(
    ['what', 'Verbatim', 'beside', 'ratio', 'to reach', 'reached', 'seen besides'],
    lines.map((line) => [
      line.what,
      `${number(line.ours)} ${line.unit}`,
      `${line.theirs === null ? '' : `${number(line.theirs)} `}${line.baseline}`,
      line.ratio === null ? '–' : line.ratio.toFixed(2),
      line.reach,
      line.reached === null ? '–' : line.reached ? 'yes' : '**no**',
      line.note,
    ]),
  );
}
