import { distance } from 'fastest-levenshtein';

const MOST_COMPARED = 5000;

/**
 * The candidate most like a mistyped value, for "did you mean". Undefined when none is near: more than a
 * third of the letters (or two of five) would have to change, and neither contains the other.
 */
export function findNearest(value: string, candidates: readonly string[]): string | undefined {
  const wanted = value.trim().toLowerCase().slice(0, 200);
  if (wanted === '') return undefined;
  let best: string | undefined;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const candidate of candidates.slice(0, MOST_COMPARED)) {
    const other = candidate.toLowerCase();
    const contained =
      wanted.length >= 3 && other.length >= 3 && (other.includes(wanted) || wanted.includes(other));
    const edits = distance(wanted, other);
    // Two letters that changed places are two edits, the commonest slip: a word of five may have it.
    const longer = Math.max(wanted.length, other.length);
    const allowed = Math.max(longer >= 5 ? 2 : 1, Math.floor(longer / 3));
    if (edits > allowed && !contained) continue;
    const cost = contained ? Math.min(edits, allowed) : edits;
    if (cost < bestCost) {
      best = candidate;
      bestCost = cost;
    }
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export function suggest(nearest: string | undefined): string {
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
}

/** A list for a sentence, cut to a readable number. */
export function listSome(words: readonly string[], most = 12): string {
  const shown = words.slice(0, most).join(', ');
  return words.length > most ? `${shown}, … (${words.length} in all)` : shown;
}
