import { DATE_UNITS, type DateUnit } from '../dates/units.ts';
import type { Resource } from '../resources/resource.ts';
import { type Filter, listFilters } from './filters.ts';

/** What records can be counted by: a filter of closed or known values, or a unit of the noun's date. */
export type GroupKey = { name: string } & ({ filter: Filter; unit: null } | { filter: null; unit: DateUnit });

const cache = new WeakMap<Resource, ReadonlyMap<string, GroupKey>>();

export function listGroupKeys(resource: Resource): ReadonlyMap<string, GroupKey> {
  let keys = cache.get(resource);
  if (keys === undefined) {
    const list: GroupKey[] = [];
    for (const filter of listFilters(resource).values()) {
      if (['reference', 'word', 'code', 'boolean'].includes(filter.kind))
        list.push({ name: filter.name, filter, unit: null });
    }
    if (resource.date !== undefined)
      for (const unit of DATE_UNITS) list.push({ name: unit, filter: null, unit });
    keys = new Map(list.map((key) => [key.name, key]));
    cache.set(resource, keys);
  }
  return keys;
}
