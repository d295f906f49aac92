/**
 * Bases to measure on, kept in a folder (`--data`, by default data/bench/) and built where they are missing or were
 * built by another schema, other declarations or another generator. Like a base that was imported, they have none of
 * SQLite's statistics (ANALYZE).
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Db, migrateDatabase, openDatabase } from '../src/db/client.ts';
import { changeDataVersion, readFact, writeFact } from '../src/db/data-version.ts';
import type { IncomingRecord } from '../src/import/format.ts';
import { getResource, resources } from '../src/resources/registry.ts';
import type { Draft, Noun } from '../src/resources/resource.ts';
import { hasSameDeclarations } from '../src/store/declarations.ts';
import { listDerived } from '../src/store/derived.ts';
import { digestRecord } from '../src/store/digest-record.ts';
import { renderDraft } from '../src/store/render.ts';
import { insertRecord } from '../src/store/rows.ts';
import { replaceRecords } from '../src/store/write.ts';
import { DATA_VERSION, generateRecords } from './data.ts';

export const DATA_FOLDER = fileURLToPath(new URL('../data/bench', import.meta.url));
const JOURNAL = new URL('../migrations/meta/_journal.json', import.meta.url);
const BUILT = 'bench';

/** `100k`, `1m`, or the number itself. */
export function nameSize(quotes: number): string {
  if (quotes % 1_000_000 === 0) return `${quotes / 1_000_000}m`;
  return quotes % 1000 === 0 ? `${quotes / 1000}k` : String(quotes);
}

/** The path of a base of so many quotes, built now where it has to be. */
export function ensureBase(quotes: number, folder = DATA_FOLDER): string {
  const path = join(folder, `${nameSize(quotes)}.sqlite`);
  if (existsSync(path) && isCurrent(path)) return path;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.unfinished`;
  for (const file of [path, unfinished])
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  fillBase(unfinished, generateRecords({ quotes }));
  renameSync(unfinished, path);
  return path;
}

function isCurrent(path: string): boolean {
  const db = openDatabase(path, { readonly: true });
  try {
    return readFact(db, BUILT) === describeBuild() && hasSameDeclarations(db);
  } catch {
    return false;
  } finally {
    db.close();
  }
}

function describeBuild(): string {
  const journal = createHash('sha256').update(readFileSync(JOURNAL)).digest('hex').slice(0, 16);
  return `${DATA_VERSION} ${journal}`;
}

export type Kept = { key: number; draft: Draft };
/** Reads the file once, so that the system has it in memory as far as there is room: what a cold disk costs is measured nowhere. */
export async function warmBase(path: string): Promise<void> {
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 22 }),
    new Writable({ write: (_1, _2, done) => done() }),
  );
}

type Known = Map<Noun, Map<string, Kept>>;
type Find = (noun: Noun, id: string) => Kept | undefined;

/**
 * What one would write by hand to fill a new base: everything in one transaction, indexes and triggers dropped first
 * and made again over the whole. It trusts the records, and their order.
 */
export function fillBase(path: string, records: Iterable<IncomingRecord>): void {
  const db = openDatabase(path);
  try {
    migrateDatabase(db);
    for (const pragma of ['journal_mode = MEMORY', 'synchronous = OFF', 'cache_size = -400000'])
      db.pragma(pragma);
    const known: Known = new Map(resources.map((resource) => [resource.name, new Map()]));
    const find: Find = (noun, id) => known.get(noun)?.get(id);
    let remake: (() => void) | null = null;
    for (const { noun, record } of records) {
      if (noun === 'sources') {
        remake ??= loadShared(db, known);
        // What follows refers to its own article and to what is shared.
        for (const name of ['sources', 'quotes', 'stances'] as const) known.get(name)?.clear();
      }
      const draft = record as Draft;
      const key = remake === null ? (known.get(noun)?.size ?? 0) + 1 : addRecord(db, noun, draft, find);
      known.get(noun)?.set(draft.id, { key, draft });
    }
    writeFact(db, BUILT, describeBuild());
    changeDataVersion(db);
    db.exec('COMMIT');
    remake?.();
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
}

function loadShared(db: Db, known: Known): () => void {
  const loads = new Map([...known].map(([noun, ones]) => [noun, [...ones.values()].map((one) => one.draft)]));
  replaceRecords(db, loads, {
    origin: 'import',
    withdrawals: [],
    defaultReason: 'not generated',
    facts: {},
  });
  const remake = dropIndexes(db);
  db.exec('PRAGMA foreign_keys = OFF; BEGIN');
  return remake;
}

/** Indexes and triggers; answers with what makes them again, and the full-text indexes with them. */
export function dropIndexes(db: Db): () => void {
  const dropped = db
    .prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL",
    )
    .all() as { type: string; name: string; sql: string }[];
  for (const { type, name } of dropped) db.exec(`DROP ${type} ${name}`);
  return () => {
    for (const { type, sql } of dropped) if (type === 'index') db.exec(sql);
    for (const { rebuild } of listDerived(db)) rebuild(db);
    for (const { type, sql } of dropped) if (type === 'trigger') db.exec(sql);
  };
}

const lastKeys = new WeakMap<Db, Map<Noun, number>>();

/** Writes one record as it is behind those that the base has, and answers its key. */
export function addRecord(db: Db, noun: Noun, draft: Draft, find: Find): number {
  const resource = getResource(noun);
  const problems = resource.complete?.(draft, (to, id) => find(to, id)?.draft) ?? [];
  if (problems.length > 0) throw new Error(`${noun} ${draft.id}: ${problems[0]?.sentence}`);
  const digest = digestRecord(draft);
  const last = lastKeys.get(db) ?? new Map<Noun, number>();
  lastKeys.set(db, last);
  const key = (last.get(noun) ?? readLastKey(db, noun)) + 1;
  last.set(noun, key);
  const findKey = (to: Noun, id: string) => find(to, id)?.key as number;
  const document = JSON.stringify(
    renderDraft(resource, draft, {
      findLabel(to, id) {
        const { label } = getResource(to);
        return label === null ? null : (find(to, id)?.draft[label] as string);
      },
      findChildren: (to, id, name) => (find(to, id)?.draft[name] ?? []) as Draft[],
    }),
  );
  insertRecord(db, resource, { key, origin: 'import', digest, document }, draft, findKey);
  return key;
}

function readLastKey(db: Db, noun: Noun): number {
  return db.prepare(`SELECT coalesce(max(key), 0) FROM ${noun}`).pluck().get() as number;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { quotes: { type: 'string', default: '100000' }, data: { type: 'string' } },
  });
  console.log(ensureBase(Number(values.quotes), values.data));
}
