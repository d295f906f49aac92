/**
 * What one request may cost. A unit of work is about a microsecond on a base that is larger than the cache. Whatever
 * its parameters and the data, a request spends WORK_BUDGET at most on each of what it gives (a page, a total, groups),
 * and the answer says where that was not enough. docs/bounds.md lists these numbers.
 */
export const WORK_BUDGET = 8000;
/** The most rows that are found first and then put in order. */
export const GATHER_LIMIT = 4000;
/** A word that stands in more records than this is common: it neither finds rows by itself nor weighs in a ranking. */
export const COMMON = 2000;
/** A row that is read along an index which has all that it is tested on. */
export const INDEX_COST = 0.4;
/** A row that is looked up in its table. */
export const ROW_COST = 4;
/** Each further table that a row's test looks into. */
export const LOOKUP_COST = 1.5;
/** Passing over one row in the text index, for each word that is looked for. */
export const PASS_COST = 0.05;
/** Looking one row up in the text index, for each word and once more. */
export const PROBE_COST = 40;
