/** Whether the base is whole: the file, its indexes, and everything in it that is derived from something else. */
import type { Db } from '../db/client.ts';
import { readFact } from '../db/data-version.ts';
import { prepare } from '../db/statements.ts';
import { parseEdtf, UNDATED } from '../edtf.ts';
import { UsageError } from '../errors.ts';
import { indexCodePoints } from '../evidence/code-points.ts';
import { digestText } from '../evidence/digest.ts';
import { foldForSorting } from '../evidence/sort-key.ts';
import { resources } from '../resources/registry.ts';
import type { ChildrenField, Field, NamesDeclaration, Resource } from '../resources/resource.ts';
import { findWeakestVerification } from '../vocabulary.ts';
import type { Row } from './columns.ts';
import { listNameRows } from './name-keys.ts';
import { checkPlaces, listSpans, readPlaces } from './places.ts';
import { renderRecord } from './render.ts';
import { listTextIndexes } from './text-indexes.ts';

/** `what` is being looked at; `done` of `total` steps are behind it. */
export type Progress = { done: number; total: number; what: string };

export type BaseReport = {
  ok: boolean;
  /** How much was looked at: rows of each noun, spans, full-text indexes. */
  counts: Record<string, number>;
  /** The first 100, as sentences. */
  failures: string[];
  failures_total: number;
  /** What could not be checked, and why. */
  notes: string[];
};

const MOST_FAILURES = 100;
const BATCH = 200;

class Check {
  readonly db: Db;
  readonly report: BaseReport = { ok: true, counts: {}, failures: [], failures_total: 0, notes: [] };
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

/**
 * Reads everything once. The full-text indexes can only be compared on a handle that may write (nothing is written).
 * Throws UsageError where the file is no base of ours.
 */
export function verifyBase(db: Db, onProgress?: (progress: Progress) => void): BaseReport {
  requireTables(db);
  const indexes = listFullTextIndexes(db);
  const sources = countRows(db, 'sources');
  const records = resources.reduce((sum, resource) => sum + countRows(db, resource.name), 0);
  const check = new Check(db, 1 + indexes.length + records + sources, onProgress);
  checkFile(check);
  checkFullText(check, indexes);
  for (const resource of resources) {
    checkRecords(check, resource);
    checkTree(check, resource);
  }
  checkSources(check);
  checkWithdrawn(check);
  return check.report;
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

function checkFile(check: Check): void {
  for (const sentence of check.db.pragma('integrity_check') as { integrity_check: string }[]) {
    if (sentence.integrity_check !== 'ok') check.fail(`the file: ${sentence.integrity_check}`);
  }
  const broken = check.db.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[];
  for (const { table, rowid, parent } of broken) {
    check.fail(`table ${table}: row ${rowid} refers to a row of ${parent} that is not there`);
  }
  if (readFact(check.db, 'data_version') === undefined && countRows(check.db, 'actors') > 0) {
    check.fail('the base has records and no data_version');
  }
  check.proceed('the file', 1);
}

function listFullTextIndexes(db: Db): string[] {
  return prepare(
    db,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' AND sql LIKE '%USING fts5(%' ORDER BY name",
  )
    .pluck()
    .all() as string[];
}

function checkFullText(check: Check, indexes: readonly string[]): void {
  for (const name of listTextIndexes()) {
    if (!indexes.includes(name)) check.fail(`the full-text index ${name} is missing`);
  }
  if (check.db.readonly) {
    check.report.notes.push(
      'The full-text indexes were not compared: that takes a database opened for writing.',
    );
    check.proceed('full-text indexes', indexes.length);
    return;
  }
  for (const name of indexes) {
    try {
      // The 1 has it compared with the table that it indexes, and not only with itself.
      check.db.prepare(`INSERT INTO ${name} (${name}, rank) VALUES ('integrity-check', 1)`).run();
    } catch (error) {
      check.fail(`the full-text index ${name} is not that of its table: ${(error as Error).message}`);
    }
    check.count('full-text indexes', 1);
    check.proceed(name, 1);
  }
}

function checkRecords(check: Check, resource: Resource): void {
  const { db } = check;
  const next = prepare(db, `SELECT * FROM ${resource.name} WHERE key > ? ORDER BY key LIMIT ${BATCH}`);
  let last = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = next.all(last) as Row[];
    if (rows.length === 0) return;
    for (const row of rows) {
      for (const sentence of listFaults(db, resource, row))
        check.fail(`${resource.singular} "${row.id}": ${sentence}`);
    }
    last = rows.at(-1)?.key as number;
    check.count(resource.name, rows.length);
    check.proceed(resource.name, rows.length);
  }
}

function* listFaults(db: Db, resource: Resource, row: Row): Generator<string> {
  const key = row.key as number;
  if (!/^[0-9a-f]{64}$/.test(String(row.digest))) yield 'has no digest of what was handed in';
  if (JSON.stringify(renderRecord(db, resource, key)) !== row.document)
    yield 'the stored document is not what its columns say';
  yield* listColumnFaults(db, resource.fields, row);
  if (resource.names !== undefined) yield* listNameFaults(db, resource.names, row);
  if (resource.name === 'quotes') yield* listQuoteFaults(db, row);
  if (resource.name === 'stances') yield* listStanceFaults(db, row);
}

/** Columns that the writer fills from others, for sorting, periods and search. */
function* listColumnFaults(db: Db, fields: Record<string, Field>, row: Row, prefix = ''): Generator<string> {
  for (const [name, field] of Object.entries(fields)) {
    const column = `${prefix}${name}`;
    if (field.type === 'date') {
      const { earliest, latest } = row[column] === null ? UNDATED : parseEdtf(String(row[column]));
      if (row[`${column}_earliest`] !== earliest || row[`${column}_latest`] !== latest)
        yield `${column}: the days are not those of "${row[column]}"`;
    } else if (field.type === 'text' && field.sort) {
      if (row[`${column}_sort`] !== foldForSorting(String(row[column] ?? '')))
        yield `${column}_sort is not the key of ${column}`;
    } else if (field.type === 'object') {
      yield* listColumnFaults(db, field.fields, row, `${column}_`);
    } else if (field.type === 'children') {
      yield* listChildFaults(db, name, field, row);
    }
  }
}

function* listChildFaults(db: Db, name: string, field: ChildrenField, row: Row): Generator<string> {
  const children = prepare(db, `SELECT * FROM ${field.table} WHERE ${field.owner} = ? ORDER BY ordinal`).all(
    row.key,
  ) as Row[];
  for (const [n, child] of children.entries()) {
    if (child.ordinal !== n + 1) yield `${name}: entry ${n + 1} has the number ${child.ordinal}`;
    for (const sentence of listColumnFaults(db, field.fields, child)) yield `${name} ${n + 1}: ${sentence}`;
  }
  if (field.text_column === undefined) return;
  const { column, from } = field.text_column;
  const lines = children.map((child) => String(child[from]).replaceAll('\n', ' ')).join('\n');
  if (row[column] !== lines) yield `${column} is not what ${name} say`;
}

function* listNameFaults(db: Db, names: NamesDeclaration, row: Row): Generator<string> {
  const stored = prepare(
    db,
    `SELECT ordinal, plain, joined, words, sounds, backwards FROM ${names.table} WHERE owner_key = ? ORDER BY ordinal`,
  ).all(row.key);
  const expected = listNameRows(names, JSON.parse(String(row.document)));
  if (JSON.stringify(stored) !== JSON.stringify(expected)) yield `${names.table} does not hold its names`;
}

function* listQuoteFaults(db: Db, row: Row): Generator<string> {
  const spans = prepare(db, 'SELECT * FROM spans WHERE quote_key = ? ORDER BY ordinal').all(row.key) as Row[];
  const text = indexCodePoints(String(row.text));
  for (const span of spans) {
    const [start, end] = [span.text_start as number, span.text_end as number];
    const stands = start >= 0 && start <= end && end <= text.length && text.slice(start, end) === span.exact;
    if (!stands) yield `span ${span.ordinal} does not stand at [${start}, ${end}) of the text`;
    if ((span.start === null) !== (row.passage_start === null))
      yield `span ${span.ordinal} and the quote do not both have a place`;
  }
  const quotesWords = row.kind === 'direct' || row.kind === 'mixed';
  if (quotesWords && spans.length === 0) yield `a ${row.kind} quote has spans, and this one has none`;
  if (row.kind === 'indirect' && spans.length > 0) yield 'an indirect quote has no spans, and this one has';
  const held = prepare(db, 'SELECT text IS NOT NULL FROM sources WHERE key = ?').pluck().get(row.source_key);
  const expected = row.passage_start === null ? 'reported' : held === 1 ? 'verified' : 'pinned';
  if (row.verification !== expected) yield `is ${expected} and says it is ${row.verification}`;
}

function* listStanceFaults(db: Db, row: Row): Generator<string> {
  const evidence = prepare(
    db,
    `SELECT e.ordinal, q.id, q.actor_key, q.on_behalf_of_key, q.verification,
       EXISTS (SELECT 1 FROM spans s WHERE s.quote_key = q.key) AS spans
     FROM stance_evidence e LEFT JOIN quotes q ON q.key = e.quote_key WHERE e.stance_key = ? ORDER BY e.ordinal`,
  ).all(row.key) as Row[];
  if (evidence.length === 0) yield 'has no evidence';
  const held = prepare(db, 'SELECT text IS NOT NULL FROM sources WHERE key = ?').pluck().get(row.source_key);
  const states = evidence.map((item) => String(item.verification ?? (held === 1 ? 'verified' : 'pinned')));
  const weakest = findWeakestVerification(states);
  if (weakest !== null && row.verification !== weakest)
    yield `is ${weakest} and says it is ${row.verification}`;
  for (const item of evidence) {
    if (item.id === null || item.actor_key === row.actor_key || item.on_behalf_of_key === row.actor_key)
      continue;
    yield `evidence ${item.ordinal}, quote "${item.id}", is not the actor's and not made on the actor's behalf`;
  }
  if (row.basis === 'quoted' && !evidence.some((item) => item.spans === 1))
    yield 'rests on quoted words, and its evidence has none';
}

function checkTree(check: Check, resource: Resource): void {
  if (resource.tree === undefined) return;
  const { closure, parent } = resource.tree;
  const rows = prepare(check.db, `SELECT key, ${parent}_key AS parent FROM ${resource.name}`).all() as {
    key: number;
    parent: number | null;
  }[];
  const parents = new Map(rows.map((row) => [row.key, row.parent]));
  const expected = new Set<string>();
  for (const { key } of rows) {
    const above = new Set<number>();
    for (let at: number | null | undefined = key; at != null; at = parents.get(at)) {
      if (above.has(at)) {
        check.fail(`${resource.name}: key ${key} stands under itself`);
        break;
      }
      above.add(at);
      expected.add(`${at} ${key}`);
    }
  }
  const stored = prepare(check.db, `SELECT ancestor_key || ' ' || descendant_key FROM ${closure}`)
    .pluck()
    .all() as string[];
  const lacking = expected.difference(new Set(stored)).size;
  const surplus = new Set(stored).difference(expected).size;
  if (lacking + surplus > 0)
    check.fail(`${closure} is not made from ${resource.name}: ${lacking} pairs lacking, ${surplus} too many`);
}

function checkSources(check: Check): void {
  const keys = prepare(check.db, 'SELECT key FROM sources ORDER BY key').pluck().all() as number[];
  for (const key of keys) {
    const source = prepare(
      check.db,
      'SELECT id, text, text_sha256, text_length FROM sources WHERE key = ?',
    ).get(key) as { id: string; text: string | null; text_sha256: string | null; text_length: number | null };
    const text = source.text === null ? undefined : indexCodePoints(source.text);
    if (text !== undefined && source.text_sha256 !== digestText(text.text))
      check.fail(`source "${source.id}": text_sha256 is not the hash of the text that is held`);
    const places = readPlaces(check.db, key);
    // Whether every quoted passage is accounted for is a question of the document, and of how far it was coded.
    for (const sentence of checkPlaces(places, text, { covered: false })) check.fail(sentence);
    check.count('spans with a place', listSpans(places).length);
    check.count('ledger entries', places.ledger.length);
    check.proceed('places in the sources', 1);
  }
}

function checkWithdrawn(check: Check): void {
  const nouns = new Map(resources.map((resource) => [resource.name as string, resource]));
  const rows = prepare(check.db, 'SELECT noun, id, digest FROM withdrawn').all() as Row[];
  for (const { noun, id, digest } of rows) {
    const resource = nouns.get(String(noun));
    if (resource === undefined) check.fail(`withdrawn "${id}": there is no noun ${noun}`);
    else if (prepare(check.db, `SELECT 1 FROM ${resource.name} WHERE id = ?`).get(id) !== undefined)
      check.fail(`${resource.singular} "${id}" is withdrawn, and is there`);
    // Empty where the base never held the record, and only took its id from the list of those withdrawn.
    if (!/^([0-9a-f]{64})?$/.test(String(digest))) check.fail(`withdrawn ${noun} "${id}" has no digest`);
  }
  check.count('withdrawn', rows.length);
}
