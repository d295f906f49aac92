/** The totals of lists, remembered for their other pages. */
import { LRUCache } from 'lru-cache';
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { countRows, type Total } from './count.ts';
import type { Query } from './params.ts';
import type { Plan } from './plan.ts';

const KEPT_BYTES = 4_000_000;
/** What an entry holds besides its text, roughly. */
const ENTRY_BYTES = 200;

type Kept = { version: string; totals: LRUCache<string, Total> };
const kept = new WeakMap<Db, Kept>();

/** As `countRows`, but once for all pages of a list while the data is of this version. */
export function* countList(db: Db, query: Query, plan: Plan, version: string): Steps<Total> {
  let here = kept.get(db);
  if (here?.version !== version) {
    here = {
      version,
      totals: new LRUCache({
        maxSize: KEPT_BYTES,
        sizeCalculation: (_total, list) => 2 * list.length + ENTRY_BYTES,
      }),
    };
    kept.set(db, here);
  }
  const known = here.totals.get(query.list);
  if (known !== undefined) return known;
  const total = yield* countRows(db, query, plan);
  here.totals.set(query.list, total);
  return total;
}
