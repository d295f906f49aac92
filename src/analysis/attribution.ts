/** Who said this? The quotes whose own words a sentence repeats, with the reasons, and what the answer does not know. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { runSteps, type Steps } from '../db/one-state.ts';
import { type CodePointIndex, indexCodePoints } from '../evidence/code-points.ts';
import { joinLetters, splitWords, type Word } from '../evidence/words.ts';
import { readSaidQuote } from '../query/said-words.ts';
import { findCandidates } from './candidates.ts';
import { type Conflict, compareStanding, describeConflict, judgeClaim, type Named } from './claims.ts';
import { findEqualStretch, listWeights, type OwnWords, readOwnWords } from './own-words.ts';
import type { Question } from './question.ts';
import {
  compareTexts,
  describeEqual,
  estimateScore,
  judge,
  LEAST_WORDS,
  type Reasons,
  type Resemblance,
  sizeOf,
  type Verdict,
} from './resemblance.ts';
import { alignWords, type Pair, type Stretch, weighWord } from './word-alignment.ts';
import type { Difference } from './word-differences.ts';

/** Pairs of words that one question compares, over all candidates. */
export const CELLS_BUDGET = 300_000;

/** A place in a text, in code points, and what stands there. */
export type Place = { start: number; end: number; words: string };
export type Candidate = {
  verdict: Exclude<Verdict, 'none'>;
  score: number;
  reasons: Reasons;
  /** What must not be overlooked when the quote is shown. */
  warning: string | null;
  actor: Named | null;
  relayed_by: Named | null;
  /** The state or organization for which the source lets the actor speak. */
  on_behalf_of: Named | null;
  source: { id: string; title: string };
  attribution_status: string;
  verification: string;
  said: string | null;
  quote: { id: string; kind: string; text: string; spans: unknown[] };
  /** The part of the sentence that the quote accounts for. */
  part: Place;
  differences: { kind: Difference['kind']; sentence: Place | null; quote: Place | null }[];
};

/** Of the candidates that are laid beside the sentence, so many are looked at letter by letter. */
const MOST_COMPARED = 8;

export type Attribution = {
  conflict: Conflict | null;
  verdict: Verdict;
  claim: ReturnType<typeof judgeClaim> | null;
  words: number;
  search: 'complete' | 'limited';
  candidates: Candidate[];
  data_version: string;
};

/** What was done for an answer: the postings read and walked through, the quotes compared, the pairs of words looked at. */
export type Cost = { postings: number; walked: number; compared: number; cells: number };

/** A quote beside a sentence, not judged yet; `equal` where it has exactly its letters. */
type Compared = { key: number; own: OwnWords; equal: boolean; resemblance: Resemblance };
type Aligned = { key: number; own: OwnWords; pairs: readonly Pair[]; estimate: number };
export type Comparison = {
  words: Word[];
  compared: Compared[];
  /** As in `Candidates`. */
  chance: number;
  complete: boolean;
  cost: Cost;
};

/** All steps at once. */
export function attribute(db: Db, question: Question): { answer: Attribution; cost: Cost } {
  return runSteps(attributeInSteps(db, question));
}

/** Reads and compares a bounded amount, whatever the text; a step is a part of it, or a quote beside it. */
export function* attributeInSteps(db: Db, question: Question): Steps<{ answer: Attribution; cost: Cost }> {
  const version = readDataVersion(db);
  const { words, compared, chance, complete, cost } = yield* compareInSteps(db, question.text);
  const texts = { text: question.text, words, index: indexCodePoints(question.text) };
  const size = sizeOf(words);
  const candidates: ReturnType<typeof present> = [];
  for (const one of compared) {
    const verdict = one.equal ? 'exact' : judge(one.resemblance, size, chance);
    if (verdict === 'none') continue;
    candidates.push(...present(db, texts, one, verdict));
    yield;
  }
  candidates.sort(compareStanding);
  const answer: Attribution = {
    conflict: describeConflict(candidates),
    verdict: candidates[0]?.verdict ?? 'none',
    claim: question.claimed_actor === null ? null : judgeClaim(question.claimed_actor, candidates),
    words: Math.ceil(size),
    search: complete ? 'complete' : 'limited',
    candidates: candidates.slice(0, question.limit).map(({ kept: _, ...candidate }) => candidate),
    data_version: version,
  };
  return { answer, cost };
}

/** The quotes that a text may come from, laid beside it word by word. */
export function compareWithQuotes(db: Db, text: string): Comparison {
  return runSteps(compareInSteps(db, text));
}

function* compareInSteps(db: Db, text: string): Steps<Comparison> {
  const words = splitWords(text);
  const found = yield* findCandidates(db, words);
  const sentence = words.map((word, n) => weighWord(word, found.weights[n] as number));
  const weights = listWeights(sentence);
  const compared: Compared[] = [];
  const letters = joinLetters(words);
  for (const key of found.exact) {
    const own = readOwnWords(db, key, weights);
    const stretch = findEqualStretch(own, letters);
    if (stretch === undefined) continue;
    const resemblance = describeEqual(sentence, own.words, stretch, found.rarities);
    compared.push({ key, own, equal: true, resemblance });
    yield;
  }
  // Words that few may stand anywhere.
  const likely = sizeOf(words) < LEAST_WORDS ? [] : found.likely;
  let cells = 0;
  const aligned: Aligned[] = [];
  for (const [n, key] of likely.entries()) {
    const own = readOwnWords(db, key, weights);
    const share = Math.floor((CELLS_BUDGET - cells) / Math.min(4, likely.length - n));
    const alignment = alignWords(sentence, own.words, share);
    cells += alignment.cells;
    const { pairs } = alignment;
    aligned.push({ key, own, pairs, estimate: estimateScore(sentence, own.words, pairs) });
    yield;
  }
  const closest = aligned.toSorted((a, b) => b.estimate - a.estimate).slice(0, MOST_COMPARED);
  for (const { key, own, pairs } of closest) {
    const resemblance = compareTexts(sentence, own.words, pairs, found.rarities);
    compared.push({ key, own, equal: false, resemblance });
    yield;
  }
  const cost = {
    postings: found.read,
    walked: found.walked,
    compared: found.exact.length + likely.length,
    cells,
  };
  return { words, compared, chance: found.chance, complete: found.complete, cost };
}

type Sentence = { text: string; words: readonly Word[]; index: CodePointIndex };

function present(
  db: Db,
  sentence: Sentence,
  { key, own, resemblance }: Compared,
  verdict: Candidate['verdict'],
): (Candidate & { kept: Set<number> })[] {
  const { score, reasons, differences } = resemblance;
  const [first] = differences;
  const last = differences.at(-1);
  if (first === undefined || last === undefined) return [];
  const quote = readSaidQuote(db, key);
  const text = indexCodePoints(quote.text);
  const placeInSentence = (stretch: Stretch) => {
    const start = sentence.index.toCodePoint((sentence.words[stretch.first] as Word).start);
    const end = sentence.index.toCodePoint((sentence.words[stretch.last - 1] as Word).end);
    return { start, end, words: sentence.index.slice(start, end) };
  };
  const placeInQuote = (stretch: Stretch) => {
    const { start, end } = own.place(stretch);
    return { start, end, words: text.slice(start, end) };
  };
  const isEmpty = (stretch: Stretch) => stretch.first === stretch.last;
  return [
    {
      verdict,
      score,
      reasons,
      warning: WARNINGS[quote.attribution_status] ?? null,
      actor: quote.actor,
      relayed_by: quote.relayed_by,
      on_behalf_of: quote.on_behalf_of,
      source: quote.source,
      attribution_status: quote.attribution_status,
      verification: quote.verification,
      said: quote.said,
      quote: { id: quote.id, kind: quote.kind, text: quote.text, spans: quote.spans },
      part: placeInSentence({ first: first.sentence.first, last: last.sentence.last }),
      differences: differences.map((difference) => ({
        kind: difference.kind,
        sentence: isEmpty(difference.sentence) ? null : placeInSentence(difference.sentence),
        quote: isEmpty(difference.quote) ? null : placeInQuote(difference.quote),
      })),
      kept: listKept(differences),
    },
  ];
}

const WARNINGS: Record<string, string> = {
  misattributed: 'These words are misattributed: the base records that this speaker did not say them.',
  disputed: 'It is disputed whether this speaker said these words.',
};

function listKept(differences: readonly Difference[]): Set<number> {
  const kept = new Set<number>();
  for (const { kind, sentence } of differences)
    if (kind === 'kept') for (let n = sentence.first; n < sentence.last; n++) kept.add(n);
  return kept;
}
