/**
 * What one request may cost. A unit of work is about a microsecond: a row found through an index and tested. Whatever
 * its parameters and the data, a request spends WORK_BUDGET at most on each of what it gives (a page, a total, groups),
 * and the answer says where that was not enough.
 */
import type { Sql } from './conditions.ts';

export const WORK_BUDGET = 10_000;
/** The most rows that are found first and then put in order. */
export const GATHER_LIMIT = 4000;
/** A word that stands in more records than this is common: it neither finds rows by itself nor weighs in a ranking. */
export const COMMON = 2000;
/** Passing over one row in the text index, for each word that is looked for. */
export const PASS_COST = 0.02;
/** Looking one row up in the text index, for each word and once more. */
export const PROBE_COST = 40;
/** Each further table that a row's test looks into. */
const LOOKUP_COST = 0.5;

/** Units for each row that this is tested on. */
export function weighTest(test: Sql): number {
  return 1 + LOOKUP_COST * (test.sql.split('SELECT').length - 1);
}
