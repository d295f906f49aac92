/** An annotation with its tags as a quote and as stances. */
import { countCodePoints, indexCodePoints } from '../../../evidence/code-points.ts';
import { findQuotedPassages } from '../../../evidence/quotation-marks.ts';
import { ID_PATTERN } from '../../../resources/schemas.ts';
import type { IncomingRecord, ReaderContext } from '../../format.ts';
import { deriveId, writeSlug } from '../../ids.ts';
import { findOwnWords, type OwnWords, type Stretch } from '../../own-words.ts';
import { placeSpan } from '../../place-span.ts';
import { recallMeant } from '../../was-meant.ts';
import type { Annotation, QuoteSelector } from './annotation.ts';
import type { WebDocument } from './documents.ts';
import type { Tags } from './tags.ts';

export type Given = {
  context: ReaderContext;
  annotation: Annotation;
  quote: QuoteSelector;
  tags: Tags;
  document: WebDocument;
  /** Null where the text is not held. */
  place: Stretch | null;
};

type Built = { records: IncomingRecord[] } | { sentence: string };

/** What looks like an id is one, and must be in the base; anything else is a name, of which a record may be made. */
export function buildAnnotationRecords(given: Given): Built {
  const { tags, document } = given;
  const records: IncomingRecord[] = [document.source];
  const id = deriveId('quote', identify(given));
  const ids: Record<'actor' | 'on_behalf_of', string | null> = { actor: null, on_behalf_of: null };
  for (const role of ['actor', 'on_behalf_of'] as const) {
    const name = tags.values[role];
    if (name === undefined) continue;
    if (ID_PATTERN.test(name)) {
      ids[role] = name;
      continue;
    }
    const found = given.context.resolveActor(
      role === 'actor' ? { name } : { name, kind: 'organization' },
      recallMeant(given.context, id, role),
    );
    if ('ambiguous' in found)
      return {
        sentence: `"${role}:${name}" may be any of several actors; write one of ${found.ambiguous.join(', ')}`,
      };
    ids[role] = found.id;
    records.push(...found.records);
  }
  const topics = tags.topics.map((topic) =>
    ID_PATTERN.test(topic) ? topic : addTopic(given, topic, records),
  );
  const quote = buildQuote(given, id, ids, topics);
  records.push({ noun: 'quotes', record: quote });
  if (tags.values.stance === undefined) return { records };
  if (ids.actor === null) return { sentence: 'a stance is somebody’s: the tag actor:… says whose' };
  if (topics.length === 0) return { sentence: 'a stance is on something: the tag topic:… says on what' };
  return { records: [...records, ...buildStances(given, ids.actor, topics, quote)] };
}

function addTopic({ context }: Given, label: string, records: IncomingRecord[]): string {
  const id = deriveId(writeSlug(label) || 'topic', { corpus: context.corpus, label });
  records.push({ noun: 'topics', record: { id, label } });
  return id;
}

type QuoteRecord = Record<string, unknown> & { id: string; spans: unknown[] };

function buildQuote(
  given: Given,
  id: string,
  ids: Record<'actor' | 'on_behalf_of', string | null>,
  topics: readonly string[],
): QuoteRecord {
  const { annotation, document, place, quote, tags } = given;
  const { values } = tags;
  const { kind, spans } = chooseWords(given);
  const common = {
    id,
    ...ids,
    source: document.source.record.id,
    kind,
    language: values.language ?? document.source.record.language ?? null,
    said: values.said ?? null,
    place: values.place ?? null,
    occasion: values.occasion ?? null,
    context: values.stance === undefined ? annotation.text : null,
    topics,
    ...(values.hedge === undefined ? {} : { hedge: values.hedge }),
    ...(values.attribution_status === undefined ? {} : { attribution_status: values.attribution_status }),
  };
  const { text } = document;
  if (text === null || place === null) {
    const words = indexCodePoints(quote.exact);
    return {
      ...common,
      text: spans.length === 0 ? quote.exact : null,
      spans: spans.map(({ start, end }) => ({ exact: words.slice(start, end) })),
    };
  }
  return {
    ...common,
    passage: { start: place.start, end: place.end },
    spans: spans.map((span) => placeSpan(text, span)),
  };
}

/**
 * Whose words they are: as the tag `kind:` says, else what stands in quotation marks is the speaker's, and where nothing
 * does it is not said. Offsets count in the text, or in the annotated words where the text is not held.
 */
function chooseWords({ tags, quote, document, place }: Given): { kind: string; spans: Stretch[] } {
  const found =
    place === null || document.text === null
      ? findInSelector(quote)
      : findOwnWords(document.text, [place], document.quoted);
  const whole = place ?? { start: 0, end: countCodePoints(quote.exact) };
  switch (tags.values.kind) {
    case 'direct':
      return {
        kind: 'direct',
        spans: found.spans.length > 0 && found.kind === 'direct' ? found.spans : [whole],
      };
    case 'mixed':
      return { kind: 'mixed', spans: found.spans };
    case undefined:
      return found.kind === 'indirect' ? { kind: 'unspecified', spans: [] } : found;
    default:
      return { kind: tags.values.kind, spans: [] };
  }
}

/** The marks around the words may stand in the prefix and suffix. */
function findInSelector({ exact, prefix, suffix }: QuoteSelector): OwnWords {
  const around = prefix + exact + suffix;
  const text = indexCodePoints(around);
  const before = countCodePoints(prefix);
  const length = countCodePoints(exact);
  const quoted = findQuotedPassages(around).filter(({ level }) => level === 0);
  const { kind, spans } = findOwnWords(text, [{ start: before, end: before + length }], quoted);
  return { kind, spans: spans.map(({ start, end }) => ({ start: start - before, end: end - before })) };
}

function buildStances(
  { annotation, context, document, quote: { exact }, tags }: Given,
  actor: string,
  topics: readonly string[],
  quote: QuoteRecord,
): IncomingRecord[] {
  const records: IncomingRecord[] = [];
  const position = tags.values.stance as string;
  let coder: string | null = null;
  if (annotation.creator !== null) {
    coder = deriveId(writeSlug(annotation.creator) || 'coder', {
      corpus: context.corpus,
      name: annotation.creator,
    });
    records.push({ noun: 'coders', record: { id: coder, name: annotation.creator } });
  }
  for (const topic of topics) {
    records.push({
      noun: 'stances',
      record: {
        id: deriveId('stance', { quote: quote.id, topic }),
        actor,
        on_behalf_of: quote.on_behalf_of ?? null,
        topic,
        position,
        basis: quote.spans.length > 0 ? 'quoted' : 'reported',
        statement: annotation.text ?? `Tagged ${position} by the annotator: “${exact}”`,
        source: document.source.record.id,
        held: tags.values.held ?? null,
        coder,
        confidence: tags.values.confidence ?? null,
        evidence: [{ quote: quote.id }],
      },
    });
  }
  return records;
}

/** The annotation's own id; where it has none, what it says. */
function identify({ annotation, context: { corpus }, quote, tags }: Given): Record<string, unknown> {
  if (annotation.id !== null) return { corpus, annotation: annotation.id };
  return {
    corpus,
    uri: annotation.uri,
    quote,
    position: annotation.position,
    actor: tags.values.actor ?? null,
  };
}
