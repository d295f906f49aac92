/** One import under way: entries that passed and are not written yet, and entries that wait for later ones. */
import type { Db } from '../db/client.ts';
import { suggest } from '../nearest.ts';
import { findNearestId } from '../query/ids.ts';
import { resources } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';
import { BaseChanged, type ImportStore } from '../store/batch.ts';
import { isConstraint } from '../store/failures.ts';
import {
  type Candidate,
  type CheckContext,
  checkTogether,
  type Outcome,
  readCandidate,
} from './check-units.ts';
import type { ImportReject, ImportUnit } from './format.ts';
import type { ImportOptions, ImportReport, NounCounts } from './import.ts';

/** What waits for later entries is held in memory: so much of it, in UTF-16 units. */
const MOST_WAITING = 32_000_000;
/** What waits is looked at again after each batch only while it is little. */
const FEW_WAITING = 2_000;
const MOST_SUGGESTIONS = 50;

type Passed = { candidate: Candidate; outcome: Outcome };
type Run = {
  report: ImportReport;
  isTaken: (record: object) => boolean;
  take: (unit: ImportUnit) => void;
  reject: (reject: Omit<ImportReject, 'type'>) => void;
  /** Writes what is left, and refuses what waits in vain. */
  finish: () => void;
};

export function openRun(db: Db, store: ImportStore, options: ImportOptions): Run {
  const report = openReport();
  const taken = new WeakSet<object>();
  const seen = openKeySets();
  const context: CheckContext = {
    store,
    corpus: describeCorpus(store, options),
    isSeen: seen.has,
    suggestId: rememberSuggestions(db),
  };
  const mayWait = options.format.refers_forward === true;
  let passed: Passed[] = [];
  let records = 0;
  let waiting: Candidate[] = [];
  let waitingUnits = 0;
  const isTaken = (record: object) => taken.has(record);

  function count(noun: Noun, what: keyof NounCounts): void {
    (report.counts.get(noun) as NounCounts)[what] += 1;
  }

  function reject({ place, name, noun, sentence, raw }: Omit<ImportReject, 'type'>): void {
    options.rejects.add({ place, name, sentence, raw });
    report.entries.refused += 1;
    if (noun !== undefined) count(noun, 'refused');
  }

  function refuse(unit: ImportUnit, sentence: string): void {
    reject({ place: unit.place, name: unit.name, sentence, raw: unit.raw });
    for (const { noun, record } of unit.records) if (!taken.has(record)) count(noun, 'refused');
    for (const { noun } of unit.withdrawals ?? []) count(noun, 'refused');
  }

  function pass(one: Passed): void {
    passed.push(one);
    for (const { incoming } of one.candidate.entries) taken.add(incoming.record);
    for (const { resource, key } of one.outcome.unchanged) {
      if (seen.has(resource.name, key)) report.repeated += 1;
      else count(resource.name, 'unchanged');
      seen.add(resource.name, key);
    }
    for (const noun of one.outcome.withdrawn) count(noun, 'unchanged');
    for (const { resource, key } of one.outcome.staged) seen.add(resource.name, key);
    records += one.outcome.staged.length + one.outcome.withdrawals.length;
  }

  function take(unit: ImportUnit): void {
    const candidate = readCandidate(unit, context, isTaken);
    if (typeof candidate === 'string') {
      refuse(unit, candidate);
      return;
    }
    const checked = checkTogether([candidate], context, { suggest: !mayWait });
    for (const one of checked.passed) pass(one);
    for (const { sentence, waits } of checked.refused) {
      if (waits && mayWait) wait(candidate);
      else refuse(unit, sentence);
    }
    if (records < options.batch) return;
    flush();
    if (waiting.length > 0 && waiting.length <= FEW_WAITING) lookAgain(false);
  }

  /** Its keys are taken now, so that records have the order of the file. */
  function wait(candidate: Candidate): void {
    for (const entry of candidate.entries) {
      if (store.find(entry.resource.name, entry.draft.id) === undefined)
        entry.key = store.takeKey(entry.resource.name);
    }
    waiting.push(candidate);
    waitingUnits += candidate.unit.raw.length;
    if (waitingUnits > MOST_WAITING) lookAgain(true);
  }

  function lookAgain(last: boolean): void {
    const checked = checkTogether(waiting, context, { suggest: last });
    const still = new Set<Candidate>();
    for (const { candidate, sentence, waits } of checked.refused) {
      if (waits && !last) still.add(candidate);
      else refuse(candidate.unit, sentence);
    }
    waiting = waiting.filter((candidate) => still.has(candidate));
    waitingUnits = waiting.reduce((sum, { unit }) => sum + unit.raw.length, 0);
    for (const one of checked.passed) pass(one);
    flush();
  }

  function flush(): void {
    const batch = passed;
    passed = [];
    records = 0;
    if (batch.length === 0) return;
    try {
      write(batch);
    } catch (error) {
      if (!(error instanceof BaseChanged) && !isConstraint(error)) throw error;
      writeAnew(batch, error instanceof BaseChanged);
    }
  }

  function write(batch: readonly Passed[]): void {
    store.write(
      batch.flatMap(({ outcome }) => outcome.staged),
      batch.flatMap(({ outcome }) => outcome.withdrawals),
    );
    report.entries.taken += batch.length;
    for (const { outcome } of batch) {
      for (const { resource, existing } of outcome.staged)
        count(resource.name, existing === undefined ? 'added' : 'changed');
      for (const { noun } of outcome.withdrawals) count(noun, 'withdrawn');
    }
  }

  /**
   * Checks a batch again: together, where another process has changed the base meanwhile; entry by entry, where the
   * tables hold a rule against one of them that no check knew.
   */
  function writeAnew(batch: readonly Passed[], together: boolean): void {
    store.forget();
    for (const { candidate, outcome } of batch) {
      for (const entry of candidate.entries) delete entry.key;
      for (const { resource, key } of outcome.staged) seen.remove(resource.name, key);
    }
    for (const { entries } of waiting) for (const entry of entries) delete entry.key;
    const groups = together
      ? [batch.map(({ candidate }) => candidate)]
      : batch.map(({ candidate }) => [candidate]);
    for (const group of groups) {
      const checked = checkTogether(group, context, { suggest: true });
      for (const { candidate, sentence } of checked.refused) refuseTaken(candidate, sentence);
      for (const { outcome } of checked.passed)
        for (const { resource, key } of outcome.staged) seen.add(resource.name, key);
      try {
        write(checked.passed);
      } catch (error) {
        if (error instanceof BaseChanged) writeAnew(checked.passed, together);
        else if (isConstraint(error) && !together) {
          store.forget();
          for (const { candidate } of checked.passed)
            refuseTaken(candidate, `the base refuses it: ${(error as Error).message}`);
        } else if (isConstraint(error)) writeAnew(checked.passed, false);
        else throw error;
      }
    }
  }

  function refuseTaken(candidate: Candidate, sentence: string): void {
    for (const { incoming } of candidate.entries) taken.delete(incoming.record);
    refuse(candidate.unit, sentence);
  }

  return {
    report,
    isTaken,
    take,
    reject,
    finish() {
      flush();
      if (waiting.length > 0) lookAgain(true);
    },
  };
}

function openReport(): ImportReport {
  return {
    counts: new Map(
      resources.map(({ name }) => [name, { added: 0, changed: 0, unchanged: 0, refused: 0, withdrawn: 0 }]),
    ),
    spans: { exact: 0, moved: 0, ambiguous: 0, missing: 0 },
    actors: { merged: 0, made: 0, ambiguous: 0 },
    repeated: 0,
    entries: { taken: 0, refused: 0 },
    notes: [],
    stopped: null,
  };
}

/** The corpus that records belong to where they do not say, and its record where the base does not hold it yet. */
function describeCorpus(store: ImportStore, options: ImportOptions): CheckContext['corpus'] {
  const { corpus: id, corpus_title: title } = options;
  if (id === null) return null;
  if (store.find('corpora', id) !== undefined) return { id, record: null };
  return { id, record: { noun: 'corpora', record: { id, title: title ?? id } } };
}

/** Which records this import has handed in, by their keys: a bit each. */
function openKeySets() {
  const sets = new Map<Noun, Uint8Array>();
  const change = (noun: Noun, key: number, set: boolean) => {
    let bits = sets.get(noun) ?? new Uint8Array(1024);
    if (key >> 3 >= bits.length) {
      const longer = new Uint8Array(Math.max(bits.length * 2, (key >> 3) + 1));
      longer.set(bits);
      bits = longer;
    }
    sets.set(noun, bits);
    const at = key >> 3;
    const bit = 1 << (key & 7);
    bits[at] = set ? (bits[at] as number) | bit : (bits[at] as number) & ~bit;
  };
  return {
    has: (noun: Noun, key: number) => (((sets.get(noun)?.[key >> 3] ?? 0) >> (key & 7)) & 1) === 1,
    add: (noun: Noun, key: number) => change(noun, key, true),
    remove: (noun: Noun, key: number) => change(noun, key, false),
  };
}

/** Looking for the nearest id costs more than the record: after some, a mistake that repeats is only named. */
function rememberSuggestions(db: Db): CheckContext['suggestId'] {
  const said = new Map<string, string>();
  return (noun, id) => {
    const name = `${noun} ${id}`;
    let suggestion = said.get(name);
    if (suggestion === undefined) {
      if (said.size >= MOST_SUGGESTIONS) return '';
      suggestion = suggest(findNearestId(db, noun, id));
      said.set(name, suggestion);
    }
    return suggestion;
  };
}
