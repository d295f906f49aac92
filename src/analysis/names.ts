/** Which actor a name means: what every door asks before it takes a name for somebody. */
import type { Db } from '../db/client.ts';
import { foldName } from '../evidence/name-folding.ts';
import { namesGeneration } from '../evidence/name-similarity.ts';
import { readDocuments, type ShownRecord } from '../query/documents.ts';
import { describeFit, findByCode, findNames, type NamedRecord, type NameMatch } from '../query/names.ts';
import { getResource } from '../resources/registry.ts';
import type { NamesDeclaration } from '../resources/resource.ts';

/** A name, and what else is known of its bearer. */
export type AskedName = {
  name: string;
  kind?: string | null;
  country?: string | null;
  wikidata?: string | null;
};

export type NameCandidate = {
  actor: ShownRecord;
  /** From 0 to 1. */
  score: number;
  /** Words of the list `name_reason`. */
  reasons: string[];
  /** The name that fits best; null where only the Wikidata item does. */
  match: NameMatch | null;
};

export type ResolvedName = {
  /** The best first. */
  candidates: NameCandidate[];
  /** The one whom the name means beyond doubt, if there is one. */
  safe: NameCandidate | null;
};

/** What is known otherwise of a candidate speaks against it, and takes so much of its score. */
const CONTRADICTIONS = { other_wikidata: 0.5, other_kind: 0.6, other_country: 0.8 } as const;

/**
 * A name means somebody beyond doubt in two cases. Its Wikidata item is that of one actor. Or one actor alone bears
 * exactly this name (but for case, diacritics, punctuation and spaces) of whom nothing that is known speaks against it,
 * the base was searched to the end, and nobody's name differs by a `Jr.` alone. Everything else is for a person to
 * decide.
 */
export function resolveName(db: Db, asked: AskedName): ResolvedName {
  const actors = getResource('actors');
  const found = findNames(db, actors.names as NamesDeclaration, asked.name);
  const fits = new Map(found.records.map((fit) => [fit.key, fit]));
  const items = asked.wikidata == null ? [] : findByCode(db, actors, 'wikidata', asked.wikidata);
  const records = readDocuments(db, 'actors', 'key', [...fits.keys(), ...items]);
  const candidates = [...records]
    .map(([key, actor]) => weigh(asked, actor, fits.get(key)))
    .sort((a, b) => b.score - a.score);
  const [item] = candidates.filter(({ reasons }) => reasons.includes('wikidata'));
  if (items.length === 1 && item !== undefined) return { candidates, safe: item };
  return { candidates, safe: found.complete ? findSafe(asked, candidates, fits) : null };
}

/** What is known of both and differs. */
function listContradictions(
  asked: AskedName,
  actor: Readonly<Record<string, unknown>>,
): (keyof typeof CONTRADICTIONS)[] {
  const differs = (field: 'wikidata' | 'kind' | 'country') =>
    asked[field] != null && actor[field] != null && asked[field] !== actor[field];
  return (['wikidata', 'kind', 'country'] as const).filter(differs).map((field) => `other_${field}` as const);
}

function weigh(asked: AskedName, actor: ShownRecord, fit: NamedRecord | undefined): NameCandidate {
  const match = fit === undefined ? null : describeFit(getResource('actors'), fit, actor);
  const reasons: string[] = [...(match?.reasons ?? [])];
  if (asked.wikidata != null && actor.wikidata === asked.wikidata)
    return { actor, match, score: 1, reasons: ['wikidata', ...reasons] };
  let score = match?.score ?? 0;
  for (const reason of listContradictions(asked, actor)) {
    score *= CONTRADICTIONS[reason];
    reasons.push(reason);
  }
  return { actor, match, score: Math.round(score * 1000) / 1000, reasons };
}

function findSafe(
  asked: AskedName,
  candidates: readonly NameCandidate[],
  fits: ReadonlyMap<number, NamedRecord>,
): NameCandidate | null {
  // An item that the base does not know may tell its bearer from everybody here.
  if (asked.wikidata != null) return null;
  const bearers = candidates.filter(({ reasons }) => reasons.includes('same'));
  const named = namesGeneration(foldName(asked.name));
  const namesakes = named ? [] : [...fits.values()].filter(({ namesake }) => namesake);
  const possible = listPossible(
    asked,
    bearers.map(({ actor }) => actor),
    namesakes,
  );
  const [only] = possible;
  return possible.length === 1 ? (bearers.find(({ actor }) => actor === only) ?? null) : null;
}

/**
 * Whom a name may mean, of those who bear exactly it and those whose names differ by a `Jr.` alone: beyond doubt the one
 * who is left, if one is. Nobody where nobody bears it: then it is another's.
 */
export function listPossible<Bearer extends Readonly<Record<string, unknown>>, Namesake>(
  asked: AskedName,
  bearers: readonly Bearer[],
  namesakes: readonly Namesake[],
): (Bearer | Namesake)[] {
  const left = bearers.filter((bearer) => listContradictions(asked, bearer).length === 0);
  return left.length === 0 ? [] : [...left, ...namesakes];
}
