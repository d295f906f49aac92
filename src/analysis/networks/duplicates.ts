/** Statements that are made again within a document or a unit of time: the first one counts. */
import { unitOfRange } from '../../dates/units.ts';
import type { Duplicates } from './parameters.ts';
import { type Entries, POSITIONS } from './statements.ts';

/** By day, document, position in it and id, the undated last. Nothing depends on the order in which records were added. */
export function orderEntries<Indices extends Int32Array>(entries: Entries, indices: Indices): Indices {
  const { days, documents, places, ids } = entries;
  return indices.sort((a, b) => {
    const day = days[a] === days[b] ? 0 : (days[a] as number) - (days[b] as number);
    if (day !== 0) return day;
    const document = (documents[a] as number) - (documents[b] as number);
    if (document !== 0) return document;
    const place = (places[a] as number) - (places[b] as number);
    if (place !== 0) return place;
    return (ids[a] as string) < (ids[b] as string) ? -1 : (ids[a] as string) > (ids[b] as string) ? 1 : 0;
  });
}

/** Of ordered entries, the first of each period, row, column and, unless it is ignored, position. */
export function dropDuplicates(
  entries: Entries,
  indices: Int32Array<ArrayBuffer>,
  columns: number,
  duplicates: Duplicates,
  ignoresPosition: boolean,
): Int32Array<ArrayBuffer> {
  if (duplicates === 'include') return indices;
  const readPeriod = createPeriodReader(entries, duplicates);
  const seen = new Map<number | string, Set<number>>();
  return indices.filter((n) => {
    const period = readPeriod(n);
    let here = seen.get(period);
    if (here === undefined) {
      here = new Set();
      seen.set(period, here);
    }
    const cell = (entries.rows[n] as number) * columns + (entries.columns[n] as number);
    const what = ignoresPosition ? cell : cell * POSITIONS.length + (entries.positions[n] as number);
    if (here.has(what)) return false;
    here.add(what);
    return true;
  });
}

/** A week and a month are those of their year. */
function createPeriodReader(
  entries: Entries,
  duplicates: Exclude<Duplicates, 'include'>,
): (n: number) => number | string {
  if (duplicates === 'acrossrange') return () => 0;
  if (duplicates === 'document') return (n) => entries.documents[n] as number;
  const periods = new Map<number, string>();
  return (n) => {
    const day = entries.days[n] as number;
    let period = periods.get(day);
    if (period === undefined) {
      period = unitOfRange(day, day, duplicates) as string;
      periods.set(day, period);
    }
    return period;
  };
}
