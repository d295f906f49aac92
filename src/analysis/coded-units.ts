/** What several coders had to decide, unit by unit: read once, and none kept. */
import type { Db } from '../db/client.ts';
import { Refusal } from '../errors.ts';
import type { Query } from '../query/params.ts';
import { readTuples } from '../query/tuples.ts';

/** What one coder gave a unit: one position, or several, with the stances that say so. */
export type Coding = { coder: number; positions: string[]; keys: number[] };
/** Keys of records. */
type Unit = { source: number; actor: number; on_behalf_of: number | null; topic: number };
export type CodedUnit = Unit & {
  /** By coder, in the order of their keys. */
  codings: Coding[];
  stances: number;
  /** Stances of which it is not known who coded them: nobody's coding. */
  without_coder: number;
};

const COLUMNS = ['source', 'actor', 'on_behalf_of', 'topic.only', 'coder', 'position'];

/** Throws a Refusal where more than `most` stances match. */
export function* readCodedUnits(db: Db, query: Query, most: number): Generator<CodedUnit> {
  let unit = null as CodedUnit | null;
  let read = 0;
  for (const tuple of readTuples(db, query, COLUMNS, { ordered: true })) {
    read += 1;
    if (read > most) {
      throw new Refusal(
        'too_much',
        `More than ${most} stances match, and at most ${most} are read for one answer. Filter more.`,
      );
    }
    const [key, source, actor, behalf, topic, coder, position] = tuple as [
      number,
      number,
      number,
      number | null,
      number,
      number | null,
      string,
    ];
    const next = { source, actor, on_behalf_of: behalf, topic };
    if (unit === null || !isSameUnit(unit, next)) {
      if (unit !== null) yield unit;
      unit = { ...next, codings: [], stances: 0, without_coder: 0 };
    }
    unit.stances += 1;
    if (coder === null) unit.without_coder += 1;
    else addCoding(unit.codings, coder, position, key);
  }
  if (unit !== null) yield unit;
}

function isSameUnit(a: Unit, b: Unit): boolean {
  return (
    a.source === b.source && a.actor === b.actor && a.on_behalf_of === b.on_behalf_of && a.topic === b.topic
  );
}

function addCoding(codings: Coding[], coder: number, position: string, key: number): void {
  let coding = codings.at(-1);
  if (coding?.coder !== coder) {
    coding = { coder, positions: [], keys: [] };
    codings.push(coding);
  }
  if (!coding.positions.includes(position)) coding.positions.push(position);
  coding.keys.push(key);
}
