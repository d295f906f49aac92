/**
 * Dates in the Extended Date/Time Format (https://www.loc.gov/standards/datetime/, now part of ISO 8601-2), levels 0
 * to 2, and the days they may mean.
 *
 * The `edtf` library says whether an input is well-formed. The bounds are computed here, because the library's own are
 * wrong for sets, open intervals, masked negative years and 29 February.
 */
// @ts-expect-error -- the library ships no types
import { parse } from 'edtf';
import {
  countDaysOfMonth,
  type DayBounds,
  type DayRange,
  MAX_YEAR,
  OPEN_END,
  OPEN_START,
  toDay,
  toExistingDay,
} from './days.ts';

/** Checks the grammar. Throws on what is not EDTF. */
const checkGrammar: (input: string, constraints: Record<string, unknown>) => unknown = parse;

const MAX_INPUT = 1000;

export interface ParsedEdtf extends DayBounds {
  /** As given, trimmed. */
  edtf: string;
}

/** A date that is not one. The message is a sentence that names the wrong value and shows a right one. */
export class EdtfError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EdtfError';
  }
}

/**
 * The days that a date may mean. Open (`..`) and unknown (empty) ends and a wholly unknown year (`XXXX`) answer
 * OPEN_START and OPEN_END. `~`, `?` and `%` do not widen the bounds, because EDTF does not say by how much. A time
 * is read for the day that is written, whatever its offset from UTC.
 *
 * Seasons have no bounds in the standard; here they are the months that hold them by any usual reckoning, the
 * meteorological (from the 1st of March) and the astronomical (from the equinox): spring is March to June, summer June
 * to September, autumn September to December. A winter is named after its December by some and after its January by
 * others, so that winter 2020 runs from January 2020 to March 2021. 21 to 24 are read as the northern hemisphere's;
 * 29 to 32 are the southern's.
 *
 * Decades and centuries of two and three digits (ISO 8601's `20`, `201`) are refused as likely slips: `20XX` and
 * `201X` say the same. Throws EdtfError.
 */
export function parseEdtf(input: string): Readonly<ParsedEdtf> {
  const plain = readPlainDay(input);
  if (plain !== undefined) return plain;
  let date = parsed.get(input);
  if (date === undefined) {
    const edtf = input.trim();
    requireGrammar(edtf);
    date = { edtf, ...boundExpression(edtf) };
    if (parsed.size === MOST_KEPT) parsed.clear();
    parsed.set(input, date);
  }
  return date;
}

/** What most dates are; undefined for others, and for days that do not exist. */
function readPlainDay(edtf: string): ParsedEdtf | undefined {
  const [, year, month, dayOfMonth] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(edtf) ?? [];
  const day = toExistingDay(Number(year), Number(month), Number(dayOfMonth));
  return day === null ? undefined : { edtf, earliest: day, latest: day };
}

/** A million records have a few thousand such dates, and the grammar costs more than all else done with a record. */
const MOST_KEPT = 10_000;
const parsed = new Map<string, Readonly<ParsedEdtf>>();

/**
 * A period in a query: any EDTF date, or `A..B`, `..B`, `A..` with dates at the ends, both included. A reversed period
 * throws EdtfError.
 */
export function parsePeriod(input: string): DayRange {
  const period = input.trim();
  const separator = /[[{/]/.test(period) ? -1 : period.indexOf('..');
  if (separator === -1) {
    const { earliest, latest } = parseEdtf(period);
    return { from: earliest, to: latest };
  }
  const first = period.slice(0, separator);
  const last = period.slice(separator + 2);
  if (first === '' && last === '') {
    throw new EdtfError(
      `${show(period)} names no period; write for example 2019..2020-06, ..2020 or 2020.. instead.`,
    );
  }
  const from = first === '' ? OPEN_START : parseEdtf(first).earliest;
  const to = last === '' ? OPEN_END : parseEdtf(last).latest;
  if (to < from) throw createReversedError(period, `${last}..${first}`);
  return { from, to };
}

function requireGrammar(edtf: string): void {
  let reason = edtf.length > MAX_INPUT ? 'too long' : null;
  if (reason === null) {
    try {
      // Level 3 is the library's own name for intervals of seasons and qualified seasons. Its options for the same,
      // seasonIntervals and seasonUncertainty, throw on an interval without a beginning.
      checkGrammar(edtf, { level: 3 });
    } catch {
      reason = 'malformed';
    }
  }
  if (reason !== null) throw createMalformedError(edtf);
}

function show(input: string): string {
  return JSON.stringify(input.length > 60 ? `${input.slice(0, 60)}…` : input);
}

function createMalformedError(input: string): EdtfError {
  return new EdtfError(
    `${show(input)} is not an EDTF date; write for example 2020-12-20, 2020-12, 2019~, 2019/2020 or [2019..2020].`,
  );
}

function createReversedError(input: string, right: string): EdtfError {
  return new EdtfError(`${show(input)} ends before it begins; write for example ${right}.`);
}

/** The library has accepted the input: what is left to do is to take it apart. */
function boundExpression(edtf: string): DayBounds {
  if (/^[[{]/.test(edtf)) return boundMembers(edtf);
  const ends = edtf.split('/');
  if (ends.length === 1) return boundDate(edtf, edtf);
  const [first = '', last = ''] = ends;
  const earliest = isOpen(first) ? OPEN_START : boundDate(first, edtf).earliest;
  const latest = isOpen(last) ? OPEN_END : boundDate(last, edtf).latest;
  if (latest < earliest) throw createReversedError(edtf, `${last}/${first}`);
  return { earliest, latest };
}

function isOpen(end: string): boolean {
  return end === '' || end === '..';
}

/** `[a, b..c, ..d]`: the first and the last day of any member. */
function boundMembers(edtf: string): DayBounds {
  let earliest = OPEN_END;
  let latest = OPEN_START;
  for (const member of edtf.slice(1, -1).split(',')) {
    const [first = '', last = first] = member.trim().split('..');
    const from = first === '' ? OPEN_START : boundDate(first, edtf).earliest;
    const to = last === '' ? OPEN_END : boundDate(last, edtf).latest;
    if (to < from) throw createReversedError(edtf, `[${last}..${first}]`);
    earliest = Math.min(earliest, from);
    latest = Math.max(latest, to);
  }
  return { earliest, latest };
}

const MASKED_DATE = /^(-?)([0-9X]{4})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?$/;
const LONG_YEAR = /^(?:Y(-?\d+)|(-?\d{4}))(?:E(\d+))?(?:S(\d+))?$/;

/** `whole` is the input that the date is part of, for the message. */
function boundDate(date: string, whole: string): DayBounds {
  const bare = date.replace(/[?~%]/g, '').replace(/T.*$/, '');
  const masked = MASKED_DATE.exec(bare);
  if (masked) {
    const [, sign = '', year = '', month, day] = masked;
    return boundMaskedDate(sign === '-' ? -1 : 1, year, month, day, whole);
  }
  const long = LONG_YEAR.exec(bare);
  if (long) {
    const [, withY, plain, exponent = 0, significant = Number.NaN] = long;
    return boundLongYear(Number(withY ?? plain), Number(exponent), Number(significant), whole);
  }
  throw new EdtfError(
    `${show(whole)} is not a date with a year of four digits; write for example 2019, 201X or 20XX.`,
  );
}

/** `S` says how many digits of the year are significant: 1950S2 is some year from 1900 to 1999. */
function boundLongYear(digits: number, exponent: number, significant: number, whole: string): DayBounds {
  const year = digits * 10 ** exponent;
  const size = Math.abs(year);
  const step = Number.isNaN(significant) ? 1 : 10 ** Math.max(0, String(size).length - significant);
  const low = Math.floor(size / step) * step;
  const high = low + step - 1;
  if (!Number.isSafeInteger(year) || high > MAX_YEAR) {
    throw new EdtfError(
      `${show(whole)} has a year outside ${-MAX_YEAR} to ${MAX_YEAR}; write for example Y-12000 or -0349.`,
    );
  }
  const [first, last] = year < 0 ? [-high, -low] : [low, high];
  return { earliest: toDay(first, 1, 1), latest: toDay(last, 12, 31) };
}

function boundMaskedDate(
  sign: 1 | -1,
  yearMask: string,
  monthMask: string | undefined,
  dayMask: string | undefined,
  whole: string,
): DayBounds {
  const years = listMatches(yearMask, 0, 9999).map((year) => (year === 0 ? 0 : sign * year));
  if (sign === -1) years.reverse();
  const months = listMatches(monthMask ?? 'XX', 1, 12);
  const season = Number(monthMask) > 20 ? Number(monthMask) : null;
  const bounds =
    season === null
      ? boundMatchingDays(years, months, dayMask ?? 'XX')
      : boundSeason(years.at(0) as number, years.at(-1) as number, season);
  if (bounds === null) {
    throw new EdtfError(`${show(whole)} names a day that no calendar has; write for example 2020-02-29.`);
  }
  return yearMask === 'XXXX' ? { earliest: OPEN_START, latest: OPEN_END } : bounds;
}

/** `years` and `months` ascend. Null when none of them has such a day, as 2019-02-29. */
function boundMatchingDays(years: number[], months: number[], dayMask: string): DayBounds | null {
  const days = listMatches(dayMask, 1, 31);
  const earliest = findFirstDay(years, months, days);
  if (earliest === null) return null;
  const latest = findFirstDay(years.toReversed(), months.toReversed(), days.toReversed());
  return { earliest, latest: latest as number };
}

function findFirstDay(years: number[], months: number[], days: number[]): number | null {
  for (const year of years) {
    for (const month of months) {
      const day = days.find((candidate) => candidate <= countDaysOfMonth(year, month));
      if (day !== undefined) return toDay(year, month, day);
    }
  }
  return null;
}

/** The numbers from `low` to `high` that a mask such as `1X` allows, ascending. */
function listMatches(mask: string, low: number, high: number): number[] {
  if (!mask.includes('X')) return [Number(mask)].filter((number) => number >= low && number <= high);
  const pattern = new RegExp(`^${mask.replaceAll('X', '\\d')}$`);
  const matches: number[] = [];
  for (let number = low; number <= high; number++) {
    if (pattern.test(String(number).padStart(mask.length, '0'))) matches.push(number);
  }
  return matches;
}

/** First and last month, counted from January of the year named; 13 to 15 are the next year's. */
const SPRING = [3, 6] as const;
const SUMMER = [6, 9] as const;
const AUTUMN = [9, 12] as const;
const WINTER = [1, 15] as const;
/** ISO 8601-2, sub-year groupings, from 21 on. */
const GROUPINGS: readonly (readonly [number, number])[] = [
  ...[SPRING, SUMMER, AUTUMN, WINTER],
  ...[SPRING, SUMMER, AUTUMN, WINTER],
  ...[AUTUMN, WINTER, SPRING, SUMMER],
  ...([
    [1, 3],
    [4, 6],
    [7, 9],
    [10, 12],
  ] as const),
  ...([
    [1, 4],
    [5, 8],
    [9, 12],
  ] as const),
  ...([
    [1, 6],
    [7, 12],
  ] as const),
];

function boundSeason(firstYear: number, lastYear: number, season: number): DayBounds | null {
  const months = GROUPINGS[season - 21];
  if (months === undefined) return null;
  const [firstMonth, lastMonth] = months;
  return { earliest: toDay(firstYear, firstMonth, 1), latest: toDay(lastYear, lastMonth + 1, 1) - 1 };
}

const ISO_DAY = /^(\d{4}|-\d{4,6}|\+\d{5,6})-(\d{2})-(\d{2})$/;

/** The reverse of `formatDay`. Throws EdtfError. */
export function parseDay(iso: string): number {
  const [, year, month, dayOfMonth] = ISO_DAY.exec(iso) ?? [];
  const day = toExistingDay(Number(year), Number(month), Number(dayOfMonth));
  if (day === null || year === '-0000') {
    throw new EdtfError(`${show(iso)} is not a day; write for example 2020-12-20.`);
  }
  return day;
}
