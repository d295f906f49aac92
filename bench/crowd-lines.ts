/** Many at a time: whether a crowded server still says that it is well, and what several processes gain. */
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../src/db/client.ts';
import { readAll } from './batch-lines.ts';
import { openSide, type Pace, type Run, tellRefused, withServers } from './http-lines.ts';
import { type Line, pickMedian, pickP99, takeTurns } from './line.ts';
import { askManyLists } from './questions.ts';
import { startVerbatim } from './servers.ts';

const CONNECTIONS = [1, 4, 8, 16, 32, 64, 128];
/** Throughput is flat once it is high: the fewest connections with nearly the most count as the peak. */
const NEARLY = 0.95;
const MOST_MS = 50;
const IDLE_PROBES = 200;

/** `/healthz` while ten times as many ask for uncached lists as get most of them answered. */
export async function measureCrowd(database: string, pace: Pace): Promise<Line[]> {
  const paths = askPaths(database, pace);
  return withServers(async (start) => {
    const server = await start(startVerbatim(database));
    const side = { server, paths };
    const load = (connections: number, seconds: number) =>
      openSide(side, {
        ...pace,
        connections,
        seconds,
        ...(pace.amount === undefined ? {} : { amount: Math.max(pace.amount, connections) }),
      })();
    const probe = async () => (await readAll(`${server.origin}/healthz`)).seconds * 1000;
    const idle: number[] = [];
    const probes = pace.amount ?? IDLE_PROBES;
    while (idle.length < probes) idle.push(await probe());

    const rates: { connections: number; rate: number }[] = [];
    for (const connections of pace.amount === undefined ? CONNECTIONS : [1, 2])
      rates.push({ connections, rate: (await load(connections, 1)).requests_per_second });
    const most = Math.max(...rates.map(({ rate }) => rate));
    const peak = rates.find(({ rate }) => rate >= most * NEARLY) as (typeof rates)[number];

    const runs: Run[] = [];
    const health: number[] = [];
    for (let round = 0; round < pace.rounds; round += 1) {
      let done = false;
      const loaded = load(10 * peak.connections, pace.seconds).finally(() => {
        done = true;
      });
      loaded.catch(() => {});
      while (!done) {
        health.push(await probe());
        await wait(3);
      }
      runs.push(await loaded);
    }
    const p99 = pickP99(health);
    const rate = pickMedian(runs, (run) => run.requests_per_second);
    return [
      {
        what: `/healthz p99 while ${10 * peak.connections} connections ask for uncached lists (${peak.connections} have as many answered as any more)`,
        baseline: 'ms when nobody else asks',
        unit: 'ms',
        ours: p99,
        theirs: pickP99(idle),
        ratio: null,
        reach: `≤ ${MOST_MS} ms`,
        reached: p99 <= MOST_MS,
        note: `longest ${Math.max(...health).toFixed(1)} ms of ${health.length}; ${rate.toFixed(0)} lists/s of ${peak.rate.toFixed(0)} at the peak${tellRefused(runs)}`,
      },
    ];
  });
}

/** `serve --workers N` beside one process; none is pinned to a core, and the load takes its share of them. */
export async function measureWorkers(database: string, workers: number, pace: Pace): Promise<Line[]> {
  const paths = askPaths(database, pace);
  return withServers(async (start) => {
    const sides = [];
    for (const args of [['--workers', String(workers)], []])
      sides.push(
        openSide({ server: await start(startVerbatim(database, args, { anywhere: true })), paths }, pace),
      );
    const [several = [], one = []] = await takeTurns(pace.rounds, sides);
    const rate = (runs: readonly Run[]) => pickMedian(runs, (run) => run.requests_per_second);
    return [
      {
        what: `list never asked before, serve --workers ${workers}`,
        baseline: 'one process',
        unit: 'requests/s',
        ours: rate(several),
        theirs: rate(one),
        ratio: rate(several) / rate(one),
        reach: '–',
        reached: null,
        note: `p99 ${pickMedian(several, (run) => run.p99_ms).toFixed(1)} ms, one process ${pickMedian(one, (run) => run.p99_ms).toFixed(1)} ms; the load shares their cores${tellRefused([...several, ...one])}`,
      },
    ];
  });
}

function askPaths(database: string, pace: Pace): string[] {
  const db = openDatabase(database, { readonly: true });
  const paths = askManyLists(db, pace.addresses).map((question) => question.ours);
  db.close();
  return paths;
}
