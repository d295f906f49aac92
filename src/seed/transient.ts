/**
 * Keys that stand in a seed file only until `verbatim locate` has replaced them by offsets, so that nobody counts code
 * points by hand. No field is declared for them: a load refuses a file in which one is left.
 */
import type { Path } from '../resources/check-record.ts';

type Kind = 'spans' | 'cue' | 'passage';

const nth = 'Which one is meant of several places where the words stand, from 1';

/** Kind of object → key → what it means. */
export const transientKeys: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  spans: { nth: `${nth}: counted within the passage where the quote has one, else in the whole text.` },
  cue: { nth: `${nth}, counted within the passage.` },
  passage: {
    starts_with: 'The first words of the passage.',
    ends_with:
      'Its last words, punctuation included: the first place at which they end after the first words is its end.',
    nth: `${nth}: those of starts_with, in the whole text.`,
  },
};

/** Whether `path` leads to something that may have the key meanwhile. */
export function isTransient(path: Path, key: string): boolean {
  const kind = path.findLast((part) => typeof part === 'string');
  return (
    kind !== undefined &&
    Object.hasOwn(transientKeys, kind) &&
    Object.hasOwn(transientKeys[kind as Kind], key)
  );
}
