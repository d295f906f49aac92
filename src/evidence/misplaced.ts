import { anchorSpan, findNearestPassage } from './anchors.ts';
import { sliceCodePoints } from './code-points.ts';

/**
 * What is wrong with words that should stand at `[start, end)` of a text, in one sentence, or null when they do.
 * The nearest passage in it is a hint for the person who mends the file, never a correction.
 */
export function describeMisplaced(
  text: string,
  span: { exact: string; start: number; end: number },
): string | null {
  const anchored = anchorSpan(text, span);
  if (anchored.state === 'exact') return null;
  const place = `[${span.start}, ${span.end})`;
  if (anchored.state === 'moved') {
    return `the words do not stand at ${place} but at [${anchored.start}, ${anchored.end})`;
  }
  if (anchored.state === 'ambiguous') {
    return `the words do not stand at ${place}, and ${anchored.candidates} times elsewhere; \`nth\` says which one is meant`;
  }
  const nearest = findNearestPassage(text, span.exact);
  if (nearest !== null) {
    return `the words do not stand in the source; the nearest passage is [${nearest.start}, ${nearest.end}): “${nearest.text}”`;
  }
  const there = sliceCodePoints(text, span.start, Math.min(span.end, span.start + 80));
  return `the words do not stand in the source, which has “${there}” at ${place}`;
}
