/** Which sources, cues and contents of a brat document belong together. */
import type { Annotations, TextBound, Tie } from './annotations.ts';

export type Part = 'source' | 'cue' | 'content' | 'addressee';
export type PartTypes = Readonly<Record<Part, readonly string[]>>;

export type Attribution = {
  sources: TextBound[];
  cues: TextBound[];
  contents: TextBound[];
  addressees: TextBound[];
  /** The events and relations that tie them. */
  ties: Tie[];
};

export type Attributions = {
  attributions: Attribution[];
  /** What is tied to nothing, or tied in a way that has no place here, by what it is. */
  others: Map<string, number>;
  faults: { line: number; raw: string; sentence: string }[];
};

/**
 * An event is an attribution. So are the contents and cues that relations tie together, with the sources that are tied
 * to one of them; a content that nothing is tied to is one by itself, of an unknown speaker.
 */
export function tieAttributions(annotations: Annotations, types: PartTypes): Attributions {
  const found: Attributions = { attributions: [], others: new Map(), faults: [] };
  const used = new Set<TextBound>();
  const relations: Tie[] = [];
  for (const tie of annotations.ties) {
    const named = [tie.trigger, ...tie.arguments.map(({ target }) => target)].filter((id) =>
      id?.startsWith('T'),
    );
    const parts = named.map((id) => annotations.textBounds.get(id as string));
    const missing = named[parts.indexOf(undefined)];
    if (missing != null) {
      // What an event holds does not enter without it, as something that nobody said.
      if (tie.trigger !== null) for (const part of parts) if (part !== undefined) used.add(part);
      found.faults.push({
        line: tie.line,
        // With what it does name, so that it can be mended by itself.
        raw: [...parts.flatMap((part) => part?.raw ?? []), tie.raw].join('\n'),
        sentence: `${tie.id} names ${missing}, which there is not`,
      });
    } else if (tie.trigger === null) {
      relations.push(tie);
    } else {
      const attribution = readEvent(annotations, types, tie, found);
      for (const part of listParts(attribution)) used.add(part);
      if (attribution.contents.length > 0) found.attributions.push(attribution);
      else count(found, `events "${tie.type}" without a content`);
    }
  }
  addRelated(annotations, types, relations, used, found);
  return found;
}

export function listParts({ sources, cues, contents, addressees }: Attribution): TextBound[] {
  return [...sources, ...cues, ...contents, ...addressees];
}

function start(): Attribution {
  return { sources: [], cues: [], contents: [], addressees: [], ties: [] };
}

function readEvent(annotations: Annotations, types: PartTypes, tie: Tie, found: Attributions): Attribution {
  const attribution = start();
  attribution.ties.push(tie);
  const add = (role: string, target: string) => {
    const part = annotations.textBounds.get(target);
    // Numbers tell arguments of one role apart: Content, Content2.
    const as =
      part === undefined ? null : (findPart(types, role.replace(/\d+$/, '')) ?? findPart(types, part.type));
    if (part === undefined) count(found, 'events that are part of another event');
    else if (as === null) count(found, `arguments "${role}" of events`);
    else place(attribution, as, part);
  };
  for (const { role, target } of tie.arguments) add(role, target);
  const trigger = annotations.textBounds.get(tie.trigger as string);
  // A trigger of a type of its own repeats the cue, or stands for one that is not there.
  if (trigger !== undefined && findPart(types, trigger.type) !== null) add(trigger.type, trigger.id);
  return attribution;
}

function place(attribution: Attribution, as: Part, part: TextBound): void {
  const list = { source: 'sources', cue: 'cues', content: 'contents', addressee: 'addressees' } as const;
  const parts = attribution[list[as]];
  if (!parts.includes(part)) parts.push(part);
}

function findPart(types: PartTypes, type: string): Part | null {
  const wanted = type.toLowerCase();
  const parts = Object.entries(types) as [Part, readonly string[]][];
  return parts.find(([, names]) => names.some((name) => name.toLowerCase() === wanted))?.[0] ?? null;
}

function addRelated(
  annotations: Annotations,
  types: PartTypes,
  relations: readonly Tie[],
  used: ReadonlySet<TextBound>,
  found: Attributions,
): void {
  const groups = new Map<TextBound, Attribution>();
  for (const part of annotations.textBounds.values()) {
    const as = findPart(types, part.type);
    if (used.has(part) || (as !== 'content' && as !== 'cue')) continue;
    const attribution = start();
    place(attribution, as, part);
    groups.set(part, attribution);
  }
  const attached: { tie: Tie; one: TextBound; other: TextBound }[] = [];
  for (const tie of relations) {
    const [one, other, ...more] = tie.arguments.map(({ target }) => annotations.textBounds.get(target));
    if (one === undefined || other === undefined || more.length > 0) {
      count(found, `relations "${tie.type}" that do not tie two annotations of the text`);
      continue;
    }
    const [first, second] = [groups.get(one), groups.get(other)];
    if (first === undefined || second === undefined) attached.push({ tie, one, other });
    else merge(groups, first, second, tie);
  }
  for (const { tie, one, other } of attached) {
    const group = groups.get(one) ?? groups.get(other);
    const part = groups.has(one) ? other : one;
    const as = findPart(types, tie.type) === 'addressee' ? 'addressee' : findPart(types, part.type);
    if (group === undefined || as === null || as === 'content' || as === 'cue') {
      count(found, `relations "${tie.type}" between ${one.type} and ${other.type}`);
      continue;
    }
    place(group, as, part);
    group.ties.push(tie);
  }
  for (const attribution of new Set(groups.values())) {
    if (attribution.contents.length > 0) found.attributions.push(attribution);
    else count(found, 'cues that are tied to no content');
  }
  const tied = new Set(found.attributions.flatMap(listParts));
  for (const part of annotations.textBounds.values())
    if (findPart(types, part.type) === 'source' && !tied.has(part) && !used.has(part))
      count(found, 'sources that are tied to no content');
}

function merge(groups: Map<TextBound, Attribution>, into: Attribution, from: Attribution, tie: Tie): void {
  into.ties.push(tie);
  if (into === from) return;
  for (const part of from.contents) place(into, 'content', part);
  for (const part of from.cues) place(into, 'cue', part);
  into.ties.push(...from.ties);
  for (const part of [...from.contents, ...from.cues]) groups.set(part, into);
}

function count(found: Attributions, what: string): void {
  found.others.set(what, (found.others.get(what) ?? 0) + 1);
}
