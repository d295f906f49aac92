/** How many records there are. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { readOneState } from '../db/one-state.ts';
import { prepare } from '../db/statements.ts';
import type { Resource } from '../resources/resource.ts';

export type Counts = { data_version: string; counts: Record<string, number> };

/** Counting passes over the smallest index of a noun: so many rows take some ten milliseconds. */
const MOST_COUNTED = 1_500_000;

/** Whether all records may be counted by the process that answers requests. Keys are given out from 1 on. */
export function areFewRecords(db: Db, resources: readonly Resource[]): boolean {
  const highest = ({ name }: Resource) =>
    prepare(db, `SELECT coalesce(max(key), 0) FROM ${name}`).pluck().get() as number;
  return resources.reduce((sum, resource) => sum + highest(resource), 0) <= MOST_COUNTED;
}

/** How many there are of each noun. */
export function countAll(db: Db, resources: readonly Resource[]): Counts {
  const count = ({ name }: Resource) => prepare(db, `SELECT count(*) FROM ${name}`).pluck().get() as number;
  return readOneState(db, () => ({
    data_version: readDataVersion(db),
    counts: Object.fromEntries(resources.map((resource) => [resource.name, count(resource)])),
  }));
}
