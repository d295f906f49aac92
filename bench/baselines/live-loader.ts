/**
 * The import into a base that is served, written by hand: batches of a transaction each, with every index and trigger
 * live. It trusts that no record is there yet and that what a record refers to is; it checks nothing.
 */

import { openDatabase } from '../../src/db/client.ts';
import { changeDataVersion } from '../../src/db/data-version.ts';
import type { IncomingRecord } from '../../src/import/format.ts';
import { resources } from '../../src/resources/registry.ts';
import type { Draft, Noun } from '../../src/resources/resource.ts';
import { readDraft } from '../../src/store/lookup.ts';
import { addRecord, type Kept } from '../base.ts';
import { readRecords } from '../read-lines.ts';

const [file = '', path = '', size = '1000'] = process.argv.slice(2);
const db = openDatabase(path);
const known = new Map<Noun, Map<string, Kept>>(resources.map(({ name }) => [name, new Map()]));
const keys = new Map(
  resources.map(({ name }) => [name, db.prepare(`SELECT key FROM ${name} WHERE id = ?`).pluck()]),
);

function find(noun: Noun, id: string): Kept | undefined {
  const kept = known.get(noun)?.get(id);
  if (kept !== undefined) return kept;
  const key = keys.get(noun)?.get(id) as number | undefined;
  const draft = key === undefined ? undefined : readDraft(db, noun, id);
  if (key === undefined || draft === undefined) return undefined;
  known.get(noun)?.set(id, { key, draft });
  return { key, draft };
}

const write = db.transaction((batch: readonly IncomingRecord[]) => {
  for (const { noun, record } of batch) {
    // What follows refers to its own article and to what is shared.
    if (noun === 'sources')
      for (const name of ['sources', 'quotes', 'stances'] as const) known.get(name)?.clear();
    const draft = record as Draft;
    known.get(noun)?.set(draft.id, { key: addRecord(db, noun, draft, find), draft });
  }
  changeDataVersion(db);
});

let batch: IncomingRecord[] = [];
for (const record of readRecords(file)) {
  batch.push(record);
  if (batch.length < Number(size)) continue;
  write.immediate(batch);
  batch = [];
}
if (batch.length > 0) write.immediate(batch);
db.close();
