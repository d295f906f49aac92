/**
 * Queries of the Reconciliation API 0.2 (W3C Entity Reconciliation Community Group), answered over actors. Types are the
 * kinds of actors. A candidate is a `match` where `resolveName` finds it beyond doubt, and where no property that was
 * given contradicts it.
 */
import { z } from 'zod';
import type { Db } from '../db/client.ts';
import type { Steps } from '../db/one-state.ts';
import { Refusal } from '../errors.ts';
import { findNearest, suggest } from '../nearest.ts';
import { readDocuments, type ShownRecord } from '../query/documents.ts';
import { actorKind } from '../vocabulary.ts';
import { type AskedName, type NameCandidate, resolveName } from './names.ts';

export const MOST_QUERIES = 50;
export const MOST_CANDIDATES = 50;
const STANDARD_LIMIT = 10;
const LONGEST_QUERY = 200;

/** What a query may say of an entity besides its name, and what data extension gives. */
export const PROPERTIES = [
  { id: 'country', name: 'Country', description: 'ISO 3166-1 alpha-2.' },
  { id: 'wikidata', name: 'Wikidata item', description: 'Q and a number.' },
  { id: 'kind', name: 'Kind', description: actorKind.description },
  {
    id: 'affiliation',
    name: 'Affiliation',
    description: 'An organization or state in which it holds an office.',
  },
  { id: 'description', name: 'Description', description: 'Who this is, in one sentence.' },
  { id: 'names', name: 'Other names', description: 'Other spellings, and the name in its own script.' },
] as const;

export const TYPES = Object.entries(actorKind.words).map(([id, description]) => ({
  id,
  name: `${id.charAt(0).toUpperCase()}${id.slice(1)}`,
  description,
}));

const valueSchema = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.object({ id: z.string(), name: z.string().optional() }),
]);
const querySchema = z
  .object({
    query: z.string().max(LONGEST_QUERY).optional(),
    type: z.union([z.string(), z.array(z.string()).max(20)]).nullish(),
    limit: z.number().nullish(),
    properties: z
      .array(z.object({ pid: z.string(), v: z.union([valueSchema, z.array(valueSchema).max(20)]) }))
      .max(20)
      .nullish(),
    type_strict: z.enum(['any', 'all', 'should']).nullish(),
  })
  .refine(
    ({ query, properties }) => (query ?? '') !== '' || (properties ?? []).length > 0,
    'has neither a `query` nor `properties`',
  );
export const batchSchema = z.record(z.string(), querySchema);
export const extensionSchema = z.object({
  ids: z.array(z.string()).max(1000),
  properties: z.array(z.object({ id: z.string() })).max(20),
});

export type ReconciliationQuery = z.infer<typeof querySchema>;
export type DataExtension = z.infer<typeof extensionSchema>;
type Feature = { id: string; value: number | boolean };
export type ReconciliationCandidate = {
  id: string;
  name: string;
  description?: string;
  score: number;
  match: boolean;
  type: { id: string; name: string }[];
  features: Feature[];
};

/** How many names must be looked up for the affiliations that a query gives. */
export function countAffiliations({ properties }: ReconciliationQuery): number {
  return (properties ?? []).filter(({ pid }) => pid === 'affiliation').flatMap(({ v }) => v).length;
}

/** A step is a name. Scores go from 0 to 100. Throws a Refusal for a property that there is none of. */
export function* answerQuery(db: Db, query: ReconciliationQuery): Steps<ReconciliationCandidate[]> {
  const limit = Math.min(Math.max(Math.floor(query.limit ?? STANDARD_LIMIT), 1), MOST_CANDIDATES);
  const types = [query.type ?? []].flat().filter((type) => type !== '');
  const given = readProperties(query);
  const asked: AskedName = {
    name: query.query ?? '',
    country: given.get('country')?.[0]?.toUpperCase() ?? null,
    wikidata:
      given.get('wikidata')?.[0] ?? (/^Q[1-9][0-9]*$/.test(query.query ?? '') ? query.query : null) ?? null,
    kind: given.get('kind')?.[0]?.toLowerCase() ?? null,
  };
  const { candidates, safe } = resolveName(db, asked);
  const byId = findById(db, query.query);
  const all =
    byId === null ? candidates : [byId, ...candidates.filter(({ actor }) => actor.id !== byId.actor.id)];
  const affiliations: Set<string>[] = [];
  for (const value of given.get('affiliation') ?? []) {
    yield;
    affiliations.push(findOrganization(db, value));
  }
  return all
    .filter(({ actor }) => types.length === 0 || types.includes(String(actor.kind)))
    .map((candidate) => weigh(candidate, (byId ?? safe)?.actor.id === candidate.actor.id, affiliations))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

function readProperties(query: ReconciliationQuery): Map<string, string[]> {
  const known = PROPERTIES.map(({ id }) => id as string);
  return new Map(
    (query.properties ?? []).map(({ pid, v }) => {
      requireProperty(pid, known);
      const values = [v].flat().map((value) => (typeof value === 'object' ? value.id : String(value)));
      return [pid, values.map((value) => value.trim()).filter((value) => value !== '')];
    }),
  );
}

function requireProperty(id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  const nearest = findNearest(id, known);
  throw new Refusal('invalid_value', `There is no property "${id.slice(0, 100)}".${suggest(nearest)}`, {
    parameter: 'properties',
    value: id.slice(0, 100),
    allowed: known,
    ...(nearest === undefined ? {} : { nearest }),
  });
}

/** The specification expects an id, asked for as a name, to find its own entity. */
function findById(db: Db, query: string | undefined): NameCandidate | null {
  if (query === undefined || !/^[a-z0-9][a-z0-9._-]*$/.test(query)) return null;
  const actor = readDocuments(db, 'actors', 'id', [query]).get(query);
  return actor === undefined ? null : { actor, score: 1, reasons: ['id'], match: null };
}

/** Ids that an organization's name or id may mean. */
function findOrganization(db: Db, value: string): Set<string> {
  const own = findById(db, value);
  const called = resolveName(db, { name: value }).candidates.filter(({ score }) => score >= 0.9);
  return new Set([...(own === null ? [] : [own]), ...called].map(({ actor }) => actor.id));
}

/** Without one of the affiliations asked for, a candidate has less of its score, and is no match. */
const OTHER_AFFILIATION = 0.8;

function weigh(
  { actor, score, reasons }: NameCandidate,
  match: boolean,
  affiliations: readonly Set<string>[],
): ReconciliationCandidate {
  const held = (actor.affiliations as { organization: { id: string } }[]).map(
    ({ organization }) => organization.id,
  );
  const affiliated = affiliations.some((ids) => held.some((id) => ids.has(id)));
  const other = affiliations.length > 0 && !affiliated;
  return {
    id: actor.id,
    name: String(actor.name),
    ...(actor.description == null ? {} : { description: String(actor.description) }),
    score: Math.round(score * (other ? OTHER_AFFILIATION : 1) * 1000) / 10,
    match: match && !other,
    type: describeTypes(actor),
    features: [
      { id: 'name', value: score },
      ...reasons.map((id) => ({ id, value: true })),
      ...(affiliations.length === 0 ? [] : [{ id: 'affiliation', value: affiliated }]),
    ],
  };
}

export function describeTypes(actor: ShownRecord): { id: string; name: string }[] {
  return TYPES.filter(({ id }) => id === actor.kind).map(({ id, name }) => ({ id, name }));
}

type Cell = { str: string } | { id: string; name: string };
export type ExtendedData = {
  meta: { id: string; name: string }[];
  rows: Record<string, Record<string, Cell[]>>;
};

/** Records of a step. */
const EXTENDED = 50;

/** Values of properties, for entities that were matched; none for an id that the base does not hold. */
export function* extendData(db: Db, { ids, properties }: DataExtension): Steps<ExtendedData> {
  const known = PROPERTIES.map(({ id }) => id as string);
  for (const { id } of properties) requireProperty(id, known);
  const rows: [string, Record<string, Cell[]>][] = [];
  for (let first = 0; first < ids.length; first += EXTENDED) {
    const some = ids.slice(first, first + EXTENDED);
    const records = readDocuments(db, 'actors', 'id', some);
    for (const id of some) {
      const actor = records.get(id);
      const cells = properties.map((property): [string, Cell[]] => [
        property.id,
        actor === undefined ? [] : listValues(actor, property.id),
      ]);
      rows.push([id, Object.fromEntries(cells)]);
    }
    yield;
  }
  return {
    meta: properties.map(({ id }) => ({ id, name: PROPERTIES.find((one) => one.id === id)?.name ?? id })),
    rows: Object.fromEntries(rows),
  };
}

function listValues(actor: ShownRecord, property: string): Cell[] {
  if (property === 'affiliation')
    return (actor.affiliations as { organization: { id: string; name: string } }[]).map(
      ({ organization: { id, name } }) => ({ id, name }),
    );
  if (property === 'names') return (actor.names as { name: string }[]).map(({ name }) => ({ str: name }));
  return actor[property] == null ? [] : [{ str: String(actor[property]) }];
}
