/**
 * Writes the records of an import in batches, a transaction each, and knows what the base holds of them. Between two
 * batches the base is whole: everything derived is made true in the batch that changes what it is derived from.
 */
import type { Db } from '../db/client.ts';
import { changeDataVersion, readDataVersion } from '../db/data-version.ts';
import { prepare } from '../db/statements.ts';
import { getResource, holdings, resources } from '../resources/registry.ts';
import type { Draft, Noun, Resource } from '../resources/resource.ts';
import { listReferencePlaces } from './columns.ts';
import { type Changes, isRelisted, renderDependents } from './dependents.ts';
import type { KeyIndex } from './key-index.ts';
import { readDraftAt } from './lookup.ts';
import { keepRecent } from './recent.ts';
import { type Lookup, renderDraft } from './render.ts';
import { rereadChildren } from './reread.ts';
import { deleteRecord, insertRecord, updateRecord } from './rows.ts';
import { addToClosure, isMoved, renewClosure } from './tree-closure.ts';
import type { Origin } from './write.ts';

/** What is known of a record without reading all of it. */
export type Known = { key: number; origin: Origin; digest: string; label: string | null };

/** A record that was checked and is to be written. */
export type StagedRecord = {
  resource: Resource;
  draft: Draft;
  digest: string;
  key: number;
  /** What the base holds under its id. */
  existing: Known | undefined;
};
export type StagedWithdrawal = { noun: Noun; id: string; reason: string; digest: string };

/** Somebody else wrote since the batch was checked: it must be checked again. */
export class BaseChanged extends Error {}

export type ImportStore = {
  find: (noun: Noun, id: string) => Known | undefined;
  findDraft: (noun: Noun, id: string) => Draft | undefined;
  /** A withdrawn id's reason, and the digest of its record ('' where the base never held it). */
  findWithdrawn: (noun: Noun, id: string) => { reason: string; digest: string } | undefined;
  isReferredTo: (noun: Noun, key: number) => boolean;
  takeKey: (noun: Noun) => number;
  /** Makes a checked record known to the checks of those behind it, before it is written. */
  stage: (record: StagedRecord) => void;
  /** Throws BaseChanged, or SQLite's own error; nothing is written then, and `forget` is to be called. */
  write: (records: readonly StagedRecord[], withdrawals: readonly StagedWithdrawal[]) => void;
  /** Drops everything that was staged and is not written. */
  forget: () => void;
};

const ORIGIN = 'import';
/** Of each noun. */
const MOST_KNOWN = 20_000;
/** Of each noun, in UTF-16 units of the texts that drafts hold. */
const MOST_TEXT = 4_000_000;

/** `index` finds the keys where the base has no index of ids while it is loaded. */
export function openImportStore(db: Db, index: KeyIndex | null = null): ImportStore {
  // A map for each noun: an id that was read once is looked up often, and a key made of both would be hashed each time.
  const nouns = new Map(
    resources.map((resource) => [
      resource.name,
      {
        known: keepRecent<Known>(MOST_KNOWN),
        drafts: keepRecent<Draft>(MOST_TEXT, weighDraft),
        /** Those of its lists of which others show a part. */
        lists: keepRecent<Lists>(MOST_KNOWN),
        staged: new Map<string, StagedRecord>(),
        read: prepareReader(db, resource, index),
        nextKey: null as number | null,
      },
    ]),
  );
  const look = (noun: Noun) => nouns.get(noun) as NonNullable<ReturnType<typeof nouns.get>>;
  let version = readDataVersion(db);
  let withdrawn = countWithdrawn(db);

  const find = (noun: Noun, id: string): Known | undefined => {
    const { known, staged, read } = look(noun);
    let found = known.get(id);
    if (found !== undefined) return found;
    const waiting = staged.get(id);
    if (waiting !== undefined) return describeStaged(waiting);
    found = read(id);
    if (found !== undefined) known.set(id, found);
    return found;
  };
  const findId = (noun: Noun, key: number) =>
    prepare(db, `SELECT id FROM ${noun} WHERE key = ?`).pluck().get(key) as string | null;
  const lookup: Lookup = {
    findLabel: (noun, id) => find(noun, id)?.label ?? null,
    findChildren(noun, id, name, list) {
      const { lists, staged } = look(noun);
      const waiting = staged.get(id);
      if (waiting !== undefined) return listHeld(waiting.draft, name);
      const kept = lists.get(id) ?? {};
      let children = kept[name];
      if (children === undefined) {
        children = rereadChildren(db, list, findKey(noun, id), findId);
        lists.set(id, { ...kept, [name]: children });
      }
      return children;
    },
  };
  const findKey = (noun: Noun, id: string) => {
    const found = find(noun, id);
    if (found === undefined) throw new Error(`${noun} "${id}" was not checked before it was written`);
    return found.key;
  };

  const writeAll = db.transaction(
    (records: readonly StagedRecord[], withdrawals: readonly StagedWithdrawal[]) => {
      if (readDataVersion(db) !== version) throw new BaseChanged();
      db.pragma('defer_foreign_keys = ON');
      const changes = new Map<Noun, Changes>();
      /** Keys of the records of a tree that are new, and of those that stand elsewhere than before. */
      const trees = new Map<Resource, { added: number[]; moved: number[] }>();
      for (const { resource, draft, digest, key, existing } of records) {
        const document = JSON.stringify(renderDraft(resource, draft, lookup));
        const head = { key, origin: ORIGIN, digest, document };
        if (existing !== undefined) noteChanges(db, changes, resource, draft, existing);
        if (resource.tree !== undefined) {
          const tree = trees.get(resource) ?? { added: [], moved: [] };
          trees.set(resource, tree);
          if (existing === undefined) tree.added.push(key);
          else if (isMoved(db, resource, key, draft)) tree.moved.push(key);
        }
        if (existing === undefined) insertRecord(db, resource, head, draft, findKey);
        else updateRecord(db, resource, head, draft, findKey);
        if (existing === undefined && withdrawn > 0) reinstate(db, resource.name, draft.id);
      }
      for (const withdrawal of withdrawals) withdraw(db, withdrawal);
      // Nothing stands under what is withdrawn, or it was moved.
      for (const [resource, { added, moved }] of trees) {
        renewClosure(db, resource, moved);
        addToClosure(db, resource, added);
      }
      renderDependents(db, changes);
      changeDataVersion(db);
    },
  );

  return {
    find,
    findDraft(noun, id) {
      const { staged, drafts } = look(noun);
      let draft = staged.get(id)?.draft ?? drafts.get(id);
      if (draft !== undefined) return draft;
      const found = find(noun, id);
      if (found === undefined) return undefined;
      draft = readDraftAt(db, noun, found.key);
      drafts.set(id, draft);
      return draft;
    },
    findWithdrawn: (noun, id) => (withdrawn === 0 ? undefined : readWithdrawn(db, noun, id)),
    isReferredTo: (noun, key) =>
      listReferencePlaces(resources, noun).some(
        ({ table, column }) =>
          prepare(db, `SELECT 1 FROM ${table} WHERE ${column} = ? LIMIT 1`).get(key) !== undefined,
      ),
    takeKey(noun) {
      const here = look(noun);
      const key =
        here.nextKey ??
        (prepare(db, `SELECT coalesce(max(key), 0) + 1 FROM ${noun}`).pluck().get() as number);
      here.nextKey = key + 1;
      return key;
    },
    stage(record) {
      const { staged, known } = look(record.resource.name);
      staged.set(record.draft.id, record);
      known.delete(record.draft.id);
    },
    write(records, withdrawals) {
      if (records.length === 0 && withdrawals.length === 0) return;
      writeAll.immediate(records, withdrawals);
      version = readDataVersion(db);
      withdrawn = countWithdrawn(db);
      for (const record of records) {
        const { known, drafts, lists, staged } = look(record.resource.name);
        const { id } = record.draft;
        known.set(id, describeStaged(record));
        drafts.set(id, record.draft);
        const held = takeHeld(record);
        if (held !== null) lists.set(id, held);
        staged.delete(id);
        if (record.existing === undefined) index?.add(record.resource.name, id, record.key);
      }
      for (const { noun, id } of withdrawals) {
        look(noun).known.delete(id);
        look(noun).drafts.delete(id);
        look(noun).lists.delete(id);
      }
    },
    forget() {
      for (const here of nouns.values()) {
        here.known.clear();
        here.drafts.clear();
        here.lists.clear();
        here.staged.clear();
        here.nextKey = null;
      }
      version = readDataVersion(db);
      withdrawn = countWithdrawn(db);
    },
  };
}

type Lists = Record<string, readonly Record<string, unknown>[]>;

function listHeld(draft: Draft, name: string): Lists[string] {
  return (draft[name] ?? []) as Lists[string];
}

function takeHeld({ resource, draft }: StagedRecord): Lists | null {
  const held = holdings.filter(({ field }) => field.to === resource.name);
  if (held.length === 0) return null;
  return Object.fromEntries(held.map(({ field }) => [field.children, listHeld(draft, field.children)]));
}

/** While the base holds the record as it was. */
function noteChanges(
  db: Db,
  changes: Map<Noun, Changes>,
  resource: Resource,
  draft: Draft,
  existing: Known,
): void {
  const here = changes.get(resource.name) ?? { relabelled: [], relisted: [] };
  changes.set(resource.name, here);
  if (existing.label !== getLabel(resource, draft)) here.relabelled.push(existing.key);
  if (isRelisted(db, resource, existing.key, draft)) here.relisted.push(existing.key);
}

function weighDraft(draft: Draft): number {
  return typeof draft.text === 'string' ? draft.text.length + 1000 : 1000;
}

function describeStaged({ resource, draft, digest, key }: StagedRecord): Known {
  return { key, origin: ORIGIN, digest, label: getLabel(resource, draft) };
}

function getLabel(resource: Resource, draft: Draft): string | null {
  return resource.label === null ? null : String(draft[resource.label]);
}

function prepareReader(
  db: Db,
  { name, label }: Resource,
  index: KeyIndex | null,
): (id: string) => Known | undefined {
  const columns = `key, origin, digest, ${label ?? 'NULL'} AS label`;
  if (index === null) {
    const byId = db.prepare(`SELECT ${columns} FROM ${name} WHERE id = ?`);
    return (id) => byId.get(id) as Known | undefined;
  }
  const byKey = db.prepare(`SELECT ${columns} FROM ${name} WHERE key = ?`);
  const idOf = db.prepare(`SELECT id FROM ${name} WHERE key = ?`).pluck();
  return (id) => {
    const key = index.find(name, id, (candidate) => idOf.get(candidate) === id);
    return key === undefined ? undefined : (byKey.get(key) as Known | undefined);
  };
}

function countWithdrawn(db: Db): number {
  return prepare(db, 'SELECT count(*) FROM (SELECT 1 FROM withdrawn LIMIT 1)').pluck().get() as number;
}

function readWithdrawn(db: Db, noun: Noun, id: string): { reason: string; digest: string } | undefined {
  return prepare(db, 'SELECT reason, digest FROM withdrawn WHERE noun = ? AND id = ?').get(noun, id) as
    | { reason: string; digest: string }
    | undefined;
}

function reinstate(db: Db, noun: Noun, id: string): void {
  prepare(db, 'DELETE FROM withdrawn WHERE noun = ? AND id = ?').run(noun, id);
}

/** Takes the record out where the base holds it, and keeps the id from being used again. */
function withdraw(db: Db, { noun, id, reason, digest }: StagedWithdrawal): void {
  const held = prepare(db, `SELECT key, digest FROM ${noun} WHERE id = ?`).get(id) as
    | { key: number; digest: string }
    | undefined;
  if (held !== undefined) deleteRecord(db, getResource(noun), held.key);
  prepare(
    db,
    `INSERT INTO withdrawn (noun, id, reason, origin, digest) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (noun, id) DO UPDATE SET reason = excluded.reason`,
  ).run(noun, id, reason, ORIGIN, held?.digest ?? digest);
}
