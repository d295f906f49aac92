/**
 * A day is an integer: days since 1970-01-01 in the proleptic Gregorian calendar, so years before the common era work
 * (year 0 is 1 BCE, as in ISO 8601).
 */

/** Stands for "no earliest day known": before every day that can be written. */
export const OPEN_START = -100_000_000;
/** Stands for "no latest day known": after every day that can be written. */
export const OPEN_END = 100_000_000;
/** The keys of a record without a date: last in ascending order of `earliest` and in descending order of `latest`. */
export const UNDATED: Readonly<DayBounds> = { earliest: 200_000_000, latest: -200_000_000 };

/** Keeps every day well inside OPEN_START and OPEN_END. */
export const MAX_YEAR = 200_000;

export interface DayBounds {
  /** The first day that may be meant. */
  earliest: number;
  /** The last day that may be meant. */
  latest: number;
}

/** Days, both inclusive. */
export interface DayRange {
  from: number;
  to: number;
}

/**
 * Days since 1970-01-01. A month above 12 runs into the next year.
 * Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil,
 * https://howardhinnant.github.io/date_algorithms.html. `Date.UTC` takes years 0 to 99 for 1900 to 1999.
 */
export function toDay(year: number, month: number, dayOfMonth: number): number {
  const monthIndex = month - 1;
  const shiftedYear = year + Math.floor(monthIndex / 12) - (monthIndex % 12 < 2 ? 1 : 0);
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * ((monthIndex + 10) % 12) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

interface CivilDate {
  year: number;
  month: number;
  dayOfMonth: number;
}

/** The reverse of `toDay`: civil_from_days of the same source. */
export function toCivil(day: number): CivilDate {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfMonth };
}

export function countDaysOfMonth(year: number, month: number): number {
  return toDay(year, month + 1, 1) - toDay(year, month, 1);
}

/** Whether it is neither OPEN_START nor OPEN_END nor a key of UNDATED. */
export function isDay(day: number): boolean {
  return day > OPEN_START && day < OPEN_END;
}

/**
 * `YYYY-MM-DD`; a year before 0 or after 9999 has its sign (-0349-01-01, +12000-01-01). Null for OPEN_START, OPEN_END
 * and the keys of UNDATED. Throws RangeError for what is not an integer.
 */
export function formatDay(day: number): string | null {
  if (!Number.isInteger(day)) throw new RangeError(`${day} is not a number of days.`);
  if (!isDay(day)) return null;
  const { year, month, dayOfMonth } = toCivil(day);
  return `${formatYear(year)}-${padTwo(month)}-${padTwo(dayOfMonth)}`;
}

/** Null where no calendar has such a day, or its year is out of range. */
export function toExistingDay(year: number, month: number, dayOfMonth: number): number | null {
  if (!(Math.abs(year) <= MAX_YEAR && month >= 1 && month <= 12 && dayOfMonth >= 1)) return null;
  return dayOfMonth <= countDaysOfMonth(year, month) ? toDay(year, month, dayOfMonth) : null;
}

export function formatYear(year: number): string {
  const digits = String(Math.abs(year)).padStart(4, '0');
  return year < 0 ? `-${digits}` : year > 9999 ? `+${digits}` : digits;
}

export function padTwo(number: number): string {
  return String(number).padStart(2, '0');
}
