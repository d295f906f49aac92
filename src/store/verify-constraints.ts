/**
 * Whether every row is as the CHECKs of its table ask. SQLite's check of a file does not look at them in a file that is
 * opened for reading alone: it forgets them when it reads the schema (`sqlite3AddCheckConstraint` in its `src/build.c`).
 */
import type { Db } from '../db/client.ts';

export function* listConstraintFaults(db: Db): Generator<string> {
  const tables = db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CHECK(%' ORDER BY name")
    .all() as { name: string; sql: string }[];
  for (const { name, sql } of tables) {
    const constraints = readConstraints(sql);
    if (constraints.length < sql.split('CHECK(').length - 1)
      yield `the schema: a CHECK of table ${name} is not on a line of its own`;
    const broken = constraints.map(([constraint, asks]) => `WHEN NOT (${asks}) THEN '${constraint}'`);
    const rows = db
      .prepare(
        `SELECT rowid, CASE ${broken.join(' ')} END AS broken FROM "${name}" WHERE broken IS NOT NULL ORDER BY rowid`,
      )
      .raw()
      .iterate() as IterableIterator<[number, string]>;
    for (const [row, constraint] of rows) yield `table ${name}: row ${row} is not as ${constraint} asks`;
  }
}

/** Name and condition of each, as drizzle-kit writes them: a line each. */
function readConstraints(sql: string): [string, string][] {
  return [...sql.matchAll(/^\s*CONSTRAINT "(\w+)" CHECK\((.*)\),?$/gm)].map(([, name, asks]) => [
    name as string,
    asks as string,
  ]);
}
