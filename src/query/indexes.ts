/** Which indexes the tables have, as the base itself says. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';

/** The columns of each index of a whole table, and its name. */
type Index = readonly string[] & { name?: string };
export type Indexes = readonly Index[];
const indexCache = new WeakMap<Db, Map<string, Indexes>>();

export function readIndexes(db: Db, table: string): Indexes {
  let tables = indexCache.get(db);
  if (tables === undefined) {
    tables = new Map();
    indexCache.set(db, tables);
  }
  let indexes = tables.get(table);
  if (indexes === undefined) {
    const names = prepare(db, 'SELECT name FROM pragma_index_list(?) WHERE NOT partial')
      .pluck()
      .all(table) as string[];
    indexes = names.map((name) =>
      Object.assign(prepare(db, 'SELECT name FROM pragma_index_info(?)').pluck().all(name) as string[], {
        name,
      }),
    );
    tables.set(table, indexes);
  }
  return indexes;
}

export function hasIndex(indexes: Indexes, columns: readonly string[]): boolean {
  return indexes.some((index) => columns.every((column, n) => index[n] === column));
}

/** That which begins with this column and, before anything else, the row's key. */
export function findIndex(db: Db, table: string, column: string): string | undefined {
  return readIndexes(db, table).find(([first, second = 'key']) => first === column && second === 'key')?.name;
}
