import { countCodePoints, indexCodePoints, sliceCodePoints } from '../evidence/code-points.ts';
import { digestText } from '../evidence/digest.ts';
import { describeMisplaced, findWrongSelector } from '../evidence/misplaced.ts';
import { composeDirectText, placeSpansInPassage, placeSpansInText } from '../evidence/quote-text.ts';
import { attributionStatus, hedge, quoteKind, textBy, verification } from '../vocabulary.ts';
import { checkQuotesTogether } from './quote-coverage.ts';
import {
  children,
  code,
  type Draft,
  type DraftProblem,
  date,
  type FindDraft,
  holding,
  id,
  integer,
  number,
  object,
  type Resource,
  reference,
  references,
  text,
  word,
} from './resource.ts';

export const quotes: Resource = {
  name: 'quotes',
  singular: 'quote',
  summary: 'Statements that sources attribute to actors',
  description:
    "A quote is one reporting clause, pinned to its place in its source. Its spans are the actor's own words, and nothing else in it is.",
  served: true,
  label: null,
  seed_file: { file: 'quotes.yaml', shared: false },
  default_sort: '-said',
  date: 'said',
  random: true,
  place: { column: 'passage_order' },
  extra_sorts: {
    passage: { column: 'passage_order', description: 'The place in the source; for use with `source=`.' },
  },
  fields: {
    id: id('Public, readable and stable.', 'putin-not-a-firefighting-crew'),
    actor: reference('actors', 'Who said it; null when the speaker is unknown.', {
      nullable: true,
      filter: true,
      through: true,
      example: 'putin',
    }),
    actor_note: text(
      'The speaker in words, where the source does not name one or the name does not tell who it is.',
      { nullable: true, example: 'the minister' },
    ),
    attribution_candidates: children(
      'Who may have said it, where a data set weighs several: its candidates as it gives them, likeliest first.',
      {
        singular: 'attribution_candidate',
        table: 'attribution_candidates',
        owner: 'quote_key',
        nullable: true,
        fields: {
          name: text('The name as the data set spells it; null for "none of these".', { nullable: true }),
          actor: reference('actors', 'The actor this is.', { nullable: true, filter: true }),
          wikidata: code('wikidata', 'The Wikidata item that the data set gives.', { nullable: true }),
          probability: number("The data set's probability, 0 to 1; null where it gives none.", {
            nullable: true,
            minimum: 0,
            maximum: 1,
          }),
        },
      },
    ),
    on_behalf_of: reference(
      'actors',
      'The state or organization of the office under which the source introduces the speaker.',
      { nullable: true, filter: true, through: true, example: 'russia' },
    ),
    offices: holding(
      'The offices that the actor certainly held on every day that `said` may mean, from the affiliations of the actor; empty where a date leaves a doubt.',
      { of: 'actor', to: 'actors', children: 'affiliations', during: 'held', at: 'said' },
    ),
    source: reference('sources', 'The document that reports it.', { filter: true, through: true }),
    also_in: references('sources', 'Other documents that report the same words.', {
      singular: 'also_in',
      table: 'quote_also_in',
      owner: 'quote_key',
      nullable: true,
    }),
    occurrences: integer('How often a data set met the words, over all its documents.', {
      nullable: true,
      minimum: 1,
    }),
    kind: word(quoteKind, "How much of it is in the actor's own words.", { filter: true, example: 'direct' }),
    passage: object(
      'Where in the source the statement is reported, in code points; null for `reported` quotes only.',
      {
        start: integer('First code point.', { minimum: 0 }),
        end: integer('One past the last.', { minimum: 1 }),
        sha256: code('sha256', 'SHA-256 of the passage in UTF-8.', { nullable: true }),
        exact: text('Its words, where the source may be redistributed.', { nullable: true, derived: true }),
      },
      { nullable: true },
    ),
    text: text(
      "What was said, for reading: a direct quote's spans joined by ` … `; otherwise the source's words where these may be redistributed, else a curator's sentence with each span in quotation marks (see `text_by`).",
      { optional_input: true },
    ),
    text_by: word(textBy, 'Whose sentence `text` is.', { derived: true, filter: true }),
    language: code('language', 'Language of the words as printed, BCP 47.', {
      nullable: true,
      filter: true,
      example: 'en',
    }),
    cue: object(
      'The reporting verb or phrase of the source.',
      {
        exact: text('As printed.'),
        start: integer('First code point.', { minimum: 0, nullable: true }),
        end: integer('One past the last.', { minimum: 1, nullable: true }),
      },
      { nullable: true },
    ),
    hedge: word(hedge, 'Whether the source itself is sure.', { filter: true, default: 'none' }),
    said: date('When it was said, EDTF, as precisely as the source allows.', {
      filter: true,
      sort: true,
      example: '2020-12-20',
    }),
    place: text('Where it was said.', { nullable: true }),
    occasion: text('On what occasion.', { nullable: true }),
    addressee: reference('actors', 'To whom it was said.', { nullable: true, filter: true }),
    addressee_note: text('The addressee in words, where the source does not name one.', { nullable: true }),
    outlet: reference('actors', 'The outlet it was said to or in.', { nullable: true, filter: true }),
    outlet_note: text('The outlet in words, where the source does not name one.', { nullable: true }),
    relayed_by: reference('actors', 'Who reports the words inside the source, for a quote within a quote.', {
      nullable: true,
      filter: true,
    }),
    attribution_status: word(attributionStatus, 'Whether the attribution holds.', {
      filter: true,
      default: 'attributed',
    }),
    context: text("One or two sentences of the curator's.", { nullable: true }),
    topics: references('topics', 'What it is about.', {
      singular: 'topic',
      table: 'quote_topics',
      owner: 'quote_key',
      tree: true,
      nullable: true,
    }),
    spans: children("The actor's own words, stretch by stretch, as printed.", {
      singular: 'span',
      table: 'spans',
      owner: 'quote_key',
      nullable: true,
      fields: {
        exact: text('Everything between the quotation marks, character by character.'),
        start: integer('First code point in the source; null for `reported` quotes only.', {
          nullable: true,
          minimum: 0,
        }),
        end: integer('One past the last.', { nullable: true, minimum: 1 }),
        prefix: text('What stands before it, at most 32 code points.', { nullable: true }),
        suffix: text('What stands after it, at most 32 code points.', { nullable: true }),
        text_start: integer('Where it stands in `text`, in code points.', { derived: true, minimum: 0 }),
        text_end: integer('One past the last.', { derived: true, minimum: 1 }),
      },
    }),
    verification: word(verification, 'How far its place is proven, the weakest of its parts.', {
      derived: true,
      filter: true,
    }),
  },
  fixed: ['actor', 'on_behalf_of', 'passage', 'spans', 'verification'],
  search: {
    table: 'quotes_fts',
    columns: [{ column: 'text', field: 'text' }],
    own_words: { field: 'text', children: 'spans', start: 'text_start', end: 'text_end' },
  },
  complete: completeQuote,
  complete_together: checkQuotesTogether,
};

type Span = {
  exact: string;
  start: number | null;
  end: number | null;
  prefix?: string | null;
  suffix?: string | null;
  text_start: number;
  text_end: number;
};
type Passage = { start: number; end: number; sha256?: string | null; exact: string | null };
type QuoteDraft = Draft & {
  kind: 'direct' | 'mixed' | 'indirect' | 'unspecified';
  source: string;
  on_behalf_of?: string | null;
  passage?: Passage | null;
  text?: string | null;
  text_by: string;
  cue?: { exact: string; start: number | null; end: number | null } | null;
  spans?: Span[] | null;
  verification: string;
};

function completeQuote(draft: Draft, find: FindDraft): DraftProblem[] {
  const quote = draft as QuoteDraft;
  const source = find('sources', quote.source);
  const sourceText = (source?.text ?? null) as string | null;
  const spans = quote.spans ?? [];
  quote.spans = spans;
  const problems = [
    ...checkKind(quote, spans),
    ...checkOffice(quote, find),
    ...checkPassage(quote, sourceText, (source?.text_length ?? null) as number | null),
    ...checkSpans(quote, spans, sourceText),
    ...checkCue(quote, sourceText),
  ];
  quote.verification = quote.passage == null ? 'reported' : sourceText === null ? 'pinned' : 'verified';
  if (problems.length > 0) return problems;
  return fillText(quote, spans, sourceText);
}

function checkKind(quote: QuoteDraft, spans: Span[]): DraftProblem[] {
  const quotesWords = quote.kind === 'direct' || quote.kind === 'mixed';
  if (quotesWords && spans.length === 0) {
    return [
      { path: ['spans'], sentence: `a ${quote.kind} quote has at least one span of the actor's own words` },
    ];
  }
  // A data set without texts may give words and not say whose: those are "unspecified".
  if (spans.length > 0 && (quote.kind === 'indirect' || (!quotesWords && quote.passage != null))) {
    return [
      {
        path: ['spans'],
        sentence: `an ${quote.kind} quote has no spans; with words of the actor's own it is "mixed"`,
      },
    ];
  }
  return [];
}

function checkOffice(quote: QuoteDraft, find: FindDraft): DraftProblem[] {
  if (quote.on_behalf_of == null) return [];
  const kind = find('actors', quote.on_behalf_of)?.kind;
  if (kind !== 'person') return [];
  return [
    {
      path: ['on_behalf_of'],
      sentence: `"${quote.on_behalf_of}" is a person; one speaks on behalf of a state or an organization`,
    },
  ];
}

/** The length of a text is known of some that are not held. */
function checkPassage(
  quote: QuoteDraft,
  sourceText: string | null,
  knownLength: number | null,
): DraftProblem[] {
  const passage = quote.passage;
  if (passage == null) return [];
  if (passage.end <= passage.start) {
    return [
      {
        path: ['passage', 'end'],
        sentence: `the passage ends at ${passage.end}, before it starts (${passage.start})`,
      },
    ];
  }
  const length = sourceText === null ? knownLength : countCodePoints(sourceText);
  if (length !== null && passage.end > length) {
    return [
      {
        path: ['passage', 'end'],
        sentence: `the passage ends at ${passage.end}, and the source has ${length} code points`,
      },
    ];
  }
  if (sourceText === null) {
    passage.exact = null;
    if (passage.sha256 != null) return [];
    return [
      {
        path: ['passage', 'sha256'],
        sentence: 'a passage whose source is not held needs its SHA-256; `verbatim locate` fills it in',
      },
    ];
  }
  passage.exact = sliceCodePoints(sourceText, passage.start, passage.end);
  const digest = digestText(passage.exact);
  if (passage.sha256 != null && passage.sha256 !== digest) {
    return [
      {
        path: ['passage', 'sha256'],
        sentence: `the source has at [${passage.start}, ${passage.end}) a passage with the SHA-256 ${digest}`,
      },
    ];
  }
  passage.sha256 = digest;
  return [];
}

function checkSpans(quote: QuoteDraft, spans: Span[], sourceText: string | null): DraftProblem[] {
  const problems: DraftProblem[] = [];
  spans.forEach((span, n) => {
    const path = ['spans', n];
    if (quote.passage == null) {
      if (span.start !== null && span.start !== undefined) {
        problems.push({
          path: [...path, 'start'],
          sentence: 'a span with a place needs a quote with a passage',
        });
      }
      span.start = null;
      span.end = null;
      return;
    }
    if (span.start == null || span.end == null) {
      problems.push({ path, sentence: 'the span has no start and end; `verbatim locate` fills them in' });
      return;
    }
    const length = countCodePoints(span.exact);
    if (span.end - span.start !== length) {
      problems.push({
        path: [...path, 'end'],
        sentence: `[${span.start}, ${span.end}) is ${span.end - span.start} code points long and its words are ${length}; an end of ${span.start + length} would fit`,
      });
      return;
    }
    if (span.start < quote.passage.start || span.end > quote.passage.end) {
      problems.push({
        path: [...path, 'start'],
        sentence: `[${span.start}, ${span.end}) lies outside the passage [${quote.passage.start}, ${quote.passage.end})`,
      });
      return;
    }
    const before = spans[n - 1];
    if (before?.end != null && span.start < before.end) {
      problems.push({
        path: [...path, 'start'],
        sentence: `starts at ${span.start}, before the span in front of it ends (${before.end}); spans stand in the order of the source`,
      });
      return;
    }
    for (const side of ['prefix', 'suffix'] as const) {
      if (countCodePoints(span[side] ?? '') > 32) {
        problems.push({ path: [...path, side], sentence: 'is longer than 32 code points' });
      }
    }
    if (sourceText !== null) {
      const place = { exact: span.exact, start: span.start, end: span.end };
      const sentence = describeMisplaced(sourceText, place);
      const beside =
        sentence === null ? findWrongSelector(indexCodePoints(sourceText), { ...span, ...place }) : null;
      if (sentence !== null) problems.push({ path: [...path, 'exact'], sentence });
      if (beside !== null) problems.push({ path: [...path, beside.side], sentence: beside.sentence });
    }
  });
  return problems;
}

function checkCue(quote: QuoteDraft, sourceText: string | null): DraftProblem[] {
  const { cue, passage } = quote;
  if (cue == null) return [];
  if (passage == null) {
    cue.start = null;
    cue.end = null;
    return [];
  }
  if (cue.start == null || cue.end == null) {
    return [{ path: ['cue'], sentence: 'the cue has no start and end; `verbatim locate` fills them in' }];
  }
  if (cue.end - cue.start !== countCodePoints(cue.exact)) {
    return [
      { path: ['cue', 'end'], sentence: `[${cue.start}, ${cue.end}) is not as long as "${cue.exact}"` },
    ];
  }
  if (cue.start < passage.start || cue.end > passage.end) {
    return [
      {
        path: ['cue', 'start'],
        sentence: `[${cue.start}, ${cue.end}) lies outside the passage [${passage.start}, ${passage.end})`,
      },
    ];
  }
  if (sourceText === null) return [];
  const sentence = describeMisplaced(sourceText, { exact: cue.exact, start: cue.start, end: cue.end });
  return sentence === null ? [] : [{ path: ['cue', 'exact'], sentence }];
}

/** Rule: a direct quote's text is its spans; otherwise the source's words where they are held, else the curator's. */
function fillText(quote: QuoteDraft, spans: Span[], sourceText: string | null): DraftProblem[] {
  const exacts = spans.map((span) => span.exact);
  if (quote.kind === 'direct' || (quote.passage == null && exacts.length > 0)) {
    const { text, places } = composeDirectText(exacts);
    if (quote.text != null && quote.text !== text) {
      return [{ path: ['text'], sentence: 'the text of a direct quote is its spans; leave it out' }];
    }
    quote.text = text;
    quote.text_by = 'speaker';
    assignPlaces(spans, places);
    return [];
  }
  if (sourceText !== null && quote.passage != null) {
    const text = sliceCodePoints(sourceText, quote.passage.start, quote.passage.end);
    if (quote.text != null && quote.text !== text) {
      return [
        { path: ['text'], sentence: "the source is held, so the text is the passage's own; leave it out" },
      ];
    }
    quote.text = text;
    quote.text_by = 'source';
    const inSource = spans.map((span) => ({ start: span.start as number, end: span.end as number }));
    assignPlaces(spans, placeSpansInPassage(text, quote.passage.start, inSource));
    return [];
  }
  if (quote.text == null) {
    return [
      {
        path: ['text'],
        sentence: `a quote of kind "${quote.kind}" whose source is not held needs a sentence of the curator's, with each span in quotation marks`,
      },
    ];
  }
  // What a data set reports as unspecified are words of a source that is not held.
  quote.text_by = quote.passage == null && quote.kind === 'unspecified' ? 'source' : 'curator';
  const placed = placeSpansInText(quote.text, exacts);
  if ('missing' in placed) {
    return [
      {
        path: ['text'],
        sentence: `span ${placed.missing + 1}, “${exacts[placed.missing]}”, does not stand in the text, in its order and directly between quotation marks`,
      },
    ];
  }
  assignPlaces(spans, placed.places);
  return [];
}

function assignPlaces(spans: Span[], places: readonly { text_start: number; text_end: number }[]): void {
  spans.forEach((span, n) => {
    Object.assign(span, places[n]);
  });
}
