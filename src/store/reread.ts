/**
 * Records as they were handed in, made from their rows and from the rows of their lists, and from nothing that is stored
 * beside them. Batch by batch, because a query for each list of each record is what takes the time.
 */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { getResource } from '../resources/registry.ts';
import type { ChildrenField, Draft, Field, Noun, Resource } from '../resources/resource.ts';
import { listListFields, type Row } from './columns.ts';
import type { Lookup } from './render.ts';

export type Reread = {
  row: Row;
  draft: Draft;
  /** The rows of each list, in their order. */
  lists: ReadonlyMap<string, readonly Row[]>;
};

type FindId = (noun: Noun, key: number) => string | null;

/** What is known of records that others refer to. */
export type Names = Lookup & {
  findId: FindId;
  findKey: (noun: Noun, id: string) => number;
};

/** Of one noun: as many as a base has actors, and as many sources as are asked about again soon. */
const MOST_KEPT = 30_000;

type Found = { id: string; key: number; label: string | null };
type Kept = {
  byKey: Map<number, Found>;
  byId: Map<string, Found>;
  /** Name of the list, and id of its record. */
  lists: Map<string, readonly Record<string, unknown>[]>;
};

/** Looks each record up once, and forgets those of a noun where they are too many. */
export function openNames(db: Db): Names {
  const kept = new Map<Noun, Kept>();
  const open = (noun: Noun): Kept => {
    let found = kept.get(noun);
    if (found === undefined || found.byKey.size + found.byId.size >= 2 * MOST_KEPT) {
      found = { byKey: new Map(), byId: new Map(), lists: new Map() };
      kept.set(noun, found);
    }
    return found;
  };
  const read = (noun: Noun, by: 'key' | 'id', value: number | string) => {
    const record = prepare(
      db,
      `SELECT id, key, ${getResource(noun).label ?? 'NULL'} AS label FROM ${noun} WHERE ${by} = ?`,
    ).get(value) as Found | undefined;
    if (record === undefined) return undefined;
    const { byKey, byId } = open(noun);
    byKey.set(record.key, record);
    byId.set(record.id, record);
    return record;
  };
  const findByKey = (noun: Noun, key: number) => open(noun).byKey.get(key) ?? read(noun, 'key', key);
  const findById = (noun: Noun, id: string) => open(noun).byId.get(id) ?? read(noun, 'id', id);
  const findId = (noun: Noun, key: number) => findByKey(noun, key)?.id ?? null;
  return {
    findId,
    findLabel: (noun, id) => findById(noun, id)?.label ?? null,
    findKey: (noun, id) => findById(noun, id)?.key ?? Number.NaN,
    findChildren(noun, id, name, field) {
      const { lists } = open(noun);
      const place = `${name} ${id}`;
      let children = lists.get(place);
      if (children === undefined) {
        const key = findById(noun, id)?.key;
        children = key === undefined ? [] : rereadChildren(db, field, key, findId);
        lists.set(place, children);
      }
      return children;
    },
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
    return { row, draft: readFields(resource.fields, row, names.findId, own) as Draft, lists: own };
  });
}

function readFields(
  fields: Record<string, Field>,
  row: Row,
  findId: FindId,
  lists: ReadonlyMap<string, readonly Row[]>,
  prefix = '',
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of listStored(fields)) {
    values[name] = readField(`${prefix}${name}`, field, row, findId, lists.get(name) ?? []);
  }
  return values;
}

const stored = new WeakMap<object, [string, Field][]>();

function listStored(fields: Record<string, Field>): [string, Field][] {
  let list = stored.get(fields);
  if (list === undefined) {
    list = Object.entries(fields).filter(([, field]) => field.type !== 'holding');
    stored.set(fields, list);
  }
  return list;
}

/** The children of a record as they were handed in. */
export function rereadChildren(
  db: Db,
  { table, owner, fields }: ChildrenField,
  key: number,
  findId: FindId,
): Record<string, unknown>[] {
  const rows = prepare(db, `SELECT * FROM ${table} WHERE ${owner} = ? ORDER BY ordinal`).all(key) as Row[];
  return rows.map((child) => readFields(fields, child, findId, NONE));
}

const NONE: ReadonlyMap<string, readonly Row[]> = new Map();

function readField(column: string, field: Field, row: Row, findId: FindId, list: readonly Row[]): unknown {
  switch (field.type) {
    case 'boolean':
      return row[column] === null ? null : row[column] === 1;
    case 'reference': {
      const key = row[`${column}_key`];
      return key == null ? null : findId(field.to, key as number);
    }
    case 'references':
      return list.map((link) => findId(field.to, link[`${field.singular}_key`] as number));
    case 'object': {
      const values = readFields(field.fields, row, findId, NONE, `${column}_`);
      return field.nullable && Object.values(values).every((value) => value === null) ? null : values;
    }
    case 'children':
      return list.map((child) => readFields(field.fields, child, findId, NONE));
    default:
      return row[column] ?? null;
  }
}
