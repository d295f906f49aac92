/** Lengths of time as ISO 8601 writes them, in one unit: `P30D`, `P2W`, `P1M`, `P1Y`. */

import { countDaysOfMonth, toCivil, toDay } from '../../dates/days.ts';
import { unitBounds, unitOfRange } from '../../dates/units.ts';
import { Refusal } from '../../errors.ts';

export type Duration = {
  text: string;
  unit: 'day' | 'week' | 'month' | 'year';
  months: number;
  days: number;
};

/** Throws a Refusal that names the parameter. */
export function parseDuration(parameter: string, value: string): Duration {
  const found = /^P([1-9][0-9]{0,4})([DWMY])$/.exec(value);
  if (found === null) {
    throw new Refusal(
      'invalid_value',
      `\`${parameter}=${value.slice(0, 40)}\` is not a length of time in one unit, such as \`P30D\`, \`P2W\`, \`P1M\` or \`P1Y\`.`,
      { parameter, value: value.slice(0, 40) },
    );
  }
  const number = Number(found[1]);
  switch (found[2]) {
    case 'D':
      return { text: value, unit: 'day', months: 0, days: number };
    case 'W':
      return { text: value, unit: 'week', months: 0, days: number * 7 };
    case 'M':
      return { text: value, unit: 'month', months: number, days: 0 };
    default:
      return { text: value, unit: 'year', months: number * 12, days: 0 };
  }
}

/** The day so many times the length later. A day that the month reached does not have becomes its last one. */
export function addDuration(day: number, { months, days }: Duration, times: number): number {
  if (months === 0) return day + days * times;
  const { year, month, dayOfMonth } = toCivil(day);
  const reached = year * 12 + month - 1 + months * times;
  const reachedYear = Math.floor(reached / 12);
  const reachedMonth = reached - reachedYear * 12 + 1;
  return toDay(reachedYear, reachedMonth, Math.min(dayOfMonth, countDaysOfMonth(reachedYear, reachedMonth)));
}

/** The first day of the unit that holds a day: weeks begin on Monday. */
export function findUnitStart(day: number, { unit }: Duration): number {
  return unitBounds(unitOfRange(day, day, unit) as string, unit).from;
}
