/** Whether everything that the base says about a document is so, for anyone who has the document. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { UsageError } from '../errors.ts';
import { type AnchorState, anchorSpan } from '../evidence/anchors.ts';
import { type CodePointIndex, indexCodePoints } from '../evidence/code-points.ts';
import { formatPlace, shorten } from '../evidence/coverage.ts';
import { digestText } from '../evidence/digest.ts';
import { findQuotedPassages } from '../evidence/quotation-marks.ts';
import { findNearest, listSome, suggest } from '../nearest.ts';
import { checkPlaces } from './check-places.ts';
import { type PlacedSpan, readPlaces } from './places.ts';

export type SpanReport = {
  quote: string;
  /** Which of the quote's spans, from 1. */
  ordinal: number;
  exact: string;
  /** Where the base has it. */
  start: number;
  end: number;
  state: AnchorState;
  /** Where it stands in this text; null where the state is `ambiguous` or `missing`. */
  found: { start: number; end: number } | null;
};

export type DocumentReport = {
  source: string;
  /** By the hash of the text; `unknown` where the base has no hash of it. */
  edition: 'same' | 'another' | 'unknown';
  text_sha256: string;
  text_length: number;
  counts: {
    /** Outermost passages in quotation marks. */
    quoted_passages: number;
    quotes: number;
    spans: number;
    ledger: number;
    ledger_by_reason: Record<string, number>;
    /** Passages of stance evidence. */
    evidence: number;
  };
  spans: SpanReport[];
  /** Sentences. */
  failures: string[];
  /** True when the text is the document, and everything is where the base says. */
  ok: boolean;
};

/**
 * Of the edition that was coded, every place is proven, and every passage in quotation marks has to be accounted for. Of
 * another edition each span is looked for, without ever guessing, and nothing is proven. Throws UsageError where it is
 * not clear which source the text is to be.
 */
export function verifyDocument(
  db: Db,
  text: string,
  options: { source?: string | undefined } = {},
): DocumentReport {
  const indexed = indexCodePoints(text);
  const digest = digestText(text);
  const source = chooseSource(db, digest, options.source);
  const edition =
    source.text_sha256 === null ? 'unknown' : source.text_sha256 === digest ? 'same' : 'another';
  const { quotes, evidence, ...rest } = readPlaces(db, source.key, { placed: false });
  const places = { ...rest, quotes: [...quotes], evidence: [...evidence] };
  const spans = places.quotes.flatMap((quote) => quote.spans).map((span) => anchor(indexed, span));
  const failures =
    edition === 'another'
      ? describeOtherEdition(source, digest, spans)
      : [...checkPlaces(places, indexed, { covered: true })];
  const reasons: Record<string, number> = {};
  for (const { reason } of places.ledger) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return {
    source: source.id,
    edition,
    text_sha256: digest,
    text_length: indexed.length,
    counts: {
      quoted_passages: findQuotedPassages(text).filter((passage) => passage.level === 0).length,
      quotes: places.quotes.length,
      spans: spans.length,
      ledger: places.ledger.length,
      ledger_by_reason: reasons,
      evidence: places.evidence.length,
    },
    spans,
    failures,
    ok: failures.length === 0,
  };
}

type SourceRow = { key: number; id: string; text_sha256: string | null };

/** The one that is asked for, else the one with this hash, else the only one there is. */
function chooseSource(db: Db, digest: string, wanted: string | undefined): SourceRow {
  const all = prepare(db, 'SELECT key, id, text_sha256 FROM sources ORDER BY id').all() as SourceRow[];
  const ids = all.map((source) => source.id);
  if (wanted !== undefined) {
    const source = all.find((candidate) => candidate.id === wanted);
    if (source !== undefined) return source;
    throw new UsageError(`There is no source "${wanted}".${suggest(findNearest(wanted, ids))}`);
  }
  const same = all.filter((source) => source.text_sha256 === digest);
  const candidates = same.length > 0 ? same : all;
  const [only, ...others] = candidates;
  if (only === undefined) throw new UsageError('The base has no sources; `verbatim seed` loads some.');
  if (others.length === 0) return only;
  const names = listSome(candidates.map((source) => source.id));
  throw new UsageError(
    same.length > 0
      ? `Several sources have this text; name the one that is meant with --source: ${names}.`
      : `No source has this text's SHA-256, ${digest}; name the one that it is an edition of with --source: ${names}.`,
  );
}

function anchor(text: CodePointIndex, span: PlacedSpan): SpanReport {
  const { state, start, end } = anchorSpan(text, span);
  return {
    quote: span.quote,
    ordinal: span.ordinal,
    exact: span.exact,
    start: span.start,
    end: span.end,
    state,
    found: start === null || end === null ? null : { start, end },
  };
}

function describeOtherEdition(source: SourceRow, digest: string, spans: readonly SpanReport[]): string[] {
  return [
    `this is another edition of "${source.id}": its SHA-256 is ${digest}, and the one that was coded has ${source.text_sha256}`,
    ...spans.flatMap(({ quote, ordinal, exact, state, found, ...span }) => {
      if (state === 'exact') return [];
      const where =
        found !== null
          ? `moved from ${formatPlace(span)} to ${formatPlace(found)}`
          : state === 'ambiguous'
            ? 'ambiguous: it stands in several places'
            : 'missing';
      return [`quote "${quote}", span ${ordinal}, “${shorten(exact)}”: ${where}`];
    }),
  ];
}
