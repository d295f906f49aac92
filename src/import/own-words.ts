/** Which of the words that a data set calls content stand in quotation marks, and so are the speaker's own. */
import type { CodePointIndex } from '../evidence/code-points.ts';

/** Code points, end exclusive. */
export type Stretch = { start: number; end: number };

export type OwnWords = {
  kind: 'direct' | 'mixed' | 'indirect';
  /** What stands between quotation marks, in the order of the text. */
  spans: Stretch[];
};

const WORD = /[\p{L}\p{N}]/u;

/**
 * `quoted` are the outermost passages in quotation marks of the text, in order. Content with words outside of them is
 * mixed; with marks around all its words it is direct, whether the marks were taken into it or not.
 */
export function findOwnWords(
  text: CodePointIndex,
  content: readonly Stretch[],
  quoted: readonly Stretch[],
): OwnWords {
  const spans: Stretch[] = [];
  let outside = '';
  for (const { start, end } of content.toSorted((a, b) => a.start - b.start)) {
    let from = start;
    for (const passage of quoted) {
      if (passage.end <= from) continue;
      if (passage.start >= end) break;
      const span = { start: Math.max(from, passage.start), end: Math.min(end, passage.end) };
      outside += text.slice(from, span.start);
      spans.push(span);
      from = span.end;
    }
    outside += text.slice(from, end);
  }
  if (spans.length === 0) return { kind: 'indirect', spans };
  return { kind: WORD.test(outside) ? 'mixed' : 'direct', spans };
}
