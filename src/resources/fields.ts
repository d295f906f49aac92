/** The dotted paths of a record: what `fields` selects, and how a record becomes a row of cells. */
import { getHeldList, getResource } from './registry.ts';
import type { Field, Resource } from './resource.ts';

/** A path that ends in a value, a list, or a list of values taken from a list of records. */
export type FieldPath = {
  path: string;
  description: string;
  /** Values of several records, to be joined in a cell. */
  many: boolean;
  /** A list of records without one id to stand for each: one JSON cell. */
  json: boolean;
  /** Only given when it is asked for by name. */
  on_request: boolean;
};

const cache = new WeakMap<Resource, FieldPath[]>();

/** Every path that ends in a cell, in the order of the declaration: the columns of a CSV file. */
export function listFieldPaths(resource: Resource): FieldPath[] {
  let paths = cache.get(resource);
  if (paths === undefined) {
    paths = Object.entries(resource.fields).flatMap(([name, field]) => listPaths(name, field));
    cache.set(resource, paths);
  }
  return paths;
}

export function listPaths(path: string, field: Field): FieldPath[] {
  const { description } = field;
  const plain = { description, many: false, json: false, on_request: false };
  switch (field.type) {
    case 'reference':
    case 'references': {
      const { label, singular } = getResource(field.to);
      const many = field.type === 'references';
      const id = {
        ...plain,
        path: `${path}.id`,
        many,
        description: `${description} (Id of the ${singular}.)`,
      };
      return label === null
        ? [id]
        : [id, { ...plain, path: `${path}.${label}`, many, description: `${description} (Its ${label}.)` }];
    }
    case 'date':
      return [
        { ...plain, path },
        { ...plain, path: `${path}_earliest`, description: `Earliest possible day of \`${path}\`.` },
        { ...plain, path: `${path}_latest`, description: `Latest possible day of \`${path}\`.` },
      ];
    case 'object':
      return Object.entries(field.fields).flatMap(([name, part]) => listPaths(`${path}.${name}`, part));
    case 'children':
    case 'holding':
      return [{ ...plain, path, json: true }];
    case 'text':
      return [{ ...plain, path, on_request: field.on_request ?? false }];
    default:
      return [{ ...plain, path }];
  }
}

/** What `fields` may name: the paths, everything they lead through, and the parts of children. */
export function listSelectablePaths(resource: Resource): string[] {
  const all = new Set<string>();
  for (const { path } of listFieldPaths(resource)) {
    const parts = path.split('.');
    for (let length = 1; length <= parts.length; length += 1) all.add(parts.slice(0, length).join('.'));
  }
  for (const [name, field] of Object.entries(resource.fields)) {
    const parts = field.type === 'holding' ? getHeldList(field) : field;
    if (parts.type !== 'children') continue;
    for (const [sub, part] of Object.entries(parts.fields)) {
      for (const { path } of listPaths(`${name}.${sub}`, part)) {
        const parts = path.split('.');
        for (let length = 2; length <= parts.length; length += 1) all.add(parts.slice(0, length).join('.'));
      }
    }
  }
  return [...all];
}

export type Selection = Map<string, Selection | null>;

/** Makes one selection of paths reusable for many records; a whole object wins over its parts. */
export function buildSelection(paths: readonly string[]): Selection {
  const selection: Selection = new Map();
  for (const path of paths) {
    let here = selection;
    const parts = path.split('.');
    for (const [n, part] of parts.entries()) {
      const last = n === parts.length - 1;
      const existing = here.get(part);
      if (existing === null) break;
      if (last) {
        here.set(part, null);
      } else {
        const deeper: Selection = existing ?? new Map();
        here.set(part, deeper);
        here = deeper;
      }
    }
  }
  return selection;
}

/** The selected part of a record, keys in the order in which they were asked for. */
export function selectFields(record: unknown, selection: Selection): unknown {
  if (Array.isArray(record)) return record.map((entry) => selectFields(entry, selection));
  if (record === null || typeof record !== 'object') return record;
  const selected: Record<string, unknown> = {};
  for (const [name, deeper] of selection) {
    const value = (record as Record<string, unknown>)[name];
    if (value === undefined) continue;
    selected[name] = deeper === null ? value : selectFields(value, deeper);
  }
  return selected;
}
