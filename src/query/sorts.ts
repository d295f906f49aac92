import type { Resource } from '../resources/resource.ts';

/** An order: one NOT NULL, indexed column, ties broken by the row's key. A null column is relevance. */
export type Sort = { name: string; column: string | null; descending: boolean; description: string };

const cache = new WeakMap<Resource, ReadonlyMap<string, Sort>>();

/**
 * The orders a noun offers, each under its name and, descending, under `-name`. A date goes up by its earliest and down
 * by its latest possible day; the keys of the undated are such that they come last both ways.
 */
export function listSorts(resource: Resource): ReadonlyMap<string, Sort> {
  let sorts = cache.get(resource);
  if (sorts !== undefined) return sorts;
  const list: Sort[] = bothWays('id', 'id', 'id', 'Id.');
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.type === 'date' && field.sort)
      list.push(
        ...bothWays(name, `${name}_earliest`, `${name}_latest`, `${field.description} Undated last.`),
      );
    if (field.type === 'text' && field.sort)
      list.push(
        ...bothWays(
          name,
          `${name}_sort`,
          `${name}_sort`,
          `${field.description} Without regard to case and diacritics.`,
        ),
      );
  }
  for (const [name, { column, description }] of Object.entries(resource.extra_sorts ?? {}))
    list.push(...bothWays(name, column, column, description));
  if (resource.search !== undefined) {
    list.push({
      name: 'relevance',
      column: null,
      descending: false,
      description: 'How well the words of `q` fit; the default with `q`.',
    });
  }
  sorts = new Map(list.map((sort) => [sort.name, sort]));
  cache.set(resource, sorts);
  return sorts;
}

function bothWays(name: string, up: string, down: string, description: string): Sort[] {
  return [
    { name, column: up, descending: false, description },
    { name: `-${name}`, column: down, descending: true, description: `${description} Descending.` },
  ];
}
