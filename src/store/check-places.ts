/** Whether what the base says about places in one document holds. */
import type { CodePointIndex } from '../evidence/code-points.ts';
import { type CoveredSpan, checkCoverage, formatPlace, shorten } from '../evidence/coverage.ts';
import { digestText } from '../evidence/digest.ts';
import { describeMisplaced, findWrongSelector } from '../evidence/misplaced.ts';
import type { Passage, PlacedQuote, Places } from './places.ts';

/**
 * What does not hold, as sentences. Without the text only what the places say of each other is checked. `covered` asks
 * for every passage in quotation marks to be accounted for.
 *
 * Seeds are coded completely, and hold themselves to one reading: their spans do not cross, and one inside another is a
 * quote that somebody relays. A data set of others may hold several readings of a passage, beside each other and beside
 * the seeds', and need not say who relays what inside it.
 */
export function* checkPlaces(
  places: Places,
  text: CodePointIndex | undefined,
  options: { covered: boolean },
): Generator<string> {
  const length = text?.length ?? places.text_length ?? Number.POSITIVE_INFINITY;
  if (text !== undefined && places.text_length !== null && places.text_length !== text.length)
    yield `source "${places.source}": the base has ${places.text_length} code points, the text ${text.length}`;
  const spans: (CoveredSpan & { curated: boolean })[] = [];
  for (const quote of places.quotes) {
    yield* checkQuote(quote, text, length);
    const curated = quote.origin === 'seed';
    if (options.covered || curated) for (const span of quote.spans) spans.push({ ...span, curated });
  }
  for (const { stance, ordinal, passage } of places.evidence) {
    const sentence = describeWrongPassage(passage, text, length);
    if (sentence !== null) yield `stance "${stance}", evidence ${ordinal}: ${sentence}`;
  }
  const ledger = options.covered || places.origin === 'seed' ? places.ledger : [];
  const isCurated = (n: number | undefined) => n === undefined || spans[n]?.curated === true;
  for (const problem of checkCoverage({
    spans,
    ledger,
    text: ledger.length > 0 || options.covered ? text : undefined,
  })) {
    const span = spans[problem.span ?? -1];
    if (span !== undefined) {
      if (span.curated && isCurated(problem.against))
        yield `quote "${span.quote}", span ${span.ordinal}: ${problem.sentence}`;
    } else if (problem.ledger !== undefined) {
      yield `source "${places.source}", ledger entry ${problem.ledger + 1}: ${problem.sentence}`;
    } else if (options.covered) yield problem.sentence;
  }
}

function* checkQuote(
  quote: PlacedQuote,
  text: CodePointIndex | undefined,
  length: number,
): Generator<string> {
  const { id, passage, cue } = quote;
  if (passage === null) return;
  const name = `quote "${id}"`;
  const wrong = describeWrongPassage(passage, text, length);
  if (wrong !== null) yield `${name}, passage: ${wrong}`;
  const wrongCue = cue === null ? null : describeWrongWords(cue, passage, text);
  if (wrongCue !== null) yield `${name}, cue: ${wrongCue}`;
  for (const span of quote.spans) {
    const sentence =
      describeWrongWords(span, passage, text) ??
      (text === undefined ? null : (findWrongSelector(text, span)?.sentence ?? null));
    if (sentence !== null) yield `${name}, span ${span.ordinal}: ${sentence}`;
  }
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
