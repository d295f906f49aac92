/** Whether the file is whole: its pages and indexes, its references, and tables that are those of this release. */
import { closeSync, openSync, readSync } from 'node:fs';
import { type Db, migrateDatabase, openDatabase } from '../db/client.ts';
import { readFact } from '../db/data-version.ts';
import { resources } from '../resources/registry.ts';
import { listConstraintFaults } from './verify-constraints.ts';

/** https://www.sqlite.org/fileformat.html: who writes a version that is not known reads the file and refuses to write it. */
const WRITE_VERSION_OFFSET = 18;
const LAST_WRITE_VERSION = 2;

/**
 * Why SQLite would not write to the file; null where it would, and where the file cannot be read at all. Not while this
 * process has it open: closing any handle of a file gives up the locks that the process holds on it.
 */
export function explainUnwritable(path: string): string | null {
  const head = Buffer.alloc(WRITE_VERSION_OFFSET + 1);
  try {
    const handle = openSync(path, 'r');
    try {
      readSync(handle, head);
    } finally {
      closeSync(handle);
    }
  } catch {
    return null;
  }
  const version = head[WRITE_VERSION_OFFSET] as number;
  if (version <= LAST_WRITE_VERSION) return null;
  return `the file: byte ${WRITE_VERSION_OFFSET} is ${version}, which is more than the ${LAST_WRITE_VERSION} of a file that can be written`;
}

type SchemaRow = { type: string; name: string; tbl_name: string; sql: string | null };
type Shape = { schema: Map<string, SchemaRow>; migrations: string[] };

let expected: Shape | null = null;

/** What the migrations make of an empty file. */
function readExpected(): Shape {
  if (expected === null) {
    const empty = openDatabase(':memory:');
    migrateDatabase(empty);
    expected = readShape(empty);
    empty.close();
  }
  return expected;
}

function readShape(db: Db): Shape {
  // Statistics that SQLite gathers are no part of the base.
  const rows = db
    .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'")
    .all() as SchemaRow[];
  const migrations = db
    .prepare('SELECT hash, created_at FROM __drizzle_migrations ORDER BY created_at')
    .raw()
    .all();
  return {
    schema: new Map(rows.map((row) => [`${row.type} ${row.name}`, row])),
    migrations: migrations.map((row) => JSON.stringify(row)),
  };
}

export function* listFileFaults(db: Db): Generator<string> {
  for (const { integrity_check: said } of db.pragma('integrity_check') as { integrity_check: string }[])
    for (const sentence of said.split('\n'))
      if (sentence !== 'ok' && !sentence.startsWith('***')) yield `the file: ${sentence}`;
  const broken = db.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[];
  for (const { table, rowid, parent } of broken)
    yield `table ${table}: row ${rowid} refers to a row of ${parent} that is not there`;
  yield* listShapeFaults(readShape(db), readExpected());
  yield* listConstraintFaults(db);
  const held = resources.some(({ name }) => db.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() !== undefined);
  if (held && readFact(db, 'data_version') === undefined) yield 'the base has records and no data_version';
}

function* listShapeFaults(found: Shape, wanted: Shape): Generator<string> {
  for (const [name, { sql, tbl_name }] of wanted.schema) {
    const row = found.schema.get(name);
    if (row === undefined) yield `the schema: ${name} is missing`;
    else if (row.sql !== sql || row.tbl_name !== tbl_name)
      yield `the schema: ${name} is not as the migrations make it`;
  }
  for (const name of found.schema.keys())
    if (!wanted.schema.has(name)) yield `the schema: ${name} is not of this release`;
  if (found.migrations.join() !== wanted.migrations.join())
    yield 'the migrations that the base names are not those of this release';
}
