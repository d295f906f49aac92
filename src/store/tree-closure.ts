/** The closure of a tree: each record with everything above it and with itself, from which a filter takes in what is narrower. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import type { Draft, Resource } from '../resources/resource.ts';

type Tree = NonNullable<Resource['tree']>;

/** The pairs that follow from the records: a CTE `below (ancestor, descendant)`. Ends on a circle too. */
function writeBelow(table: string, { parent }: Tree): string {
  return `WITH RECURSIVE below (ancestor, descendant) AS (
    SELECT key, key FROM ${table}
    UNION SELECT below.ancestor, t.key FROM below JOIN ${table} t ON t.${parent}_key = below.descendant
  )`;
}

/** Makes the closure of a tree anew from its records. */
export function rebuildClosure(db: Db, { name, tree }: Resource): void {
  if (tree === undefined) return;
  prepare(db, `DELETE FROM ${tree.closure}`).run();
  prepare(
    db,
    `${writeBelow(name, tree)} INSERT INTO ${tree.closure} (ancestor_key, descendant_key) SELECT ancestor, descendant FROM below`,
  ).run();
}

/**
 * Adds what is above records that are new, and the records themselves. What was there before and stands under one of them
 * now has moved, and is not looked for: by the keys of parents alone, as the indexes that lead down may be lacking.
 */
export function addToClosure(db: Db, { name, tree }: Resource, keys: readonly number[]): void {
  if (tree === undefined || keys.length === 0) return;
  prepare(
    db,
    `WITH RECURSIVE above (ancestor, descendant) AS (
      SELECT value, value FROM json_each(?)
      UNION SELECT t.${tree.parent}_key, above.descendant FROM above JOIN ${name} t ON t.key = above.ancestor
      WHERE t.${tree.parent}_key IS NOT NULL
    )
    INSERT OR IGNORE INTO ${tree.closure} (ancestor_key, descendant_key) SELECT ancestor, descendant FROM above`,
  ).run(JSON.stringify(keys));
}

/** Makes anew what the closure says of these records, which stand elsewhere now, and of all below them. */
export function renewClosure(db: Db, { name, tree }: Resource, keys: readonly number[]): void {
  if (tree === undefined || keys.length === 0) return;
  const below = `WITH RECURSIVE below (key) AS (
      SELECT value FROM json_each(?)
      UNION SELECT t.key FROM below JOIN ${name} t ON t.${tree.parent}_key = below.key
    )`;
  const given = JSON.stringify(keys);
  prepare(db, `${below} DELETE FROM ${tree.closure} WHERE descendant_key IN (SELECT key FROM below)`).run(
    given,
  );
  prepare(
    db,
    `${below}, above (ancestor, descendant) AS (
      SELECT key, key FROM below
      UNION SELECT t.${tree.parent}_key, above.descendant FROM above JOIN ${name} t ON t.key = above.ancestor
      WHERE t.${tree.parent}_key IS NOT NULL
    )
    INSERT INTO ${tree.closure} (ancestor_key, descendant_key) SELECT ancestor, descendant FROM above`,
  ).run(given);
}

/** Whether a draft stands elsewhere in its tree than the base says, which holds the record as it was. */
export function isMoved(db: Db, { name, tree }: Resource, key: number, draft: Draft): boolean {
  if (tree === undefined) return false;
  const parent = prepare(
    db,
    `SELECT p.id FROM ${name} t JOIN ${name} p ON p.key = t.${tree.parent}_key WHERE t.key = ?`,
  )
    .pluck()
    .get(key) as string | undefined;
  return (parent ?? null) !== (draft[tree.parent] ?? null);
}

/** Circles, and pairs that do not follow from the records or are not there. */
export function* listClosureFaults(db: Db, table: string, tree: Tree): Generator<string> {
  const below = writeBelow(table, tree);
  const circles = prepare(
    db,
    `${below} SELECT t.key FROM ${table} t JOIN below ON ancestor = t.key AND descendant = t.${tree.parent}_key`,
  )
    .pluck()
    .iterate() as IterableIterator<number>;
  for (const key of circles) yield `${table}: key ${key} stands under itself`;
  const stored = `SELECT ancestor_key, descendant_key FROM ${tree.closure}`;
  const [lacking, surplus] = prepare(
    db,
    `${below} SELECT
       (SELECT count(*) FROM (SELECT ancestor, descendant FROM below EXCEPT ${stored})),
       (SELECT count(*) FROM (${stored} EXCEPT SELECT ancestor, descendant FROM below))`,
  )
    .raw()
    .get() as [number, number];
  if (lacking + surplus > 0)
    yield `${tree.closure} is not made from ${table}: ${lacking} pairs lacking, ${surplus} too many`;
}
