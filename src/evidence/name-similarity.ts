/** How well one name fits another: word against word, with the reasons. docs/names.md tells the same to readers. */
import { distance } from 'fastest-levenshtein';
import type { FoldedName } from './name-folding.ts';
import { soundWord } from './name-sounds.ts';

/** The words of the list `name_reason` that two names alone can give. */
export type NameReason =
  | 'same'
  | 'transliterated'
  | 'other_order'
  | 'joined'
  | 'spelling'
  | 'typo'
  | 'initial'
  | 'missing_words'
  | 'extra_words'
  | 'other_words';

export type NameFit = { score: number; reasons: NameReason[] };

/** Words that tell a father from a son. Two names that differ in such a word alone are two people. */
const GENERATIONS: ReadonlyMap<string, string> = new Map([
  ['jr', 'junior'],
  ['sr', 'senior'],
]);
const GENERATION_WORDS = new Set(['junior', 'senior', 'ii', 'iii', 'iv']);

const TRANSLITERATED = 0.98;
const OTHER_ORDER = 0.98;
const JOINED = 0.97;
const INITIAL = 0.75;
/** Each side has a word that the other has not: another given name, another family name. */
const CONTRADICTED = 0.75;
/** What was asked for counts more than what the stored name has besides. */
const ASKED = 0.6;

type SoundedWords = { words: readonly string[]; sounds: readonly string[] };
type Pair = { fit: number; reason: NameReason | null; asked: number[]; stored: number[] };

/** 1 for the same name, 0 for nothing in common. */
export function compareNames(asked: FoldedName, stored: FoldedName): NameFit {
  if (asked.plain === stored.plain && asked.plain !== '') return { score: 1, reasons: ['same'] };
  const crossed = isLatin(asked) !== isLatin(stored);
  if (asked.words.length === 0 || stored.words.length === 0) return { score: 0, reasons: [] };
  if (asked.joined === stored.joined)
    return { score: TRANSLITERATED, reasons: crossed ? ['transliterated'] : ['spelling'] };
  const [a, s] = [asked.words.map(foldGeneration), stored.words.map(foldGeneration)];
  const pairs = alignWords({ words: a, sounds: asked.sounds }, { words: s, sounds: stored.sounds });
  const askedFit = sumFits(pairs, 'asked') / a.length;
  const storedFit = sumFits(pairs, 'stored') / s.length;
  const reasons = new Set<NameReason>();
  for (const { reason } of pairs) if (reason !== null) reasons.add(reason);
  const missing = s.length - pairs.reduce((sum, pair) => sum + pair.stored.length, 0);
  const extra = a.length - pairs.reduce((sum, pair) => sum + pair.asked.length, 0);
  let score = ASKED * askedFit + (1 - ASKED) * storedFit;
  if (missing > 0 && extra > 0) {
    score *= CONTRADICTED;
    reasons.add('other_words');
  } else if (missing > 0) reasons.add('missing_words');
  else if (extra > 0) reasons.add('extra_words');
  if (!isOrdered(pairs)) {
    score *= OTHER_ORDER;
    reasons.add('other_order');
  }
  // A name may be cut into words otherwise. An initial has no sound of its own, and would get lost.
  const initials = [...a, ...s].some((word) => word.length === 1);
  const whole = a.length === s.length || initials ? 0 : compareWholes(asked.joined, stored.joined);
  if (whole > score) {
    score = whole;
    reasons.clear();
    reasons.add('spelling');
  }
  if (crossed) {
    score *= TRANSLITERATED;
    reasons.add('transliterated');
  }
  return { score: Math.round(score * 1000) / 1000, reasons: [...reasons] };
}

/** Whether two names are the same but for words such as `Jr.`. */
export function differInGeneration(asked: FoldedName, stored: FoldedName): boolean {
  const [a, s] = [asked.words.map(foldGeneration), stored.words.map(foldGeneration)];
  if (![...a, ...s].some((word) => GENERATION_WORDS.has(word))) return false;
  return a.join(' ') !== s.join(' ') && dropGeneration(asked) === dropGeneration(stored);
}

/** The words of a name without those such as `Jr.`: what a father's and a son's have in common. */
export function dropGeneration({ words }: FoldedName): string {
  return words
    .map(foldGeneration)
    .filter((word) => !GENERATION_WORDS.has(word))
    .join(' ');
}

/** Whether a name says itself which of father and son it means. */
export function namesGeneration(name: FoldedName): boolean {
  return name.words.some((word) => GENERATION_WORDS.has(foldGeneration(word)));
}

function isLatin(name: FoldedName): boolean {
  return name.plain === name.joined;
}

function foldGeneration(word: string): string {
  return GENERATIONS.get(word) ?? word;
}

/** The best pairs first, each word once; two neighbouring words may stand for one of the other side. */
function alignWords(asked: SoundedWords, stored: SoundedWords): Pair[] {
  const possible: Pair[] = [];
  for (let i = 0; i < asked.words.length; i += 1) {
    for (let j = 0; j < stored.words.length; j += 1) {
      const { fit, reason } = compareWords(asked, i, stored, j);
      if (fit > 0) possible.push({ fit, reason, asked: [i], stored: [j] });
    }
  }
  if (asked.words.length !== stored.words.length) {
    possible.push(...findJoined(asked.words, stored.words, (n, pair) => ({ asked: [n], stored: pair })));
    possible.push(...findJoined(stored.words, asked.words, (n, pair) => ({ asked: pair, stored: [n] })));
  }
  // Among equals those in the same place: a name with one word twice keeps its order.
  const shift = ({ asked: [i = 0], stored: [j = 0] }: Pair) => Math.abs(i - j);
  possible.sort((a, b) => b.fit - a.fit || shift(a) - shift(b));
  const taken = { asked: new Set<number>(), stored: new Set<number>() };
  return possible.filter((pair) => {
    if (pair.asked.some((n) => taken.asked.has(n)) || pair.stored.some((n) => taken.stored.has(n)))
      return false;
    for (const n of pair.asked) taken.asked.add(n);
    for (const n of pair.stored) taken.stored.add(n);
    return true;
  });
}

/** `mohammadjavad` is `mohammad javad`. */
function findJoined(
  whole: readonly string[],
  parts: readonly string[],
  place: (n: number, pair: number[]) => Pick<Pair, 'asked' | 'stored'>,
): Pair[] {
  return whole.flatMap((word, n) =>
    parts
      .slice(1)
      .flatMap((part, k) =>
        `${parts[k]}${part}` === word
          ? [{ fit: JOINED, reason: 'joined' as const, ...place(n, [k, k + 1]) }]
          : [],
      ),
  );
}

function compareWords(
  asked: SoundedWords,
  i: number,
  stored: SoundedWords,
  j: number,
): { fit: number; reason: NameReason | null } {
  const [a, b] = [asked.words[i], stored.words[j]] as [string, string];
  if (a === b) return { fit: 1, reason: null };
  if (GENERATION_WORDS.has(a) || GENERATION_WORDS.has(b)) return NOTHING;
  if (a.length === 1 || b.length === 1) return a[0] === b[0] ? { fit: INITIAL, reason: 'initial' } : NOTHING;
  const sounding = asked.sounds[i] === stored.sounds[j] && Math.min(a.length, b.length) > 2;
  if (sounding) return { fit: 0.5 + 0.48 * measureAlike(a, b), reason: 'spelling' };
  const slip = measureSlip(a, b);
  return slip > 0 ? { fit: slip, reason: 'typo' } : NOTHING;
}

/** How well a word fits another of which it may be a misspelling; 0 where it differs by more than a slip or two. */
export function measureSlip(a: string, b: string): number {
  const allowed = countAllowedEdits(a, b);
  if (Math.abs(a.length - b.length) > allowed) return 0;
  return countEdits(a, b) <= allowed ? 0.3 + 0.65 * measureAlike(a, b) : 0;
}

/** The share of the letters of the longer word that are the same. */
function measureAlike(a: string, b: string): number {
  return 1 - countEdits(a, b) / Math.max(a.length, b.length);
}

/** As words that sound alike are compared; 0 for others. */
function compareWholes(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 0;
  const sound = soundWord(a);
  if (sound.length < 2 || sound !== soundWord(b)) return 0;
  return 0.5 + 0.48 * (1 - countEdits(a, b) / Math.max(a.length, b.length));
}

const NOTHING = { fit: 0, reason: null } as const;

/** One slip in a word of four letters, two in one of eight; in a shorter one a letter makes another name. */
export function countAllowedEdits(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  return shorter >= 8 ? 2 : shorter >= 4 ? 1 : 0;
}

/** Letters put in, left out or replaced; two neighbours that changed places are one slip. */
function countEdits(a: string, b: string): number {
  const edits = distance(a, b);
  if (edits !== 2 || a.length !== b.length) return edits;
  const first = [...a].findIndex((letter, n) => letter !== b[n]);
  const swapped = `${a.slice(0, first)}${a[first + 1]}${a[first]}${a.slice(first + 2)}`;
  return swapped === b ? 1 : edits;
}

function sumFits(pairs: readonly Pair[], side: 'asked' | 'stored'): number {
  return pairs.reduce((sum, pair) => sum + pair.fit * pair[side].length, 0);
}

function isOrdered(pairs: readonly Pair[]): boolean {
  const places = [...pairs].sort((a, b) => (a.asked[0] as number) - (b.asked[0] as number));
  return places.every(
    (pair, n) => n === 0 || (places[n - 1]?.stored[0] as number) < (pair.stored[0] as number),
  );
}
