import { anchorSpan, findNearestPassage } from './anchors.ts';
import { type CodePointIndex, indexCodePoints } from './code-points.ts';

/**
 * What is wrong with words that should stand at `[start, end)` of a text, in one sentence, or null when they do.
 * The nearest passage in it is a hint for the person who mends the file, never a correction.
 */
export function describeMisplaced(
  text: string,
  span: { exact: string; start: number; end: number },
): string | null {
  const indexed = indexCodePoints(text);
  const anchored = anchorSpan(indexed, span);
  if (anchored.state === 'exact') return null;
  const place = `[${span.start}, ${span.end})`;
  if (anchored.state === 'moved') {
    return `the words do not stand at ${place} but at [${anchored.start}, ${anchored.end})`;
  }
  if (anchored.state === 'ambiguous') {
    return `the words do not stand at ${place}, and ${anchored.candidates} times elsewhere; start and end are to say which one is meant`;
  }
  const nearest = findNearestPassage(indexed, span.exact);
  if (nearest !== null) {
    return `the words do not stand in the source; the nearest passage is [${nearest.start}, ${nearest.end}): “${nearest.text}”`;
  }
  const start = Math.min(span.start, indexed.length);
  const there = indexed.slice(start, Math.max(start, Math.min(span.end, start + 80, indexed.length)));
  return `the words do not stand in the source, which has “${there}” at ${place}`;
}

/** Which of a span's selectors is not what stands beside it, with a sentence; null where both are. */
export function findWrongSelector(
  text: CodePointIndex,
  span: { start: number; end: number; prefix?: string | null; suffix?: string | null },
): { side: 'prefix' | 'suffix'; sentence: string } | null {
  const place = `[${span.start}, ${span.end})`;
  if (!text.text.endsWith(span.prefix ?? '', text.toUtf16(span.start)))
    return { side: 'prefix', sentence: `“${span.prefix}” does not stand before ${place}` };
  if (!text.text.startsWith(span.suffix ?? '', text.toUtf16(span.end)))
    return { side: 'suffix', sentence: `“${span.suffix}” does not stand after ${place}` };
  return null;
}
