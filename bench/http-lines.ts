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
export type Run = Load & { cpu_us: number | null };

type Side = { server: Server; paths: readonly string[]; headers?: Record<string, string> };

/** Loads a server for the pace's seconds, with the next of its paths each time. */
export function openSide(side: Side, pace: Pace): () => Promise<Run> {
  let at = 0;
  return async () => {
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
    at = (at + asked) % side.paths.length;
    if (load.failures > 0) throw new Error(`${load.failures} of ${asked} requests failed: ${side.paths[0]}`);
    const cpu_us = before === null || after === null ? null : ((after - before) / asked) * 1e6;
    return { ...load, cpu_us };
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
    note: `${Number.isNaN(cpu(ours)) ? '' : `processor time ${times} µs a request; `}p99 ${pickMedian(ours, (run) => run.p99_ms).toFixed(1)} ms`,
  };
}

export async function measureHttp(database: string, pace: Pace): Promise<Line[]> {
  const db = openDatabase(database, { readonly: true });
  const list = askPopularList(db);
  const lists = askManyLists(db, pace.addresses);
  const ids = askManyIds(db, pace.addresses);
  db.close();
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-bench-'));
  const servers: Server[] = [];
  const start = async (server: Promise<Server>) => {
    servers.push(await server);
    return servers.at(-1) as Server;
  };
  const lines: Line[] = [];
  try {
    const verbatim = await start(startVerbatim(database));
    for (const coding of ['identity', 'br, gzip']) {
      const headers = { 'Accept-Encoding': coding };
      const answer = await fetchRaw(verbatim.origin + list.ours, headers);
      const file = join(folder, `body-${coding.slice(0, 2)}`);
      writeFileSync(file, answer.body);
      const constant = await start(startBaseline('constant', file, answer.type, answer.coding));
      const label = answer.coding === 'identity' ? 'uncompressed' : answer.coding;
      const buffer = `constant buffer of the same ${answer.body.length} bytes`;
      const again = await takeTurns(pace.rounds, [
        openSide({ server: verbatim, paths: [list.ours], headers }, pace),
        openSide({ server: constant, paths: ['/'], headers }, pace),
      ]);
      lines.push(
        buildLine(`list of 20 quotes by actor, asked again (${label})`, buffer, { at_least: 0.75 }, again),
      );
      const conditional = await takeTurns(pace.rounds, [
        openSide(
          { server: verbatim, paths: [list.ours], headers: { ...headers, 'If-None-Match': answer.tag } },
          pace,
        ),
        openSide(
          { server: constant, paths: ['/'], headers: { ...headers, 'If-None-Match': '"constant"' } },
          pace,
        ),
      ]);
      lines.push(
        buildLine(`the same with If-None-Match (${label})`, 'constant 304', { at_least: 0.9 }, conditional),
      );
    }
    const handler = await start(startBaseline('handler', database));
    const never = [
      { what: 'list never asked before', questions: lists, target: { at_least: 1.5 } },
      { what: 'one quote by id, never asked before', questions: ids, target: { at_least: 1 } },
    ];
    for (const { what, questions, target } of never) {
      const runs = await takeTurns(pace.rounds, [
        openSide({ server: verbatim, paths: questions.map((one) => one.ours) }, pace),
        openSide({ server: handler, paths: questions.map((one) => one.theirs) }, pace),
      ]);
      lines.push(buildLine(what, 'hand-written handler', target, runs));
    }
  } finally {
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true });
  }
  return lines;
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
