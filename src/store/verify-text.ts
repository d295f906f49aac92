/** Whether a full-text index is the one that FTS5 makes of its table now: word for word, place for place. */
import type { Db } from '../db/client.ts';
import { findWrongKey } from './verify-text-keys.ts';

/**
 * FTS5's own check sees that an index is well made, and holds its words against a sum that several changes can leave as
 * it is: here the index is held against one that is made of the same rows beside it, in a temporary file.
 */
export function* listTextFaults(db: Db, index: string): Generator<string> {
  const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(index) as string;
  const content = /content='(\w+)'/.exec(sql)?.[1];
  const declared = /USING fts5\((.*)\)/s.exec(sql)?.[1];
  if (content === undefined || declared === undefined) {
    yield 'says of no table that it is indexed';
    return;
  }
  const made = declared.replace(`'${content}'`, "'anew_rows'");
  try {
    db.exec(`
      CREATE TEMP VIEW anew_rows AS SELECT * FROM main."${content}";
      CREATE VIRTUAL TABLE temp.anew USING fts5(${made});
      CREATE VIRTUAL TABLE temp.copied USING fts5(${made});
      CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, ${index}, instance);
      CREATE VIRTUAL TABLE temp.places_anew USING fts5vocab(temp, anew, instance);
    `);
    const settings = findFirstDifference(
      db,
      `SELECT k, v FROM main."${index}_config" ORDER BY k`,
      'SELECT k, v FROM temp.anew_config ORDER BY k',
    );
    if (settings !== null) yield 'its settings are others';
    makeAnew(db);
    yield* listDifferences(db, index, readPrefixLengths(declared));
  } finally {
    db.exec(`
      DROP TABLE IF EXISTS temp.places_anew;
      DROP TABLE IF EXISTS temp.places;
      DROP TABLE IF EXISTS temp.copied;
      DROP TABLE IF EXISTS temp.anew;
      DROP VIEW IF EXISTS temp.anew_rows;
    `);
  }
}

/** How much FTS5 gathers before it writes a segment: little, so that a large index is made of several. */
const HASH_BYTES = 4_194_304;

/** All segments are merged once, at the end, instead of over and over. */
function makeAnew(db: Db): void {
  db.exec(`
    INSERT INTO temp.anew (anew, rank) VALUES ('hashsize', ${HASH_BYTES});
    INSERT INTO temp.anew (anew, rank) VALUES ('automerge', 0);
    INSERT INTO temp.anew (anew, rank) VALUES ('crisismerge', 1999);
    INSERT INTO temp.anew (anew) VALUES ('rebuild');
    INSERT INTO temp.anew (anew) VALUES ('optimize');
  `);
}

/** What FTS5 keeps beside the words: the sizes of rows and their sums, by which answers are ranked. */
const SUMS_ID = 1;

function* listDifferences(db: Db, index: string, prefixes: readonly number[]): Generator<string> {
  const word = isMergedAlike(db, index)
    ? null
    : findFirstDifference(
        db,
        'SELECT term, doc, col, "offset" FROM temp.places',
        'SELECT term, doc, col, "offset" FROM temp.places_anew',
      );
  if (word !== null) yield `“${word}” is not where it should be`;
  const key = findWrongKey(db, index);
  if (key !== null) yield `words from “${key}” on are not found where they are`;
  // Without a byte before the first row, and with noughts once there was one.
  const sums = `SELECT 'sums', CASE WHEN trim(hex(block), '0') <> '' THEN block END FROM main."${index}_data" WHERE id = ${SUMS_ID}`;
  if (findFirstDifference(db, sums, sums.replace(`main."${index}_`, 'temp."anew_')) !== null)
    yield 'the sums of sizes are others';
  const sized = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(`${index}_docsize`);
  if (sized !== undefined) {
    const sizes = `SELECT id, sz FROM main."${index}_docsize" ORDER BY id`;
    const row = findFirstDifference(db, sizes, sizes.replace(`main."${index}_`, 'temp."anew_'));
    if (row !== null) yield `the size of row ${row} is another`;
  }
  for (const length of prefixes) {
    const beginning = findWrongPrefix(db, index, length);
    if (beginning !== null) yield `what begins with “${beginning}” is not where it should be`;
  }
}

/** The ids of blocks up to this one are those of records about the index; a block's id is its segment's and its own. */
const LAST_RECORD_ID = 10;
const BLOCK_MASK = 2 ** 37 - 1;

/**
 * The same words in the same places are merged into the same bytes, whatever the segments were; what is in one segment
 * already stays as it was written, and may differ. Much less work than to compare place by place.
 */
function isMergedAlike(db: Db, index: string): boolean {
  // The tables of an index are FTS5's alone, in a copy too.
  db.unsafeMode(true);
  try {
    db.exec(`
      DELETE FROM temp.copied_data;
      INSERT INTO temp.copied_data SELECT * FROM main."${index}_data";
      DELETE FROM temp.copied_idx;
      INSERT INTO temp.copied_idx SELECT * FROM main."${index}_idx";
    `);
  } finally {
    db.unsafeMode(false);
  }
  db.exec("INSERT INTO temp.copied (copied) VALUES ('optimize')");
  const [copied, anew] = ['copied', 'anew'].map(
    (table) =>
      `SELECT id & ${BLOCK_MASK}, block FROM temp.${table}_data WHERE id > ${LAST_RECORD_ID} ORDER BY id`,
  ) as [string, string];
  return findFirstDifference(db, copied, anew) === null;
}

/** The first column of the first row that only one of them has; null where they are the same. */
function findFirstDifference(db: Db, one: string, other: string): string | null {
  // Both before either is read: a statement that cannot be made would leave the other one open.
  const [statement, against] = [db.prepare(one).raw(), db.prepare(other).raw()];
  const rows = statement.iterate() as IterableIterator<unknown[]>;
  const others = against.iterate() as IterableIterator<unknown[]>;
  try {
    for (const row of rows) {
      const next = others.next();
      if (next.done === true) return String(row[0]);
      for (let n = row.length - 1; n >= 0; n -= 1)
        if (!isSame(row[n], next.value[n])) return String(next.value[0]);
    }
    const surplus = others.next();
    return surplus.done === true ? null : String(surplus.value[0]);
  } finally {
    rows.return?.();
    others.return?.();
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (Buffer.isBuffer(one) && Buffer.isBuffer(other) && one.equals(other));
}

function readPrefixLengths(declared: string): number[] {
  const list = /prefix='([\d ]+)'/.exec(declared)?.[1];
  return list === undefined ? [] : list.split(' ').map(Number);
}

/**
 * Beginnings of words have an index of their own, which `fts5vocab` does not list: each is asked for, as a search would.
 * One that no word has is never there alone: a change that makes it takes it from another.
 */
function findWrongPrefix(db: Db, index: string, length: number): string | null {
  const asked = db.prepare(`SELECT rowid FROM main."${index}" (?)`).pluck();
  const expected = db.prepare('SELECT rowid FROM temp.anew (?)').pluck();
  const beginnings = db
    .prepare(
      'SELECT DISTINCT col, substr(term, 1, :length) FROM temp.places_anew WHERE length(term) >= :length',
    )
    .raw()
    .iterate({ length }) as IterableIterator<[string, string]>;
  for (const [column, beginning] of beginnings) {
    const query = `"${column}" : "${beginning.replaceAll('"', '""')}" *`;
    const [found, keys] = [asked.all(query), expected.all(query)];
    if (keys.length !== found.length || keys.some((key, n) => key !== found[n])) return beginning;
  }
  return null;
}
