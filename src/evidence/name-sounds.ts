/**
 * A key that the spellings of one name share: which consonants it has, in which order. Transliterations write one sound
 * in several ways (`kh`, `ch`, `h`; `zh`, `sh`, `j`), vowels at will, and doubled letters or not. The key is for finding
 * only; how alike two spellings are is weighed afterwards.
 */

/** One after another, each over the whole word. The page docs/names.md says the same in words. */
const RULES: readonly [pattern: RegExp, sound: string][] = [
  [/(.)\1+/g, '$1'],
  [/dsch|dzh|dj/g, 'j'],
  [/ph|w|f/g, 'v'],
  [/x/g, 'ks'],
  // `sch` is told from the `ch` of `tsch` before either is replaced.
  [/(?<!t)sch/g, 's'],
  [/tsch|tch|ch|kh|gh|ck|[cgq]/g, 'k'],
  [/sh|zh|ts|tz|z/g, 's'],
  [/(?!^)h/g, ''],
  [/^[aeiouy]+/, 'a'],
  [/(?!^)[aeiouy]/g, ''],
];

/** Of a word in lower-case ASCII. */
export function soundWord(word: string): string {
  return RULES.reduce((sound, [pattern, written]) => sound.replace(pattern, written), word);
}
