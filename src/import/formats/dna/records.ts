/** What a group of DNA statements on one passage, by one speaker, becomes: actors, topics, coders, a quote, stances. */

import type { CodePointIndex } from '../../../evidence/code-points.ts';
import type { ActorName, IncomingRecord } from '../../format.ts';
import { deriveId, writeSlug } from '../../ids.ts';
import { placeSpan } from '../../place-span.ts';
import { recallMeant } from '../../was-meant.ts';
import type { CodedStatement } from './roles.ts';
import { countRepeat, type DnaRun } from './run.ts';

export type Built = {
  records: IncomingRecord[];
  /** Why they cannot be taken as they are. */
  fault: string | null;
};
type Speaker = {
  actor: string | null;
  on_behalf_of: string | null;
  label: string;
  records: IncomingRecord[];
  fault: string | null;
};

/** `place` counts code points, in `text`; null where the file's is no place in it. */
export function buildStatementRecords(
  run: DnaRun,
  source: Record<string, unknown>,
  place: { start: number; end: number } | null,
  text: CodePointIndex,
  group: readonly CodedStatement[],
): Built {
  const [first] = group as [CodedStatement];
  const topics = new Map(
    group.flatMap(({ concept }) => (concept === null ? [] : [[concept, buildTopic(run, concept)]])),
  );
  const topicIds = [...topics.values()].map(({ record }) => String(record.id));
  const { person, organization } = first;
  const quoteId = deriveId('quote', {
    source: source.id,
    start: place?.start ?? first.start,
    end: place?.end ?? first.stop,
    person,
    organization,
    topics: topicIds.toSorted(),
  });
  const speaker = resolveSpeaker(run, first, quoteId);
  const quote: IncomingRecord = {
    noun: 'quotes',
    record: {
      id: quoteId,
      actor: speaker.actor,
      on_behalf_of: speaker.on_behalf_of,
      source: source.id,
      kind: run.kind,
      // Whoever mends it gives the place: what the file has counts UTF-16 units, and might be one in code points.
      passage: place,
      language: run.language,
      topics: topicIds,
      spans: run.kind === 'direct' && place !== null ? [placeSpan(text, place)] : [],
    },
  };
  const coders: IncomingRecord[] = [];
  const stances: IncomingRecord[] = [];
  for (const statement of group) {
    const stance = buildStance(run, source, speaker, quoteId, topics, statement);
    if (stance === null) continue;
    if (statement.coder !== null) {
      const coder = buildCoder(run, statement.coder);
      stance.record.coder = coder.record.id;
      coders.push(coder);
    }
    stances.push(stance);
  }
  return {
    records: [...speaker.records, ...topics.values(), ...coders, quote, ...stances],
    fault: speaker.fault,
  };
}

/**
 * The person speaks, on behalf of the organization; without a person the organization does. Where a name fits several
 * actors, all of their ids stand where one is to be chosen.
 */
function resolveSpeaker(run: DnaRun, { person, organization }: CodedStatement, quote: string): Speaker {
  const records: IncomingRecord[] = [];
  let fault: string | null = null;
  const resolve = (name: ActorName, field: 'actor' | 'on_behalf_of'): string => {
    const found = run.context.resolveActor(name, recallMeant(run.context, quote, field));
    if ('ambiguous' in found) {
      fault ??= `"${name.name}" may be any of several actors: ${found.ambiguous.join(', ')}`;
      return found.ambiguous.join('|');
    }
    records.push(...found.records);
    return found.id;
  };
  const someone = person === null ? null : resolve({ name: person, kind: 'person' }, 'actor');
  const body =
    organization === null
      ? null
      : resolve({ name: organization, kind: 'organization' }, person === null ? 'actor' : 'on_behalf_of');
  const label =
    person === null
      ? (organization ?? '')
      : organization === null
        ? person
        : `${person}, for ${organization},`;
  return { actor: someone ?? body, on_behalf_of: someone === null ? null : body, label, records, fault };
}

/** A concept is a sentence that people agree with or not: the label and the proposition. */
function buildTopic({ context, topics }: DnaRun, concept: string): IncomingRecord {
  return keep(topics, concept, () => ({
    noun: 'topics',
    record: {
      id: deriveId(writeSlug(concept) || 'topic', { corpus: context.corpus, concept }),
      label: concept,
      proposition: concept,
    },
  }));
}

export function buildCoder({ context, coders }: DnaRun, name: string): IncomingRecord {
  return keep(coders, name, () => ({
    noun: 'coders',
    record: { id: deriveId(writeSlug(name) || 'coder', { corpus: context.corpus, name }), name },
  }));
}

function keep(kept: Map<string, IncomingRecord>, name: string, build: () => IncomingRecord): IncomingRecord {
  const record = kept.get(name) ?? build();
  kept.set(name, record);
  return record;
}

function buildStance(
  run: DnaRun,
  source: Record<string, unknown>,
  speaker: Speaker,
  quote: string,
  topics: ReadonlyMap<string, IncomingRecord>,
  statement: CodedStatement,
): IncomingRecord | null {
  const { concept, qualifier, scale } = statement;
  if (concept === null || qualifier === null || scale === null || speaker.actor === null) {
    const lacks = concept === null ? 'a concept' : speaker.actor === null ? 'a speaker' : 'an agreement';
    run.tally.add(`statements without ${lacks}: a quote without its coder, and no stance`);
    return null;
  }
  const topic = topics.get(concept)?.record.id as string;
  const position = qualifier > scale.midpoint ? 'support' : qualifier < scale.midpoint ? 'oppose' : 'neutral';
  const content = JSON.stringify([quote, topic, statement.coder]);
  const published = source.published as string | null;
  return {
    noun: 'stances',
    record: {
      id: deriveId('stance', { quote, topic, coder: statement.coder, repeat: countRepeat(run, content) }),
      actor: speaker.actor,
      on_behalf_of: speaker.on_behalf_of,
      topic,
      position,
      scale_value: scale.yes_no ? null : qualifier,
      basis: run.kind === 'direct' ? 'quoted' : 'reported',
      statement: describePosition(speaker.label, position, concept, qualifier, scale),
      source: source.id,
      held: published === null ? null : published.slice(0, 10),
      evidence: [{ quote }],
    },
  };
}

const VERBS = { support: 'agrees', oppose: 'disagrees', neutral: 'takes no side' };

function describePosition(
  speaker: string,
  position: keyof typeof VERBS,
  concept: string,
  value: number,
  scale: NonNullable<CodedStatement['scale']>,
): string {
  const sentence = `${speaker} ${VERBS[position]}: ${concept}`;
  if (scale.yes_no) return sentence;
  const side = position === 'support' ? 'above' : position === 'oppose' ? 'below' : 'at';
  return `${sentence} (${scale.name} is ${value}: ${position}, ${side} ${scale.midpoint}.)`;
}
