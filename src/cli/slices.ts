/** Lists in slices that fit into one string. */

/** No slice has more entries. */
const MOST_ENTRIES = 500;
/** Nor more than so many UTF-16 units, but where one entry has more. V8's strings end at some 536 million. */
const MOST_UNITS = 1_000_000;

/** In their order. `measure` gives the units that an entry takes. */
export function* cutSlices<Entry>(
  entries: Iterable<Entry>,
  measure: (entry: Entry) => number,
  { mostEntries = MOST_ENTRIES, mostUnits = MOST_UNITS } = {},
): Generator<Entry[]> {
  let slice: Entry[] = [];
  let units = 0;
  for (const entry of entries) {
    const more = measure(entry);
    if (slice.length === mostEntries || (slice.length > 0 && units + more > mostUnits)) {
      yield slice;
      slice = [];
      units = 0;
    }
    slice.push(entry);
    units += more;
  }
  if (slice.length > 0) yield slice;
}
