/**
 * Records as they were handed in, made from their rows and from the rows of their lists, and from nothing that is stored
 * beside them. Batch by batch, because a query for each list of each record is what takes the time.
 */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { getResource } from '../resources/registry.ts';
import type { Draft, Field, Noun, Resource } from '../resources/resource.ts';
import { listListFields, type Row } from './columns.ts';

export type Reread = {
  row: Row;
  draft: Draft;
  /** The rows of each list, in their order. */
  lists: ReadonlyMap<string, readonly Row[]>;
};

/** What is known of records that others refer to. */
export type Names = {
  findId: (noun: Noun, key: number) => string | null;
  findLabel: (noun: Noun, id: string) => string | null;
  findKey: (noun: Noun, id: string) => number;
};

const MOST_NAMES = 100_000;

/** Looks each record up once, and forgets all of them where they are too many. */
export function openNames(db: Db): Names {
  const ids = new Map<string, string | null>();
  const found = new Map<string, { key: number; label: string | null }>();
  return {
    findId(noun, key) {
      const place = `${noun} ${key}`;
      let id = ids.get(place);
      if (id !== undefined) return id;
      const { label } = getResource(noun);
      const row = prepare(db, `SELECT id, ${label ?? 'NULL'} AS label FROM ${noun} WHERE key = ?`).get(key) as
        | { id: string; label: string | null }
        | undefined;
      if (ids.size >= MOST_NAMES) {
        ids.clear();
        found.clear();
      }
      id = row?.id ?? null;
      ids.set(place, id);
      if (row !== undefined) found.set(`${noun} ${row.id}`, { key, label: row.label });
      return id;
    },
    findLabel: (noun, id) => found.get(`${noun} ${id}`)?.label ?? null,
    findKey: (noun, id) => found.get(`${noun} ${id}`)?.key ?? Number.NaN,
  };
}

/** `rows` are all columns of records that follow one another by their keys. */
export function rereadRows(db: Db, resource: Resource, rows: readonly Row[], names: Names): Reread[] {
  const [first, last] = [rows[0]?.key, rows.at(-1)?.key];
  const lists = listListFields(resource).map(([name, field]) => {
    const all = prepare(
      db,
      `SELECT * FROM ${field.table} WHERE ${field.owner} BETWEEN ? AND ? ORDER BY ${field.owner}, ordinal`,
    ).all(first, last) as Row[];
    return [name, Map.groupBy(all, (row) => row[field.owner])] as const;
  });
  return rows.map((row) => {
    const own = new Map(lists.map(([name, byOwner]) => [name, byOwner.get(row.key as number) ?? []]));
    return { row, draft: readFields(resource.fields, row, names, own) as Draft, lists: own };
  });
}

function readFields(
  fields: Record<string, Field>,
  row: Row,
  names: Names,
  lists: ReadonlyMap<string, readonly Row[]>,
  prefix = '',
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields))
    values[name] = readField(`${prefix}${name}`, field, row, names, lists.get(name) ?? []);
  return values;
}

const NONE: ReadonlyMap<string, readonly Row[]> = new Map();

function readField(column: string, field: Field, row: Row, names: Names, list: readonly Row[]): unknown {
  switch (field.type) {
    case 'boolean':
      return row[column] === null ? null : row[column] === 1;
    case 'reference': {
      const key = row[`${column}_key`];
      return key == null ? null : names.findId(field.to, key as number);
    }
    case 'references':
      return list.map((link) => names.findId(field.to, link[`${field.singular}_key`] as number));
    case 'object': {
      const values = readFields(field.fields, row, names, NONE, `${column}_`);
      return field.nullable && Object.values(values).every((value) => value === null) ? null : values;
    }
    case 'children':
      return list.map((child) => readFields(field.fields, child, names, NONE));
    default:
      return row[column] ?? null;
  }
}
