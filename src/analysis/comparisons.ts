/**
 * Where actors agree, where they conflict and where one is silent, proposition by proposition. Nothing is inferred: a
 * verdict follows from the positions of the stances that match, and every one of these can be read beside it.
 */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { Refusal } from '../errors.ts';
import type { Condition } from '../query/conditions.ts';
import { readDocuments, type ShownRecord } from '../query/documents.ts';
import { type Filter, listFilters } from '../query/filters.ts';
import { resolveIds } from '../query/ids.ts';
import { type Limits, parseParams, type Query, type RawParams } from '../query/params.ts';
import { fitsBudget, readTuples } from '../query/tuples.ts';
import { parseNames, parseWord } from '../query/values.ts';
import { getResource } from '../resources/registry.ts';
import { listWords, stancePosition, verdict } from '../vocabulary.ts';
import { takePage } from './page-of-results.ts';
import { readShownStances } from './shown-stance.ts';

export const MOST_ACTORS = 10;
/** The most stances that one comparison reads. */
export const MOST_STANCES = 1_000_000;
/** Of each position of each actor on each topic, so many stances are shown, the latest. */
export const STANCES_SHOWN = 5;
/** A comparison without `limit`, as CSV, has at most so many rows. */
export const MOST_ROWS = 10_000;
export const OWN_PARAMETERS = ['include', 'verdict'] as const;
const CONTROLS = ['q', 'limit', 'cursor', 'format'] as const;

const POSITIONS = listWords(stancePosition);
const VERDICTS = listWords(verdict);

export type Verdict = 'conflict' | 'agree' | 'open' | 'varying' | 'silent';

/** A comparison as it was asked for, in words that survive JSON. */
export type AskedComparison = { raw: RawParams; limits: Limits & { page_size: number }; all: boolean };

export type Comparison = {
  query: Query;
  /** The filter that names the actors; its values are ids, in their order. */
  actors: Condition;
  /** Also what others held on behalf of the actors. */
  onBehalf: boolean;
  verdicts: readonly string[] | null;
  /** One spelling for all ways to ask the same, and the part of it that a cursor is bound to. */
  canonical: string;
  list: string;
};

type Party = { id: string; name: string };
export type ActorPositions = {
  actor: Party;
  /** In the order of the vocabulary; none where the actor is silent. */
  positions: string[];
  /** How many stances they rest on. */
  stances_total: number;
  /** The latest of each position, in the order of time, undated last. */
  stances: ShownRecord[];
};
export type TopicComparison = {
  topic: Record<string, unknown>;
  proposition: string | null;
  verdict: Verdict;
  silent: string[];
  pairs: { actors: [string, string]; verdict: Verdict }[];
  positions: ActorPositions[];
};
export type ComparisonPage = {
  total: number;
  total_is: 'exact';
  next_cursor: string | null;
  actors: Party[];
  verdicts: Record<string, number>;
  pairs: ({ actors: [string, string] } & Record<string, unknown>)[];
  results: TopicComparison[];
  data_version: string;
};

/** Throws a Refusal that names the parameter, as every list does. */
export function parseComparison(raw: RawParams, limits: Limits): Comparison {
  const query = parseParams(getResource('stances'), raw, limits, {}, CONTROLS, OWN_PARAMETERS);
  const actors = query.conditions.filter(({ filter }) => filter.name === 'actor');
  const [named] = actors;
  if (named === undefined || actors.length > 1 || named.negated || named.none || named.values.length < 2) {
    throw new Refusal(
      'invalid_value',
      '`actor` names the actors that are compared: two or more ids joined by commas, such as `actor=russia,iran`.',
      { parameter: 'actor' },
    );
  }
  if (named.values.length > MOST_ACTORS) {
    throw new Refusal(
      'too_much',
      `\`actor\` names ${named.values.length} actors; at most ${MOST_ACTORS} are compared at once.`,
      { parameter: 'actor' },
    );
  }
  const include =
    raw.include === undefined ? [] : parseNames('include', String(raw.include), ['on_behalf_of'], 1);
  const verdicts =
    raw.verdict === undefined
      ? null
      : String(raw.verdict)
          .split(',')
          .map((word) => parseWord('verdict', word.trim(), VERDICTS));
  const own = [include, verdicts?.toSorted() ?? null];
  return {
    query,
    actors: named,
    onBehalf: include.length > 0,
    verdicts,
    canonical: JSON.stringify(['comparisons', query.canonical, ...own]),
    list: JSON.stringify(['comparisons', query.list, ...own]),
  };
}

/** Whether it can be answered within what one request may cost. */
export function isSmallComparison(db: Db, comparison: Comparison): boolean {
  return listQueries(db, comparison).every(({ query }) => fitsBudget(db, query));
}

/** For a process of its own: the same, from what was asked. */
export function compareAsked(db: Db, asked: AskedComparison): ComparisonPage {
  return compareActors(
    db,
    parseComparison(asked.raw, asked.limits),
    asked.all ? null : asked.limits.page_size,
  );
}

/** `pageSize` topics where no limit was asked for; null for all of them. */
export function compareActors(db: Db, comparison: Comparison, pageSize: number | null): ComparisonPage {
  const version = readDataVersion(db);
  const table = readPositions(db, comparison);
  const actors = table.actors;
  const topics = readDocuments(db, 'topics', 'key', table.topics.keys());
  const judged = [...table.topics].map(([key, cells]) =>
    judgeTopic(topics.get(key) as ShownRecord, actors, cells),
  );
  const wanted = judged
    .filter(({ verdict }) => comparison.verdicts === null || comparison.verdicts.includes(verdict))
    .sort(compareTopics);
  const { results: page, next_cursor } = takePage(wanted, {
    list: comparison.list,
    cursor: comparison.query.cursor,
    limit: comparison.query.limit ?? pageSize,
    version,
  });
  refuseTooManyRows(page, pageSize);
  const stances = readShownStances(
    db,
    page.flatMap(({ cells }) => cells.flatMap(listShownKeys)),
  );
  return {
    total: wanted.length,
    total_is: 'exact',
    next_cursor,
    actors,
    verdicts: countVerdicts(judged.map(({ verdict }) => verdict)),
    pairs: listPairs(actors).map(([a, b], n) => ({
      actors: [a, b],
      ...countVerdicts(judged.map(({ pairs }) => pairs[n]?.verdict as Verdict)),
    })),
    results: page.map(({ topic, cells, ...rest }) => ({
      topic: { id: topic.id, label: topic.label },
      proposition: (topic.proposition ?? null) as string | null,
      ...rest,
      positions: cells.map((cell, n) => showCell(actors[n] as Party, cell, stances)),
    })),
    data_version: version,
  };
}

/** A stance of a cell, with the days that it is ordered by. */
type Held = { key: number; earliest: number; latest: number };
/** What one actor holds on one topic: of each position how many stances, and the latest of them. */
type Cell = Map<string, { total: number; latest: Held[] }>;

function listQueries(db: Db, comparison: Comparison): { query: Query; by: 'actor' | 'on_behalf_of' }[] {
  const own = { query: resolveIds(db, comparison.query), by: 'actor' as const };
  if (!comparison.onBehalf) return [own];
  const filter = listFilters(comparison.query.resource).get('on_behalf_of') as Filter;
  const conditions = comparison.query.conditions.map((condition) =>
    condition === comparison.actors ? { ...condition, filter } : condition,
  );
  return [own, { query: resolveIds(db, { ...comparison.query, conditions }), by: 'on_behalf_of' as const }];
}

function readPositions(db: Db, comparison: Comparison): { actors: Party[]; topics: Map<number, Cell[]> } {
  const queries = listQueries(db, comparison);
  const keys = queries[0]?.query.conditions.find(({ filter }) => filter.name === 'actor')?.values as number[];
  const places = new Map(keys.map((key, n) => [key, n]));
  const topics = new Map<number, Cell[]>();
  let read = 0;
  for (const { query, by } of queries) {
    for (const [key, actor, behalf, topic, position, earliest, latest] of readTuples(db, query, [
      'actor',
      'on_behalf_of',
      'topic.only',
      'position',
      'held',
    ])) {
      // Both queries find what an actor holds on their own behalf.
      if (by === 'on_behalf_of' && actor === behalf) continue;
      read += 1;
      if (read > MOST_STANCES) throw refuseTooMany();
      const place = places.get((by === 'actor' ? actor : behalf) as number) as number;
      let cells = topics.get(topic as number);
      if (cells === undefined) {
        cells = keys.map(() => new Map());
        topics.set(topic as number, cells);
      }
      addStance(cells[place] as Cell, position as string, {
        key,
        earliest: earliest as number,
        latest: latest as number,
      });
    }
  }
  const documents = readDocuments(db, 'actors', 'key', keys);
  const actors = keys.map((key) => {
    const { id, name } = documents.get(key) as ShownRecord;
    return { id, name: name as string };
  });
  return { actors, topics };
}

function refuseTooMany(): Refusal {
  return new Refusal(
    'too_much',
    `More than ${MOST_STANCES} stances match, and one comparison reads at most ${MOST_STANCES}. Filter more, or compare fewer actors.`,
    { parameter: 'actor' },
  );
}

function addStance(cell: Cell, position: string, stance: Held): void {
  const held = cell.get(position) ?? { total: 0, latest: [] };
  cell.set(position, held);
  held.total += 1;
  held.latest.push(stance);
  if (held.latest.length > STANCES_SHOWN) {
    held.latest.sort((a, b) => b.latest - a.latest || b.key - a.key);
    held.latest.pop();
  }
}

type Judged = Omit<TopicComparison, 'topic' | 'proposition' | 'positions'> & {
  topic: ShownRecord;
  cells: Cell[];
};

function judgeTopic(topic: ShownRecord, actors: readonly Party[], cells: Cell[]): Judged {
  const positions = new Map(actors.map(({ id }, n) => [id, [...(cells[n] as Cell).keys()]]));
  const pairs = listPairs(actors).map((pair) => ({
    actors: pair,
    verdict: judgePair(...(pair.map((id) => positions.get(id)) as [string[], string[]])),
  }));
  const spoken = pairs.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'silent');
  return {
    topic,
    cells,
    pairs,
    silent: actors.map(({ id }) => id).filter((id) => positions.get(id)?.length === 0),
    verdict:
      (['conflict', 'varying', 'open', 'agree'] as const).find((one) => spoken.includes(one)) ?? 'silent',
  };
}

/** Each position of one actor is held against each of the other's: where they do not all say the same, it varies. */
export function judgePair(a: readonly string[], b: readonly string[]): Verdict {
  if (a.length === 0 || b.length === 0) return 'silent';
  const verdicts = new Set(a.flatMap((one) => b.map((other) => judgePositions(one, other))));
  return verdicts.size > 1 ? 'varying' : ([...verdicts][0] as Verdict);
}

function judgePositions(a: string, b: string): Verdict {
  const sided = (position: string) => position === 'support' || position === 'oppose';
  if (!sided(a) || !sided(b)) return 'open';
  return a === b ? 'agree' : 'conflict';
}

function listPairs(actors: readonly Party[]): [string, string][] {
  return actors.flatMap((a, n) => actors.slice(n + 1).map((b): [string, string] => [a.id, b.id]));
}

function countVerdicts(verdicts: readonly Verdict[]): Record<Verdict, number> {
  const counts = Object.fromEntries(VERDICTS.map((word) => [word, 0])) as Record<Verdict, number>;
  for (const one of verdicts) counts[one] += 1;
  return counts;
}

/** Conflicts first and silence last; alike ones by the topic's id. */
function compareTopics(a: Judged, b: Judged): number {
  const rank = VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict);
  if (rank !== 0) return rank;
  return a.topic.id < b.topic.id ? -1 : 1;
}

function listShownKeys(cell: Cell): number[] {
  return [...cell.values()].flatMap(({ latest }) => latest.map(({ key }) => key));
}

function refuseTooManyRows(page: readonly Judged[], pageSize: number | null): void {
  if (pageSize !== null) return;
  const rows = page.reduce((sum, { cells }) => sum + cells.flatMap(listShownKeys).length, 0);
  if (rows <= MOST_ROWS) return;
  throw new Refusal(
    'too_much',
    `That is ${rows} rows; one file holds at most ${MOST_ROWS}. Filter more, or ask for pages with \`limit\`.`,
    { parameter: 'limit' },
  );
}

function showCell(actor: Party, cell: Cell, stances: ReadonlyMap<number, ShownRecord>): ActorPositions {
  const held = [...cell.values()].flatMap(({ latest }) => latest);
  held.sort((a, b) => a.earliest - b.earliest || a.latest - b.latest || a.key - b.key);
  return {
    actor,
    positions: POSITIONS.filter((position) => cell.has(position)),
    stances_total: [...cell.values()].reduce((sum, { total }) => sum + total, 0),
    stances: held.map(({ key }) => stances.get(key) as ShownRecord),
  };
}
