/** Every noun, in the order in which records can refer to each other when they are loaded. */
import { actors } from './actors.ts';
import { coders } from './coders.ts';
import { corpora } from './corpora.ts';
import { quotes } from './quotes.ts';
import type { ChildrenField, HoldingField, Noun, Resource } from './resource.ts';
import { sources } from './sources.ts';
import { stances } from './stances.ts';
import { topics } from './topics.ts';

export const resources: readonly Resource[] = [actors, topics, coders, corpora, sources, quotes, stances];

/** The nouns with addresses of their own, as the contract presents them. */
export const servedResources: readonly Resource[] = [actors, quotes, stances, topics, sources, corpora];

const byName = new Map(resources.map((resource) => [resource.name, resource]));

export function getResource(noun: Noun): Resource {
  const resource = byName.get(noun);
  if (resource === undefined) throw new Error(`no resource is declared as ${noun}`);
  return resource;
}

/** The list of which a `holding` field shows a part. */
export function getHeldList(field: HoldingField): ChildrenField {
  const list = getResource(field.to).fields[field.children];
  if (list?.type !== 'children') throw new Error(`${field.to} have no children "${field.children}"`);
  return list;
}

/** Every field that shows a part of another noun's list, with the noun that has it. */
export const holdings: readonly { from: Resource; field: HoldingField; list: ChildrenField }[] =
  resources.flatMap((from) =>
    Object.values(from.fields).flatMap((field) =>
      field.type === 'holding' ? [{ from, field, list: getHeldList(field) }] : [],
    ),
  );
