/** An attribution of a brat document as a quote, with its speaker where one is named. */
import type { ActorName, IncomingRecord, ReaderContext } from '../../format.ts';
import { deriveId } from '../../ids.ts';
import { findOwnWords } from '../../own-words.ts';
import { placeSpan } from '../../place-span.ts';
import type { Tally } from '../../tally.ts';
import { recallMeant } from '../../was-meant.ts';
import type { Annotations, Fragment, TextBound } from './annotations.ts';
import { type Attribution, listParts } from './attributions.ts';
import type { BratDocument } from './documents.ts';
import { readSpeakerName } from './speaker-names.ts';
import type { SpeakerTable } from './speaker-table.ts';

export type Setting = {
  document: BratDocument;
  annotations: Annotations;
  context: ReaderContext;
  language: string | null;
  tally: Tally;
  speakers: SpeakerTable;
};

export function buildQuote(setting: Setting, attribution: Attribution): IncomingRecord[] {
  const { document, tally } = setting;
  const { text, source } = document;
  const content = joinLines(
    document,
    attribution.contents.flatMap(({ fragments }) => fragments),
  );
  const { kind, spans } = findOwnWords(text, content, document.quoted);
  const all = listParts(attribution).flatMap(({ fragments }) => fragments);
  const passage = {
    start: Math.min(...all.map(({ start }) => start)),
    end: Math.max(...all.map(({ end }) => end)),
  };
  const cues = attribution.cues.flatMap(({ fragments }) => fragments).toSorted(compareStarts);
  const [cue] = cues;
  if (cues.length > 1) tally.add('cues in several pieces, of which the first is kept');
  const id = deriveId('quote', {
    source: source.record.id,
    content,
    cues,
    sources: attribution.sources.map(({ fragments }) => fragments),
  });
  const speaker = findSpeaker(setting, attribution.sources, id);
  const quote = {
    id,
    actor: speaker.actor,
    actor_note: speaker.note,
    attribution_candidates: speaker.candidates,
    source: source.record.id,
    kind,
    passage,
    language: source.record.language ?? setting.language,
    cue: cue === undefined ? null : { exact: text.slice(cue.start, cue.end), ...cue },
    addressee_note: attribution.addressees.map((part) => readWords(document, part)).join('; ') || null,
    spans: spans.map((span) => placeSpan(text, span)),
  };
  return [source, ...speaker.records, { noun: 'quotes', record: quote }];
}

type Speaker = {
  actor: string | null;
  note: string | null;
  candidates: Record<string, unknown>[];
  records: IncomingRecord[];
};

/** Several sources of one attribution speak together: there is no one actor, and all of their words are kept. */
function findSpeaker(setting: Setting, sources: readonly TextBound[], quote: string): Speaker {
  const { document, context, tally } = setting;
  const unknown: Speaker = { actor: null, note: null, candidates: [], records: [] };
  const [source, ...more] = sources;
  if (source === undefined) return unknown;
  const words = readWords(document, source);
  if (more.length > 0) {
    tally.add('attributions to several sources at once: their words are kept, and no one speaker');
    return { ...unknown, note: sources.map((part) => readWords(document, part)).join('; ') };
  }
  const name = nameSpeaker(setting, source, words);
  if (name === null) {
    tally.add('speakers that are no name by themselves: their words are kept, and no actor is made of them');
    return { ...unknown, note: words };
  }
  const found = context.resolveActor(name, recallMeant(context, quote, 'actor'));
  if ('ambiguous' in found) {
    tally.add('speakers whose name fits several actors: who of them spoke is left open');
    return {
      ...unknown,
      note: words,
      candidates: found.ambiguous.map((actor) => ({ name: name.name, actor })),
    };
  }
  return { ...unknown, actor: found.id, records: found.records };
}

/** As the annotators linked it, or the importer's table says; else the words themselves, where they are a name. */
function nameSpeaker(
  { annotations, document, speakers }: Setting,
  source: TextBound,
  words: string,
): ActorName | null {
  const link = annotations.normalizations.get(source.id);
  const wikidata = /^wikidata:(Q[1-9]\d*)$/i.exec(link?.reference ?? '')?.[1];
  if (wikidata !== undefined) return { name: link?.name.trim() || words, wikidata };
  const told = speakers.get(words);
  if (told !== undefined) return told;
  const name = readSpeakerName(words, readLine(document, source));
  return name === null ? null : { name };
}

function readWords({ flat }: BratDocument, { fragments }: TextBound): string {
  return fragments
    .toSorted(compareStarts)
    .map(({ start, end }) => flat.slice(start, end))
    .join(' … ');
}

function readLine({ text: { text, toUtf16 } }: BratDocument, { fragments }: TextBound): string {
  const at = toUtf16(fragments[0]?.start ?? 0);
  const end = text.indexOf('\n', at);
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, end === -1 ? undefined : end);
}

/** brat cuts an annotation at the end of a line: pieces with nothing but white space between are one. */
function joinLines({ text }: BratDocument, fragments: readonly Fragment[]): Fragment[] {
  const joined: Fragment[] = [];
  for (const { start, end } of fragments.toSorted(compareStarts)) {
    const before = joined.at(-1);
    if (before !== undefined && (start <= before.end || text.slice(before.end, start).trim() === ''))
      before.end = Math.max(before.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

function compareStarts(a: Fragment, b: Fragment): number {
  return a.start - b.start || a.end - b.end;
}
