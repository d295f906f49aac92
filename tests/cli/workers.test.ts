// Several processes behind one port: each answers, one that dies is replaced, and all stop together.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { draftManyQuotes, importRecords, surroundings } from '../base.ts';

const launch = join(import.meta.dirname, '../../bin/verbatim.js');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verbatim-workers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Line = { pid: number; level: number; msg: string };

function serve(database: string, port = '0') {
  const child = spawn(process.execPath, [launch, 'serve', '--no-seed', '--workers', '2', '--port', port], {
    env: { PATH: process.env.PATH ?? '', DATABASE: database },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let errors = '';
  child.stdout.on('data', (part) => {
    log += part;
  });
  child.stderr.on('data', (part) => {
    errors += part;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const readLines = () =>
    log
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  return {
    child,
    ended,
    readErrors: () => errors,
    readLines,
    listListening: () => readLines().filter(({ msg }) => msg.startsWith('Server listening')),
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(20);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Over a connection of its own, so that any of the workers may take it. */
function ask(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let body = '';
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

test('each answers, sees what another process wrote, is replaced when it dies, and stops with the others', async () => {
  const path = join(folder, 'base.sqlite');
  const db = openDatabase(path);
  migrateDatabase(db);
  const write = (text: string) =>
    importRecords(db, { ...surroundings, quotes: draftManyQuotes(2).map((quote) => ({ ...quote, text })) });
  write('the first text');
  const { child, ended, readLines, listListening } = serve(path);
  await until(() => listListening().length === 2);
  const pids = listListening().map((line) => line.pid);
  expect(new Set([...pids, child.pid]).size).toBe(3);
  const url = `${/http:[^"]+/.exec(listListening()[0]?.msg ?? '')?.[0]}/v1/quotes`;
  const askAll = () => Promise.all(Array.from({ length: 30 }, () => ask(url)));
  for (const body of await askAll()) expect(body).toContain('the first text');
  write('the second text');
  for (const body of await askAll()) expect(body).toContain('the second text');

  process.kill(pids[0] as number, 'SIGKILL');
  await until(() => listListening().length === 3);
  expect(readLines().filter(({ msg }) => msg.includes('a worker ended'))).toHaveLength(1);
  const alive = listListening()
    .map((line) => line.pid)
    .filter(isAlive);
  expect(alive).toHaveLength(2);
  for (const body of await askAll()) expect(body).toContain('the second text');

  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(alive.filter(isAlive)).toEqual([]);
  db.close();
});

test('a port that is taken is said once', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  const { ended, readErrors } = serve(join(folder, 'other.sqlite'), String(port));
  expect(await ended).toBe(2);
  expect(readErrors().trim().split('\n')).toEqual([
    `Cannot listen on 127.0.0.1:${port}: another program listens there; set PORT to a free one.`,
  ]);
  other.close();
});
