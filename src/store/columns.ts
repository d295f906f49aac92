/** Which columns a declared field fills, and with what. The reverse is render.ts. */
import { parseEdtf, UNDATED } from '../edtf.ts';
import { foldForSorting } from '../evidence/sort-key.ts';
import type { ChildrenField, Field, Noun, ReferencesField, Resource } from '../resources/resource.ts';

export type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;
export type FindKey = (noun: Noun, id: string) => number;

/** The columns of a record's own row (or of a child's), from the record as it was handed in. */
export function fillColumns(
  fields: Record<string, Field>,
  values: Record<string, unknown>,
  findKey: FindKey,
  prefix = '',
): Row {
  const row: Row = {};
  for (const [name, field] of Object.entries(fields)) {
    Object.assign(row, fillField(`${prefix}${name}`, field, values[name], findKey));
  }
  return row;
}

function fillField(column: string, field: Field, value: unknown, findKey: FindKey): Row {
  switch (field.type) {
    case 'boolean':
      return { [column]: value == null ? null : Number(value) };
    case 'date': {
      const { earliest, latest } = value == null ? UNDATED : parseEdtf(String(value));
      return {
        [column]: (value ?? null) as SqlValue,
        [`${column}_earliest`]: earliest,
        [`${column}_latest`]: latest,
      };
    }
    case 'reference':
      return { [`${column}_key`]: value == null ? null : findKey(field.to, String(value)) };
    case 'object':
      return fillColumns(field.fields, (value ?? {}) as Record<string, unknown>, findKey, `${column}_`);
    case 'references':
      return {};
    case 'children': {
      if (field.text_column === undefined) return {};
      const { column: target, from } = field.text_column;
      const lines = ((value ?? []) as Record<string, unknown>[]).map((child) =>
        String(child[from]).replaceAll('\n', ' '),
      );
      return { [target]: lines.join('\n') };
    }
    case 'text':
      return field.sort
        ? { [column]: (value ?? null) as SqlValue, [`${column}_sort`]: foldForSorting(String(value ?? '')) }
        : { [column]: (value ?? null) as SqlValue };
    default:
      return { [column]: (value ?? null) as SqlValue };
  }
}

/** The rows of one list of a record: its children, or its links to other records. */
export function fillListRows(
  field: ChildrenField | ReferencesField,
  owner: number,
  values: unknown,
  findKey: FindKey,
): Row[] {
  const list = (values ?? []) as unknown[];
  return list.map((value, n) => {
    const place = { [field.owner]: owner, ordinal: n + 1 };
    return field.type === 'references'
      ? { ...place, [`${field.singular}_key`]: findKey(field.to, String(value)) }
      : { ...place, ...fillColumns(field.fields, value as Record<string, unknown>, findKey) };
  });
}

export type ListField = [name: string, field: ChildrenField | ReferencesField];

export function listListFields(resource: Resource): ListField[] {
  return Object.entries(resource.fields).filter(
    (entry): entry is ListField => entry[1].type === 'children' || entry[1].type === 'references',
  );
}

/** A place in the tables where one noun refers to another. */
export type ReferencePlace = {
  table: string;
  column: string /** The column that holds the referring record's key. */;
  owner: string;
  from: Resource;
};

/** Every place from which records refer to a noun: whose documents show its label, and who holds it in the base. */
export function listReferencePlaces(resources: readonly Resource[], to: Noun): ReferencePlace[] {
  const places: ReferencePlace[] = [];
  for (const from of resources) {
    collectPlaces(from.fields, from.name, 'key', from, to, places);
    for (const [, field] of listListFields(from)) {
      if (field.type === 'references') {
        if (field.to === to)
          places.push({ table: field.table, column: `${field.singular}_key`, owner: field.owner, from });
      } else {
        collectPlaces(field.fields, field.table, field.owner, from, to, places);
      }
    }
  }
  return places;
}

function collectPlaces(
  fields: Record<string, Field>,
  table: string,
  owner: string,
  from: Resource,
  to: Noun,
  places: ReferencePlace[],
  prefix = '',
): void {
  for (const [name, field] of Object.entries(fields)) {
    if (field.type === 'reference' && field.to === to)
      places.push({ table, column: `${prefix}${name}_key`, owner, from });
    if (field.type === 'object')
      collectPlaces(field.fields, table, owner, from, to, places, `${prefix}${name}_`);
  }
}
