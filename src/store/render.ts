/**
 * A record as it is served: read back from its tables, or made from the draft that is being written, with the same
 * bytes. Rendered once per change and stored beside the row, so that a list joins documents and looks nothing up.
 */
import { isCertainlyDuring } from '../dates/certain-days.ts';
import { formatDay, UNDATED } from '../dates/days.ts';
import { parseEdtf } from '../dates/edtf.ts';
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { getHeldList, getResource } from '../resources/registry.ts';
import type { ChildrenField, Draft, Field, Noun, Resource } from '../resources/resource.ts';
import type { Row } from './columns.ts';

export type RecordDocument = { id: string } & Record<string, unknown>;

export function renderRecord(db: Db, resource: Resource, key: number): RecordDocument {
  const row = prepare(db, `SELECT * FROM ${resource.name} WHERE key = ?`).get(key) as Row | undefined;
  if (row === undefined) throw new Error(`${resource.name} has no row ${key}`);
  return renderFields(db, resource.fields, row, key) as RecordDocument;
}

/** Renders the records anew and stores them; those that come out as they were are not written. Answers the others. */
export function storeDocuments(db: Db, resource: Resource, keys: Iterable<number>): number[] {
  const update = prepare(
    db,
    `UPDATE ${resource.name} SET document = @document WHERE key = @key AND document <> @document`,
  );
  return [...keys].filter(
    (key) => update.run({ key, document: JSON.stringify(renderRecord(db, resource, key)) }).changes > 0,
  );
}

function renderFields(
  db: Db,
  fields: Record<string, Field>,
  row: Row,
  owner: number | null,
  prefix = '',
): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.type === 'text' && field.on_request) continue;
    const column = `${prefix}${name}`;
    record[name] = renderField(db, field, column, row, owner);
    if (field.type === 'date') {
      record[`${name}_earliest`] = formatDay(row[`${column}_earliest`] as number);
      record[`${name}_latest`] = formatDay(row[`${column}_latest`] as number);
    }
  }
  return record;
}

function renderField(db: Db, field: Field, column: string, row: Row, owner: number | null): unknown {
  switch (field.type) {
    case 'boolean':
      return row[column] === null ? null : row[column] === 1;
    case 'reference': {
      const key = row[`${column}_key`];
      return key == null ? null : renderEmbedded(db, field.to, key as number);
    }
    case 'object': {
      const value = renderFields(db, field.fields, row, null, `${column}_`);
      return field.nullable && Object.values(value).every((part) => part === null) ? null : value;
    }
    case 'references': {
      const keys = prepare(
        db,
        `SELECT ${field.singular}_key FROM ${field.table} WHERE ${field.owner} = ? ORDER BY ordinal`,
      )
        .pluck()
        .all(owner) as number[];
      return keys.map((key) => renderEmbedded(db, field.to, key));
    }
    case 'children': {
      const rows = prepare(db, `SELECT * FROM ${field.table} WHERE ${field.owner} = ? ORDER BY ordinal`).all(
        owner,
      ) as Row[];
      return rows.map((child) => renderFields(db, field.fields, child, null));
    }
    case 'holding': {
      if (row[`${field.of}_key`] === null || row[field.at] === null) return [];
      const list = getHeldList(field);
      const rows = prepare(db, `SELECT * FROM ${list.table} WHERE ${list.owner} = ? ORDER BY ordinal`).all(
        row[`${field.of}_key`],
      ) as Row[];
      return rows
        .filter((child) =>
          isCertainlyDuring(row[field.at] as string | null, child[field.during] as string | null),
        )
        .map((child) => renderFields(db, list.fields, child, null));
    }
    default:
      return row[column] ?? null;
  }
}

function renderEmbedded(db: Db, noun: Noun, key: number): Record<string, unknown> {
  const { label } = getResource(noun);
  const columns = label === null ? 'id' : `id, ${label}`;
  return prepare(db, `SELECT ${columns} FROM ${noun} WHERE key = ?`).get(key) as Record<string, unknown>;
}

type Values = Record<string, unknown>;
/** What other records show of the record of an id. */
export type Lookup = {
  /** Null for a noun that has none. */
  findLabel: (noun: Noun, id: string) => string | null;
  /** One of its lists, as it was handed in. */
  findChildren: (noun: Noun, id: string, name: string, list: ChildrenField) => readonly Values[];
};

/** The same as `renderRecord` once the draft is written. */
export function renderDraft(resource: Resource, draft: Draft, lookup: Lookup): RecordDocument {
  return renderDraftFields(resource.fields, draft, lookup) as RecordDocument;
}

const entries = new WeakMap<object, [string, Field][]>();

function renderDraftFields(fields: Record<string, Field>, values: Values, lookup: Lookup): Values {
  let list = entries.get(fields);
  if (list === undefined) {
    list = Object.entries(fields).filter(([, field]) => !(field.type === 'text' && field.on_request));
    entries.set(fields, list);
  }
  const record: Values = {};
  for (const [name, field] of list) {
    const value = values[name];
    record[name] = renderDraftField(field, value, values, lookup);
    if (field.type !== 'date') continue;
    const { earliest, latest } = value == null ? UNDATED : parseEdtf(value as string);
    record[`${name}_earliest`] = formatDay(earliest);
    record[`${name}_latest`] = formatDay(latest);
  }
  return record;
}

function renderDraftField(field: Field, value: unknown, values: Values, lookup: Lookup): unknown {
  switch (field.type) {
    case 'reference':
      return value == null ? null : embed(field.to, value as string, lookup);
    case 'references':
      return ((value ?? []) as string[]).map((id) => embed(field.to, id, lookup));
    case 'object': {
      const parts = renderDraftFields(field.fields, (value ?? {}) as Values, lookup);
      return field.nullable && Object.values(parts).every((part) => part === null) ? null : parts;
    }
    case 'children':
      return ((value ?? []) as Values[]).map((child) => renderDraftFields(field.fields, child, lookup));
    case 'holding': {
      const [owner, at] = [values[field.of], values[field.at]];
      if (owner == null || at == null) return [];
      const list = getHeldList(field);
      return lookup
        .findChildren(field.to, owner as string, field.children, list)
        .filter((child) => isCertainlyDuring(at as string, (child[field.during] ?? null) as string | null))
        .map((child) => renderDraftFields(list.fields, child, lookup));
    }
    default:
      return value ?? null;
  }
}

function embed(noun: Noun, id: string, lookup: Lookup): Values {
  const { label } = getResource(noun);
  return label === null ? { id } : { id, [label]: lookup.findLabel(noun, id) };
}
