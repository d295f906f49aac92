/** Whom a name in a file means: an actor of the base, one that this import has made, or a new one. */
import type { Db } from '../db/client.ts';
import { foldForSorting } from '../evidence/sort-key.ts';
import { listActorNames } from '../store/actor-names.ts';
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

/**
 * A name that differs in more than case and diacritics is another name: nothing is guessed. A Wikidata item decides
 * where the file has one. `standardKind` is what a new actor is where the file does not say.
 */
export function openActorResolver(
  db: Db,
  standardKind: string,
  isTaken: (record: object) => boolean,
): ActorResolver {
  const byName = new Map<string, string[]>();
  const byItem = new Map<string, string>();
  const ids = new Set<string>();
  const made = new Map<string, IncomingRecord>();
  const merged = new Set<string>();
  const counts: ActorCounts = { merged: 0, made: 0, ambiguous: 0 };

  function learn(id: string, name: string, wikidata: string | null): void {
    ids.add(id);
    const folded = foldForSorting(name);
    const called = byName.get(folded);
    if (called === undefined) byName.set(folded, [id]);
    else if (!called.includes(id)) called.push(id);
    if (wikidata !== null && !byItem.has(wikidata)) byItem.set(wikidata, id);
  }
  for (const { id, name, wikidata } of listActorNames(db)) learn(id, name, wikidata);

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
    learn(id, name.name, name.wikidata ?? null);
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
    resolve(name) {
      if (name.wikidata != null) {
        const known = byItem.get(name.wikidata);
        return known === undefined ? make(name) : answer(known, name.name);
      }
      const called = byName.get(foldForSorting(name.name)) ?? [];
      if (called.length > 1) {
        counts.ambiguous += 1;
        return { ambiguous: [...called] };
      }
      return called[0] === undefined ? make(name) : answer(called[0], name.name);
    },
  };
}
