/** Whole sentences around a stretch of text, and how sure their edges are. Code points, end exclusive. */
import type { CodePointIndex } from './code-points.ts';
import type { Place } from './coverage.ts';
import { findQuotedPassages } from './quotation-marks.ts';

export interface SentenceFinder {
  /** The smallest run of whole sentences that holds the place, without white space at its edges. */
  widen(place: Place): Place;
  /** Why an edge of a run of sentences may be wrong, as a sentence without its full stop; null when it is certain. */
  describeDoubt(place: Place): string | null;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

const BLANK_LINE = /\n[^\S\n]*\n|\u2029/;
const ENDS_SENTENCE = /[.!?…。！？؟۔][\p{Pe}\p{Pf}\p{Pi}"']*$/u;
/** Full stops after which a sentence may well go on; a single capital is an initial, or the end of U.S. */
const ABBREVIATION =
  /(?:^|[^\p{L}\p{M}])(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|Gen|Col|Capt|Lt|Sgt|St|Sen|Rep|Gov|Hon|Rev|Jr|Sr|No|Nos|vs|etc|cf|ca|approx|p|pp|vol|ed|eds|e\.g|i\.e|al|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$/u;

/** Reads the text on the first question, once. */
export function indexSentences(text: CodePointIndex): SentenceFinder {
  let edges: number[] | undefined;
  let quoted: readonly Place[] | undefined;
  const listEdges = () => {
    edges ??= [...Array.from(segmenter.segment(text.text), ({ index }) => index), text.text.length];
    return edges;
  };
  return {
    widen(place) {
      const all = listEdges();
      const first = text.toUtf16(place.start);
      const last = text.toUtf16(place.end);
      let start = all.findLast((edge) => edge <= first) ?? 0;
      let end = all.find((edge) => edge >= last) ?? text.text.length;
      while (start < first && isBlank(text.text.charAt(start))) start += 1;
      while (end > last && isBlank(text.text.charAt(end - 1))) end -= 1;
      return { start: text.toCodePoint(start), end: text.toCodePoint(end) };
    },
    describeDoubt(place) {
      const start = text.toUtf16(place.start);
      const end = text.toUtf16(place.end);
      if (!isCertainEdge(text.text, start))
        return `it is not certain that a sentence begins at ${place.start}`;
      if (!isCertainEdge(text.text, end)) return `it is not certain that a sentence ends at ${place.end}`;
      quoted ??= findQuotedPassages(text.text);
      const cut = quoted.find((passage) => cuts(place.start, passage) || cuts(place.end, passage));
      return cut === undefined ? null : `its edge would cut the quotation [${cut.start}, ${cut.end})`;
    },
  };
}

/** The marks count as part of the quotation. */
function cuts(edge: number, { start, end }: Place): boolean {
  return edge > start - 1 && edge < end + 1;
}

function isCertainEdge(text: string, edge: number): boolean {
  const before = text.slice(Math.max(0, edge - 200), edge).trimEnd();
  if (before === '' || text.slice(edge).trim() === '') return true;
  const gapStart = edge - (text.slice(Math.max(0, edge - 200), edge).length - before.length);
  const gap = /^\s*/.exec(text.slice(gapStart))?.[0] ?? '';
  if (BLANK_LINE.test(gap)) return true;
  return ENDS_SENTENCE.test(before) && !ABBREVIATION.test(before);
}

function isBlank(character: string): boolean {
  return character.trim() === '';
}
