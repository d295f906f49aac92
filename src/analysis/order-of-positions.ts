/**
 * In which order positions on one proposition were held, as far as their dates tell. A date may mean many days, so that
 * stances are ordered only in part: one is before another where its latest day is before the other's earliest.
 */

export type Held = {
  key: number;
  position: string;
  /** Days since 1970-01-01; earliest after latest for the undated (dates/days.ts). */
  earliest: number;
  latest: number;
  /** Stances of one unit by different coders are a disagreement of coders, and no change of the actor's. */
  unit: string;
  coder: number | null;
};

export type Order = 'known' | 'overlapping' | 'undated';
export type Change = { order: Order; from: Held; to: Held };

/** Changes in the order of time, then pairs of positions whose order is not known, one for each two positions. */
export function findChanges(stances: readonly Held[]): Change[] {
  const dated = stances.filter(isDated);
  const overlapping = findUnordered(dated, new Set());
  const found = new Set(overlapping.map(({ from, to }) => namePair(from, to)));
  const undated = findUnordered(stances.map(widen), found).map(({ from, to }): Change => {
    const [a, b] = [from, to].map(({ key }) => stances.find((stance) => stance.key === key) as Held);
    return { order: 'undated', from: a as Held, to: b as Held };
  });
  return [...findKnown(dated), ...overlapping, ...undated];
}

/** Whether different coders gave the same unit different positions. */
export function isCodedDifferently(stances: readonly Held[]): boolean {
  const seen = new Map<string, Map<string, number | null>>();
  return stances.some(({ unit, position, coder }) => {
    const positions = seen.get(unit) ?? new Map<string, number | null>();
    seen.set(unit, positions);
    const differs = [...positions].some(([other, by]) => other !== position && by !== coder);
    positions.set(position, coder);
    return differs;
  });
}

function isDated({ earliest, latest }: Held): boolean {
  return earliest <= latest;
}

/** The undated may have been held on any day. */
function widen(stance: Held): Held {
  if (isDated(stance)) return stance;
  return { ...stance, earliest: Number.NEGATIVE_INFINITY, latest: Number.POSITIVE_INFINITY };
}

/**
 * The neighbours of an interval order: from A to B where A is before B and nothing is known to lie between. Of several
 * with the same two positions that may be one and the same change, the narrowest.
 */
function findKnown(dated: readonly Held[]): Change[] {
  const ended = dated.toSorted((a, b) => a.latest - b.latest || a.earliest - b.earliest || a.key - b.key);
  const begun = dated.toSorted((a, b) => a.earliest - b.earliest || a.latest - b.latest || a.key - b.key);
  const changes: Change[] = [];
  /** Of each position, what has ended, by its end; only those that began after all that ended later. */
  const last = new Map<string, Held[]>();
  const newest = new Map<string, Change>();
  let n = 0;
  /** The latest beginning among what has ended: what ended before it is not a neighbour any more. */
  let since = Number.NEGATIVE_INFINITY;
  for (const to of begun) {
    for (let one = ended[n]; one !== undefined && one.latest < to.earliest; one = ended[n]) {
      const same = (last.get(one.position) ?? []).filter(({ earliest }) => earliest > one.earliest);
      last.set(one.position, [...same, one]);
      since = Math.max(since, one.earliest);
      n += 1;
    }
    for (const [position, all] of last) {
      const ones = all.filter(({ latest }) => latest >= since);
      last.set(position, ones);
      const before = newest.get(namePair({ position }, to, 'directed'));
      // It may be the change that was found already, where its end is not known to lie before this one's beginning.
      const isNew = ({ earliest }: Held) => before === undefined || earliest > before.to.latest;
      const from = position === to.position ? undefined : ones.findLast(isNew);
      if (from === undefined) continue;
      const name = namePair(from, to, 'directed');
      const change: Change = { order: 'known', from, to };
      newest.set(name, change);
      changes.push(change);
    }
  }
  return changes;
}

type Positioned = Pick<Held, 'position'>;

function namePair(a: Positioned, b: Positioned, kind: 'directed' | 'either' = 'either'): string {
  const names = [a.position, b.position];
  return (kind === 'either' ? names.toSorted() : names).join(' ');
}

/** For each two positions, other than `found`, one pair of stances of which neither is before the other. */
function findUnordered(stances: readonly Held[], found: ReadonlySet<string>): Change[] {
  const pairs = new Map<string, Change>();
  const begun = stances.toSorted((a, b) => a.earliest - b.earliest || b.latest - a.latest || a.key - b.key);
  const reach = new Map<string, Reach>();
  for (const stance of begun) {
    for (const [position, group] of reach) {
      if (position === stance.position) continue;
      const other = findReaching(group, stance);
      if (other === null) continue;
      const name = namePair(other, stance);
      if (found.has(name) || pairs.has(name)) continue;
      const [from, to] = [other, stance].toSorted((a, b) => (a.position < b.position ? -1 : 1)) as [
        Held,
        Held,
      ];
      pairs.set(name, { order: 'overlapping', from, to });
    }
    extend(reach, stance);
  }
  return [...pairs.values()];
}

/** Of one position: what reaches furthest in each unit, and in each unit of each coder. */
type Reach = { furthest: Held[]; byCoder: Map<string, Held> };

function extend(reach: Map<string, Reach>, stance: Held): void {
  const group = reach.get(stance.position) ?? { furthest: [], byCoder: new Map<string, Held>() };
  reach.set(stance.position, group);
  const own = `${stance.unit} ${stance.coder}`;
  const before = group.byCoder.get(own);
  if (before === undefined || before.latest < stance.latest) group.byCoder.set(own, stance);
  // Two units are enough: a stance is of one of them at most.
  const others = group.furthest.filter(({ unit, latest }) => unit !== stance.unit || latest > stance.latest);
  const kept = others.some(({ unit }) => unit === stance.unit) ? others : [...others, stance];
  group.furthest = kept.toSorted((a, b) => b.latest - a.latest).slice(0, 2);
}

/** One that has not ended when `stance` begins, of another unit or by the same coder. */
function findReaching(group: Reach, stance: Held): Held | null {
  const candidates = [
    ...group.furthest.filter(({ unit }) => unit !== stance.unit),
    group.byCoder.get(`${stance.unit} ${stance.coder}`),
  ];
  return candidates.find((other) => other !== undefined && other.latest >= stance.earliest) ?? null;
}
