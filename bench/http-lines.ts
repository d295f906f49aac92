/** Lists and single quotes, asked again and never asked before, beside a constant buffer and a handler written by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/db/client.ts';
import { judge, type Line, pickMedian, type Target, takeTurns } from './line.ts';
import { type Load, runLoad } from './load.ts';
import { askManyIds, askManyLists, askPopularList } from './questions.ts';
import { readCpuSeconds, type Server, startBaseline, startVerbatim } from './servers.ts';

export type Pace = {
  rounds: number;
  seconds: number;
  connections: number;
  /** At most so many different addresses for what was never asked before. */
  addresses: number;
  /** Requests instead of seconds, where only the running is tested. */
  amount?: number;
};
/** Requests per second are those that were answered; `refused` is the share of those that were not. */
export type Run = Load & { cpu_us: number | null; refused: number };

/** `asked`: how many of the paths were asked; the next load goes on behind them. */
type Side = { server: Server; paths: readonly string[]; headers?: Record<string, string>; asked?: number };

/** Loads a server for the pace's seconds, with the next of its paths each time. */
export function openSide(side: Side, pace: Pace): () => Promise<Run> {
  return async () => {
    const at = side.asked ?? 0;
    const paths = [...side.paths.slice(at), ...side.paths.slice(0, at)];
    const before = readCpuSeconds(side.server.pid);
    const load = await runLoad({
      origin: side.server.origin,
      paths,
      headers: side.headers ?? {},
      connections: pace.connections,
      seconds: pace.seconds,
      ...(pace.amount === undefined ? {} : { amount: pace.amount }),
    });
    const after = readCpuSeconds(side.server.pid);
    const asked = pace.amount ?? Math.round(load.requests_per_second * pace.seconds);
    side.asked = (at + asked) % side.paths.length;
    const answered = asked - load.failures;
    // Where requests are few, none is refused for want of time.
    if (answered <= 0 || (pace.amount !== undefined && load.failures > 0))
      throw new Error(`${load.failures} of ${asked} requests failed: ${side.paths[0]}`);
    const cpu_us = before === null || after === null ? null : ((after - before) / answered) * 1e6;
    const requests_per_second = load.requests_per_second * (answered / asked);
    return { ...load, requests_per_second, cpu_us, refused: load.failures / asked };
  };
}

function buildLine(what: string, baseline: string, target: Target, runs: readonly Run[][]): Line {
  const [ours = [], theirs = []] = runs;
  const rate = (side: readonly Run[]) => pickMedian(side, (run) => run.requests_per_second);
  const cpu = (side: readonly Run[]) => pickMedian(side, (run) => run.cpu_us ?? Number.NaN);
  const ratio = rate(ours) / rate(theirs);
  const times = [cpu(ours), cpu(theirs)].map((us) => us.toFixed(1)).join(' and ');
  return {
    what,
    baseline,
    unit: 'requests/s',
    ours: rate(ours),
    theirs: rate(theirs),
    ratio,
    ...judge(ratio, target),
    note: `${Number.isNaN(cpu(ours)) ? '' : `processor time ${times} µs a request; `}p99 ${pickMedian(ours, (run) => run.p99_ms).toFixed(1)} ms${tellRefused(ours)}`,
  };
}

export function tellRefused(runs: readonly Run[]): string {
  const share = Math.max(...runs.map((run) => run.refused));
  return share === 0 ? '' : `; at most ${(share * 100).toFixed(1)} % refused`;
}

/** Starts servers, and stops them whatever happens. */
export async function withServers<R>(
  work: (start: (server: Promise<Server>) => Promise<Server>) => Promise<R>,
): Promise<R> {
  const servers: Server[] = [];
  try {
    return await work(async (server) => {
      servers.push(await server);
      return servers.at(-1) as Server;
    });
  } finally {
    for (const server of servers) await server.stop();
  }
}

export async function measureAskedAgain(database: string, coding: string, pace: Pace): Promise<Line[]> {
  const db = openDatabase(database, { readonly: true });
  const list = askPopularList(db);
  db.close();
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-bench-'));
  try {
    return await withServers(async (start) => {
      const verbatim = await start(startVerbatim(database));
      const headers = { 'Accept-Encoding': coding };
      const answer = await fetchRaw(verbatim.origin + list.ours, headers);
      const file = join(folder, 'body');
      writeFileSync(file, answer.body);
      const constant = await start(startBaseline('constant', file, answer.type, answer.coding));
      const label = answer.coding === 'identity' ? 'uncompressed' : answer.coding;
      const again = await takeTurns(pace.rounds, [
        openSide({ server: verbatim, paths: [list.ours], headers }, pace),
        openSide({ server: constant, paths: ['/'], headers }, pace),
      ]);
      const tagged = (tag: string) => ({ ...headers, 'If-None-Match': tag });
      const conditional = await takeTurns(pace.rounds, [
        openSide({ server: verbatim, paths: [list.ours], headers: tagged(answer.tag) }, pace),
        openSide({ server: constant, paths: ['/'], headers: tagged('"constant"') }, pace),
      ]);
      const buffer = `constant buffer of the same ${answer.body.length} bytes`;
      const [, whole = []] = again;
      const [known = [], nothing = []] = conditional;
      const line = buildLine(`the same with If-None-Match (${label})`, buffer, { at_least: 0.9 }, [
        known,
        whole,
      ]);
      const rate = (runs: readonly Run[]) => pickMedian(runs, (run) => run.requests_per_second);
      line.note += `; ${(rate(known) / rate(nothing)).toFixed(2)} of Fastify answering 304 and nothing else`;
      return [
        buildLine(`list of 20 quotes by actor, asked again (${label})`, buffer, { at_least: 0.75 }, again),
        line,
      ];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NEVER = {
  list: { what: 'list never asked before', ask: askManyLists, target: { at_least: 1.5 } },
  id: { what: 'one quote by id, never asked before', ask: askManyIds, target: { at_least: 1 } },
};

export async function measureNeverAsked(
  database: string,
  kind: keyof typeof NEVER,
  pace: Pace,
): Promise<Line[]> {
  const { what, ask, target } = NEVER[kind];
  const db = openDatabase(database, { readonly: true });
  const questions = ask(db, pace.addresses);
  db.close();
  return withServers(async (start) => {
    const verbatim = await start(startVerbatim(database));
    const handler = await start(startBaseline('handler', database));
    const runs = await takeTurns(pace.rounds, [
      openSide({ server: verbatim, paths: questions.map((one) => one.ours) }, pace),
      openSide({ server: handler, paths: questions.map((one) => one.theirs) }, pace),
    ]);
    return [buildLine(what, 'hand-written handler', target, runs)];
  });
}

type Answer = { body: Buffer; type: string; coding: string; tag: string };

/** As it comes over the wire: fetch would undo the coding. */
function fetchRaw(url: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`${url} answers ${response.statusCode}`));
        const header = (name: string) => String(response.headers[name] ?? '');
        resolve({
          body: Buffer.concat(parts),
          type: header('content-type'),
          coding: header('content-encoding') || 'identity',
          tag: header('etag'),
        });
      });
    });
    asked.on('error', reject).end();
  });
}
