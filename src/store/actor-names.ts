/** What the actors of the base are called. */
import type { Db } from '../db/client.ts';

export type ActorCalled = {
  id: string;
  name: string;
  kind: string;
  country: string | null;
  wikidata: string | null;
};

/** Each actor under its name, and once more under each of its other names. */
export function* listActorNames(db: Db): Generator<ActorCalled> {
  yield* db
    .prepare('SELECT id, name, kind, country, wikidata FROM actors ORDER BY key')
    .iterate() as IterableIterator<ActorCalled>;
  yield* db
    .prepare(
      'SELECT a.id, n.name, a.kind, a.country, a.wikidata FROM actor_names n JOIN actors a ON a.key = n.actor_key ORDER BY a.key, n.ordinal',
    )
    .iterate() as IterableIterator<ActorCalled>;
}
