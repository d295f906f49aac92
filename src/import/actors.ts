/** Whom a name in a file means: an actor of the base, one that this import has made, or a new one. */

import { listContradictions } from '../analysis/names.ts';
import type { Db } from '../db/client.ts';
import { foldName } from '../evidence/name-folding.ts';
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
export type ActorResolver = { resolve: ReaderContext['resolveActor']; counts: ActorCounts };

type Bearer = Omit<ActorCalled, 'name'>;

/**
 * A name means the one actor who bears it, but for case, diacritics, punctuation, spaces and joiners, and of whom no
 * other kind or country is known: the rule of analysis/names.ts, kept in memory, because a base that is being loaded has
 * no indexes. A name that differs in more is another name, and one that several bear is ambiguous. A Wikidata item
 * decides where the file has one. `standardKind` is what a new actor is where the file does not say.
 */
export function openActorResolver(
  db: Db,
  standardKind: string,
  isTaken: (record: object) => boolean,
): ActorResolver {
  const byName = new Map<string, Map<string, Bearer>>();
  const folded = new Map<string, string>();
  const byItem = new Map<string, string>();
  const ids = new Set<string>();
  const made = new Map<string, IncomingRecord>();
  const merged = new Set<string>();
  const counts: ActorCounts = { merged: 0, made: 0, ambiguous: 0 };

  /** Names come again and again: each is folded once. One without letters is itself. */
  function fold(name: string): string {
    let plain = folded.get(name);
    if (plain === undefined) {
      plain = foldName(name).plain || name;
      folded.set(name, plain);
    }
    return plain;
  }

  function learn({ name, ...bearer }: ActorCalled): void {
    ids.add(bearer.id);
    const called = byName.get(fold(name)) ?? new Map<string, Bearer>();
    byName.set(fold(name), called.set(bearer.id, bearer));
    if (bearer.wikidata !== null && !byItem.has(bearer.wikidata)) byItem.set(bearer.wikidata, bearer.id);
  }
  for (const called of listActorNames(db)) learn(called);

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
    resolve(name, wasMeant = () => false) {
      if (name.wikidata != null) {
        const known = byItem.get(name.wikidata);
        return known === undefined ? make(name) : answer(known, name.name);
      }
      let called = [...(byName.get(fold(name.name))?.values() ?? [])].filter(
        (bearer) => listContradictions(name, bearer).length === 0,
      );
      if (called.length > 1) {
        const meant = called.filter(({ id }) => wasMeant(id));
        if (meant.length > 0) called = meant;
      }
      if (called.length > 1) {
        counts.ambiguous += 1;
        return { ambiguous: called.map(({ id }) => id) };
      }
      return called[0] === undefined ? make(name) : answer(called[0].id, name.name);
    },
  };
}
