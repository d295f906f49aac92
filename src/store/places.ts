/** Everything that the base says about places in one document. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import type { CoveredSpan, LedgerPlace } from '../evidence/coverage.ts';

export type PlacedSpan = CoveredSpan & { exact: string; prefix: string | null; suffix: string | null };
export type Passage = { start: number; end: number; sha256: string | null; exact: string | null };
export type PlacedQuote = {
  id: string;
  origin: string;
  passage: Passage | null;
  cue: { exact: string; start: number; end: number } | null;
  spans: PlacedSpan[];
};
export type Places = {
  source: string;
  origin: string;
  text_length: number | null;
  /** In the order of the document. */
  quotes: Iterable<PlacedQuote>;
  ledger: LedgerPlace[];
  evidence: Iterable<{ stance: string; ordinal: number; passage: Passage }>;
};

type QuoteRow = {
  key: number;
  id: string;
  origin: string;
  passage_start: number | null;
  passage_end: number | null;
  passage_sha256: string | null;
  passage_exact: string | null;
  cue_exact: string | null;
  cue_start: number | null;
  cue_end: number | null;
  relayed_by_key: number | null;
};
type PassageRow = Pick<QuoteRow, 'passage_start' | 'passage_end' | 'passage_sha256' | 'passage_exact'>;
type SpanRow = Omit<PlacedSpan, 'quote' | 'relayed' | 'start' | 'end'> & {
  start: number | null;
  end: number | null;
};

/** The `passage_order` of a quote without a place. */
const NO_PLACE = Number.MAX_SAFE_INTEGER;

/**
 * What has a place in the source; spans without one are left out. `placed` leaves out quotes without one too. Quotes and
 * evidence are read one by one as they are asked for, because a source may have a million of them, and can be read once.
 */
export function readPlaces(db: Db, sourceKey: number, options: { placed: boolean }): Places {
  const source = prepare(db, 'SELECT id, origin, text_length FROM sources WHERE key = ?').get(sourceKey) as {
    id: string;
    origin: string;
    text_length: number | null;
  };
  const ledger = prepare(
    db,
    `SELECT l.start, l.end, l.reason, q.id AS quote, l.of_span AS span
     FROM ledger_passages l LEFT JOIN quotes q ON q.key = l.of_quote_key WHERE l.source_key = ? ORDER BY l.ordinal`,
  ).all(sourceKey) as {
    start: number;
    end: number;
    reason: string;
    quote: string | null;
    span: number | null;
  }[];
  return {
    source: source.id,
    origin: source.origin,
    text_length: source.text_length,
    quotes: readQuotes(db, sourceKey, options),
    ledger: ledger.map(({ quote, span, ...entry }) => ({ ...entry, of: { quote, span } })),
    evidence: readEvidence(db, sourceKey),
  };
}

function* readQuotes(db: Db, sourceKey: number, options: { placed: boolean }): Generator<PlacedQuote> {
  const placed = options.placed ? `AND passage_order < ${NO_PLACE}` : '';
  const spans = prepare(
    db,
    'SELECT ordinal, exact, start, "end", prefix, suffix FROM spans WHERE quote_key = ? ORDER BY ordinal',
  );
  const rows = prepare(
    db,
    `SELECT key, id, origin, passage_start, passage_end, passage_sha256, passage_exact, cue_exact, cue_start, cue_end, relayed_by_key
       FROM quotes WHERE source_key = ? ${placed} ORDER BY passage_order, key`,
  ).iterate(sourceKey) as IterableIterator<QuoteRow>;
  for (const row of rows) {
    yield {
      id: row.id,
      origin: row.origin,
      passage: readPassage(row),
      cue:
        row.cue_exact === null || row.cue_start === null || row.cue_end === null
          ? null
          : { exact: row.cue_exact, start: row.cue_start, end: row.cue_end },
      spans: (spans.all(row.key) as SpanRow[]).flatMap(({ start, end, ...span }) =>
        start === null || end === null
          ? []
          : [{ ...span, start, end, quote: row.id, relayed: row.relayed_by_key !== null }],
      ),
    };
  }
}

function* readEvidence(db: Db, sourceKey: number): Places['evidence'] & Generator {
  const rows = prepare(
    db,
    `SELECT st.id AS stance, e.ordinal, e.passage_start, e.passage_end, e.passage_sha256, e.passage_exact
       FROM stances st JOIN stance_evidence e ON e.stance_key = st.key
       WHERE st.source_key = ? AND e.passage_start IS NOT NULL ORDER BY st.key, e.ordinal`,
  ).iterate(sourceKey) as IterableIterator<PassageRow & { stance: string; ordinal: number }>;
  for (const row of rows) {
    const passage = readPassage(row);
    if (passage !== null) yield { stance: row.stance, ordinal: row.ordinal, passage };
  }
}

function readPassage(row: PassageRow): Passage | null {
  if (row.passage_start === null || row.passage_end === null) return null;
  return {
    start: row.passage_start,
    end: row.passage_end,
    sha256: row.passage_sha256,
    exact: row.passage_exact,
  };
}
