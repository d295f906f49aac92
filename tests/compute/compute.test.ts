// Costly questions are answered in a process of their own: what it refuses arrives as it was refused, a deadline ends it,
// and the next question finds another.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Compute, openCompute } from '../../src/compute/compute.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { draftManyQuotes, importRecords, surroundings } from '../base.ts';

const folder = mkdtempSync(join(tmpdir(), 'verbatim-compute-'));
let db: Db;
let compute: Compute;

beforeAll(() => {
  db = openDatabase(join(folder, 'base.sqlite'));
  migrateDatabase(db);
  importRecords(db, { ...surroundings, quotes: draftManyQuotes(600) });
  compute = openCompute(db, { processes: 1, deadline_ms: 30_000 });
});
afterAll(() => {
  compute.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const count = (raw: Record<string, string>) =>
  ({ noun: 'quotes', raw, fixed: {}, page_size: 20, page_size_max: 200 }) as const;

test('counts every row that matches', async () => {
  expect((await compute.ask('answer_exactly', count({ actor: 'speaker' }))).page?.total).toBe(200);
  expect((await compute.ask('answer_exactly', count({ q: 'harvest' }))).page?.total).toBe(300);
});

test('a base in memory is asked in place', async () => {
  const memory = openDatabase(':memory:');
  migrateDatabase(memory);
  importRecords(memory, { ...surroundings, quotes: draftManyQuotes(12) });
  const here = openCompute(memory, { processes: 1, deadline_ms: 1000 });
  expect((await here.ask('answer_exactly', count({}))).page?.total).toBe(12);
});

test('what the task refuses is refused with its code and its details', async () => {
  await expect(compute.ask('answer_exactly', count({ actor: 'speakr' }))).rejects.toMatchObject({
    code: 'unknown_id',
    details: { nearest: 'speaker' },
  });
});

test('a deadline ends the question, and the next one is answered', async () => {
  // Starting a process takes longer than the deadline.
  const fresh = openCompute(db, { processes: 1, deadline_ms: 30_000 });
  await expect(fresh.ask('answer_exactly', count({}), { deadline_ms: 1 })).rejects.toMatchObject({
    code: 'deadline_exceeded',
    status: 503,
  });
  expect((await fresh.ask('answer_exactly', count({}))).page?.total).toBe(600);
  fresh.close();
});

test('a caller who has gone is not waited for', async () => {
  const caller = new AbortController();
  const asked = compute.ask('answer_exactly', count({}), { signal: caller.signal });
  caller.abort();
  await expect(asked).rejects.toThrow('nobody waits');
});

test('more questions than may wait are refused at once', async () => {
  const asked = await Promise.allSettled(
    Array.from({ length: 20 }, () => compute.ask('answer_exactly', count({}))),
  );
  const refused = asked.filter((one) => one.status === 'rejected').map((one) => one.reason.code);
  expect(refused.length).toBe(11);
  expect(new Set(refused)).toEqual(new Set(['overloaded']));
  expect(asked.filter((one) => one.status === 'fulfilled').length).toBe(9);
});

test.runIf(process.platform === 'linux')('a process that the system ends is no fault of ours', async () => {
  const listChildren = () =>
    readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const before = new Set(listChildren());
  const fresh = openCompute(db, { processes: 1, deadline_ms: 30_000 });
  const asked = fresh.ask('answer_exactly', count({}));
  const [child] = listChildren().filter((pid) => !before.has(pid));
  process.kill(Number(child), 'SIGKILL');
  await expect(asked).rejects.toMatchObject({ code: 'deadline_exceeded', status: 503 });
  expect((await fresh.ask('answer_exactly', count({}))).page?.total).toBe(600);
  fresh.close();
});
