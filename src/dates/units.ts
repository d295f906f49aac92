/** Years, quarters, months, ISO weeks and days as units of time: their keys, bounds and order. */
import { type DayRange, formatYear, isDay, MAX_YEAR, padTwo, toCivil, toDay, toExistingDay } from './days.ts';

export const DATE_UNITS = ['year', 'quarter', 'month', 'week', 'day'] as const;
export type DateUnit = (typeof DATE_UNITS)[number];

/**
 * The key of the unit that holds the whole range: `2020`, `2020-Q4`, `2020-12`, `2020-W52` (ISO 8601 week, whose year
 * is that of its Thursday) or `2020-12-20`. Null when the range is open, undated or reaches beyond one unit.
 */
export function unitOfRange(earliest: number, latest: number, unit: DateUnit): string | null {
  if (!isDay(earliest) || !isDay(latest) || earliest > latest) return null;
  const number = numberOfDay(earliest, unit);
  return number === numberOfDay(latest, unit) ? keyOfNumber(number, unit) : null;
}

/** First and last day of a unit. Throws RangeError for a key that is not one. */
export function unitBounds(key: string, unit: DateUnit): DayRange {
  const number = numberOfKey(key, unit);
  return { from: firstDayOf(number, unit), to: firstDayOf(number + 1, unit) - 1 };
}

/** Both keys included, in order. Throws RangeError when there are more than `limit` or the last precedes the first. */
export function listUnitsBetween(firstKey: string, lastKey: string, unit: DateUnit, limit: number): string[] {
  const first = numberOfKey(firstKey, unit);
  const last = numberOfKey(lastKey, unit);
  if (last < first) throw new RangeError(`${lastKey} precedes ${firstKey}.`);
  const count = last - first + 1;
  if (count > limit)
    throw new RangeError(`From ${firstKey} to ${lastKey} there are ${count} units, over ${limit}.`);
  return Array.from({ length: count }, (_, i) => keyOfNumber(first + i, unit));
}

/** In the order of time, for keys of one unit: as strings, years before 0 and after 9999 sort wrongly. */
export function compareUnitKeys(a: string, b: string): number {
  return numberOfKey(a, detectUnit(a)) - numberOfKey(b, detectUnit(b));
}

/** Every unit has a number that grows by one from each unit to the next; a week's is that of its Monday. */
function numberOfDay(day: number, unit: DateUnit): number {
  const { year, month } = toCivil(day);
  switch (unit) {
    case 'year':
      return year;
    case 'quarter':
      return year * 4 + Math.floor((month - 1) / 3);
    case 'month':
      return year * 12 + month - 1;
    case 'week':
      return Math.floor((day + 3) / 7); // 1970-01-01 was a Thursday
    case 'day':
      return day;
  }
}

function firstDayOf(number: number, unit: DateUnit): number {
  switch (unit) {
    case 'year':
      return toDay(number, 1, 1);
    case 'quarter':
      return toDay(Math.floor(number / 4), modulo(number, 4) * 3 + 1, 1);
    case 'month':
      return toDay(Math.floor(number / 12), modulo(number, 12) + 1, 1);
    case 'week':
      return number * 7 - 3;
    case 'day':
      return number;
  }
}

function keyOfNumber(number: number, unit: DateUnit): string {
  const first = firstDayOf(number, unit);
  const { year, month, dayOfMonth } = toCivil(first);
  switch (unit) {
    case 'year':
      return formatYear(year);
    case 'quarter':
      return `${formatYear(year)}-Q${(month + 2) / 3}`;
    case 'month':
      return `${formatYear(year)}-${padTwo(month)}`;
    case 'week': {
      const yearOfWeek = toCivil(first + 3).year;
      return `${formatYear(yearOfWeek)}-W${padTwo(number - firstWeekOf(yearOfWeek) + 1)}`;
    }
    case 'day':
      return `${formatYear(year)}-${padTwo(month)}-${padTwo(dayOfMonth)}`;
  }
}

/** The week that holds 4 January is an ISO year's first. */
function firstWeekOf(year: number): number {
  return numberOfDay(toDay(year, 1, 4), 'week');
}

const YEAR_PATTERN = '(\\d{4}|-(?!0000)\\d{4,6}|\\+\\d{5,6})';
const KEY_PATTERNS: Readonly<Record<DateUnit, RegExp>> = {
  year: new RegExp(`^${YEAR_PATTERN}$`),
  quarter: new RegExp(`^${YEAR_PATTERN}-Q([1-4])$`),
  month: new RegExp(`^${YEAR_PATTERN}-(0[1-9]|1[0-2])$`),
  week: new RegExp(`^${YEAR_PATTERN}-W(\\d{2})$`),
  day: new RegExp(`^${YEAR_PATTERN}-(\\d{2})-(\\d{2})$`),
};

function numberOfKey(key: string, unit: DateUnit): number {
  const number = readKey(key, unit);
  // A number that does not give back its key is a week 53 of a short year, a 30 February or a year out of range.
  if (number === null || keyOfNumber(number, unit) !== key)
    throw new RangeError(`${JSON.stringify(key)} is not a ${unit}.`);
  return number;
}

function readKey(key: string, unit: DateUnit): number | null {
  const match = KEY_PATTERNS[unit].exec(key);
  const year = Number(match?.[1]);
  if (!match || Math.abs(year) > MAX_YEAR) return null;
  const part = Number(match[2] ?? 1);
  switch (unit) {
    case 'year':
      return year;
    case 'quarter':
      return year * 4 + part - 1;
    case 'month':
      return year * 12 + part - 1;
    case 'week':
      return firstWeekOf(year) + part - 1;
    case 'day':
      return toExistingDay(year, part, Number(match[3]));
  }
}

function detectUnit(key: string): DateUnit {
  const unit = DATE_UNITS.find((candidate) => KEY_PATTERNS[candidate].test(key));
  if (unit === undefined) throw new RangeError(`${JSON.stringify(key)} is not a unit of time.`);
  return unit;
}

function modulo(number: number, divisor: number): number {
  return ((number % divisor) + divisor) % divisor;
}
