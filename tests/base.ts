/** Bases to test against: the project's own seeds, or a made-up one of any size; and the app on top of them. */
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildApp } from '../src/app.ts';
import { type Config, readConfig } from '../src/config.ts';
import { type Db, migrateDatabase, openDatabase } from '../src/db/client.ts';
import { registerFunctions } from '../src/db/functions.ts';
import type { Draft, Noun } from '../src/resources/resource.ts';
import { loadSeeds } from '../src/seed/load.ts';
import { type Report, replaceRecords } from '../src/store/write.ts';

export const SEEDS = fileURLToPath(new URL('../seeds', import.meta.url));

/** An empty base with all its tables, in memory. */
export function openEmptyBase(): Db {
  const db = openDatabase(':memory:');
  migrateDatabase(db);
  return db;
}

/** A copy of a base that shares nothing with it. */
export function copyBase(db: Db): Db {
  const copy = new Database(db.serialize());
  copy.pragma('foreign_keys = ON');
  registerFunctions(copy);
  return copy;
}

let seeded: Db | null = null;

/** The seeds of the project, loaded once a process; every call answers with a copy of its own. */
export function openSeededBase(): Db {
  if (seeded === null) {
    seeded = openEmptyBase();
    loadSeeds(seeded, SEEDS);
  }
  return copyBase(seeded);
}

export type Drafts = Partial<Record<Noun, Draft[]>>;

/** Makes these the base's imported records, as they are: nothing checks or completes them. */
export function importRecords(db: Db, drafts: Drafts): Report {
  return replaceRecords(db, new Map(Object.entries(drafts) as [Noun, Draft[]][]), {
    origin: 'import',
    withdrawals: [],
    defaultReason: 'no longer in the data set',
    facts: {},
  });
}

/** A quote as an import hands it in: without a place. */
export function draftQuote(draft: Partial<Draft> & { id: string; text: string }): Draft {
  return {
    actor: 'speaker',
    source: 'paper',
    kind: 'indirect',
    text_by: 'curator',
    hedge: 'none',
    attribution_status: 'attributed',
    verification: 'reported',
    ...draft,
  };
}

/** The records that made-up quotes refer to. */
export const surroundings: Drafts = {
  actors: [
    { id: 'speaker', name: 'Somebody', kind: 'person', country: 'IR' },
    { id: 'minister', name: 'A minister', kind: 'person', country: 'RU' },
    { id: 'ministry', name: 'A ministry', kind: 'organization' },
  ],
  topics: [
    { id: 'all', label: 'Everything' },
    { id: 'part', label: 'A part of it', broader: 'all' },
  ],
  corpora: [{ id: 'corpus', title: 'A corpus' }],
  sources: [{ id: 'paper', corpus: 'corpus', title: 'A paper', title_supplied: false, language: 'en' }],
};

const DATES = [
  null,
  null,
  '2019',
  '2020-12-20',
  '2020-12-20',
  '2020-12',
  '[2019,2020]',
  '[2020-12-20..2021-01-20]',
  '../2018',
  '2019/..',
  '1905-05-27',
  '2020-01-01',
];

/** Quotes with few different dates, a sixth of them undated, and kinds of which `unspecified` is rare. */
export function draftManyQuotes(count: number): Draft[] {
  return Array.from({ length: count }, (_, n) =>
    draftQuote({
      // Ids in another order than keys, so that no order is right by accident.
      id: `q-${((n * 7919) % count).toString().padStart(6, '0')}`,
      actor: n % 3 === 0 ? 'speaker' : n % 3 === 1 ? 'minister' : null,
      kind: n % 997 === 996 ? 'unspecified' : 'indirect',
      said: DATES[(n * 5) % DATES.length],
      text: `Statement ${n % 10} about the ${n % 2 === 0 ? 'talks' : 'talks and the harvest'}.`,
      topics: n % 4 === 0 ? ['part'] : n % 4 === 1 ? ['all'] : [],
    }),
  );
}

export function openLargeBase(count: number): Db {
  const db = openEmptyBase();
  importRecords(db, { ...surroundings, quotes: draftManyQuotes(count) });
  return db;
}

export function buildTestApp(db: Db, config: Partial<Config> = {}): Promise<FastifyInstance> {
  return buildApp({
    db,
    config: { ...readConfig({}, {}), LOG_LEVEL: 'silent', LONGEST_WAIT_MS: 0, ...config },
  });
}

export type Json = Record<string, unknown>;
export type Answer = { status: number; headers: Record<string, string>; text: string; json: () => Json };

export async function ask(
  app: FastifyInstance,
  url: string,
  headers: Record<string, string> = {},
  method: InjectOptions['method'] = 'GET',
  payload?: string,
): Promise<Answer> {
  const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return {
    status: response.statusCode,
    headers: response.headers as Record<string, string>,
    text: response.body,
    json: () => response.json() as Json,
  };
}

export type ListPage = {
  total: number;
  total_is: string;
  next_cursor: string | null;
  results: Json[];
  ranking?: string;
  facets?: Record<string, { value: unknown; count: number }[]>;
  /** Of the header. */
  link: string | undefined;
};

/** A page of records, of which 200 is expected. */
export async function askPage(app: FastifyInstance, url: string): Promise<ListPage> {
  const answer = await ask(app, url);
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}: ${answer.text}`);
  return { ...(answer.json() as ListPage), link: answer.headers.link };
}

/** `/v1/quotes` and `{ kind: 'direct' }` to an address. */
export function buildUrl(path: string, params: Record<string, string | number | string[]>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

/**
 * Counts the rows of the noun's own table that SQLite looks at, in every statement that is prepared from now on: the
 * function given back tells how many there were since it was last asked.
 */
export function countVisits(db: Db): () => number {
  let visits = 0;
  db.function('visited', { deterministic: false }, () => {
    visits += 1;
    return 1;
  });
  const original = db.prepare.bind(db);
  db.prepare = ((sql: string) =>
    original(
      sql.replaceAll(/ t( ON t\.key = c\.value)? WHERE /g, ' t$1 WHERE visited() AND '),
    )) as Db['prepare'];
  return () => {
    const since = visits;
    visits = 0;
    return since;
  };
}
