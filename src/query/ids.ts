/** From public ids to keys: those of a query's filters, or a refusal that names the nearest. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { Refusal } from '../errors.ts';
import { findNearest, suggest } from '../nearest.ts';
import type { Noun } from '../resources/resource.ts';
import { MOST_DESCENDANTS } from './budget.ts';
import { type Condition, listDescendants } from './conditions.ts';
import { type Filter, listFilters } from './filters.ts';
import { findNames } from './names.ts';
import type { Query } from './params.ts';
import { countUpTo } from './weigh.ts';

/**
 * Makes keys of the ids in a query's filters, and of a name those of the records that it may mean. Throws a Refusal for
 * an id that the base does not hold.
 */
export function resolveIds(db: Db, query: Query): Query {
  const conditions = query.conditions.map((condition) => {
    const { filter, values } = condition;
    if (filter.kind !== 'id' && filter.kind !== 'reference') return condition;
    const keys = values.map((id) => findKey(db, filter.to as Noun, filter.name, id as string));
    return { ...condition, values: keys };
  });
  markBroad(db, conditions);
  const { name, resource } = query;
  if (name === null || resource.names === undefined) return { ...query, conditions };
  const found = findNames(db, resource.names, name.text);
  // A key that no row has, where the name means nobody: a condition without values would hold for everyone.
  const keys = found.records.length === 0 ? [0] : found.records.map((record) => record.key);
  const filter = listFilters(resource).get('id') as Filter;
  conditions.push({ filter, values: keys, none: false, negated: false, text: `name=${name.text}` });
  return { ...query, conditions, name: { ...name, found } };
}

/** Those under which the least stands are listed, whatever their order, as long as all of them come to no more than MOST_DESCENDANTS. */
function markBroad(db: Db, conditions: Condition[]): void {
  const sized = conditions.flatMap((condition) => {
    const { closure } = condition.filter;
    if (closure === undefined || condition.values.length === 0) return [];
    const under = listDescendants(closure, condition.values as number[]);
    return [{ condition, size: countUpTo(db, under, MOST_DESCENDANTS + 1) }];
  });
  sized.sort((a, b) => a.size - b.size || (a.condition.text < b.condition.text ? -1 : 1));
  let listed = 0;
  for (const { condition, size } of sized) {
    listed += size;
    condition.broad = listed > MOST_DESCENDANTS;
  }
}

/** Throws a Refusal for an id that the base does not hold, with the nearest. */
export function findKey(db: Db, noun: Noun, parameter: string, id: string): number {
  const key = prepare(db, `SELECT key FROM ${noun} WHERE id = ?`).pluck().get(id) as number | undefined;
  if (key !== undefined) return key;
  const shown = id.slice(0, 100);
  const reason = prepare(db, 'SELECT reason FROM withdrawn WHERE noun = ? AND id = ?').pluck().get(noun, id);
  if (reason !== undefined) {
    throw new Refusal('unknown_id', `\`${parameter}=${shown}\`: "${shown}" was withdrawn: ${reason}`, {
      parameter,
      value: shown,
    });
  }
  const nearest = findNearestId(db, noun, id);
  throw new Refusal(
    'unknown_id',
    `\`${parameter}=${shown}\`: ${noun} has no record with the id "${shown}".${suggest(nearest)}`,
    {
      parameter,
      value: shown,
      ...(nearest === undefined ? {} : { nearest }),
    },
  );
}

/** Looks at ids that begin alike, and at the first ones of the noun: never at all of them. */
export function findNearestId(db: Db, noun: Noun, id: string): string | undefined {
  const start = id.toLowerCase().slice(0, 2);
  const alike = prepare(db, `SELECT id FROM ${noun} WHERE id >= ? AND id < ? ORDER BY id LIMIT 1000`)
    .pluck()
    .all(start, `${start}\u{10FFFF}`) as string[];
  const first = prepare(db, `SELECT id FROM ${noun} ORDER BY key LIMIT 1000`).pluck().all() as string[];
  return findNearest(id, [...new Set([...alike, ...first])]);
}
