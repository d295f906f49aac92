/** The one place that writes records. Everything that is derived from them is made true here, in the same transaction. */
import type { Db } from '../db/client.ts';
import { changeDataVersion, readFact, writeFact } from '../db/data-version.ts';
import { prepare } from '../db/statements.ts';
import { resources } from '../resources/registry.ts';
import type { Draft, Noun, Resource } from '../resources/resource.ts';
import { type FindKey, listReferencePlaces } from './columns.ts';
import { declarationFacts, hasSameDeclarations } from './declarations.ts';
import { type Changes, isRelisted, listDependents } from './dependents.ts';
import { digestRecord } from './digest-record.ts';
import { rebuildNames } from './name-keys.ts';
import { storeDocuments } from './render.ts';
import { deleteRecord, insertRecord, updateRecord } from './rows.ts';
import { rebuildClosure } from './tree-closure.ts';

export type Origin = 'seed' | 'import';
export type Counts = { added: number; changed: number; unchanged: number; withdrawn: number };
export type Report = Map<Noun, Counts>;
export type Withdrawal = { noun: Noun; id: string; reason: string };

/** A record that cannot be written, for a reason that only the base knows. */
export class WriteRefusal extends Error {
  readonly noun: Noun;
  readonly id: string;
  constructor(noun: Noun, id: string, sentence: string) {
    super(sentence);
    this.name = 'WriteRefusal';
    this.noun = noun;
    this.id = id;
  }
}

/**
 * Makes the base's records of one origin be these and no others, whole or not at all. Records of other origins are
 * not touched. What is missing from the load is withdrawn, with the reason in `withdrawals` or the given default.
 * `facts` are written in the same transaction. Where nothing is new, nothing is written.
 * Throws WriteRefusal; the base is then as it was.
 */
export function replaceRecords(
  db: Db,
  loads: ReadonlyMap<Noun, readonly Draft[]>,
  options: {
    origin: Origin;
    withdrawals: readonly Withdrawal[];
    defaultReason: string;
    facts: Record<string, string>;
  },
): Report {
  const report: Report = new Map();
  const write = db.transaction(() => {
    db.pragma('defer_foreign_keys = ON');
    const keys = new KeyTable(db);
    // Records of an earlier release may be rendered otherwise: an equal digest says nothing then.
    const sameDeclarations = hasSameDeclarations(db);
    const touched = new Map<Noun, Touched>();
    for (const resource of resources)
      keys.reserve(
        resource.name,
        (loads.get(resource.name) ?? []).map((draft) => draft.id),
      );
    for (const resource of resources) {
      const counts: Counts = { added: 0, changed: 0, unchanged: 0, withdrawn: 0 };
      report.set(resource.name, counts);
      const here: Touched = { written: new Set(), relabelled: [], relisted: [] };
      touched.set(resource.name, here);
      for (const draft of loads.get(resource.name) ?? []) {
        const outcome = writeRecord(db, resource, draft, options.origin, keys.find, sameDeclarations);
        counts[outcome.what] += 1;
        if (outcome.what !== 'unchanged') here.written.add(outcome.key);
        if (outcome.relabelled) here.relabelled.push(outcome.key);
        if (outcome.relisted) here.relisted.push(outcome.key);
      }
      counts.withdrawn = withdrawMissing(db, resource, loads.get(resource.name) ?? [], options);
    }
    refuseBrokenReferences(db);
    const newReasons = noteWithdrawals(db, options.withdrawals, options.origin);
    const newFacts = Object.entries({ ...options.facts, ...declarationFacts }).filter(
      ([name, value]) => readFact(db, name) !== value,
    );
    const newRecords = [...report.values()].some(
      (counts) => counts.added + counts.changed + counts.withdrawn > 0,
    );
    if (!newRecords && newReasons === 0 && newFacts.length === 0) return;
    if (newRecords) {
      for (const resource of resources)
        if ((touched.get(resource.name)?.written.size ?? 0) > 0) rebuildClosure(db, resource);
      addDependents(db, touched);
      for (const resource of resources)
        storeDocuments(db, resource, touched.get(resource.name)?.written ?? []);
    }
    if (!sameDeclarations) renderAll(db);
    for (const [name, value] of newFacts) writeFact(db, name, value);
    changeDataVersion(db);
  });
  write.immediate();
  return report;
}

/**
 * Makes anew what another release has made of the records, whatever door they came in by. Says whether there was anything
 * to do. Seeds that are loaded afterwards need it no more.
 */
export function renewRecords(db: Db): boolean {
  if (hasSameDeclarations(db)) return false;
  const renew = db.transaction(() => {
    renderAll(db);
    for (const [name, value] of Object.entries(declarationFacts)) writeFact(db, name, value);
    changeDataVersion(db);
  });
  renew.immediate();
  return true;
}

function renderAll(db: Db): void {
  for (const resource of resources) {
    const next = prepare(db, `SELECT key FROM ${resource.name} WHERE key > ? ORDER BY key LIMIT 500`).pluck();
    for (let keys = next.all(Number.MIN_SAFE_INTEGER) as number[]; keys.length > 0; ) {
      storeDocuments(db, resource, keys);
      keys = next.all(keys.at(-1)) as number[];
    }
    rebuildNames(db, resource);
  }
}

/** Public ids to row keys; keys for new ids are given out before the first row is written, so that records may refer to each other in any order. */
class KeyTable {
  private readonly db: Db;
  private readonly reserved = new Map<string, number>();
  constructor(db: Db) {
    this.db = db;
  }
  reserve(noun: Noun, ids: readonly string[]): void {
    let next =
      (prepare(this.db, `SELECT coalesce(max(key), 0) + 1 FROM ${noun}`).pluck().get() as number) ?? 1;
    for (const id of ids) {
      const existing = prepare(this.db, `SELECT key FROM ${noun} WHERE id = ?`).pluck().get(id) as
        | number
        | undefined;
      this.reserved.set(`${noun} ${id}`, existing ?? next++);
    }
  }
  find: FindKey = (noun, id) => {
    const key =
      this.reserved.get(`${noun} ${id}`) ??
      prepare(this.db, `SELECT key FROM ${noun} WHERE id = ?`).pluck().get(id);
    if (key === undefined) throw new Error(`${noun} "${id}" was not checked before it was written`);
    return key as number;
  };
}

type Touched = Changes & { written: Set<number> };
type Outcome = {
  what: 'added' | 'changed' | 'unchanged';
  key: number;
  relabelled: boolean;
  relisted: boolean;
};

function writeRecord(
  db: Db,
  resource: Resource,
  draft: Draft,
  origin: Origin,
  findKey: FindKey,
  sameDeclarations: boolean,
): Outcome {
  const key = findKey(resource.name, draft.id);
  const digest = digestRecord(draft);
  const label = resource.label ?? 'id';
  const existing = prepare(
    db,
    `SELECT origin, digest, ${label} AS label FROM ${resource.name} WHERE key = ?`,
  ).get(key) as { origin: Origin; digest: string; label: string } | undefined;
  if (existing !== undefined && existing.origin !== origin) {
    throw new WriteRefusal(
      resource.name,
      draft.id,
      `the id is taken by a record that came in by "${existing.origin}"`,
    );
  }
  if (sameDeclarations && existing?.digest === digest)
    return { what: 'unchanged', key, relabelled: false, relisted: false };
  if (existing === undefined) reinstate(db, resource, draft.id, digest);
  const relisted = existing !== undefined && isRelisted(db, resource, key, draft);
  const write = existing === undefined ? insertRecord : updateRecord;
  write(db, resource, { key, origin, digest, document: '' }, draft, findKey);
  const relabelled =
    existing !== undefined && resource.label !== null && existing.label !== draft[resource.label];
  return { what: existing === undefined ? 'added' : 'changed', key, relabelled, relisted };
}

/** An id that was withdrawn comes back only for the same record, because ids are never reused. */
function reinstate(db: Db, resource: Resource, id: string, digest: string): void {
  const gone = prepare(db, 'SELECT reason, digest FROM withdrawn WHERE noun = ? AND id = ?').get(
    resource.name,
    id,
  ) as { reason: string; digest: string } | undefined;
  if (gone === undefined) return;
  if (gone.digest !== digest) {
    throw new WriteRefusal(
      resource.name,
      id,
      `the id belongs to a record that was withdrawn (${gone.reason}); ids are never reused, so give the new record another one`,
    );
  }
  prepare(db, 'DELETE FROM withdrawn WHERE noun = ? AND id = ?').run(resource.name, id);
}

function withdrawMissing(
  db: Db,
  resource: Resource,
  drafts: readonly Draft[],
  options: { origin: Origin; withdrawals: readonly Withdrawal[]; defaultReason: string },
): number {
  const present = new Set(drafts.map((draft) => draft.id));
  const rows = prepare(db, `SELECT key, id, digest FROM ${resource.name} WHERE origin = ?`).all(
    options.origin,
  ) as {
    key: number;
    id: string;
    digest: string;
  }[];
  const missing = rows.filter((row) => !present.has(row.id));
  for (const { key, id, digest } of missing) {
    const given = options.withdrawals.find(
      (withdrawal) => withdrawal.noun === resource.name && withdrawal.id === id,
    );
    prepare(db, 'INSERT INTO withdrawn (noun, id, reason, origin, digest) VALUES (?, ?, ?, ?, ?)').run(
      resource.name,
      id,
      given?.reason ?? options.defaultReason,
      options.origin,
      digest,
    );
    deleteRecord(db, resource, key);
  }
  return missing.length;
}

/**
 * A reason that was written down after the record had gone replaces the one it was given then. A base that never held
 * the record takes the id as withdrawn too, so that it answers alike everywhere.
 */
function noteWithdrawals(db: Db, withdrawals: readonly Withdrawal[], origin: Origin): number {
  const note = prepare(
    db,
    `INSERT INTO withdrawn (noun, id, reason, origin, digest) VALUES (@noun, @id, @reason, @origin, '')
       ON CONFLICT (noun, id) DO UPDATE SET reason = excluded.reason WHERE reason <> excluded.reason`,
  );
  return withdrawals.reduce((noted, withdrawal) => noted + note.run({ ...withdrawal, origin }).changes, 0);
}

function refuseBrokenReferences(db: Db): void {
  const broken = db.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[];
  const first = broken[0];
  if (first === undefined) return;
  const place = resources
    .flatMap((to) => listReferencePlaces(resources, to.name).map((place) => ({ ...place, to: to.name })))
    .find((candidate) => candidate.table === first.table && candidate.to === first.parent);
  const noun = (place?.to ?? first.parent) as Noun;
  throw new WriteRefusal(
    noun,
    '',
    `a record of ${noun} cannot be withdrawn: ${place?.from.name ?? first.table} that did not come from the same place still refer to it`,
  );
}

/** A document shows something of the records it refers to: when that changes, so does the document. */
function addDependents(db: Db, touched: ReadonlyMap<Noun, Touched>): void {
  for (const [noun, changes] of touched) {
    for (const [from, keys] of listDependents(db, noun, changes))
      for (const key of keys) touched.get(from.name)?.written.add(key);
  }
}
