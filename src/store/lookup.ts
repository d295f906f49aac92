/** What checks of new records ask about those that the base holds. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { getResource, resources } from '../resources/registry.ts';
import type { Draft, Field, Noun, Resource } from '../resources/resource.ts';
import type { Row } from './columns.ts';

/** A record that the base holds, in the shape in which it was handed in. */
export function readDraft(db: Db, noun: Noun, id: string): Draft | undefined {
  const row = prepare(db, `SELECT * FROM ${noun} WHERE id = ?`).get(id) as Row | undefined;
  return row === undefined ? undefined : toDraft(getResource(noun), row);
}

/** The same by the row's key, which is found in a base without indexes too. */
export function readDraftAt(db: Db, noun: Noun, key: number): Draft {
  return toDraft(getResource(noun), prepare(db, `SELECT * FROM ${noun} WHERE key = ?`).get(key) as Row);
}

/** From the row of a record, all columns. */
export function toDraft(resource: Resource, row: Row): Draft {
  const document = JSON.parse(String(row.document)) as Record<string, unknown>;
  for (const [name, field] of Object.entries(resource.fields))
    if (field.type === 'text' && field.on_request) document[name] = row[name];
  return unembed(resource.fields, document) as Draft;
}

/** Records show id and label of those that they refer to; drafts name the id alone. */
function unembed(fields: Record<string, Field>, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      field.type === 'holding' ? [] : [[name, unembedField(field, values[name])]],
    ),
  );
}

function unembedField(field: Field, value: unknown): unknown {
  if (value == null) return value;
  switch (field.type) {
    case 'reference':
      return (value as { id: string }).id;
    case 'references':
      return (value as { id: string }[]).map((part) => part.id);
    case 'object':
      return unembed(field.fields, value as Record<string, unknown>);
    case 'children':
      return (value as Record<string, unknown>[]).map((child) => unembed(field.fields, child));
    default:
      return value;
  }
}

export function isOfOrigin(db: Db, noun: Noun, id: string, origin: string): boolean {
  return prepare(db, `SELECT 1 FROM ${noun} WHERE id = ? AND origin = ?`).get(id, origin) !== undefined;
}

/** Why a record was withdrawn; undefined for one that was not. */
export function findWithdrawal(db: Db, noun: Noun, id: string): string | undefined {
  return prepare(db, 'SELECT reason FROM withdrawn WHERE noun = ? AND id = ?').pluck().get(noun, id) as
    | string
    | undefined;
}

export function isEmpty(db: Db): boolean {
  return resources.every(({ name }) => prepare(db, `SELECT 1 FROM ${name} LIMIT 1`).get() === undefined);
}

/** In bytes, free pages included. */
export function measureBase(db: Db): number {
  const pages = db.pragma('page_count', { simple: true }) as number;
  return pages * (db.pragma('page_size', { simple: true }) as number);
}
