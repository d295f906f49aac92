/**
 * What one request may cost. A unit of work is about a microsecond of processor time on a base that is larger than the
 * cache. Whatever its parameters and the data, each step of a request spends WORK_BUDGET at most (a page, its total,
 * groups, facets), the event loop has its turn between steps, and the answer says where that was not enough.
 * docs/bounds.md lists these numbers.
 */
export const WORK_BUDGET = 5000;
/** For ranking all that match, which is one statement. */
export const RANK_BUDGET = 10000;
/** A sample is drawn in so many steps. */
export const DRAW_STEPS = 3;
/** The most rows that are found first and then put in order, and the most steps that looking them up may take. */
export const GATHER_LIMIT = 4000;
export const GATHER_STEPS = 4;
/** A word that stands in more records than this is common: it neither finds rows by itself nor weighs in a ranking. */
export const COMMON = 2000;
/** A page or a sample ends with the record that makes it so large, in UTF-16 units of what is read or given. */
export const PAGE_SIZE = 4000000;
/** So much of records is finished before the event loop has its turn, but one record at least. */
export const STEP_SIZE = 250000;
/** So much of a list without an end is one slice, but one record at least. */
export const SLICE_SIZE = 1000000;
/** The places of words are looked for in so much of a text at once, cut between words. */
export const PART_SIZE = 4000;
/** So much of all parts is searched before the event loop has its turn, but one part at least. */
export const PARTS_SIZE = 16000;
/** The most places of words that are given of one record. */
export const MATCHES_LIMIT = 10000;
/** A row that is read along an index which has all that it is tested on. */
export const INDEX_COST = 0.25;
/** A row that is looked up in its table. */
export const ROW_COST = 5;
/** Drawing a row by its number, and so far from any other, beside looking it up. */
export const DRAW_COST = 2;
/** Each further table that a row's test looks into. */
export const LOOKUP_COST = 1.5;
/** Passing over one entry of a record's list. */
export const ENTRY_COST = 0.5;
/** Lists with more entries are long: those beyond are counted (the tables' indexes `…_long` hold them). */
export const LONG_LIST = 8;
/** The most records under those asked for that are listed before rows are tested; with more, each row looks up its own. */
export const MOST_DESCENDANTS = 2000;
/** Counting one record in which a word stands. */
export const COUNT_COST = 0.15;
/** Passing over one row in the text index, for each word that is looked for. */
export const PASS_COST = 0.05;
/** Taking one row that was found in the text index. */
export const FOUND_COST = 1;
/** Beginning to read the text index at one row or block, for each word and once more. */
export const PROBE_COST = 70;
/** Ranking one record, for each word that weighs and once more. */
export const RANK_COST = 1;
