/** What the candidates say together: whether the same words stand under several speakers, and whether a claim holds. */
import { LEAST_WORDS, type Verdict } from './resemblance.ts';

export type Named = { id: string; name: string };
export type ClaimAnswer = 'confirmed' | 'said_by_someone_else' | 'not_found';
export type Conflict = { sentence: string; actors: Named[] };

/** A candidate as these questions see it. */
export type Standing = {
  verdict: Exclude<Verdict, 'none'>;
  score: number;
  actor: Named | null;
  relayed_by: Named | null;
  on_behalf_of: Named | null;
  attribution_status: string;
  quote: { id: string };
  /** Which words of the sentence it has, by their numbers. */
  kept: ReadonlySet<number>;
};

const STRENGTH = { exact: 2, near: 1, partial: 0 };

/** For sorting: the strongest first. What is known to be wrongly attributed comes behind what is not. */
export function compareStanding(a: Standing, b: Standing): number {
  return (
    STRENGTH[b.verdict] - STRENGTH[a.verdict] ||
    Number(isMisattributed(a)) - Number(isMisattributed(b)) ||
    b.score - a.score ||
    (a.quote.id < b.quote.id ? -1 : 1)
  );
}

function isMisattributed(standing: Standing): boolean {
  return standing.attribution_status === 'misattributed';
}

/** The strongest candidate, and all others that have the words which it has of the sentence. */
function listSameWords(candidates: readonly Standing[]): Standing[] {
  const [best] = candidates;
  if (best === undefined || best.kept.size < LEAST_WORDS) return [];
  return candidates.filter(({ kept }) => best.kept.isSubsetOf(kept));
}

/**
 * Speakers under whom the same words stand. Not in conflict: who only passes on what another said, on whose behalf
 * another said it, and what the base itself calls misattributed.
 */
export function describeConflict(candidates: readonly Standing[]): Conflict | null {
  const same = listSameWords(candidates).filter((one) => !isMisattributed(one));
  const behind = same.flatMap(({ relayed_by, on_behalf_of }) => [relayed_by, on_behalf_of]);
  const relays = new Set(behind.flatMap((one) => one?.id ?? []));
  const actors = new Map<string, Named>();
  for (const { actor } of same) if (actor !== null && !relays.has(actor.id)) actors.set(actor.id, actor);
  if (actors.size < 2) return null;
  const names = [...actors.values()].map(({ name }) => name);
  return {
    sentence: `The same words stand under ${actors.size} speakers: ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`,
    actors: [...actors.values()],
  };
}

/**
 * Whether an actor said it, or another on the actor's behalf. Confirmed by a candidate as good as the best; what the base
 * calls misattributed confirms nothing, and is no measure for others.
 */
export function judgeClaim(
  claimed: Named,
  candidates: readonly Standing[],
): { actor: Named; answer: ClaimAnswer; sentence: string } {
  const answer = (answer: ClaimAnswer, sentence: string) => ({ actor: claimed, answer, sentence });
  if (candidates.length === 0) return answer('not_found', 'The base has no such words, of anybody.');
  const standing = candidates.filter((one) => !isMisattributed(one));
  const [best] = standing;
  const same = new Set(listSameWords(standing));
  const asGood = standing.filter((one) => same.has(one) || isAsGood(one, best as Standing));
  const held =
    asGood.find(({ actor }) => actor?.id === claimed.id) ??
    asGood.find(({ on_behalf_of }) => on_behalf_of?.id === claimed.id);
  if (held !== undefined) {
    const disputed = held.attribution_status === 'disputed' ? ' The attribution is disputed.' : '';
    const whose =
      held.actor?.id === claimed.id
        ? `of ${claimed.name}`
        : `of ${held.actor?.name ?? 'an unknown speaker'} on behalf of ${claimed.name}`;
    return answer(
      'confirmed',
      `The quote "${held.quote.id}" ${whose} has ${HOW_MUCH[held.verdict]} words.${disputed}`,
    );
  }
  const wrongly = candidates.some((one) => isMisattributed(one) && one.actor?.id === claimed.id)
    ? `The base has these words under ${claimed.name}, and calls them misattributed.`
    : '';
  const other = standing.find(({ actor }) => actor !== null && actor.id !== claimed.id);
  if (other?.actor != null)
    return answer(
      'said_by_someone_else',
      `${wrongly === '' ? '' : `${wrongly} `}The base has ${HOW_MUCH[other.verdict]} words of ${other.actor.name}, in the quote "${other.quote.id}".`,
    );
  return answer(
    'not_found',
    wrongly !== ''
      ? wrongly
      : standing.length > 0
        ? 'The base has these words, and does not know whose they are.'
        : 'The base has these words under others alone, and calls them misattributed.',
  );
}

const HOW_MUCH = { exact: 'these', near: 'nearly these', partial: 'a part of these' };

/** The scores of two versions of one statement differ by a word or two. */
const SLACK = 0.1;

function isAsGood(one: Standing, best: Standing): boolean {
  return STRENGTH[one.verdict] >= STRENGTH[best.verdict] && one.score >= best.score - SLACK;
}
