// Analyses in a process of their own answer what they answer in this one, and are tagged with the state that they read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Compute, openCompute } from '../../src/compute/compute.ts';
import { runTask, type TaskArgs, type TaskName } from '../../src/compute/tasks.ts';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { changeDataVersion, readDataVersion } from '../../src/db/data-version.ts';
import type { Draft } from '../../src/resources/resource.ts';
import { ask, buildTestApp, draftQuote, importRecords } from '../base.ts';

/** More than one request reads. */
const COUNT = 12_000;
/** Two thirds are the first one's. */
const pickActor = (n: number) => (n % 6 < 4 ? 0 : (n % 6) - 3);
const POSITIONS = ['support', 'oppose', 'mixed', 'support', 'oppose'];
const folder = mkdtempSync(join(tmpdir(), 'verbatim-analyses-'));
let db: Db;
let app: FastifyInstance;
let compute: Compute;

beforeAll(async () => {
  db = openDatabase(join(folder, 'base.sqlite'));
  migrateDatabase(db);
  importRecords(db, {
    actors: ['ada', 'بو', 'cem'].map((name, n) => ({ id: `actor-${n}`, name, kind: 'person' })),
    topics: Array.from({ length: 40 }, (_, n) => ({
      id: `topic-${n}`,
      label: `Topic ${n}`,
      proposition: `Yes to ${n}.`,
    })),
    coders: ['one', 'two'].map((id) => ({ id, name: `Coder ${id}` })),
    corpora: [{ id: 'town', title: 'A town' }],
    sources: Array.from({ length: 50 }, (_, n) => ({
      id: `minutes-${n}`,
      corpus: 'town',
      title: `Minutes ${n}`,
      title_supplied: false,
      published: `${1970 + n}`,
    })),
    quotes: [0, 1, 2].map((n) =>
      draftQuote({ id: `quote-${n}`, actor: `actor-${n}`, source: 'minutes-0', text: 'بله 🌍' }),
    ),
    stances: Array.from(
      { length: COUNT },
      (_, n): Draft => ({
        id: `stance-${n}`,
        actor: `actor-${pickActor(n)}`,
        topic: `topic-${Math.floor(n / 3) % 40}`,
        source: `minutes-${Math.floor(n / 240)}`,
        coder: Math.floor(n / 120) % 2 === 0 ? 'one' : 'two',
        position: POSITIONS[(n * 7 + Math.floor(n / 1000)) % POSITIONS.length] as string,
        held: `${1970 + Math.floor(n / 240)}`,
        basis: 'reported',
        statement: 'What the actor holds.',
        verification: 'reported',
        evidence: [{ quote: `quote-${pickActor(n)}` }],
      }),
    ),
  });
  app = await buildTestApp(db);
  compute = openCompute(db, { processes: 1, deadline_ms: 60_000 });
}, 60_000);
afterAll(async () => {
  compute.close();
  await app.close();
  db.close();
  rmSync(folder, { recursive: true });
});

const limits = { page_size: 20, page_size_max: 200 };
const raw = { actor: 'actor-0,actor-1,actor-2' };
const asked: { [N in TaskName]?: TaskArgs<N> } = {
  compare_actors: { raw, limits, all: true },
  find_shifts: { id: 'actor-0', raw: {}, limits, all: false },
  measure_agreement: { raw: {}, limits, all: false },
  draw_network: { raw: { mode: 'one' }, page_size_max: 200, format: 'json', file: join(folder, 'network') },
  list_evidence: { raw: { mode: 'one', row: 'actor-0', column: 'actor-1' }, ...limits },
};

test.each(Object.entries(asked))('%s', async (name, args) => {
  const there = await compute.ask(name as TaskName, args as never);
  expect(there).toEqual(await runTask(db, name as TaskName, args as never));
});

const addresses = [
  '/v1/comparisons?actor=actor-0,actor-1,actor-2&limit=3',
  '/v1/comparisons?actor=actor-0,actor-1,actor-2&format=csv',
  '/v1/actors/actor-0/shifts?topic=!topic-1',
  '/v1/agreement',
  '/v1/agreement?format=csv&table=pairs',
  '/v1/networks?mode=one&aggregation=subtract',
  '/v1/networks/evidence?mode=one&row=actor-0&column=actor-1',
];

test('none is answered by the process that serves', async () => {
  // No other process has even started by then.
  const hasty = await buildTestApp(db, { COMPUTE_DEADLINE_MS: 1 });
  for (const url of addresses) {
    const answer = await ask(hasty, url);
    expect([url, answer.json().code]).toEqual([url, 'deadline_exceeded']);
  }
  await hasty.close();
});

test.each(addresses.filter((url) => !url.includes('csv')))(
  '%s: the tag is that of what was read',
  async (url) => {
    const writer = openDatabase(db.name);
    const fresh = await buildTestApp(db);
    const before = readDataVersion(db);
    // The process that answers is as a rule still starting when the data changes; on a busy machine it may be done.
    const waiting = ask(fresh, url);
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    changeDataVersion(writer);
    const answer = await waiting;
    const after = readDataVersion(db);
    const read = answer.json().data_version;
    expect([before, after]).toContain(read);
    const next = await ask(fresh, url, { 'if-none-match': String(answer.headers.etag) });
    expect(next.status).toBe(read === after ? 304 : 200);
    expect(answer.headers.vary).toBe(next.headers.vary);
    await fresh.close();
    writer.close();
  },
);
