/** Every noun, in the order in which records can refer to each other when they are loaded. */
import { actors } from './actors.ts';
import { coders } from './coders.ts';
import { corpora } from './corpora.ts';
import { quotes } from './quotes.ts';
import type { Noun, Resource } from './resource.ts';
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
