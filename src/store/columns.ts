/** Which columns a declared field fills, and with what. The reverse is render.ts. */
import { UNDATED } from '../dates/days.ts';
import { parseEdtf } from '../dates/edtf.ts';
import { foldForSorting } from '../evidence/sort-key.ts';
import type { ChildrenField, Field, Noun, ReferencesField, Resource } from '../resources/resource.ts';

export type SqlValue = string | number | null;
export type Row = Record<string, SqlValue>;
export type FindKey = (noun: Noun, id: string) => number;

/** The columns that some fields fill, in order, and how: made once for a declaration, because it is used for every row. */
export type RowPlan = {
  columns: readonly string[];
  /** Appends the values of the columns to `row`. */
  fill: (values: Record<string, unknown>, row: SqlValue[], findKey: FindKey) => void;
};
type Part = { columns: string[]; fill: (value: unknown, row: SqlValue[], findKey: FindKey) => void };

const plans = new WeakMap<object, RowPlan>();

/** A record's own row (or a child's), from the record as it was handed in. */
export function planRow(fields: Record<string, Field>): RowPlan {
  let plan = plans.get(fields);
  if (plan === undefined) {
    plan = planFields(fields, '');
    plans.set(fields, plan);
  }
  return plan;
}

function planFields(fields: Record<string, Field>, prefix: string): RowPlan {
  const parts = Object.entries(fields).map(
    ([name, field]) => [name, planField(`${prefix}${name}`, field)] as const,
  );
  return {
    columns: parts.flatMap(([, part]) => part.columns),
    fill(values, row, findKey) {
      for (const [name, part] of parts) part.fill(values[name], row, findKey);
    },
  };
}

function planField(column: string, field: Field): Part {
  switch (field.type) {
    case 'boolean':
      return { columns: [column], fill: (value, row) => row.push(value == null ? null : Number(value)) };
    case 'date':
      return {
        columns: [column, `${column}_earliest`, `${column}_latest`],
        fill: (value, row) => {
          const { earliest, latest } = value == null ? UNDATED : parseEdtf(String(value));
          row.push((value ?? null) as SqlValue, earliest, latest);
        },
      };
    case 'reference':
      return {
        columns: [`${column}_key`],
        fill: (value, row, findKey) => row.push(value == null ? null : findKey(field.to, String(value))),
      };
    case 'object': {
      const { columns, fill } = planFields(field.fields, `${column}_`);
      return {
        columns: [...columns],
        fill: (value, row, findKey) => fill((value ?? {}) as Record<string, unknown>, row, findKey),
      };
    }
    case 'references':
    case 'holding':
      return { columns: [], fill: () => {} };
    case 'children': {
      if (field.text_column === undefined) return { columns: [], fill: () => {} };
      const { column: target, from } = field.text_column;
      return {
        columns: [target],
        fill: (value, row) => {
          const children = (value ?? []) as Record<string, unknown>[];
          row.push(children.map((child) => String(child[from]).replaceAll('\n', ' ')).join('\n'));
        },
      };
    }
    case 'text':
      if (!field.sort) return { columns: [column], fill: fillPlain };
      return {
        columns: [column, `${column}_sort`],
        fill: (value, row) => row.push((value ?? null) as SqlValue, foldForSorting(String(value ?? ''))),
      };
    default:
      return { columns: [column], fill: fillPlain };
  }
}

function fillPlain(value: unknown, row: SqlValue[]): void {
  row.push((value ?? null) as SqlValue);
}

/** The columns of one list of a record: its children, or its links to other records. */
export function listListColumns(field: ChildrenField | ReferencesField): string[] {
  const own = field.type === 'references' ? [`${field.singular}_key`] : planRow(field.fields).columns;
  return [field.owner, 'ordinal', ...own];
}

/** The rows of one list of a record, in these columns. */
export function fillListRows(
  field: ChildrenField | ReferencesField,
  owner: number,
  values: unknown,
  findKey: FindKey,
): SqlValue[][] {
  return ((values ?? []) as unknown[]).map((value, n) => {
    const row: SqlValue[] = [owner, n + 1];
    if (field.type === 'references') row.push(findKey(field.to, String(value)));
    else planRow(field.fields).fill(value as Record<string, unknown>, row, findKey);
    return row;
  });
}

const listFields = new WeakMap<Resource, ListField[]>();

export type ListField = [name: string, field: ChildrenField | ReferencesField];

export function listListFields(resource: Resource): ListField[] {
  let lists = listFields.get(resource);
  if (lists === undefined) {
    lists = Object.entries(resource.fields).filter(
      (entry): entry is ListField => entry[1].type === 'children' || entry[1].type === 'references',
    );
    listFields.set(resource, lists);
  }
  return lists;
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
