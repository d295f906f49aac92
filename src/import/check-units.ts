/**
 * Checks entries of a file as a seed load checks its records: each record by itself, then its references, then as a
 * whole. An entry passes whole or is refused whole.
 */
import type { z } from 'zod';
import {
  describeIssues,
  formatPath,
  listInputKeysIn,
  type Path,
  walkReferences,
} from '../resources/check-record.ts';
import { buildQuickCheck, type QuickCheck } from '../resources/quick-check.ts';
import { getResource, resources } from '../resources/registry.ts';
import type { Draft, FindDraft, Noun, Resource } from '../resources/resource.ts';
import { buildInputSchema } from '../resources/schemas.ts';
import type { ImportStore, StagedRecord, StagedWithdrawal } from '../store/batch.ts';
import { digestRecord } from '../store/digest-record.ts';
import type { ImportUnit, IncomingRecord } from './format.ts';
import { deriveId } from './ids.ts';

/** A record of an entry, sound by itself. One that waits has its key already, so that records keep the order of the file. */
type Entry = { resource: Resource; draft: Draft; incoming: IncomingRecord; key?: number };
export type Candidate = { unit: ImportUnit; entries: Entry[] };

export type Outcome = {
  staged: StagedRecord[];
  withdrawals: StagedWithdrawal[];
  /** Records that the base, or this import, has already. */
  unchanged: StagedRecord[];
  /** Nouns of ids that were withdrawn before, with the same reason. */
  withdrawn: Noun[];
};
/** `waits`: nothing is wrong with it but that it refers to what has not come yet. */
export type Refused = { candidate: Candidate; sentence: string; waits: boolean };

export type CheckContext = {
  store: ImportStore;
  /** To which corpus records belong that do not say; with its record, where the base does not hold it yet. */
  corpus: { id: string; record: IncomingRecord | null } | null;
  /** Whether this import has handed the record in already. */
  isSeen: (noun: Noun, key: number) => boolean;
  suggestId: (noun: Noun, id: string) => string;
};

type Fault = { noun: Noun; id: string | null; path: Path; sentence: string };

const MOST_FAULTS_SAID = 3;
const order = new Map(resources.map((resource, n) => [resource.name, n]));
const checks = new Map<Noun, { quick: QuickCheck; schema: z.ZodType }>();

function getCheck(resource: Resource): { quick: QuickCheck; schema: z.ZodType } {
  let check = checks.get(resource.name);
  if (check === undefined) {
    check = { quick: buildQuickCheck(resource, 'inline'), schema: buildInputSchema(resource, 'inline') };
    checks.set(resource.name, check);
  }
  return check;
}

/** The entry's records, sound by themselves; or what is wrong with them, in a sentence. */
export function readCandidate(
  unit: ImportUnit,
  context: CheckContext,
  isTaken: (record: object) => boolean,
): Candidate | string {
  const faults: Fault[] = [];
  const entries: Entry[] = [];
  for (const incoming of withCorpus(unit.records, context.corpus)) {
    if (isTaken(incoming.record)) continue;
    const resource = getResource(incoming.noun);
    const value = identify(incoming.record, resource, context.corpus);
    const { quick, schema } = getCheck(resource);
    const draft = quick(value);
    if (draft !== null) {
      entries.push({ resource, draft, incoming });
      continue;
    }
    const result = schema.safeParse(value);
    if (result.success) {
      entries.push({ resource, draft: result.data as Draft, incoming });
      continue;
    }
    const id = typeof value.id === 'string' ? value.id : null;
    for (const fault of describeIssues(
      value,
      result.error.issues,
      listInputKeysIn(resource.fields, 'inline'),
    ))
      faults.push({ noun: resource.name, id, ...fault });
  }
  if (faults.length > 0) return sayFaults(faults);
  if (entries.length > 1)
    entries.sort((a, b) => (order.get(a.resource.name) ?? 0) - (order.get(b.resource.name) ?? 0));
  return { unit, entries };
}

/** With its corpus and its id, where it came without them. */
function identify(
  record: IncomingRecord['record'],
  resource: Resource,
  corpus: CheckContext['corpus'],
): IncomingRecord['record'] {
  const belongs = corpus !== null && record.corpus == null && hasCorpus(resource);
  if (!belongs && record.id !== undefined) return record;
  const value: IncomingRecord['record'] = belongs ? { ...record, corpus: corpus.id } : { ...record };
  if (value.id === undefined) value.id = deriveId(resource.singular, value);
  return value;
}

/** The corpus itself comes before what belongs to it. */
function withCorpus(
  records: readonly IncomingRecord[],
  corpus: CheckContext['corpus'],
): readonly IncomingRecord[] {
  if (corpus?.record == null) return records;
  const belongs = records.some(
    ({ noun, record }) => hasCorpus(getResource(noun)) && (record.corpus ?? corpus.id) === corpus.id,
  );
  return belongs ? [corpus.record, ...records] : records;
}

function hasCorpus(resource: Resource): boolean {
  return resource.fields.corpus?.type === 'reference';
}

/**
 * Checks entries that may refer to each other in any order. What passes is staged. Where one is refused, those that
 * refer to it are too. `suggest` looks for the nearest id where there is none, which is in vain while others may come.
 */
export function checkTogether(
  candidates: readonly Candidate[],
  context: CheckContext,
  { suggest }: { suggest: boolean },
): { passed: { candidate: Candidate; outcome: Outcome }[]; refused: Refused[] } {
  const refused: Refused[] = [];
  let remaining = [...candidates];
  for (;;) {
    const overlay = new Map<string, Draft>();
    for (const { entries } of remaining)
      for (const { resource, draft } of entries) overlay.set(`${resource.name} ${draft.id}`, draft);
    const left = remaining.filter((candidate) => {
      const { faults, lacking } = listReferenceFaults(candidate, overlay, context, suggest);
      if (faults.length === 0) return true;
      refused.push({ candidate, sentence: sayFaults(faults), waits: lacking });
      return false;
    });
    if (left.length < remaining.length) {
      remaining = left;
      continue;
    }
    const find: FindDraft = (noun, id) => overlay.get(`${noun} ${id}`) ?? context.store.findDraft(noun, id);
    const wrong = new Map<Candidate, Fault[]>();
    const outcomes = new Map<Candidate, Outcome>(
      remaining.map((candidate) => [
        candidate,
        { staged: [], withdrawals: [], unchanged: [], withdrawn: [] },
      ]),
    );
    completeAll(remaining, find, wrong);
    if (wrong.size === 0) settleAll(remaining, outcomes, context, wrong);
    if (wrong.size === 0)
      return {
        passed: remaining.map((candidate) => ({
          candidate,
          outcome: outcomes.get(candidate) as Outcome,
        })),
        refused,
      };
    for (const [candidate, faults] of wrong)
      refused.push({ candidate, sentence: sayFaults(faults), waits: false });
    remaining = remaining.filter((candidate) => !wrong.has(candidate));
  }
}

function listReferenceFaults(
  { entries }: Candidate,
  overlay: ReadonlyMap<string, Draft>,
  { store, suggestId }: CheckContext,
  suggest: boolean,
): { faults: Fault[]; lacking: boolean } {
  const faults: Fault[] = [];
  let lacking = false;
  for (const { resource, draft } of entries) {
    walkReferences(resource.fields, draft, [], (noun, id, path) => {
      if (overlay.has(`${noun} ${id}`) || store.find(noun, id) !== undefined) return;
      const gone = store.findWithdrawn(noun, id);
      if (gone === undefined) lacking = true;
      const sentence =
        gone === undefined
          ? `there is no ${getResource(noun).singular} "${id}".${suggest ? suggestId(noun, id) : ''}`
          : `"${id}" was withdrawn: ${gone.reason}`;
      faults.push({ noun: resource.name, id: draft.id, path, sentence });
    });
  }
  return { faults, lacking };
}

/** In the order of the nouns, because a record is completed from those that it refers to. */
function completeAll(
  candidates: readonly Candidate[],
  find: FindDraft,
  wrong: Map<Candidate, Fault[]>,
): void {
  const all = candidates.flatMap((candidate) => candidate.entries.map((entry) => ({ candidate, entry })));
  if (candidates.length > 1)
    all.sort((a, b) => (order.get(a.entry.resource.name) ?? 0) - (order.get(b.entry.resource.name) ?? 0));
  for (const { candidate, entry } of all) {
    const { resource, draft } = entry;
    const problems = [...(resource.complete?.(draft, find) ?? []), ...checkTree(resource, draft, find)];
    for (const { path, sentence } of problems)
      addFault(wrong, candidate, { noun: resource.name, id: draft.id, path, sentence });
  }
}

function addFault(wrong: Map<Candidate, Fault[]>, candidate: Candidate, fault: Fault): void {
  wrong.set(candidate, [...(wrong.get(candidate) ?? []), fault]);
}

function checkTree(resource: Resource, draft: Draft, find: FindDraft): Fault[] {
  if (resource.tree === undefined) return [];
  const { parent } = resource.tree;
  const above = [draft.id];
  for (let next = draft[parent]; typeof next === 'string'; next = find(resource.name, next)?.[parent]) {
    if (above.includes(next)) {
      const sentence = `the ${resource.name} go round in a circle: ${[...above, next].join(' > ')}`;
      return [{ noun: resource.name, id: draft.id, path: [parent], sentence }];
    }
    above.push(next);
  }
  return [];
}

/** Compares each record with what the base holds under its id, and stages what is new. */
function settleAll(
  candidates: readonly Candidate[],
  outcomes: ReadonlyMap<Candidate, Outcome>,
  context: CheckContext,
  wrong: Map<Candidate, Fault[]>,
): void {
  const here = new Map<string, StagedRecord>();
  for (const candidate of candidates) {
    const outcome = outcomes.get(candidate) as Outcome;
    for (const { resource, draft, key: reserved } of candidate.entries) {
      const digest = digestRecord(draft);
      const name = `${resource.name} ${draft.id}`;
      const twin = here.get(name);
      const existing = twin === undefined ? context.store.find(resource.name, draft.id) : undefined;
      const sentence =
        twin === undefined
          ? describeCollision(context, resource, draft, digest, existing)
          : twin.digest === digest
            ? null
            : TWICE;
      if (sentence !== null) {
        addFault(wrong, candidate, { noun: resource.name, id: draft.id, path: ['id'], sentence });
        continue;
      }
      const key = twin?.key ?? existing?.key ?? reserved ?? context.store.takeKey(resource.name);
      const record = { resource, draft, digest, key, existing };
      if (twin !== undefined || existing?.digest === digest) {
        outcome.unchanged.push(record);
      } else {
        here.set(name, record);
        outcome.staged.push(record);
      }
    }
    for (const withdrawal of candidate.unit.withdrawals ?? []) {
      const sentence = describeUnwithdrawable(context, withdrawal);
      if (isWithdrawn(context, withdrawal)) outcome.withdrawn.push(withdrawal.noun);
      else if (sentence === null) outcome.withdrawals.push(withdrawal);
      else addFault(wrong, candidate, { noun: withdrawal.noun, id: withdrawal.id, path: ['id'], sentence });
    }
  }
  if (wrong.size > 0) return;
  for (const outcome of outcomes.values()) for (const record of outcome.staged) context.store.stage(record);
}

const TWICE =
  'this import has a record of this id already, with other content; ids are unique, so give one of the two another';

function describeCollision(
  { store, isSeen }: CheckContext,
  resource: Resource,
  draft: Draft,
  digest: string,
  existing: ReturnType<ImportStore['find']>,
): string | null {
  if (existing === undefined) {
    const gone = store.findWithdrawn(resource.name, draft.id);
    if (gone === undefined || gone.digest === digest) return null;
    return `the id belongs to a record that was withdrawn (${gone.reason}); ids are never reused, so give the new record another one`;
  }
  if (existing.digest === digest) return null;
  if (existing.origin !== 'import') {
    return `the id is taken by a record that came in by "${existing.origin}", which an import does not overwrite`;
  }
  if (isSeen(resource.name, existing.key)) return TWICE;
  const before = store.findDraft(resource.name, draft.id);
  const moved = resource.fixed?.find(
    (name) => digestRecord(before?.[name] ?? null) !== digestRecord(draft[name] ?? null),
  );
  if (moved === undefined || !store.isReferredTo(resource.name, existing.key)) return null;
  return `its ${moved} would change, and records that refer to it rest on that; give the new record another id`;
}

function isWithdrawn({ store }: CheckContext, { noun, id, reason }: StagedWithdrawal): boolean {
  return store.find(noun, id) === undefined && store.findWithdrawn(noun, id)?.reason === reason;
}

function describeUnwithdrawable(
  { store }: CheckContext,
  { noun, id }: { noun: Noun; id: string },
): string | null {
  const existing = store.find(noun, id);
  if (existing === undefined) return null;
  if (existing.origin !== 'import')
    return `the record came in by "${existing.origin}", and an import does not withdraw it`;
  return store.isReferredTo(noun, existing.key)
    ? 'other records refer to it, so it cannot be withdrawn'
    : null;
}

function sayFaults(faults: readonly Fault[]): string {
  const said = faults.slice(0, MOST_FAULTS_SAID).map(({ noun, id, path, sentence }) => {
    const field = path.length === 0 ? '' : `, ${formatPath(path)}`;
    return `${getResource(noun).singular}${id === null ? '' : ` "${id}"`}${field}: ${sentence}`;
  });
  const more = faults.length - said.length;
  return `${said.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
