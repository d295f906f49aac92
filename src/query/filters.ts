/** The filters of a noun, derived from its declaration: what each is called, what it takes and where it looks. */
import { getResource } from '../resources/registry.ts';
import type { CodeKind, Field, Noun, PlainField, Resource } from '../resources/resource.ts';
import type { WordList } from '../vocabulary.ts';

/** From one row to the next on the way to a filter's column. */
export type Step =
  /** To the one record that `column` refers to. */
  | { kind: 'record'; column: string; table: string }
  /** To the rows of a list: links to other records, or children. */
  | { kind: 'list'; table: string; owner: string; children: boolean };

export type FilterKind =
  | 'id'
  | 'reference'
  | 'word'
  | 'code'
  | 'boolean'
  | 'integer'
  | 'date'
  | 'date_within';

export type Filter = {
  /** The parameter's name. */
  name: string;
  description: string;
  kind: FilterKind;
  steps: readonly Step[];
  /** In the last row reached; for a date, the name that `_earliest` and `_latest` are put behind. */
  column: string;
  /** Whether `none` can match. */
  nullable: boolean;
  to?: Noun;
  /** The table that holds a tree's closure, where a value takes in everything narrower. */
  closure?: string;
  list?: WordList;
  code?: CodeKind;
  example?: unknown;
};

const cache = new WeakMap<Resource, ReadonlyMap<string, Filter>>();

export function listFilters(resource: Resource): ReadonlyMap<string, Filter> {
  let filters = cache.get(resource);
  if (filters === undefined) {
    const list: Filter[] = [
      {
        name: 'id',
        description: `Ids of ${resource.name}.`,
        kind: 'id',
        steps: [],
        column: 'key',
        nullable: false,
        to: resource.name,
      },
      ...Object.entries(resource.fields).flatMap(([name, field]) => deriveFilters(name, field)),
    ];
    filters = new Map(list.map((filter) => [filter.name, filter]));
    cache.set(resource, filters);
  }
  return filters;
}

function deriveFilters(name: string, field: Field): Filter[] {
  switch (field.type) {
    case 'references': {
      const steps: Step[] = [{ kind: 'list', table: field.table, owner: field.owner, children: false }];
      return withOnly({
        name: field.singular,
        description: field.description,
        kind: 'reference',
        steps,
        column: `${field.singular}_key`,
        nullable: true,
        to: field.to,
        ...closureOf(field.to, field.tree),
      });
    }
    case 'children': {
      const steps: Step[] = [{ kind: 'list', table: field.table, owner: field.owner, children: true }];
      return Object.entries(field.fields).flatMap(([sub, part]) =>
        part.type === 'object' ? [] : derivePlain(`${field.singular}.${sub}`, sub, part, steps),
      );
    }
    case 'id':
    case 'object':
    case 'holding':
      return [];
    default: {
      const own = derivePlain(name, name, field, []);
      return field.type === 'reference' && field.through ? [...own, ...deriveThrough(name, field.to)] : own;
    }
  }
}

/** The target's own single-valued filters, under the name of the reference. */
function deriveThrough(name: string, to: Noun): Filter[] {
  const steps: Step[] = [{ kind: 'record', column: `${name}_key`, table: to }];
  return Object.entries(getResource(to).fields).flatMap(([sub, field]) =>
    field.type === 'id' ||
    field.type === 'references' ||
    field.type === 'children' ||
    field.type === 'object' ||
    field.type === 'holding'
      ? []
      : derivePlain(`${name}.${sub}`, sub, field, steps).map((filter) => ({
          ...filter,
          nullable: true,
          description: `${filter.description} (Of the ${name}.)`,
        })),
  );
}

function derivePlain(name: string, column: string, field: PlainField, steps: readonly Step[]): Filter[] {
  if (!('filter' in field) || !field.filter) return [];
  const base = {
    name,
    steps,
    description: field.description,
    nullable: field.nullable ?? false,
    example: field.example,
  };
  switch (field.type) {
    case 'reference':
      return withOnly({
        ...base,
        kind: 'reference',
        column: `${column}_key`,
        to: field.to,
        ...closureOf(field.to, field.tree),
      });
    case 'word':
      return [{ ...base, kind: 'word', column, list: field.list }];
    case 'code':
      return [{ ...base, kind: 'code', column, code: field.code }];
    case 'boolean':
      return [{ ...base, kind: 'boolean', column }];
    case 'integer':
      return [{ ...base, kind: 'integer', column }];
    case 'date':
      return [
        { ...base, kind: 'date', column },
        {
          ...base,
          name: `${name}.within`,
          kind: 'date_within',
          column,
          nullable: false,
          description: `${field.description} The whole range lies in the period: what \`group_by\` counts under it.`,
        },
      ];
    default:
      return [];
  }
}

function closureOf(to: Noun, tree: boolean | undefined): { closure?: string } {
  const closure = tree ? getResource(to).tree?.closure : undefined;
  return closure === undefined ? {} : { closure };
}

/** A filter on a tree has a twin that takes the record itself and nothing narrower. */
function withOnly(filter: Filter): Filter[] {
  if (filter.closure === undefined) return [filter];
  const { closure: _, ...only } = filter;
  return [
    { ...filter, description: `${filter.description} Takes in everything narrower.` },
    {
      ...only,
      name: `${filter.name}.only`,
      description: `${filter.description} Only itself, nothing narrower.`,
    },
  ];
}
