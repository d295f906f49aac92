/**
 * What the base keeps beside its records and could make anew from them. A bulk load drops every trigger, loads, and then
 * has each of these made again.
 */
import type { Db } from '../db/client.ts';

export type Derived = {
  name: string;
  /** Makes all of it from the records, as the triggers would have; indexes are there already. */
  rebuild: (db: Db) => void;
};

/** Every full-text index over a table of its own: these say themselves how they are made. */
export function listDerived(db: Db): Derived[] {
  const names = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%content=%' ORDER BY name",
    )
    .pluck()
    .all() as string[];
  return names.map((name) => ({
    name,
    rebuild: (base) => base.prepare(`INSERT INTO "${name}" ("${name}") VALUES ('rebuild')`).run(),
  }));
}

/** Tables that triggers write to and that nothing declared makes anew: a bulk load would leave them empty. */
export function listUndeclared(db: Db): string[] {
  const known = new Set(listDerived(db).map(({ name }) => name));
  const bodies = db
    .prepare("SELECT substr(sql, instr(upper(sql), 'BEGIN')) FROM sqlite_schema WHERE type = 'trigger'")
    .pluck()
    .all() as string[];
  const written = bodies.flatMap((body) =>
    [
      ...body.matchAll(
        /\b(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE(?: OR \w+)?|DELETE FROM)\s+["`]?(\w+)/gi,
      ),
    ]
      .map((match) => match[1] as string)
      .filter((table) => !known.has(table)),
  );
  return [...new Set(written)];
}
