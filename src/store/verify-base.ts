/** Whether the base is whole: the file, its indexes, and everything in it that is derived from something else. */
import { existsSync } from 'node:fs';
import { type Db, explainMissing, openDatabase } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { UsageError } from '../errors.ts';
import { indexCodePoints } from '../evidence/code-points.ts';
import { digestText } from '../evidence/digest.ts';
import { resources } from '../resources/registry.ts';
import type { Resource } from '../resources/resource.ts';
import { checkPlaces } from './check-places.ts';
import type { Row } from './columns.ts';
import { requireThisRelease } from './declarations.ts';
import { type PlacedQuote, readPlaces } from './places.ts';
import { listTextIndexes } from './text-indexes.ts';
import { listClosureFaults } from './tree-closure.ts';
import { checkRecords } from './verify-records.ts';
import { explainUnwritable, listFileFaults } from './verify-sqlite.ts';
import { listTextFaults } from './verify-text.ts';

/** `what` is being looked at; `done` of `total` steps are behind it. */
export type Progress = { done: number; total: number; what: string };

export type BaseReport = {
  ok: boolean;
  /** How much was looked at: rows of each noun, spans, full-text indexes. */
  counts: Record<string, number>;
  /** The first 100, as sentences. */
  failures: string[];
  failures_total: number;
};

const MOST_FAILURES = 100;

class Check {
  readonly db: Db;
  readonly report: BaseReport = { ok: true, counts: {}, failures: [], failures_total: 0 };
  private readonly onProgress: ((progress: Progress) => void) | undefined;
  private readonly total: number;
  private done = 0;

  constructor(db: Db, total: number, onProgress?: (progress: Progress) => void) {
    this.db = db;
    this.total = total;
    this.onProgress = onProgress;
  }

  fail(sentence: string): void {
    this.report.ok = false;
    this.report.failures_total += 1;
    if (this.report.failures.length < MOST_FAILURES) this.report.failures.push(sentence);
  }

  count(what: string, n: number): void {
    this.report.counts[what] = (this.report.counts[what] ?? 0) + n;
  }

  proceed(what: string, steps: number): void {
    this.done += steps;
    this.onProgress?.({ done: this.done, total: this.total, what });
  }
}

type BaseCheck = {
  what: string;
  /** How far it moves the bar: one for what takes as long as a record. */
  steps: (db: Db) => number;
  run: (check: Check) => void;
};

/** What is looked at, in this order. What is made from other tables has its check here. */
const CHECKS: readonly BaseCheck[] = [
  { what: 'the file', steps: countFileSteps, run: checkFile },
  {
    what: 'full-text indexes',
    steps: (db) => listFullTextIndexes(db).reduce((sum, index) => sum + countTextSteps(db, index), 0),
    run: checkFullText,
  },
  ...resources.map((resource) => ({
    what: resource.name,
    steps: (db: Db) => countRows(db, resource.name),
    run: (check: Check) => checkNoun(check, resource),
  })),
  ...resources.flatMap(({ tree, ...resource }) =>
    tree === undefined
      ? []
      : [
          {
            what: tree.closure,
            steps: () => 1,
            run: (check: Check) => checkTree(check, resource.name, tree),
          },
        ],
  ),
  { what: 'places in the sources', steps: (db) => countRows(db, 'sources'), run: checkSources },
  { what: 'withdrawn', steps: () => 1, run: checkWithdrawn },
];

/**
 * Nothing is written to the base, and the handle need not allow it. A file that is damaged beyond reading is a failure
 * like any other; one state is read, whatever others write. Throws UsageError where it is no base of ours, or one of another
 * release.
 */
export function verifyBase(db: Db, onProgress?: (progress: Progress) => void): BaseReport {
  // What is made to compare with is larger than what memory should be spent on; not to be changed in a transaction.
  db.pragma('temp_store = FILE');
  db.exec('BEGIN');
  try {
    return checkBase(db, onProgress);
  } finally {
    // Nothing is to be kept, and to commit is to have text indexes written, the damaged ones too.
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}

/**
 * The same of a file that this process has not open. One that cannot be opened is a base that is not whole; where there is
 * none, that is a UsageError too.
 */
export function verifyFile(path: string, onProgress?: (progress: Progress) => void): BaseReport {
  if (!existsSync(path)) throw explainMissing(path);
  const unwritable = explainUnwritable(path);
  let db: Db;
  try {
    db = openDatabase(path, { readonly: true });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ok: false, counts: {}, failures: [error.message], failures_total: 1 };
  }
  try {
    const report = verifyBase(db, onProgress);
    if (unwritable === null) return report;
    const { failures, failures_total } = report;
    return { ...report, ok: false, failures: [unwritable, ...failures], failures_total: failures_total + 1 };
  } finally {
    db.close();
  }
}

function checkBase(db: Db, onProgress?: (progress: Progress) => void): BaseReport {
  let total = 0;
  const failure = attempt(() => {
    requireTables(db);
    requireThisRelease(db);
    total = CHECKS.reduce((sum, { steps }) => sum + steps(db), 0);
  });
  const check = new Check(db, total, onProgress);
  if (failure !== null) check.fail(`the file: ${failure}`);
  else {
    for (const { what, run } of CHECKS) {
      check.proceed(what, 0);
      const sentence = attempt(() => run(check));
      if (sentence !== null) check.fail(`${what}: ${sentence}`);
    }
  }
  return check.report;
}

/** Why it could not be done; null where it could. */
function attempt(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return `cannot be read: ${(error as Error).message}`;
  }
}

function requireTables(db: Db): void {
  const names = new Set(prepare(db, "SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all());
  const missing = [...resources.map((resource) => resource.name as string), 'withdrawn', 'facts'].filter(
    (name) => !names.has(name),
  );
  if (missing.length === 0) return;
  throw new UsageError(
    `This database holds no base (table ${missing[0]} is missing). \`verbatim seed\` makes one.`,
  );
}

function countRows(db: Db, table: string): number {
  return prepare(db, `SELECT count(*) FROM ${table}`).pluck().get() as number;
}

const PAGES_A_STEP = 4;
const STEPS_A_BLOCK = 10;

function countFileSteps(db: Db): number {
  return Math.ceil((db.pragma('page_count', { simple: true }) as number) / PAGES_A_STEP);
}

function countTextSteps(db: Db, index: string): number {
  return STEPS_A_BLOCK * countRows(db, `"${index}_data"`);
}

function checkFile(check: Check): void {
  for (const sentence of listFileFaults(check.db)) check.fail(sentence);
  check.proceed('the file', countFileSteps(check.db));
}

function listFullTextIndexes(db: Db): string[] {
  return prepare(
    db,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' AND sql LIKE '%USING fts5(%' ORDER BY name",
  )
    .pluck()
    .all() as string[];
}

function checkFullText(check: Check): void {
  const indexes = listFullTextIndexes(check.db);
  for (const name of listTextIndexes()) {
    if (!indexes.includes(name)) check.fail(`the full-text index ${name} is missing`);
  }
  for (const name of indexes) {
    check.proceed(name, 0);
    const sentence = attempt(() => {
      for (const fault of listTextFaults(check.db, name))
        check.fail(`the full-text index ${name} is not that of its table: ${fault}`);
      check.proceed(name, countTextSteps(check.db, name));
    });
    if (sentence !== null) check.fail(`the full-text index ${name} ${sentence}`);
    check.count('full-text indexes', 1);
  }
}

function checkNoun(check: Check, resource: Resource): void {
  for (const { records, failures } of checkRecords(check.db, resource)) {
    for (const failure of failures) check.fail(failure);
    check.count(resource.name, records);
    check.proceed(resource.name, records);
  }
}

function checkTree(check: Check, table: string, tree: NonNullable<Resource['tree']>): void {
  for (const sentence of listClosureFaults(check.db, table, tree)) check.fail(sentence);
  check.proceed(tree.closure, 1);
}

function checkSources(check: Check): void {
  const sources = check.db
    .prepare('SELECT key, id, text, text_sha256 FROM sources ORDER BY key')
    .iterate() as IterableIterator<{
    key: number;
    id: string;
    text: string | null;
    text_sha256: string | null;
  }>;
  for (const source of sources) {
    const text = source.text === null ? undefined : indexCodePoints(source.text);
    if (text !== undefined && source.text_sha256 !== digestText(text.text))
      check.fail(`source "${source.id}": text_sha256 is not the hash of the text that is held`);
    const places = readPlaces(check.db, source.key, { placed: true });
    const quotes = countSpans(check, places.quotes);
    // Whether every quoted passage is accounted for is a question of the document, and of how far it was coded.
    for (const sentence of checkPlaces({ ...places, quotes }, text, { covered: false })) check.fail(sentence);
    check.count('ledger entries', places.ledger.length);
    check.proceed('places in the sources', 1);
  }
}

function* countSpans(check: Check, quotes: Iterable<PlacedQuote>): Generator<PlacedQuote> {
  for (const quote of quotes) {
    check.count('spans with a place', quote.spans.length);
    yield quote;
  }
}

function checkWithdrawn(check: Check): void {
  const nouns = new Map(resources.map((resource) => [resource.name as string, resource]));
  const rows = check.db.prepare('SELECT noun, id, digest FROM withdrawn').iterate() as IterableIterator<Row>;
  check.count('withdrawn', 0);
  for (const { noun, id, digest } of rows) {
    const resource = nouns.get(String(noun));
    if (resource === undefined) check.fail(`withdrawn "${id}": there is no noun ${noun}`);
    else if (prepare(check.db, `SELECT 1 FROM ${resource.name} WHERE id = ?`).get(id) !== undefined)
      check.fail(`${resource.singular} "${id}" is withdrawn, and is there`);
    // Empty where the base never held the record, and only took its id from the list of those withdrawn.
    if (!/^([0-9a-f]{64})?$/.test(String(digest))) check.fail(`withdrawn ${noun} "${id}" has no digest`);
    check.count('withdrawn', 1);
  }
  check.proceed('withdrawn', 1);
}
