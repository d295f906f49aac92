/**
 * Two packages that people use instead, on the same quotes: json-server, and soul-cli, which serves any SQLite file. They
 * are fetched from the registry into a temporary folder and are no dependencies. soul-cli gets our better-sqlite3 and
 * bcryptjs, because the versions that it names must be compiled. Both give less: the row, or the object that they were
 * handed, without joins, totals or tags.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Db, openDatabase } from '../src/db/client.ts';
import { nameSize } from './base.ts';
import { openSide, type Pace, type Run, tellRefused } from './http-lines.ts';
import { judge, type Line, pickMedian, takeTurns } from './line.ts';
import { askManyIds, askManyLists, type Question } from './questions.ts';
import { type Server, startServer, startVerbatim } from './servers.ts';

const PACKAGES = { 'json-server': '0.17.4', 'soul-cli': '0.8.2' };

export async function measurePeers(database: string, pace: Pace): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-peers-'));
  const servers: Server[] = [];
  try {
    install(folder);
    const db = openDatabase(database, { readonly: true });
    const ids = askManyIds(db, pace.addresses);
    const lists = askManyLists(db, pace.addresses);
    const keyOf = db.prepare('SELECT key FROM quotes WHERE id = ?').pluck();
    const actorKey = db.prepare('SELECT key FROM actors WHERE id = ?').pluck();
    const actors = [...new Set(lists.map((one) => /actor=([^&]+)/.exec(one.theirs)?.[1] as string))];
    await writeJson(db, join(folder, 'db.json'));
    const sides = [
      {
        name: 'Verbatim',
        server: await startVerbatim(database),
        ids: ids.map((one) => one.ours),
        lists: lists.map((one) => one.ours),
      },
      {
        name: 'json-server',
        server: await startServer([process.execPath, 'json.cjs'], { cwd: folder }),
        ids: ids.map((one) => one.theirs),
        lists: actors.map((id) => `/quotes?actor_id=${id}&_sort=said_latest&_order=desc&_limit=20`),
      },
      {
        name: 'soul-cli',
        server: await startSoul(folder, database),
        ids: ids.map((one) => `/api/tables/quotes/rows/${keyOf.get(one.ours.split('/').at(-1))}`),
        lists: actors.map(
          (id) =>
            `/api/tables/quotes/rows?_filters=actor_key:${actorKey.get(id)}&_ordering=-said_latest&_limit=20`,
        ),
      },
    ];
    db.close();
    servers.push(...sides.map((side) => side.server));
    for (const side of sides) await checkAnswers(side, ids[0]);
    const byId = await takeTurns(
      pace.rounds,
      sides.map((side) => openSide({ server: side.server, paths: side.ids }, pace)),
    );
    const byActor = await takeTurns(
      pace.rounds,
      sides.map((side) => openSide({ server: side.server, paths: side.lists }, pace)),
    );
    const size = nameSize(countQuotes(database));
    return [
      ...compare(
        `one quote by id of ${size}, never asked before`,
        sides.map((side) => side.name),
        byId,
      ),
      ...compare(
        `list of 20 quotes by actor of ${size}`,
        sides.map((side) => side.name),
        byActor,
      ),
    ];
  } finally {
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true });
  }
}

type PeerSide = { name: string; server: Server; ids: readonly string[]; lists: readonly string[] };

const CHECKED = 20;

/** A peer that answers with something else would be compared in vain. Behind the last quote of an actor a page is empty. */
async function checkAnswers({ name, server, ids, lists }: PeerSide, asked?: Question): Promise<void> {
  const ask = async (path = '') => (await fetch(server.origin + path)).text();
  const id = asked?.ours.split('/').at(-1) ?? '';
  if (!(await ask(ids[0])).includes(`"${id}"`))
    throw new Error(`${name} does not answer ${ids[0]} with the quote ${id}`);
  let most = 0;
  for (const list of lists.slice(0, CHECKED)) {
    const body = JSON.parse(await ask(list));
    const rows = Array.isArray(body) ? body : (body.results ?? body.data);
    if (!(rows?.length <= 20)) throw new Error(`${name} does not answer ${list} with a page`);
    most = Math.max(most, rows.length);
  }
  if (most === 0) throw new Error(`${name} answers ${lists[0]} and those behind it with empty pages`);
}

function install(folder: string): void {
  const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: PACKAGES,
      overrides: { 'better-sqlite3': own.dependencies['better-sqlite3'], bcrypt: 'npm:bcryptjs@2.4.3' },
    }),
  );
  writeFileSync(
    join(folder, 'json.cjs'),
    `const { create, router } = require('json-server');
const server = create().use(router('db.json')).listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));`,
  );
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'], {
    cwd: folder,
    timeout: 180_000,
  });
}

function countQuotes(database: string): number {
  const db = openDatabase(database, { readonly: true });
  const count = db.prepare('SELECT count(*) FROM quotes').pluck().get() as number;
  db.close();
  return count;
}

/** The records as they are served, with what a list is chosen and ordered by beside them. */
async function writeJson(db: Db, path: string): Promise<void> {
  const out = createWriteStream(path);
  const rows = db
    .prepare(
      'SELECT q.document, q.said_latest, a.id FROM quotes q LEFT JOIN actors a ON a.key = q.actor_key ORDER BY q.key',
    )
    .raw()
    .iterate() as IterableIterator<[string, number, string | null]>;
  let separator = '{"quotes":[';
  for (const [document, latest, actor] of rows) {
    const { said_latest: _, ...record } = JSON.parse(document);
    out.write(`${separator}${JSON.stringify({ ...record, said_latest: latest, actor_id: actor })}`);
    separator = ',';
  }
  await new Promise((resolve) => out.end(']}', () => resolve(null)));
}

/** It makes tables of its own, so it gets a copy. */
async function startSoul(folder: string, database: string): Promise<Server> {
  copyFileSync(database, join(folder, 'soul.sqlite'));
  const port = await findPort();
  const soul = join(folder, 'node_modules/soul-cli/src/server.js');
  return startServer([process.execPath, soul, '-d', 'soul.sqlite', '-p', String(port)], { cwd: folder });
}

function findPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function compare(what: string, names: readonly string[], runs: readonly Run[][]): Line[] {
  const rate = (n: number) => pickMedian(runs[n] ?? [], (run) => run.requests_per_second);
  return names.slice(1).map((name, n) => ({
    what,
    baseline: name,
    unit: 'requests/s',
    ours: rate(0),
    theirs: rate(n + 1),
    ratio: rate(0) / rate(n + 1),
    ...judge(rate(0) / rate(n + 1), { at_least: 1 }),
    note: `${name}: p99 ${pickMedian(runs[n + 1] ?? [], (run) => run.p99_ms).toFixed(0)} ms${tellRefused(runs[n + 1] ?? [])}`,
  }));
}
