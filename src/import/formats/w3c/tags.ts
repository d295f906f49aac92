/** Tags that say what an annotation means here: `actor:zarif`, `topic:jcpoa`, `stance:oppose`, `kind:direct`. */
import { findNearest, suggest } from '../../../nearest.ts';
import {
  attributionStatus,
  confidence,
  hedge,
  listWords,
  quoteKind,
  stancePosition,
  type WordList,
} from '../../../vocabulary.ts';

/** Tag → what it may say; null for anything. */
const TAGS = {
  actor: null,
  on_behalf_of: null,
  topic: null,
  stance: stancePosition,
  kind: quoteKind,
  confidence,
  hedge,
  attribution_status: attributionStatus,
  said: null,
  held: null,
  language: null,
  place: null,
  occasion: null,
} as const satisfies Record<string, WordList | null>;

export type TagName = keyof typeof TAGS;
/** Only a topic may be named several times. */
export type Tags = { values: Partial<Record<TagName, string>>; topics: string[]; others: string[] };

/** A tag of a known name with a value that it cannot have is a mistake, given as a sentence. Others are no concern of ours. */
export function readTags(tags: readonly string[]): Tags | string {
  const read: Tags = { values: {}, topics: [], others: [] };
  for (const tag of tags) {
    const [, name = '', value = ''] = /^\s*([a-z_]+)\s*:\s*(.*?)\s*$/s.exec(tag) ?? [];
    if (!isTagName(name)) {
      read.others.push(tag);
      continue;
    }
    const list = TAGS[name];
    if (value === '') return `the tag "${tag}" says nothing`;
    if (list !== null && !listWords(list).includes(value)) {
      const words = listWords(list);
      return `the tag "${tag}" is none of ${words.map((word) => `${name}:${word}`).join(', ')}.${suggest(findNearest(value, words))}`;
    }
    if (name === 'topic') {
      if (!read.topics.includes(value)) read.topics.push(value);
    } else if (read.values[name] !== undefined && read.values[name] !== value) {
      return `the tags "${name}:${read.values[name]}" and "${tag}" contradict each other`;
    } else {
      read.values[name] = value;
    }
  }
  return read;
}

/** ` (did you mean …?)` for a tag that looks like one of those that are read, or nothing. */
export function suggestTag(tag: string): string {
  const name = /^\s*([a-z_ ]+?)\s*:/i.exec(tag)?.[1];
  const nearest = name === undefined ? undefined : findNearest(name, Object.keys(TAGS));
  return nearest === undefined ? '' : ` (did you mean "${nearest}:…"?)`;
}

function isTagName(name: string): name is TagName {
  return Object.hasOwn(TAGS, name);
}
