/** What checks of new records ask about those that the base holds. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { getResource } from '../resources/registry.ts';
import type { Draft, Noun } from '../resources/resource.ts';
import type { Row } from './columns.ts';

/** A record that the base holds, in the shape in which it was handed in, as far as checks of other records need it. */
export function readDraft(db: Db, noun: Noun, id: string): Draft | undefined {
  const resource = getResource(noun);
  const row = prepare(db, `SELECT * FROM ${noun} WHERE id = ?`).get(id) as Row | undefined;
  if (row === undefined) return undefined;
  const document = JSON.parse(String(row.document)) as Record<string, unknown>;
  const draft: Draft = { id };
  for (const [name, field] of Object.entries(resource.fields)) {
    const value = field.type === 'text' && field.on_request ? row[name] : document[name];
    draft[name] = field.type === 'reference' ? ((value as { id: string } | null)?.id ?? null) : value;
  }
  return draft;
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
