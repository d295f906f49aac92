// FTS5's own check sums up its words, and several changes can leave the sum as it is: those are found all the same.
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { listTextFaults } from '../../src/store/verify-text.ts';
import { openSeededBase } from '../base.ts';
import { rebuildInSmallPages } from './flips.ts';

const INDEX = 'topic_name_keys_fts';

function passesOwnCheck(db: Db, index = INDEX): boolean {
  try {
    // The 1 has it compared with the table that it indexes, and not only with itself.
    db.prepare(`INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`).run();
    return true;
  } catch {
    return false;
  }
}

/** What FTS5 alone may write otherwise. */
function change(db: Db, sql: string, ...values: unknown[]): void {
  db.unsafeMode(true);
  db.prepare(sql).run(...values);
  db.unsafeMode(false);
}

test('a changed beginning of words that FTS5’s own check passes is found', () => {
  const db = openSeededBase();
  expect([...listTextFaults(db, INDEX)]).toEqual([]);
  const blocks = db.prepare(`SELECT id, block FROM ${INDEX}_data WHERE id > 10 ORDER BY id`).all() as {
    id: number;
    block: Buffer;
  }[];
  const write = `UPDATE ${INDEX}_data SET block = ? WHERE id = ?`;
  const said: string[] = [];
  for (const { id, block } of blocks) {
    for (let at = 4; at < Math.min(block.length, 500) && said.length === 0; at += 2) {
      const changed = Buffer.from(block);
      changed[at] = (changed[at] as number) ^ 2;
      change(db, write, changed, id);
      if (passesOwnCheck(db)) said.push(...listTextFaults(db, INDEX));
      change(db, write, block, id);
    }
  }
  expect(said[0]).toMatch(/begins with/);
  expect([...listTextFaults(db, INDEX)]).toEqual([]);
});

test('a key that leads past a word, which FTS5’s own check passes, is found', () => {
  const db = openSeededBase();
  rebuildInSmallPages(db, 'quotes_fts', 64);
  const places = 'SELECT count(*) FROM words WHERE term = ?';
  db.exec('CREATE VIRTUAL TABLE words USING fts5vocab(quotes_fts, instance)');
  const keys = db.prepare('SELECT CAST(term AS TEXT) FROM quotes_fts_idx ORDER BY segid, term').pluck().all();
  const n = keys.findIndex((key) => String(key).startsWith('0m'));
  const [before, key] = [String(keys[n - 1]), String(keys[n])];
  const last = db.prepare('SELECT max(term) FROM words WHERE term < ?').pluck().get(key.slice(1)) as string;
  expect(`0${last}` > before).toBe(true);
  expect(db.prepare(places).pluck().get(last)).not.toBe(0);
  expect([...listTextFaults(db, 'quotes_fts')]).toEqual([]);
  change(db, 'UPDATE quotes_fts_idx SET term = ? WHERE term = ?', Buffer.from(`0${last}`), Buffer.from(key));
  expect(db.prepare(places).pluck().get(last)).toBe(0);
  expect(passesOwnCheck(db, 'quotes_fts')).toBe(true);
  expect([...listTextFaults(db, 'quotes_fts')]).toEqual([
    `words from “${last}” on are not found where they are`,
  ]);
});

test('other settings are found', () => {
  const db = openSeededBase();
  change(db, "INSERT INTO quotes_fts_config VALUES ('rank', 'bm25(0)')");
  expect([...listTextFaults(db, 'quotes_fts')]).toEqual(['its settings are others']);
});

test('leaves nothing behind', () => {
  const db = openSeededBase();
  expect([...listTextFaults(db, INDEX)]).toEqual([]);
  expect(db.prepare('SELECT name FROM sqlite_temp_schema').all()).toEqual([]);
});
