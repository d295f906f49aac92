/** Where the words of an annotation stand in the text that is held. */
import { anchorSpan, locateExact } from '../../../evidence/anchors.ts';
import type { CodePointIndex } from '../../../evidence/code-points.ts';
import { countCodePoints } from '../../../evidence/code-points.ts';
import { describeMisplaced } from '../../../evidence/misplaced.ts';
import type { SpanState } from '../../format.ts';
import type { PositionSelector, QuoteSelector } from './annotation.ts';

export type Placed =
  | { state: 'exact'; start: number; end: number; counted: 'code points' | 'UTF-16 units' | null }
  | { state: Exclude<SpanState, 'exact'>; sentence: string };

/**
 * The model counts code points, and Hypothesis counts UTF-16 units: what fits the words is what was counted. Without a
 * position, or where `byQuote` says that positions count in another text, the words with what stands around them must
 * stand in the text exactly once.
 */
export function placeAnnotation(
  text: CodePointIndex,
  quote: QuoteSelector,
  position: PositionSelector | null,
  byQuote: boolean,
): Placed {
  if (position === null || byQuote) return placeByQuote(text, quote);
  const { start, end } = position;
  const { exact } = quote;
  if (end <= text.length && text.slice(start, end) === exact) {
    const tells = text.toUtf16(end) !== end;
    return { state: 'exact', start, end, counted: tells ? 'code points' : null };
  }
  if (end <= text.text.length && text.text.slice(start, end) === exact) {
    const from = text.toCodePoint(start);
    return { state: 'exact', start: from, end: from + countCodePoints(exact), counted: 'UTF-16 units' };
  }
  const span = { exact, start, end, prefix: quote.prefix, suffix: quote.suffix };
  const { state } = anchorSpan(text, span);
  return {
    state: state === 'exact' ? 'missing' : state,
    sentence: `${describeMisplaced(text.text, span) ?? 'the words do not stand at their position'}; where positions count in another text, such as the page's own, --by-quote finds the words by what stands around them`,
  };
}

function placeByQuote(text: CodePointIndex, { exact, prefix, suffix }: QuoteSelector): Placed {
  const found = locateExact(text, exact, { prefix, suffix });
  if (found.state === 'exact') return { ...found, counted: null };
  if (found.state === 'ambiguous')
    return {
      state: 'ambiguous',
      sentence: `the words stand ${found.occurrences.length} times in the text, with the same prefix and suffix`,
    };
  const alone = locateExact(text, exact);
  if (alone.state === 'exact')
    return {
      state: 'moved',
      sentence: `the words stand at [${alone.start}, ${alone.end}), and not between the prefix and suffix that they were annotated with`,
    };
  if (alone.state === 'ambiguous')
    return {
      state: 'ambiguous',
      sentence: `the words stand ${alone.occurrences.length} times in the text, and nowhere between their prefix and suffix`,
    };
  const nowhere = { exact, start: 0, end: countCodePoints(exact) };
  return {
    state: 'missing',
    sentence: describeMisplaced(text.text, nowhere) ?? 'the words do not stand in the text',
  };
}
