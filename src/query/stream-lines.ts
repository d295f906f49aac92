/** Everything that matches as NDJSON: bytes from the base to the network, which no one makes texts of in between. */
import { performance } from 'node:perf_hooks';
import type { Db } from '../db/client.ts';
import { readOneState } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { awaitSlice } from '../turns.ts';
import { TRUE } from './conditions.ts';
import { bindCursor, readCursor, requireKeyset } from './cursor.ts';
import { needsFinishing } from './finish.ts';
import type { Query } from './params.ts';
import { planRows } from './plan.ts';
import { listCandidates, listPlaced, type Place } from './slice.ts';
import { streamDocuments } from './stream.ts';

/** Of a slice: so that it holds others for a few milliseconds, and a reader who is slow costs little memory. */
const MOST_MS = 6;
const MOST_BYTES = 1 << 18;
const [FIRST_ROWS, FEW_ROWS, MOST_ROWS] = [8, 64, 1024];
/** Records up to so many bytes come together, whatever came before. */
const MODEST_BYTES = 1 << 14;

/** In slices, each of whole lines; other requests are answered between them. */
export async function* streamLines(db: Db, query: Query): AsyncGenerator<Buffer> {
  const plan = query.sort.column === null || needsFinishing(query) ? null : planRows(db, query, query.sort);
  if (plan?.kind !== 'ordered' || plan.residual !== TRUE) {
    for await (const documents of streamDocuments(db, query))
      yield Buffer.from(documents.map((document) => `${document}\n`).join(''));
    return;
  }
  const binding = bindCursor(query.list);
  let after = requireKeyset(query.cursor === null ? null : readCursor(query.cursor, binding));
  let rows = FIRST_ROWS;
  for (;;) {
    const started = performance.now();
    const { sql, params } = listCandidates(query, plan, after, rows, false);
    const { places, lines, taken } = readOneState(db, () => {
      const places = prepare(db, `SELECT key, sort FROM (${sql})`)
        .raw()
        .all(...params) as Place[];
      return {
        places,
        ...readLines(db, query, listPlaced(places), Math.max(MODEST_BYTES, MOST_BYTES / rows)),
      };
    });
    const spent = performance.now() - started;
    if (lines !== null) yield lines;
    const last = places[taken - 1];
    if (last === undefined || (taken === places.length && taken < rows)) return;
    after = { kind: 'keyset', key: last[0], sort: last[1] };
    const bytes = lines?.length ?? 0;
    // Doubled and halved, so that there are few statements to prepare.
    if ((spent > MOST_MS && rows > FEW_ROWS) || ((bytes > MOST_BYTES || taken < places.length) && rows > 1))
      rows /= 2;
    else if (spent < MOST_MS / 3 && bytes < MOST_BYTES / 3 && rows < MOST_ROWS) rows *= 2;
    await awaitSlice();
  }
}

type Lines = { lines: Buffer | null; taken: number };

/**
 * The stored texts of these rows, a line each, in their order: that of the outer table, which CROSS JOIN keeps. They end
 * before the first that is larger than `large`, which comes alone: its length is known before it is read.
 */
function readLines(db: Db, query: Query, keys: readonly number[], large: number): Lines {
  const [lines, first] = prepare(
    db,
    `SELECT CAST(group_concat(d.document || char(10), '') FILTER (WHERE octet_length(d.document) <= :large) AS BLOB),
       min(j.key) FILTER (WHERE octet_length(d.document) > :large)
     FROM json_each(:keys) j CROSS JOIN ${query.resource.name} d ON d.key = j.value`,
  )
    .raw()
    .get({ large, keys: JSON.stringify(keys) }) as [Buffer | null, number | null];
  if (first === null) return { lines, taken: keys.length };
  const some = keys.slice(0, Math.max(1, first));
  return readLines(db, query, some, first === 0 ? Number.POSITIVE_INFINITY : large);
}
