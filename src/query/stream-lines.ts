/** Everything that matches as NDJSON: bytes from the base to the network, which no one makes texts of in between. */
import { performance } from 'node:perf_hooks';
import type { Db } from '../db/client.ts';
import { readOneState } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import { awaitSlice } from '../turns.ts';
import { TRUE } from './conditions.ts';
import { bindCursor, type Keyset, readCursor, requireKeyset } from './cursor.ts';
import { needsFinishing } from './finish.ts';
import type { Query } from './params.ts';
import { planRows } from './plan.ts';
import { listCandidates } from './slice.ts';
import { streamDocuments } from './stream.ts';

/** Of a slice: so that it holds others for a few milliseconds, and a reader who is slow costs little memory. */
const MOST_MS = 6;
const MOST_BYTES = 1 << 18;
const [FIRST_ROWS, FEW_ROWS, MOST_ROWS] = [8, 64, 1024];

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
    const { places, lines } = readOneState(db, () => {
      const places = prepare(db, `SELECT key, sort FROM (${sql})`)
        .raw()
        .all(...params) as Place[];
      return { places, lines: readLines(db, query, places) };
    });
    const spent = performance.now() - started;
    if (lines !== null) yield lines;
    const last = places.at(-1);
    if (last === undefined || places.length < rows) return;
    after = { kind: 'keyset', key: last[0], sort: last[1] };
    const bytes = lines?.length ?? 0;
    // Doubled and halved, so that there are few statements to prepare.
    if ((spent > MOST_MS && rows > FEW_ROWS) || (bytes > MOST_BYTES && rows > 1)) rows /= 2;
    else if (spent < MOST_MS / 3 && bytes < MOST_BYTES / 3 && rows < MOST_ROWS) rows *= 2;
    await awaitSlice();
  }
}

type Place = [key: number, sort: Keyset['sort']];

/** The stored texts of these rows, a line each, in their order: that of the outer table, which CROSS JOIN keeps. */
function readLines(db: Db, { resource }: Query, places: readonly Place[]): Buffer | null {
  return prepare(
    db,
    `SELECT CAST(group_concat(d.document || char(10), '') AS BLOB) FROM json_each(?) j CROSS JOIN ${resource.name} d ON d.key = j.value`,
  )
    .pluck()
    .get(JSON.stringify(places.map(([key]) => key))) as Buffer | null;
}
