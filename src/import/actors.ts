/** Whom a name in a file means: an actor of the base, one that this import has made, or a new one. */

import { listPossible } from '../analysis/names.ts';
import type { Db } from '../db/client.ts';
import { foldName } from '../evidence/name-folding.ts';
import { dropGeneration, namesGeneration } from '../evidence/name-similarity.ts';
import { type ActorCalled, listActorNames } from '../store/actor-names.ts';
import type { ActorName, IncomingRecord, ReaderContext } from './format.ts';
import { deriveId, writeSlug } from './ids.ts';

export type ActorCounts = {
  /** Names that were found to mean an actor of the base. */
  merged: number;
  /** Actors that were made. */
  made: number;
  ambiguous: number;
};
export type ActorResolver = {
  resolve: ReaderContext['resolveActor'];
  list: ReaderContext['listMeant'];
  counts: ActorCounts;
};

type Bearer = Omit<ActorCalled, 'name'>;

/**
 * A name means the one actor whom analysis/names.ts finds it to mean beyond doubt; the names are kept in memory, because a
 * base that is being loaded has no indexes. One that several may bear is ambiguous, any other makes an actor. A Wikidata
 * item decides where the file has one. `standardKind` is what a new actor is where the file does not say.
 */
export function openActorResolver(
  db: Db,
  standardKind: string,
  isTaken: (record: object) => boolean,
): ActorResolver {
  const byName = new Map<string, Map<string, Bearer>>();
  /** Of the base, those whose names say which of father and son they are, by the words that both have. */
  const byFamily = new Map<string, Map<string, Bearer>>();
  const folded = new Map<string, string>();
  /** Of names with a `Jr.` the words without it, and of others that were asked for all of theirs. */
  const withGeneration = new Map<string, string>();
  const families = new Map<string, string>();
  const byItem = new Map<string, string>();
  const ids = new Set<string>();
  const made = new Map<string, IncomingRecord>();
  const merged = new Set<string>();
  const counts: ActorCounts = { merged: 0, made: 0, ambiguous: 0 };

  /** Names come again and again: each is folded once. One without letters is itself. */
  function fold(name: string): string {
    let plain = folded.get(name);
    if (plain === undefined) {
      const words = foldName(name);
      plain = words.plain || name;
      folded.set(name, plain);
      if (namesGeneration(words)) withGeneration.set(name, dropGeneration(words));
    }
    return plain;
  }

  function learn({ name, ...bearer }: ActorCalled): void {
    ids.add(bearer.id);
    const called = byName.get(fold(name)) ?? new Map<string, Bearer>();
    byName.set(fold(name), called.set(bearer.id, bearer));
    if (bearer.wikidata !== null && !byItem.has(bearer.wikidata)) byItem.set(bearer.wikidata, bearer.id);
  }
  for (const called of listActorNames(db)) {
    learn(called);
    const { name, ...bearer } = called;
    const family = withGeneration.get(name);
    if (family !== undefined)
      byFamily.set(family, (byFamily.get(family) ?? new Map<string, Bearer>()).set(bearer.id, bearer));
  }

  /** Those whose names differ by a `Jr.` alone; nobody, where the name says itself whom it means. */
  function listNamesakes(name: string, bearers: ReadonlyMap<string, Bearer>): Bearer[] {
    if (byFamily.size === 0 || withGeneration.has(name)) return [];
    let family = families.get(name);
    if (family === undefined) {
      family = dropGeneration(foldName(name));
      families.set(name, family);
    }
    return [...(byFamily.get(family)?.values() ?? [])].filter(({ id }) => !bearers.has(id));
  }

  function list(name: ActorName): string[] {
    if (name.wikidata != null) {
      const known = byItem.get(name.wikidata);
      return known === undefined ? [] : [known];
    }
    const bearers = byName.get(fold(name.name));
    if (bearers === undefined) return [];
    const namesakes = listNamesakes(name.name, bearers);
    return listPossible(name, [...bearers.values()], namesakes).map(({ id }) => id);
  }

  function answer(id: string, name: string): { id: string; records: IncomingRecord[] } {
    const own = made.get(id);
    if (own === undefined) {
      merged.add(name);
      counts.merged = merged.size;
    }
    return { id, records: own === undefined || isTaken(own.record) ? [] : [own] };
  }

  function make(name: ActorName): { id: string; records: IncomingRecord[] } {
    const kind = name.kind ?? standardKind;
    const record: IncomingRecord['record'] = { id: chooseId(name, kind), name: name.name, kind };
    if (name.country != null) record.country = name.country;
    if (name.wikidata != null) record.wikidata = name.wikidata;
    const id = String(record.id);
    made.set(id, { noun: 'actors', record });
    learn({ id, name: name.name, kind, country: name.country ?? null, wikidata: name.wikidata ?? null });
    counts.made += 1;
    return answer(id, name.name);
  }

  /** Readable, and where that is taken, told apart by the Wikidata item or by the content. */
  function chooseId(name: ActorName, kind: string): string {
    const slug = writeSlug(name.name);
    const wishes =
      slug === '' || slug === 'none' || slug === 'random'
        ? []
        : name.wikidata == null
          ? [slug]
          : [slug, `${slug}-${name.wikidata.toLowerCase()}`];
    const content = [name.name, kind, name.country ?? null, name.wikidata ?? null];
    return wishes.find((id) => !ids.has(id)) ?? deriveId(slug === '' ? 'actor' : slug, content);
  }

  return {
    counts,
    list,
    resolve(name, wasMeant = () => false) {
      let called = list(name);
      if (called.length > 1) {
        const meant = called.filter(wasMeant);
        if (meant.length > 0) called = meant;
      }
      if (called.length > 1) {
        counts.ambiguous += 1;
        return { ambiguous: called };
      }
      return called[0] === undefined ? make(name) : answer(called[0], name.name);
    },
  };
}
