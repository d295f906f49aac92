/** Whether an annotation's words stand where its offsets say. */
import { anchorSpan } from '../../../evidence/anchors.ts';
import { countCodePoints, sliceCodePoints } from '../../../evidence/code-points.ts';
import { describeMisplaced } from '../../../evidence/misplaced.ts';
import type { SpanState } from '../../format.ts';
import type { Fragment, TextBound } from './annotations.ts';
import type { BratDocument } from './documents.ts';

export type SpanCheck = { state: SpanState; sentence: string | null };

const WORST: readonly SpanState[] = ['exact', 'moved', 'ambiguous', 'missing'];

/** The state of the worst of its fragments, and what is wrong with the first that is not exact. */
export function checkTextBound({ flat, text }: BratDocument, annotation: TextBound): SpanCheck {
  const { fragments, words } = annotation;
  const inside = fragments.every(({ end }) => end <= flat.length);
  if (inside && fragments.map(({ start, end }) => flat.slice(start, end)).join(' ') === words)
    return { state: 'exact', sentence: null };
  if (words === '') {
    const sentence = 'it repeats no words, so that nothing shows whether its offsets fit the text';
    return { state: 'missing', sentence: `${annotation.id} (${annotation.type}): ${sentence}` };
  }
  let state: SpanState = 'exact';
  let sentence: string | null = null;
  for (const { fragment, exact } of splitWords(fragments, words)) {
    const span = { exact, ...fragment };
    const anchored = anchorSpan(flat, span).state;
    if (anchored === 'exact') continue;
    if (WORST.indexOf(anchored) > WORST.indexOf(state)) state = anchored;
    sentence ??= describeMisplaced(flat.text, span);
  }
  // Fragments that each stand in their place, and words that are not theirs.
  if (sentence === null) {
    state = 'missing';
    sentence = 'its words are not those of its fragments, joined by a space';
  }
  const counted = findOtherCount(text.text, annotation);
  const hint = counted === null ? '' : `; the offsets fit where ${counted}`;
  return { state, sentence: `${annotation.id} (${annotation.type}): ${sentence}${hint}` };
}

/** The words of each fragment, told apart by the length of its place. */
function splitWords(fragments: readonly Fragment[], words: string): { fragment: Fragment; exact: string }[] {
  const length = countCodePoints(words);
  let from = 0;
  return fragments.map((fragment, n) => {
    const last = n === fragments.length - 1;
    const start = Math.min(from, length);
    const end = last ? length : Math.min(length, start + fragment.end - fragment.start);
    from = end + 1;
    return { fragment, exact: sliceCodePoints(words, start, end) };
  });
}

/** Programs count characters otherwise than brat does, or read other texts than they annotate. */
function findOtherCount(text: string, { fragments, words }: TextBound): string | null {
  const counts: [what: string, slice: (fragment: Fragment) => string][] = [
    ['CRLF counts as one character', sliceOf(text.replaceAll('\r\n', '\n'))],
    ['the byte order mark is left out', sliceOf(text.replace(/^\ufeff/, ''))],
    ['UTF-16 units are counted', ({ start, end }) => text.slice(start, end)],
    ['bytes are counted', ({ start, end }) => Buffer.from(text).subarray(start, end).toString()],
  ];
  const found = counts.find(
    ([, slice]) => fragments.map((fragment) => slice(fragment).replace(/[\r\n]/g, ' ')).join(' ') === words,
  );
  return found?.[0] ?? null;
}

function sliceOf(text: string): (fragment: Fragment) => string {
  const length = countCodePoints(text);
  return ({ start, end }) => (end <= length ? sliceCodePoints(text, start, end) : '');
}
