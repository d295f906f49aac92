/**
 * One byte of a base's file is changed, and then: is it found, does the file not open, or does it change no answer? A
 * byte that changes an answer, or any row, and is not found, is missed.
 */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { servedResources } from '../../src/resources/registry.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { buildTestApp, draftQuote, importRecords } from '../base.ts';

export type Flip = { offset: number; mask: number };
export type Outcome = 'found' | 'opens not' | 'changes nothing' | 'missed';
export type Verdict = Flip & {
  outcome: Outcome /** What was said of it, or what it changed. */;
  sentence: string;
};

/** A base in one file, nothing beside it: seeds, records of an import, withdrawn ids and free pages. */
export function writeBase(path: string, seeds: string, imported: number): void {
  const db = openDatabase(path);
  migrateDatabase(db);
  loadSeeds(db, seeds);
  const ids = ['source', 'actor'].map((noun) =>
    db.prepare(`SELECT id FROM ${noun}s ORDER BY id`).pluck().get(),
  );
  const [source, actor] = ids as [string, string];
  const quotes = Array.from({ length: imported }, (_, n) =>
    draftQuote({
      id: `imported-${n}`,
      actor,
      source,
      said: `20${10 + (n % 10)}`,
      text: `گفت و گو ${n} 🌉 of talks.`,
    }),
  );
  importRecords(db, { quotes });
  importRecords(db, { quotes: quotes.slice(0, imported - 10) });
  db.pragma('journal_mode = DELETE');
  db.close();
}

/** The same flips for the same seed. */
export function drawFlips(path: string, count: number, seed: number): Flip[] {
  const { length } = readFileSync(path);
  const flip = fc.record({
    offset: fc.integer({ min: 0, max: length - 1 }),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  // Even over the file: fast-check would draw its ends more often.
  return fc.sample(fc.noBias(flip), { numRuns: count, seed });
}

export type Original = { path: string; rows: string; answers: string[] };

export async function readOriginal(path: string): Promise<Original> {
  const copy = `${path}.original`;
  copyFileSync(path, copy);
  const db = openDatabase(copy);
  const original = { path, rows: dumpRows(db), answers: await listAnswers(db) };
  db.close();
  remove(copy);
  return original;
}

export async function judgeFlip(original: Original, flip: Flip): Promise<Verdict> {
  const path = `${original.path}.flipped`;
  const bytes = readFileSync(original.path);
  bytes[flip.offset] = (bytes[flip.offset] as number) ^ flip.mask;
  writeFileSync(path, bytes);
  try {
    return { ...flip, ...(await judgeFile(original, path)) };
  } finally {
    remove(path);
  }
}

async function judgeFile(original: Original, path: string): Promise<Pick<Verdict, 'outcome' | 'sentence'>> {
  let db: Db;
  try {
    db = openDatabase(path);
  } catch (error) {
    return { outcome: 'opens not', sentence: (error as Error).message };
  }
  try {
    const said = verifyOrRefuse(db);
    if (said !== null) return { outcome: 'found', sentence: said };
    const changed = await findChange(original, db);
    return changed === null
      ? { outcome: 'changes nothing', sentence: '' }
      : { outcome: 'missed', sentence: changed };
  } finally {
    db.close();
  }
}

/** The first sentence of a failure; null where the base is said to be whole. */
function verifyOrRefuse(db: Db): string | null {
  try {
    return verifyBase(db).failures[0] ?? null;
  } catch (error) {
    // A base of another release, or none: one sentence too. Anything else is a fault of the check itself.
    if ((error as Error).name !== 'UsageError') throw error;
    return (error as Error).message;
  }
}

async function findChange(original: Original, db: Db): Promise<string | null> {
  try {
    if (dumpRows(db) !== original.rows) return 'some row is another';
    const answers = await listAnswers(db);
    const n = answers.findIndex((answer, at) => answer !== original.answers[at]);
    return n === -1 ? null : `the answer to ${REQUESTS[n]} is another`;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Every row of every table there is, and every place of every word of each full-text index. Not the blocks that such an
 * index is stored in: among them are some that nothing leads to any more.
 */
function dumpRows(db: Db): string {
  const tables = db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all() as { name: string; sql: string }[];
  const schema = db
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
    .raw()
    .all();
  const rows = tables.map(({ name, sql }) => {
    if (/USING fts5\(/.test(sql)) return dumpWords(db, name);
    if (/^CREATE VIRTUAL/.test(sql) || /_fts_(data|idx)$/.test(name)) return null;
    return db.prepare(`SELECT * FROM "${name}"`).raw().all();
  });
  return JSON.stringify([schema, rows]);
}

function dumpWords(db: Db, index: string): unknown[] {
  db.exec(`CREATE VIRTUAL TABLE temp.places_of_words USING fts5vocab(main, ${index}, instance)`);
  try {
    return db.prepare('SELECT * FROM temp.places_of_words').raw().all();
  } finally {
    db.exec('DROP TABLE temp.places_of_words');
  }
}

const REQUESTS = [
  '/v1',
  ...servedResources.flatMap(({ name, search, date }) => [
    `/v1/${name}?limit=200`,
    `/v1/${name}?limit=200&sort=id`,
    ...(search === undefined ? [] : [`/v1/${name}?q=iran OR talks OR market`]),
    ...(date === undefined ? [] : [`/v1/${name}?group_by=year`]),
  ]),
  '/v1/quotes?facets=actor,topic,kind&limit=1',
  '/v1/quotes?said=2015..2020&limit=200&sort=said',
  '/v1/stances?group_by=topic,position',
  '/v1/corpora?fields=codebook',
  '/v1/sources?fields=text',
  '/v1/quotes/imported-3',
  '/v1/actors?name=golnar',
  '/v1/actors?name=put',
];

async function listAnswers(db: Db): Promise<string[]> {
  const app = await buildTestApp(db);
  const answers: string[] = [];
  for (const url of REQUESTS) {
    const { statusCode, body } = await app.inject({ method: 'GET', url: encodeURI(url) });
    answers.push(`${statusCode} ${body.replace(/"request_id":"[^"]*"/, '')}`);
  }
  await app.close();
  return answers;
}

function remove(path: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}
