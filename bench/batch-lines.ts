/** What runs for long, or once: import, export, start; and how the same question costs on bases of several sizes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../src/db/client.ts';
import { nameSize } from './base.ts';
import { writeRecords } from './data.ts';
import { openSide, type Pace } from './http-lines.ts';
import { judge, type Line, pickMedian, pickP99, takeTurns } from './line.ts';
import { askManyIds, askManyLists } from './questions.ts';
import { computeMedian } from './report.ts';
import { findBaseline, type Ran, runScript, VERBATIM } from './scripts.ts';
import { readMemory, type Server, startVerbatim } from './servers.ts';

/** Into an empty base that nobody serves. */
export async function measureImport(quotes: number, rounds: number): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-import-'));
  try {
    const file = join(folder, 'records.ndjson');
    await writeRecords(file, quotes);
    let number = 0;
    const next = () => {
      number += 1;
      return join(folder, `${number}.sqlite`);
    };
    const log = join(folder, 'log');
    const [ours = [], theirs = []] = await takeTurns(rounds, [
      () => runScript([VERBATIM, 'import', file, '--from', 'verbatim', '--database', next()], log),
      () => runScript([findBaseline('loader'), file, next()], log),
    ]);
    const seconds = (runs: Ran[]) => pickMedian(runs, (run) => run.seconds);
    const ratio = seconds(ours) / seconds(theirs);
    const memory = Math.max(...ours.map((run) => run.memory ?? Number.NaN));
    const verdict = judge(ratio, { at_most: 1.5 });
    return {
      what: `import of ${nameSize(quotes)} quotes into an empty base, not serving`,
      baseline: 's for a loader written by hand that indexes afterwards',
      unit: 's',
      ours: seconds(ours),
      theirs: seconds(theirs),
      ratio,
      reach: `${verdict.reach}, ≤ 300 MB`,
      reached: verdict.reached && !(memory > 300),
      note: `${(quotes / seconds(ours)).toFixed(0)} quotes/s; at most ${memory.toFixed(0)} MB`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Everything as NDJSON from a server, while somebody asks whether it is well. */
export async function measureExport(database: string, rounds: number): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-export-'));
  const server = await startVerbatim(database);
  const health: number[] = [];
  try {
    const [ours = [], theirs = []] = await takeTurns(rounds, [
      async () => {
        let done = false;
        const exported = readAll(`${server.origin}/v1/quotes?format=ndjson`).finally(() => {
          done = true;
        });
        while (!done) {
          health.push((await readAll(`${server.origin}/healthz`)).seconds * 1000);
          await wait(2);
        }
        return exported;
      },
      async () => ({
        ...(await runScript([findBaseline('printer'), database], join(folder, 'printed'))),
        bytes: 0,
      }),
    ]);
    const seconds = (runs: { seconds: number }[]) => pickMedian(runs, (run) => run.seconds);
    const ratio = seconds(theirs) / seconds(ours);
    const p99 = pickP99(health);
    const verdict = judge(ratio, { at_least: 0.7 });
    return {
      what: 'export of all quotes as NDJSON, served',
      baseline: 's for a bare loop that prints the rows',
      unit: 's',
      ours: seconds(ours),
      theirs: seconds(theirs),
      ratio,
      reach: `${verdict.reach}, /healthz p99 ≤ 50 ms`,
      reached: verdict.reached && p99 <= 50,
      note: `${(pickMedian(ours, (run) => run.bytes) / 1e6).toFixed(0)} MB; /healthz p99 ${p99.toFixed(1)} ms meanwhile`,
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

export function readAll(url: string): Promise<{ seconds: number; bytes: number }> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      response.on('end', () => resolve({ seconds: (performance.now() - started) / 1000, bytes }));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** From the spawning to the first answer. */
export async function measureStart(database: string, quotes: number, rounds: number): Promise<Line> {
  const [runs = []] = await takeTurns(rounds, [
    async () => {
      const started = performance.now();
      const server = await startVerbatim(database);
      await readAll(`${server.origin}/v1/quotes?limit=20`);
      const run = { ms: performance.now() - started, memory: readMemory(server.pid) ?? Number.NaN };
      await server.stop();
      return run;
    },
  ]);
  const ms = computeMedian(runs.map((run) => run.ms));
  const memory = computeMedian(runs.map((run) => run.memory));
  return {
    what: `start with ${nameSize(quotes)} quotes to the first answer`,
    baseline: 'nothing',
    unit: 'ms',
    ours: ms,
    theirs: null,
    ratio: null,
    reach: '≤ 1 s, ≤ 150 MB',
    reached: ms <= 1000 && memory <= 150,
    note: `${memory.toFixed(0)} MB`,
  };
}

/** The same questions, never asked before, to bases of several sizes; each is compared with the smallest. */
export async function measureSizes(
  bases: readonly { quotes: number; path: string }[],
  pace: Pace,
): Promise<Line[]> {
  const servers: Server[] = [];
  const lines: Line[] = [];
  try {
    for (const { path } of bases) servers.push(await startVerbatim(path));
    for (const [what, ask] of [
      ['list', askManyLists],
      ['one by id', askManyIds],
    ] as const) {
      const sides = bases.map(({ path }, n) => {
        const db = openDatabase(path, { readonly: true });
        const paths = ask(db, pace.addresses).map((question) => question.ours);
        db.close();
        return openSide({ server: servers[n] as Server, paths }, pace);
      });
      const runs = await takeTurns(pace.rounds, sides);
      const costs = runs.map((side) =>
        pickMedian(side, (run) => run.cpu_us || 1e6 / run.requests_per_second),
      );
      bases.slice(1).forEach(({ quotes }, n) => {
        const [least = 0, cost = 0] = [costs[0], costs[n + 1]];
        lines.push({
          what: `${what} never asked before, ${nameSize(bases[0]?.quotes ?? 0)} → ${nameSize(quotes)} quotes`,
          baseline: `µs on ${nameSize(bases[0]?.quotes ?? 0)}`,
          unit: 'µs of processor time',
          ours: cost,
          theirs: least,
          ratio: cost / least,
          ...judge(cost / least, { at_most: 1.3 }),
          note: [
            `p99 ${pickMedian(runs[n + 1] ?? [], (run) => run.p99_ms).toFixed(1)} ms`,
            ...(n === 0
              ? []
              : [`${(cost / (costs[n] ?? 0)).toFixed(2)} of ${nameSize(bases[n]?.quotes ?? 0)}`]),
          ].join('; '),
        });
      });
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  return lines;
}
