/** Windows of time over a network's statements: half-open, each a network of its own. */
import { formatDay, OPEN_END, OPEN_START } from '../../dates/days.ts';
import { Refusal } from '../../errors.ts';
import type { DayPeriod } from '../../query/conditions.ts';
import type { Query } from '../../query/params.ts';
import { addDuration, type Duration, findUnitStart } from './durations.ts';

export const MOST_WINDOWS = 500;

/** From its first day on, and up to the day before its end. */
export type Window = { start: number; end: number };

/**
 * The first window begins with the period that the query asks for, where it names one with a beginning, else with the
 * first statement's day; in steps of weeks, months or years, with the one that this day lies in, so that windows never
 * begin on a 31st. The last one begins no later than the period ends, or the last statement is made.
 * Throws `too_much` with a step that would fit.
 */
export function listWindows(
  query: Query,
  days: { first: number; last: number } | null,
  window: Duration,
  step: Duration,
): Window[] {
  const period = findPeriod(query);
  const first = period.from ?? days?.first;
  const last = period.to ?? days?.last;
  if (first === undefined || last === undefined) return [];
  const origin = findUnitStart(first, step);
  const windows: Window[] = [];
  for (let n = 0; ; n += 1) {
    const start = addDuration(origin, step, n);
    if (start > last) return windows;
    if (n === MOST_WINDOWS) throw refuseWindows(last - origin + 1);
    windows.push({ start, end: addDuration(start, window, 1) });
  }
}

/** The one period of the records' own date that is asked for. */
function findPeriod({ resource, conditions }: Query): { from?: number; to?: number } {
  const names = [resource.date, `${resource.date}.within`];
  let from = OPEN_START;
  let to = OPEN_END;
  for (const { filter, values, none, negated } of conditions) {
    if (!names.includes(filter.name) || negated || none || values.length !== 1) continue;
    const period = values[0] as DayPeriod;
    from = Math.max(from, period.from);
    to = Math.min(to, period.to);
  }
  return { ...(from > OPEN_START ? { from } : {}), ...(to < OPEN_END ? { to } : {}) };
}

function refuseWindows(days: number): Refusal {
  return new Refusal(
    'too_much',
    `These are more windows than the ${MOST_WINDOWS} that one answer holds. Over ${days} days, \`step=P${Math.ceil(days / MOST_WINDOWS)}D\` would fit.`,
    { parameter: 'step', nearest: `P${Math.ceil(days / MOST_WINDOWS)}D` },
  );
}

export function formatWindow({ start, end }: Window): { start: string; end: string } {
  return { start: formatDay(start) as string, end: formatDay(end) as string };
}
