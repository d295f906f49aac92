/** On which days something was certainly so, by a date in EDTF: the other side of the days that edtf.ts says a date may mean. */
import { type DayBounds, OPEN_END, OPEN_START } from './days.ts';
import { parseEdtf } from './edtf.ts';

/** Uncertain or approximate, in any part: EDTF does not say by how much. */
const QUALIFIED = /[?~%]/;

/**
 * The first and the last day on which what lasted so was certainly so: from the latest day that its beginning may mean
 * to the earliest that its end may mean. `..` is no beginning or no end; an end that is unknown (empty), uncertain or
 * approximate leaves no day certain. What is no interval is certain only where it is one day. Null where no day is.
 * Throws EdtfError.
 */
export function boundCertainDays(held: string): DayBounds | null {
  const { edtf, earliest, latest } = parseEdtf(held);
  if (QUALIFIED.test(edtf)) return null;
  const [first = '', last] = edtf.split('/');
  if (last === undefined) return earliest === latest ? { earliest, latest } : null;
  if (first === '' || last === '') return null;
  const from = first === '..' ? OPEN_START : parseEdtf(first).latest;
  const to = last === '..' ? OPEN_END : parseEdtf(last).earliest;
  return from <= to ? { earliest: from, latest: to } : null;
}

/** Whether what lasted `held` was certainly so on every day that `date` may mean; never, where one of them is unknown. */
export function isCertainlyDuring(date: string | null, held: string | null): boolean {
  if (date === null || held === null) return false;
  const days = parseEdtf(date);
  if (QUALIFIED.test(days.edtf)) return false;
  const certain = boundCertainDays(held);
  return certain !== null && certain.earliest <= days.earliest && days.latest <= certain.latest;
}
