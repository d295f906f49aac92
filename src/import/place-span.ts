import { quoteSelectors } from '../evidence/anchors.ts';
import type { CodePointIndex } from '../evidence/code-points.ts';

/** A span as a record has it: its words, its place in code points, and what stands around it. */
export function placeSpan(text: CodePointIndex, { start, end }: { start: number; end: number }) {
  const { prefix, suffix } = quoteSelectors(text, start, end);
  return { exact: text.slice(start, end), start, end, prefix: prefix || null, suffix: suffix || null };
}
