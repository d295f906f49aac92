/** Addresses to ask, made from what a base holds: never the same one twice, so that no cache has the answer. */
import type { Db } from '../src/db/client.ts';
import { bindCursor, writeCursor } from '../src/query/cursor.ts';
import { parseParams } from '../src/query/params.ts';
import { quotes } from '../src/resources/quotes.ts';

/** The same question to Verbatim and to the hand-written handler. */
export type Question = { ours: string; theirs: string };

/** A list of 20 quotes by an actor with many, the first page. */
export function askPopularList(db: Db): Question {
  const id = db
    .prepare(
      'SELECT id FROM actors WHERE key = (SELECT actor_key FROM quotes WHERE actor_key IS NOT NULL GROUP BY actor_key ORDER BY count(*) DESC LIMIT 1 OFFSET 4)',
    )
    .pluck()
    .get() as string;
  return { ours: `/v1/quotes?actor=${id}`, theirs: `/quotes?actor=${id}` };
}

/** Pages of 20 quotes by an actor, each behind another quote; actors as often as they are quoted. */
export function askManyLists(db: Db, count: number): Question[] {
  const rows = drawQuotes(db, count);
  const bindings = new Map<string, string>();
  return rows.map(({ actor, said_latest, key }) => {
    let binding = bindings.get(actor);
    if (binding === undefined) {
      binding = bindCursor(parseParams(quotes, { actor }, { page_size_max: 200 }).list);
      bindings.set(actor, binding);
    }
    const cursor = writeCursor(binding, { kind: 'keyset', sort: said_latest, key });
    return {
      ours: `/v1/quotes?actor=${actor}&cursor=${cursor}`,
      theirs: `/quotes?actor=${actor}&latest=${said_latest}&key=${key}`,
    };
  });
}

export function askManyIds(db: Db, count: number): Question[] {
  return drawQuotes(db, count).map(({ id }) => ({ ours: `/v1/quotes/${id}`, theirs: `/quotes/${id}` }));
}

type Drawn = { id: string; key: number; said_latest: number; actor: string };

/** Spread evenly over the keys, in an order that is not theirs. */
function drawQuotes(db: Db, count: number): Drawn[] {
  const most = db.prepare('SELECT max(key) FROM quotes').pluck().get() as number;
  const read = db.prepare(
    'SELECT q.id, q.key, q.said_latest, a.id AS actor FROM quotes q CROSS JOIN actors a ON a.key = q.actor_key WHERE q.key = ?',
  );
  const drawn: Drawn[] = [];
  // A step that shares no factor with the number of keys meets each of them once.
  const step = 7_368_787;
  for (let n = 0; n < most && drawn.length < count; n += 1) {
    const row = read.get(((n * step) % most) + 1) as Drawn | undefined;
    if (row !== undefined) drawn.push(row);
  }
  return drawn;
}
