/** An import into a base that is being served and asked meanwhile, beside a loader written by hand with the same batches. */
import {
  closeSync,
  constants,
  copyFileSync,
  createWriteStream,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
} from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../src/db/client.ts';
import { nameSize } from './base.ts';
import { generateRecords } from './data.ts';
import { withServers } from './http-lines.ts';
import { judge, type Line, pickMedian, pickP99, takeTurns } from './line.ts';
import { LOAD_CORE } from './load.ts';
import { askManyIds, askManyLists } from './questions.ts';
import { findBaseline, type Ran, runScript, VERBATIM } from './scripts.ts';
import { startVerbatim } from './servers.ts';

/** As many as `verbatim import` commits at once. */
const RECORDS_IN_BATCH = 1000;
const BETWEEN_READS_MS = 3;

type Options = {
  /** Of the base. */
  quotes: number;
  /** Of each import. */
  imported: number;
  rounds: number;
  /** For so long the base is asked without an import. */
  idle_ms: number;
};

/** Each side has a copy of the base and a server on it; reads are asked one at a time, lists and single quotes in turns. */
export async function measureServingImport(database: string, options: Options): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-serving-'));
  const copies = mkdtempSync(join(dirname(database), 'serving-'));
  const agent = new Agent({ keepAlive: true });
  try {
    const files = await writeChunks(folder, options);
    const db = openDatabase(database, { readonly: true });
    const lists = askManyLists(db, 20_000);
    const paths = askManyIds(db, 20_000).flatMap((one, n) => [lists[n % lists.length]?.ours ?? '', one.ours]);
    db.close();
    return await withServers(async (start) => {
      const [ours = '', theirs = ''] = ['ours', 'theirs'].map((name) =>
        copyBase(database, join(copies, name)),
      );
      const origins = [
        (await start(startVerbatim(ours))).origin,
        (await start(startVerbatim(theirs))).origin,
      ];
      let at = 0;
      const readWhile = async (origin: string, work: Promise<unknown>) => {
        const times: number[] = [];
        const state = { done: false };
        const end = () => {
          state.done = true;
        };
        work.then(end, end);
        while (!state.done) {
          times.push(await timeRead(`${origin}${paths[at++ % paths.length]}`, agent));
          await wait(BETWEEN_READS_MS);
        }
        return times;
      };
      const openImporter = (origin: string, args: (file: string) => string[]) => {
        let round = 0;
        return async () => {
          const idle = await readWhile(origin, wait(options.idle_ms));
          const running = runScript(args(files[round++] as string), join(folder, 'log'), LOAD_CORE);
          return { during: await readWhile(origin, running), idle, ran: await running };
        };
      };
      const [our = [], their = []] = await takeTurns(options.rounds, [
        openImporter(origins[0] as string, (file) => [
          ...[VERBATIM, 'import', file, '--from', 'verbatim', '--database', ours],
        ]),
        openImporter(origins[1] as string, (file) => [
          ...[findBaseline('live-loader'), file, theirs, String(RECORDS_IN_BATCH)],
        ]),
      ]);
      return [buildLine(options, our, their)];
    });
  } finally {
    agent.destroy();
    rmSync(folder, { recursive: true });
    rmSync(copies, { recursive: true });
  }
}

type Imported = { ran: Ran; idle: number[]; during: number[] };

function buildLine({ quotes, imported }: Options, our: Imported[], their: Imported[]): Line {
  const seconds = (runs: Imported[]) => pickMedian(runs, (run) => run.ran.seconds);
  const p99 = (runs: Imported[], what: 'idle' | 'during') => pickP99(runs.flatMap((run) => run[what]));
  const ratio = seconds(our) / seconds(their);
  const slower = p99(our, 'during') / p99(our, 'idle');
  const verdict = judge(ratio, { at_most: 1.5 });
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  return {
    what: `import of ${nameSize(imported)} quotes into a base of ${nameSize(quotes)} that is served`,
    baseline: 's for a loader written by hand with live indexes and the same batches',
    unit: 's',
    ours: seconds(our),
    theirs: seconds(their),
    ratio,
    reach: `${verdict.reach}, reads’ p99 ≤ 2 × idle`,
    reached: verdict.reached && slower <= 2,
    note: `${(imported / seconds(our)).toFixed(0)} quotes/s; reads’ p99 ${ms(p99(our, 'during'))}, idle ${ms(p99(our, 'idle'))} (${slower.toFixed(2)} ×), while the loader runs ${ms(p99(their, 'during'))}`,
  };
}

function copyBase(from: string, to: string): string {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  // What is not on disk yet would be written while something is measured.
  const handle = openSync(to, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  return to;
}

/** A file for each round: articles like those of the base, under ids that it does not have. */
export async function writeChunks(
  folder: string,
  { quotes, imported, rounds }: Pick<Options, 'quotes' | 'imported' | 'rounds'>,
): Promise<string[]> {
  const files: string[] = [];
  let out: ReturnType<typeof createWriteStream> | null = null;
  let written = 0;
  const finish = () =>
    new Promise((resolve) => (out === null ? resolve(null) : out.end(() => resolve(null))));
  for (const { noun, record } of generateRecords({ quotes })) {
    if (noun !== 'sources' && noun !== 'quotes' && noun !== 'stances') continue;
    if (noun === 'sources' && (out === null || written >= imported)) {
      await finish();
      if (files.length === rounds) break;
      files.push(join(folder, `${files.length}.ndjson`));
      out = createWriteStream(files.at(-1) as string);
      written = 0;
    }
    if (noun === 'quotes') written += 1;
    out?.write(`${JSON.stringify({ noun, ...rename(record as Record<string, unknown>) })}\n`);
  }
  await finish();
  if (files.length < rounds)
    throw new Error(`${quotes} quotes are too few for ${rounds} imports of ${imported}`);
  return files;
}

function rename(record: Record<string, unknown>): Record<string, unknown> {
  const another = (id: unknown) => `again-${id}`;
  const { source, evidence } = record;
  return {
    ...record,
    id: another(record.id),
    ...(source === undefined ? {} : { source: another(source) }),
    ...(Array.isArray(evidence)
      ? { evidence: evidence.map((one) => ({ ...one, quote: another(one.quote) })) }
      : {}),
  };
}

function timeRead(url: string, agent: Agent): Promise<number> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(performance.now() - started)
          : reject(new Error(`${url} answers ${response.statusCode}`)),
      );
    }).on('error', reject);
  });
}
