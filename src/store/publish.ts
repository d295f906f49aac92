/** A copy of a base to be published as a file of SQLite: whole, and with views that show what people look for. */
import Database from 'better-sqlite3';
import type { Db } from '../db/client.ts';
import { listFieldPaths } from '../resources/fields.ts';
import { servedResources } from '../resources/registry.ts';
import type { ChildrenField, Resource } from '../resources/resource.ts';

/**
 * One state of the base, whoever writes to it meanwhile. Not the backup of SQLite's C interface, which copies the pages
 * that deleted records have left too, and begins again whenever somebody writes. The copy is a base like the first.
 */
export function publishBase(db: Db, path: string): void {
  db.prepare('VACUUM INTO ?').run(path);
  const copy = new Database(path);
  try {
    // One file, which may lie where nobody can write.
    copy.pragma('journal_mode = DELETE');
    for (const sql of listViews()) copy.exec(sql);
  } finally {
    copy.close();
  }
}

/** For each noun its records with the names of those that they refer to, and for each of its lists an entry a row. */
function listViews(): string[] {
  return servedResources.flatMap((resource) => [
    `CREATE VIEW "${resource.name}_readable" AS SELECT ${listColumns(resource).join(', ')} FROM ${resource.name} ORDER BY key`,
    ...Object.entries(resource.fields).flatMap(([name, field]) =>
      field.type === 'children' ? [writeListView(resource, name, field)] : [],
    ),
  ]);
}

function listColumns(resource: Resource): string[] {
  return listFieldPaths(resource).map(({ path, many, json, on_request }) => {
    const alias = `AS "${path.replaceAll('.', '_')}"`;
    if (on_request) return `"${path}" ${alias}`;
    if (json) return `document -> '$.${path}' ${alias}`;
    if (!many) return `document ->> '$.${path}' ${alias}`;
    const [list, ...rest] = path.split('.');
    return `(SELECT group_concat(value ->> '$.${rest.join('.')}', ' | ') FROM json_each(document, '$.${list}')) ${alias}`;
  });
}

function writeListView(resource: Resource, name: string, field: ChildrenField): string {
  const columns = Object.entries(field.fields).map(([part, { type }]) =>
    type === 'reference' || type === 'object'
      ? `entry.value -> '$.${part}' AS "${part}"`
      : `entry.value ->> '$.${part}' AS "${part}"`,
  );
  return `CREATE VIEW "${resource.name}_${name}_readable" AS SELECT record.id AS "${resource.singular}_id", entry.key + 1 AS ordinal, ${columns.join(', ')} FROM ${resource.name} record, json_each(record.document, '$.${name}') entry`;
}
