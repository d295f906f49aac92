/**
 * Whether a search for a word comes to the page of a full-text index that has it. FTS5 finds the page by keys in a table of
 * their own, and its check of itself sees whether a key is above the page's first word, but not whether it is below the
 * last word of the page before.
 *
 * The layout of pages is told in the comments of `ext/fts5/fts5_index.c` of SQLite: each segment of an index has pages from
 * 1. A page begins with two numbers of two bytes, of which the second is where the offsets of its terms begin: a varint
 * for each, counted from the one before. A term is the length of what it shares with the one before (not the first), the
 * length of the rest, and the rest, whose first byte is a digit: 0 for words, others for beginnings of words.
 */
import type { Db } from '../db/client.ts';

type Key = { segment: number; term: Buffer; page: number };

/** The first key, as text, from which on a search would come to a later page than it should. */
export function findWrongKey(db: Db, index: string): string | null {
  const page = db.prepare(`SELECT block FROM main."${index}_data" WHERE id = (? << 37) + ?`).pluck();
  const keys = db
    .prepare(
      `SELECT segid AS segment, CAST(term AS BLOB) AS term, pgno >> 1 AS page FROM main."${index}_idx" ORDER BY segid, term`,
    )
    .iterate() as IterableIterator<Key>;
  let before: Key | null = null;
  for (const key of keys) {
    if (before?.segment === key.segment) {
      const block = page.get(before.segment, before.page) as Buffer | undefined;
      // While segments are merged, step by step, their first pages go, and keys stay.
      const last = block === undefined ? null : readLastTerm(block);
      if (last !== null && Buffer.compare(last, key.term) >= 0) return key.term.toString('utf8', 1);
    }
    before = key;
  }
  return null;
}

/** Null where the page has none. Throws RangeError where the bytes are no page. */
function readLastTerm(block: Buffer): Buffer | null {
  let term: Buffer | null = null;
  let start = 0;
  for (let at = block.readUInt16BE(2); at < block.length; ) {
    const step = readVarint(block, at);
    at = step.end;
    start += step.value;
    const shared: Varint = term === null ? { value: 0, end: start } : readVarint(block, start);
    const rest = readVarint(block, shared.end);
    const own = block.subarray(rest.end, rest.end + rest.value);
    term = Buffer.concat([(term ?? own).subarray(0, shared.value), own]);
  }
  return term;
}

type Varint = { value: number; end: number };

/** Of SQLite: seven bits a byte, the highest first; all but the last byte have the eighth bit set. */
function readVarint(bytes: Buffer, start: number): Varint {
  let value = 0;
  for (let at = start; ; at += 1) {
    const byte = bytes.readUInt8(at);
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value, end: at + 1 };
  }
}
