/** Everything that the base holds, as it was handed in: what an import of our own files takes again. */
import type { Db } from '../db/client.ts';
import { resources } from '../resources/registry.ts';
import type { Field, Noun, Resource } from '../resources/resource.ts';
import { isHandedIn } from '../resources/schemas.ts';
import type { Row } from './columns.ts';
import { toDraft } from './lookup.ts';

/**
 * Lines without their ends, one at a time because a text may have megabytes: noun by noun, the records in the order in which they were added, and the withdrawn
 * ids at the end. Records may stand before those that they refer to. By which door one came in is not part of it.
 */
export function* exportLines(db: Db, nouns: readonly Noun[]): Generator<string> {
  const chosen = resources.filter((resource) => nouns.includes(resource.name));
  for (const resource of chosen) {
    const rows = db.prepare(`SELECT * FROM ${resource.name} ORDER BY key`).iterate() as Iterable<Row>;
    for (const row of rows) yield JSON.stringify({ noun: resource.name, ...exportRecord(resource, row) });
  }
  for (const { name } of chosen) {
    const gone = db
      .prepare('SELECT id, reason, digest FROM withdrawn WHERE noun = ? ORDER BY id')
      .iterate(name) as Iterable<{ id: string; reason: string; digest: string }>;
    for (const { id, reason, digest } of gone)
      yield JSON.stringify({ noun: name, id, withdrawn: reason, digest });
  }
}

function exportRecord(resource: Resource, row: Row): Record<string, unknown> {
  return takeHandedIn(resource.fields, toDraft(resource, row)) ?? {};
}

/** Without what is derived, nulls and empty lists: null for what holds nothing then. */
function takeHandedIn(
  fields: Record<string, Field>,
  values: Record<string, unknown>,
): Record<string, unknown> | null {
  const taken: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    if (value == null || !isHandedIn(field, 'inline')) continue;
    if (field.type === 'children') {
      const children = (value as Record<string, unknown>[]).map(
        (child) => takeHandedIn(field.fields, child) ?? {},
      );
      if (children.length > 0) taken[name] = children;
    } else if (field.type === 'object') {
      const part = takeHandedIn(field.fields, value as Record<string, unknown>);
      if (part !== null) taken[name] = part;
    } else if (!(Array.isArray(value) && value.length === 0)) {
      taken[name] = value;
    }
  }
  return Object.keys(taken).length === 0 ? null : taken;
}

/** The records of a noun as they are served, one at a time, in the order in which they were added. */
export function exportDocuments(db: Db, noun: Noun): Iterable<string> {
  return db
    .prepare(`SELECT document FROM ${noun} ORDER BY key`)
    .pluck()
    .iterate() as IterableIterator<string>;
}
