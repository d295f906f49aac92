/**
 * One byte of a base's file is changed, and then: is it found, does the file not open, or does it change no answer? A
 * byte that changes an answer, or any row, and is not found, is missed.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { UsageError } from '../../src/errors.ts';
import { servedResources } from '../../src/resources/registry.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { verifyFile } from '../../src/store/verify-base.ts';
import { buildTestApp, draftQuote, importRecords } from '../base.ts';

export type Flip = { offset: number; mask: number };
/** `crashes`: verifying ends in anything but its sentences, or leaves the base in use. */
export type Outcome = 'found' | 'opens not' | 'changes nothing' | 'missed' | 'crashes';
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
  for (const index of ['quotes_fts', 'said_words_fts', 'actor_name_keys_fts'])
    rebuildInSmallPages(db, index, 64);
  db.pragma('journal_mode = DELETE');
  db.close();
}

/** As it is in a large base, where a common word fills many pages: with indexes of them, and keys of many pages. */
export function rebuildInSmallPages(db: Db, index: string, bytes: number): void {
  db.exec(`
    INSERT INTO ${index} (${index}, rank) VALUES ('pgsz', ${bytes});
    INSERT INTO ${index} (${index}) VALUES ('rebuild');
  `);
  db.unsafeMode(true);
  db.exec(`DELETE FROM ${index}_config WHERE k = 'pgsz'`);
  db.unsafeMode(false);
}

/** Where flips are drawn from: the whole file, the pages of text indexes, or what a draw from the whole file seldom finds. */
export type Where = 'file' | 'text' | 'seldom';

/** The same flips for the same seed. */
export function drawFlips(path: string, count: number, seed: number, where: Where = 'file'): Flip[] {
  const offset =
    where === 'file' ? fc.nat(readFileSync(path).length - 1) : drawFromStretches(listStretches(path, where));
  const flip = fc.record({ offset, mask: fc.integer({ min: 1, max: 255 }) });
  // Even over the file: fast-check would draw its ends more often.
  return fc.sample(fc.noBias(flip), { numRuns: count, seed });
}

type Stretch = { start: number; size: number };

/** Each as likely as any other, however long. */
function drawFromStretches(stretches: readonly Stretch[]): fc.Arbitrary<number> {
  return fc.constantFrom(...stretches).chain(({ start, size }) => fc.nat(size - 1).map((at) => start + at));
}

const SELDOM = [
  'sqlite_schema',
  'facts%',
  'sqlite_autoindex_facts%',
  'withdrawn%',
  'sqlite_autoindex_withdrawn%',
  '\\_\\_drizzle%',
  'topics_closure%',
  '%\\_fts\\_idx',
  '%\\_fts\\_config',
  '%\\_fts\\_docsize',
];

function listStretches(path: string, where: 'text' | 'seldom'): Stretch[] {
  const db = openDatabase(path, { readonly: true });
  try {
    const pages = db.prepare(
      "SELECT pageno, pgoffset AS start, pgsize AS size FROM dbstat WHERE name LIKE ? ESCAPE '\\'",
    );
    if (where === 'text') return pages.all('%\\_fts\\_%') as Stretch[];
    const bytes = readFileSync(path);
    const named = SELDOM.flatMap((name) => pages.all(name) as Stretch[]);
    return [
      { start: 0, size: 100 },
      ...listFreePages(db),
      ...named.flatMap((page) => listUsed(bytes, page)),
      ...listTextTables(db).flatMap((index) => listTextRecords(db, bytes, index)),
    ];
  } finally {
    db.close();
  }
}

function listFreePages(db: Db): Stretch[] {
  const size = db.pragma('page_size', { simple: true }) as number;
  const used = new Set(db.prepare('SELECT pageno FROM dbstat').pluck().all());
  const all = Array.from({ length: db.pragma('page_count', { simple: true }) as number }, (_, n) => n + 1);
  return all.filter((page) => !used.has(page)).map((page) => ({ start: (page - 1) * size, size }));
}

/** Of a page that is nearly empty, what has something in it: its head, and its cells. */
function listUsed(bytes: Buffer, { start, size }: Stretch): Stretch[] {
  const page = bytes.subarray(start, start + size);
  const head = page.findIndex((_, at) => page.subarray(at, at + 16).every((byte) => byte === 0));
  if (head <= 0) return [{ start, size }];
  const cells = page.findIndex((byte, at) => at > head && byte !== 0);
  return [{ start, size: head }, ...(cells === -1 ? [] : [{ start: start + cells, size: size - cells }])];
}

/** What FTS5 keeps of an index as a whole, and its list of segments. */
function listTextRecords(db: Db, bytes: Buffer, index: string): Stretch[] {
  const blocks = db
    .prepare(`SELECT block FROM "${index}_data" WHERE id IN (1, 10)`)
    .pluck()
    .all() as Buffer[];
  return blocks.flatMap((block) => {
    const start = block.length < 4 ? -1 : bytes.indexOf(block);
    return start === -1 ? [] : [{ start, size: block.length }];
  });
}

export type Original = {
  path: string;
  rows: string;
  answers: string[];
  /** The blocks of text indexes as they lie in the file. */
  blocks: string;
  words: ReadonlyMap<string, string[]>;
  searches: string;
};

export async function readOriginal(path: string): Promise<Original> {
  const copy = `${path}.original`;
  copyFileSync(path, copy);
  const db = openDatabase(copy);
  const words = listAllWords(db);
  const [blocks, searches] = [digestBlocks(db), dumpSearches(db, words)];
  const original = { path, rows: dumpRows(db), answers: await listAnswers(db), blocks, words, searches };
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

type Judgement = Pick<Verdict, 'outcome' | 'sentence'>;

async function judgeFile(original: Original, path: string): Promise<Judgement> {
  let said: Judgement | null;
  try {
    said = verify(path);
  } catch (error) {
    return { outcome: 'crashes', sentence: String((error as Error).stack) };
  }
  if (said !== null) return said;
  const changed = await findChange(original, path);
  return changed === null
    ? { outcome: 'changes nothing', sentence: '' }
    : { outcome: 'missed', sentence: changed };
}

/** As the command line does it; null where the base is said to be whole. Throws what is no sentence for a reader. */
function verify(path: string): Judgement | null {
  try {
    const [failure] = verifyFile(path).failures;
    if (failure === undefined) return null;
    return { outcome: / cannot be opened: /.test(failure) ? 'opens not' : 'found', sentence: failure };
  } catch (error) {
    // Of a base of another release, or of none.
    if (error instanceof UsageError) return { outcome: 'found', sentence: error.message };
    throw error;
  }
}

/** What a server that has the file open would answer otherwise. */
async function findChange(original: Original, path: string): Promise<string | null> {
  let db: Db;
  try {
    db = openDatabase(path);
  } catch (error) {
    return (error as Error).message;
  }
  try {
    return await compare(original, db);
  } finally {
    db.close();
  }
}

async function compare(original: Original, db: Db): Promise<string | null> {
  try {
    if (dumpRows(db) !== original.rows) return 'some row is another';
    // The same blocks give the same answers.
    if (digestBlocks(db) !== original.blocks && dumpSearches(db, original.words) !== original.searches)
      return 'some word or beginning of a word is found elsewhere';
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

function listTextTables(db: Db): string[] {
  return db
    .prepare("SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5(%' ORDER BY name")
    .pluck()
    .all() as string[];
}

function digestBlocks(db: Db): string {
  const hash = createHash('sha256');
  for (const index of listTextTables(db))
    for (const [table, order] of [
      ['data', 'id'],
      ['idx', 'segid, term'],
    ])
      for (const row of db.prepare(`SELECT * FROM "${index}_${table}" ORDER BY ${order}`).raw().iterate())
        for (const value of row as unknown[]) hash.update(Buffer.isBuffer(value) ? value : `${value} `);
  return hash.digest('hex');
}

function listAllWords(db: Db): Map<string, string[]> {
  return new Map(
    listTextTables(db).map((index) => [
      index,
      withVocabulary(
        db,
        index,
        'row',
        () => db.prepare('SELECT term FROM temp.words').pluck().all() as string[],
      ),
    ]),
  );
}

function withVocabulary<T>(db: Db, index: string, kind: string, read: () => T): T {
  db.exec(`CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, ${index}, ${kind})`);
  try {
    return read();
  } finally {
    db.exec('DROP TABLE temp.words');
  }
}

/** What each word, and each beginning of a word, finds when it is looked up: forwards, backwards and from the middle. */
function dumpSearches(db: Db, words: ReadonlyMap<string, string[]>): string {
  const found: unknown[] = [];
  for (const [index, all] of words) {
    withVocabulary(db, index, 'instance', () => {
      const look = db.prepare('SELECT doc, col, "offset" FROM temp.words WHERE term = ?').raw();
      for (const word of all) found.push(look.all(word));
    });
    const columns = db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(index) as string[];
    const middle = db.prepare(`SELECT max(rowid) / 2 FROM "${index}"`).pluck().get();
    const rows = [
      `SELECT rowid FROM "${index}" (:query)`,
      `SELECT rowid FROM "${index}" (:query) ORDER BY rowid DESC`,
      `SELECT rowid FROM "${index}" (:query) WHERE rowid >= ${middle}`,
      `SELECT rowid FROM "${index}" (:query) WHERE rowid < ${middle} ORDER BY rowid DESC`,
    ].map((sql) => db.prepare(sql).pluck());
    const quote = (word: string) => `"${word.replaceAll('"', '""')}"`;
    const beginnings = [1, 2, 3, 4].flatMap((n) => all.map((word) => [...word].slice(0, n).join('')));
    const queries = [
      ...all.map(quote),
      ...[...new Set(beginnings)].flatMap((word) => [
        `${quote(word)} *`,
        ...(/_name_keys_fts$/.test(index) ? columns.map((column) => `${column} : ${quote(word)} *`) : []),
      ]),
    ];
    for (const query of queries) found.push(rows.map((statement) => statement.all({ query })));
  }
  return createHash('sha256').update(JSON.stringify(found)).digest('hex');
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
