/** Whether a full-text index is the one that FTS5 makes of its table now: word for word, place for place. */
import type { Db } from '../db/client.ts';

/** What FTS5 keeps beside the words: the sizes of rows and their sums, by which answers are ranked. */
const SUMS_ID = 1;

/**
 * FTS5's own check sees that an index is well made, and holds its words against a sum that several changes can leave as
 * it is: here each word's places are compared with those in an index that is made beside it, in a temporary file.
 */
export function listTextFaults(db: Db, index: string): string[] {
  const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(index) as string;
  const content = /content='(\w+)'/.exec(sql)?.[1];
  const declared = /USING fts5\((.*)\)/s.exec(sql)?.[1];
  if (content === undefined || declared === undefined) return ['says of no table that it is indexed'];
  // An index over a large base is larger than what memory should be spent on.
  db.pragma('temp_store = FILE');
  try {
    db.exec(`
      CREATE TEMP VIEW anew_rows AS SELECT * FROM main."${content}";
      CREATE VIRTUAL TABLE temp.anew USING fts5(${declared.replace(`'${content}'`, "'anew_rows'")});
      INSERT INTO temp.anew (anew, rank) VALUES ('hashsize', ${HASH_BYTES});
      INSERT INTO temp.anew (anew) VALUES ('rebuild');
      CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, ${index}, instance);
      CREATE VIRTUAL TABLE temp.places_anew USING fts5vocab(temp, anew, instance);
    `);
    return findDifferences(db, index, readPrefixLengths(declared));
  } finally {
    db.exec(`
      DROP TABLE IF EXISTS temp.places_anew;
      DROP TABLE IF EXISTS temp.places;
      DROP TABLE IF EXISTS temp.anew;
      DROP VIEW IF EXISTS temp.anew_rows;
    `);
  }
}

/** How much FTS5 gathers before it writes: with its own 1 MB a large index is merged over and over. */
const HASH_BYTES = 33_554_432;

function findDifferences(db: Db, index: string, prefixes: readonly number[]): string[] {
  const faults: string[] = [];
  const word = findFirstDifference(
    db,
    'SELECT term, doc, col, "offset" FROM temp.places',
    'SELECT term, doc, col, "offset" FROM temp.places_anew',
  );
  if (word !== null) faults.push(`“${word}” is not where it should be`);
  // Without a byte before the first row, and with noughts once there was one.
  const sums = `SELECT 'sums', CASE WHEN trim(hex(block), '0') <> '' THEN block END FROM main."${index}_data" WHERE id = ${SUMS_ID}`;
  if (findFirstDifference(db, sums, sums.replace(`main."${index}_`, 'temp."anew_')) !== null)
    faults.push('the sums of sizes are others');
  const sized = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(`${index}_docsize`);
  if (sized !== undefined) {
    const sizes = `SELECT id, sz FROM main."${index}_docsize" ORDER BY id`;
    const row = findFirstDifference(db, sizes, sizes.replace(`main."${index}_`, 'temp."anew_'));
    if (row !== null) faults.push(`the size of row ${row} is another`);
  }
  for (const length of prefixes) {
    const beginning = findWrongPrefix(db, index, length);
    if (beginning !== null) faults.push(`what begins with “${beginning}” is not where it should be`);
  }
  return faults;
}

/** The first column of the first row that only one of them has; null where they are the same. */
function findFirstDifference(db: Db, one: string, other: string): string | null {
  const rows = db.prepare(one).raw().iterate() as IterableIterator<unknown[]>;
  const others = db.prepare(other).raw().iterate() as IterableIterator<unknown[]>;
  try {
    for (const row of rows) {
      const against = others.next();
      if (against.done === true) return String(row[0]);
      for (let n = row.length - 1; n >= 0; n -= 1)
        if (!isSame(row[n], against.value[n])) return String(against.value[0]);
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
  const beginnings = db
    .prepare(
      'SELECT DISTINCT col, substr(term, 1, :length) FROM temp.places_anew WHERE length(term) >= :length',
    )
    .raw()
    .all({ length }) as [string, string][];
  const asked = db.prepare(`SELECT rowid FROM main."${index}" (?)`).pluck();
  const expected = db.prepare('SELECT rowid FROM temp.anew (?)').pluck();
  for (const [column, beginning] of beginnings) {
    const query = `"${column}" : "${beginning.replaceAll('"', '""')}" *`;
    const [found, keys] = [asked.all(query), expected.all(query)];
    if (keys.length !== found.length || keys.some((key, n) => key !== found[n])) return beginning;
  }
  return null;
}
