/**
 * Networks of made-up stances, asked over HTTP, and what `/healthz` takes meanwhile.
 *
 * `npm run bench:networks` builds both bases where they are missing, prints the table and writes it into
 * docs/performance.md; `-- --dry` writes nothing, `-- --quick` runs everything on tiny bases, `-- --build` only builds
 * the bases. Once they are built, a run ends within `--seconds` and one answer: each address is asked once, and again
 * while its part of the time lasts.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Db, migrateDatabase, openDatabase } from '../src/db/client.ts';
import { getResource } from '../src/resources/registry.ts';
import type { Draft, Noun } from '../src/resources/resource.ts';
import { renderRecord } from '../src/store/render.ts';
import { insertRecord } from '../src/store/rows.ts';
import { replaceRecords } from '../src/store/write.ts';
import { DATA_FOLDER, dropIndexes } from './base.ts';
import { buildZipf, openDraw } from './draw.ts';
import { computeMedian, describeMachine, formatTable, writeResults, writeSection } from './report.ts';
import { readCpuSeconds, startVerbatim } from './servers.ts';

type Size = { actors: number; topics: number; stances: number };

/** To be raised with every change of what is generated. */
const VERSION = 1;
const SOURCES = 2000;
const POSITIONS = ['support', 'support', 'oppose', 'oppose', 'mixed', 'neutral'];

/** Actors are drawn evenly, so that as many of them as possible meet; topics as Zipf has it. */
function buildBase(path: string, { actors, topics, stances }: Size): void {
  const db = openDatabase(path);
  migrateDatabase(db);
  for (const pragma of ['journal_mode = MEMORY', 'synchronous = OFF', 'cache_size = -400000'])
    db.pragma(pragma);
  const number = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
  replaceRecords(
    db,
    new Map<Noun, Draft[]>([
      ['actors', number(actors).map((n) => ({ id: `actor-${n}`, name: `Actor ${n}`, kind: 'person' }))],
      [
        'topics',
        number(topics).map((n) => ({ id: `topic-${n}`, label: `Topic ${n}`, proposition: `Of ${n}.` })),
      ],
      ['corpora', [{ id: 'bench', title: 'Made-up stances' }]],
      [
        'sources',
        number(SOURCES).map((n) => ({
          id: `source-${n}`,
          corpus: 'bench',
          title: `Source ${n}`,
          title_supplied: false,
          published: formatDay(14_000 + n),
        })),
      ],
    ]),
    { origin: 'import', withdrawals: [], defaultReason: 'not generated', facts: {} },
  );
  const remake = dropIndexes(db);
  db.exec('PRAGMA foreign_keys = OFF; BEGIN');
  writeStances(db, { actors, topics, stances });
  db.exec('COMMIT');
  remake();
  db.pragma('journal_mode = WAL');
  db.close();
}

function writeStances(db: Db, { actors, topics, stances }: Size): void {
  const draw = openDraw(1);
  const rankTopic = buildZipf(draw, topics, 0.5);
  const resource = getResource('stances');
  const findKey = (_noun: string, id: string) => Number(id.slice(id.lastIndexOf('-') + 1));
  let document = '';
  for (let key = 1; key <= stances; key += 1) {
    const draft: Draft = {
      id: `stance-${key}`,
      actor: `actor-${draw.between(1, actors)}`,
      topic: `topic-${rankTopic() + 1}`,
      position: draw.pick(POSITIONS),
      basis: 'reported',
      statement: 'What the actor holds on it, in a sentence of some length.',
      source: `source-${draw.between(1, SOURCES)}`,
      held: draw.chance(0.8) ? formatDay(draw.between(14_000, 16_000)) : null,
      confidence: 'medium',
      verification: 'pinned',
      evidence: [{ passage: { start: key, end: key + 100, sha256: '0'.repeat(64), exact: null } }],
    };
    insertRecord(db, resource, { key, origin: 'import', digest: `${key}`, document }, draft, findKey);
    // As long as a real one: the first is rendered, and stands for all.
    if (document === '') document = JSON.stringify(renderRecord(db, resource, key));
  }
}

function formatDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function ensureBase(size: Size, folder: string): string {
  const path = join(folder, `networks-${VERSION}-${size.actors}-${size.topics}-${size.stances}.sqlite`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}.unfinished${end}`, { force: true });
  buildBase(`${path}.unfinished`, size);
  renameSync(`${path}.unfinished`, path);
  return path;
}

type Measured = { path: string; ms: number[]; cpu_ms: number[]; bytes: number; health_ms: number[] };

/** An address that has no answer after so long is passed over, and the table says so. */
const DEADLINE_MS = 45_000;

/** Asks one address after the other, each with another version of it each time, and `/healthz` all the while. */
async function measure(
  database: string,
  paths: readonly string[],
  most: { times: number; ms: number },
): Promise<Measured[]> {
  const ends = performance.now() + most.ms;
  const server = await startVerbatim(database, ['--compute-deadline-ms', String(DEADLINE_MS)]);
  try {
    const results: Measured[] = [];
    for (const [at, path] of paths.entries()) {
      const result: Measured = { path, ms: [], cpu_ms: [], bytes: 0, health_ms: [] };
      const share = performance.now() + (ends - performance.now()) / (paths.length - at);
      for (let n = 0; n < most.times && (n === 0 || performance.now() < share); n += 1) {
        if (performance.now() > ends) break;
        // Another address each time: nothing may come from a cache.
        const url = `${server.origin}${path}&min_weight=0.${String(n + 1).padStart(9, '0')}`;
        let done = false;
        const watch = watchHealth(server.origin, () => done, result.health_ms);
        try {
          const before = readTreeSeconds(server.pid);
          const started = performance.now();
          const answer = await fetch(url);
          const body = await answer.arrayBuffer();
          if (answer.status === 503) break;
          result.ms.push(performance.now() - started);
          if (answer.status !== 200)
            throw new Error(`${path}: ${answer.status} ${Buffer.from(body).subarray(0, 500)}`);
          result.bytes = body.byteLength;
          result.cpu_ms.push((readTreeSeconds(server.pid) - before) * 1000);
        } finally {
          done = true;
          await watch;
        }
      }
      results.push(result);
    }
    return results;
  } finally {
    await server.stop();
  }
}

/** Seconds of processor time of a process and of those that it started and that still run. */
function readTreeSeconds(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  return [pid, ...children.map(Number)].reduce((sum, one) => sum + (readCpuSeconds(one) ?? 0), 0);
}

async function watchHealth(origin: string, isDone: () => boolean, ms: number[]): Promise<void> {
  while (!isDone()) {
    const started = performance.now();
    await (await fetch(`${origin}/healthz`)).arrayBuffer();
    ms.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const values = new Command('networks')
  .description('Measure networks of made-up stances.')
  .option('--quick', 'run everything once on tiny bases, to see that it runs', false)
  .option('--dry', 'print the table and write nothing', false)
  .option('--data <folder>', 'where bases are kept', DATA_FOLDER)
  .option('--build', 'build the bases that are missing, and measure nothing', false)
  .option('--times <number>', 'most requests to each address', '5')
  .option('--seconds <number>', 'how long all addresses together are asked', '180')
  .parse()
  .opts<{ quick: boolean; dry: boolean; build: boolean; data: string; times: string; seconds: string }>();

const SMALL: Size = { actors: 443, topics: 99, stances: 2400 };
const LARGE: Size = values.quick
  ? { actors: 50, topics: 10, stances: 4000 }
  : { actors: 5000, topics: 500, stances: 1_000_000 };
const folder = values.quick ? mkdtempSync(join(tmpdir(), 'verbatim-bench-')) : values.data;
const times = values.quick ? 1 : Number(values.times);

const ONE_MODE = '/v1/networks?mode=one';
const asked: [size: Size, paths: string[]][] = [
  [
    SMALL,
    [
      `${ONE_MODE}&aggregation=congruence`,
      `${ONE_MODE}&aggregation=subtract&normalization=average`,
      '/v1/networks?of=stances',
    ],
  ],
  [
    LARGE,
    [
      `${ONE_MODE}&aggregation=congruence`,
      `${ONE_MODE}&aggregation=subtract&normalization=average`,
      `${ONE_MODE}&aggregation=congruence&normalization=jaccard`,
      '/v1/networks?aggregation=subtract&normalization=activity',
      '/v1/networks?aggregation=subtract&duplicates=month',
    ],
  ],
];

try {
  const rows: string[][] = [];
  const results: unknown[] = [];
  const bases = asked.map(([size, paths]) => ({ size, paths, path: ensureBase(size, folder) }));
  const ends = performance.now() + Number(values.seconds) * 1000;
  for (const [n, { size, paths, path }] of (values.build ? [] : bases).entries()) {
    // The small base is done soon: what it leaves is for the large one.
    const ms = n === 0 ? (ends - performance.now()) / 4 : ends - performance.now();
    for (const result of await measure(path, paths, { times, ms })) {
      results.push({ size, ...result });
      const of = [size.actors, size.topics, size.stances]
        .map((count) => count.toLocaleString('en'))
        .join(' × ');
      const round = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
      rows.push([
        of,
        `\`${result.path}\``,
        String(result.ms.length),
        ...(result.ms.length === 0
          ? ['no answer in time', '', '', '']
          : [
              round(computeMedian(result.ms)),
              round(Math.max(...result.ms)),
              round(computeMedian(result.cpu_ms)),
              `${(result.bytes / 1e6).toFixed(1)} MB`,
            ]),
        result.health_ms.length === 0
          ? ''
          : `${round(computeMedian(result.health_ms))}, ${round(Math.max(...result.health_ms))}`,
      ]);
    }
  }
  const head = [
    'actors × topics, stances',
    'asked',
    'times',
    'median',
    'slowest',
    'processor time',
    'answer',
    '`/healthz` meanwhile: median, slowest',
  ];
  const text = `${describeMachine()}. Up to ${times} requests to each address, as many as ${values.seconds} seconds allow; the first starts the process that computes.\n\n${formatTable(head, rows)}`;
  if (!values.build) console.log(text);
  if (!values.quick && !values.dry && !values.build) {
    writeResults('networks', { machine: describeMachine(), times, results });
    writeSection('networks', text);
  }
} finally {
  if (values.quick) rmSync(folder, { recursive: true });
}
