/** The full-text indexes that the nouns declare: each is kept true by triggers, and made again by FTS5's `rebuild`. */
import { resources } from '../resources/registry.ts';

export function listTextIndexes(): string[] {
  return resources.flatMap(({ search, names }) => [
    ...(search === undefined ? [] : [search.table]),
    ...(names === undefined ? [] : [`${names.table}_fts`]),
  ]);
}
