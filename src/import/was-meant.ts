/** Whom a quote named before, for names that fit several actors by now. */
import type { ReaderContext } from './format.ts';

/** True of the actor whom the quote of this id has in `field`; or, where it has none, of those it was left open between. */
export function recallMeant(
  { findHeld }: ReaderContext,
  quote: string,
  field: 'actor' | 'on_behalf_of',
): (actor: string) => boolean {
  return (actor) => {
    const held = findHeld('quotes', quote);
    if (held === undefined) return false;
    if (held[field] != null) return held[field] === actor;
    const candidates = (held.attribution_candidates ?? []) as { actor?: string | null }[];
    return field === 'actor' && candidates.some((candidate) => candidate.actor === actor);
  };
}
