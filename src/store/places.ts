/** Everything that the base says about places in one document, and whether it holds. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import type { CodePointIndex } from '../evidence/code-points.ts';
import {
  type CoveredSpan,
  checkCoverage,
  formatPlace,
  type LedgerPlace,
  shorten,
} from '../evidence/coverage.ts';
import { digestText } from '../evidence/digest.ts';
import { describeMisplaced } from '../evidence/misplaced.ts';

export type PlacedSpan = CoveredSpan & { exact: string; prefix: string | null; suffix: string | null };
type Passage = { start: number; end: number; sha256: string | null; exact: string | null };
type PlacedQuote = {
  id: string;
  origin: string;
  passage: Passage | null;
  cue: { exact: string; start: number; end: number } | null;
  spans: PlacedSpan[];
};
export type Places = {
  source: string;
  text_length: number | null;
  quotes: PlacedQuote[];
  ledger: LedgerPlace[];
  evidence: { stance: string; ordinal: number; passage: Passage }[];
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
  quote_key: number;
  start: number | null;
  end: number | null;
};

/** The `passage_order` of a quote without a place. */
const NO_PLACE = Number.MAX_SAFE_INTEGER;

/**
 * What has a place in the source; spans without one are left out. `placed` leaves out quotes without one too: a source
 * whose text nobody has may have a million of them, and a text holds no more places than it has room for.
 */
export function readPlaces(db: Db, sourceKey: number, options: { placed: boolean }): Places {
  const placed = options.placed ? `AND passage_order < ${NO_PLACE}` : '';
  const source = prepare(db, 'SELECT id, text_length FROM sources WHERE key = ?').get(sourceKey) as {
    id: string;
    text_length: number | null;
  };
  const rows = prepare(
    db,
    `SELECT key, id, origin, passage_start, passage_end, passage_sha256, passage_exact, cue_exact, cue_start, cue_end, relayed_by_key
     FROM quotes WHERE source_key = ? ${placed} ORDER BY passage_order, key`,
  ).all(sourceKey) as QuoteRow[];
  const spans = Map.groupBy(
    prepare(
      db,
      `SELECT s.quote_key, s.ordinal, s.exact, s.start, s.end, s.prefix, s.suffix
       FROM quotes q JOIN spans s ON s.quote_key = q.key WHERE q.source_key = ? ${placed} ORDER BY s.quote_key, s.ordinal`,
    ).all(sourceKey) as SpanRow[],
    (span) => span.quote_key,
  );
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
  const evidence = prepare(
    db,
    `SELECT st.id AS stance, e.ordinal, e.passage_start, e.passage_end, e.passage_sha256, e.passage_exact
     FROM stances st JOIN stance_evidence e ON e.stance_key = st.key
     WHERE st.source_key = ? AND e.passage_start IS NOT NULL ORDER BY st.key, e.ordinal`,
  ).all(sourceKey) as (PassageRow & { stance: string; ordinal: number })[];
  return {
    source: source.id,
    text_length: source.text_length,
    quotes: rows.map((row) => ({
      id: row.id,
      origin: row.origin,
      passage: readPassage(row),
      cue:
        row.cue_exact === null || row.cue_start === null || row.cue_end === null
          ? null
          : { exact: row.cue_exact, start: row.cue_start, end: row.cue_end },
      spans: (spans.get(row.key) ?? []).flatMap(({ quote_key: _, start, end, ...span }) =>
        start === null || end === null
          ? []
          : [{ ...span, start, end, quote: row.id, relayed: row.relayed_by_key !== null }],
      ),
    })),
    ledger: ledger.map(({ quote, span, ...entry }) => ({ ...entry, of: { quote, span } })),
    evidence: evidence.flatMap((row) => {
      const passage = readPassage(row);
      return passage === null ? [] : [{ stance: row.stance, ordinal: row.ordinal, passage }];
    }),
  };
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

export function listSpans(places: Places): PlacedSpan[] {
  return places.quotes.flatMap((quote) => quote.spans);
}

/**
 * What does not hold, as sentences. Without the text only what the places say of each other is checked. `covered` asks
 * for every passage in quotation marks to be accounted for.
 */
export function checkPlaces(
  places: Places,
  text: CodePointIndex | undefined,
  options: { covered: boolean },
): string[] {
  const length = text?.length ?? places.text_length ?? Number.POSITIVE_INFINITY;
  const failures: string[] = [];
  const say = (what: string, sentence: string | null) => {
    if (sentence !== null) failures.push(`${what}: ${sentence}`);
  };
  if (text !== undefined && places.text_length !== null && places.text_length !== text.length) {
    say(
      `source "${places.source}"`,
      `the base has ${places.text_length} code points, the text ${text.length}`,
    );
  }
  for (const quote of places.quotes) {
    const name = `quote "${quote.id}"`;
    if (quote.passage === null) continue;
    say(`${name}, passage`, describeWrongPassage(quote.passage, text, length));
    if (quote.cue !== null) say(`${name}, cue`, describeWrongWords(quote.cue, quote.passage, text));
    for (const span of quote.spans) {
      const sentence = describeWrongWords(span, quote.passage, text) ?? describeWrongSelectors(span, text);
      say(`${name}, span ${span.ordinal}`, sentence);
    }
  }
  for (const { stance, ordinal, passage } of places.evidence) {
    say(`stance "${stance}", evidence ${ordinal}`, describeWrongPassage(passage, text, length));
  }
  const owners = places.quotes.flatMap(({ origin, spans }) => spans.map((span) => ({ origin, span })));
  const spans = owners.map(({ span }) => span);
  for (const problem of checkCoverage({ spans, ledger: places.ledger, text })) {
    const owner = problem.span === undefined ? undefined : owners[problem.span];
    // A data set of others may hold several readings of a passage, and need not say who relays what inside it.
    if (owner?.origin === 'import') continue;
    const span = owner?.span;
    if (span !== undefined) say(`quote "${span.quote}", span ${span.ordinal}`, problem.sentence);
    else if (problem.ledger !== undefined)
      say(`source "${places.source}", ledger entry ${problem.ledger + 1}`, problem.sentence);
    else if (options.covered) failures.push(problem.sentence);
  }
  return failures;
}

function describeWrongPassage(
  passage: Passage,
  text: CodePointIndex | undefined,
  length: number,
): string | null {
  if (passage.start < 0 || passage.end <= passage.start || passage.end > length) {
    return `${formatPlace(passage)} is no stretch of a text of ${length} code points`;
  }
  if (text === undefined) {
    return passage.exact === null ? null : 'its words are kept, and the text that they are from is not held';
  }
  const words = text.slice(passage.start, passage.end);
  const digest = digestText(words);
  if (passage.sha256 !== digest) {
    return `the text has at ${formatPlace(passage)} “${shorten(words)}”, with the SHA-256 ${digest} and not ${passage.sha256}`;
  }
  if (passage.exact === null || passage.exact === words) return null;
  return `the text has at ${formatPlace(passage)} “${shorten(words)}” and not “${shorten(passage.exact)}”`;
}

function describeWrongWords(
  words: { exact: string; start: number; end: number },
  passage: Passage,
  text: CodePointIndex | undefined,
): string | null {
  if (words.start < passage.start || words.end > passage.end) {
    return `${formatPlace(words)} lies outside the passage ${formatPlace(passage)}`;
  }
  // Looking for other places reads the whole text: not for words that stand where they should.
  if (text === undefined || (words.end <= text.length && text.slice(words.start, words.end) === words.exact))
    return null;
  return describeMisplaced(text.text, words);
}

function describeWrongSelectors(span: PlacedSpan, text: CodePointIndex | undefined): string | null {
  if (text === undefined) return null;
  const before = text.text.slice(0, text.toUtf16(span.start));
  if (!before.endsWith(span.prefix ?? ''))
    return `“${span.prefix}” does not stand before ${formatPlace(span)}`;
  const stands = text.text.startsWith(span.suffix ?? '', text.toUtf16(span.end));
  return stands ? null : `“${span.suffix}” does not stand after ${formatPlace(span)}`;
}
