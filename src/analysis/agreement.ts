/**
 * How far several coders of the same material agree. The unit is what each of them had to decide: the position of one
 * actor, on behalf of the same, on one topic, in one source. What a coder did not code is missing, and not neutral.
 */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { Refusal } from '../errors.ts';
import { readDocuments, type ShownRecord } from '../query/documents.ts';
import { resolveIds } from '../query/ids.ts';
import { type Limits, parseParams, type Query, type RawParams } from '../query/params.ts';
import { fitsBudget } from '../query/tuples.ts';
import { getResource } from '../resources/registry.ts';
import { type CodedUnit, type Coding, readCodedUnits } from './coded-units.ts';
import {
  addUnit,
  type Coefficient,
  computeAlpha,
  computeKappa,
  makeTable,
  type Table,
} from './coefficients.ts';
import { openPage } from './page-of-results.ts';
import { readShownStances } from './shown-stance.ts';

/** The most stances that are read. */
export const MOST_STANCES = 1_000_000;
/** The most coders that are compared: each two of them have a kappa. */
export const MOST_CODERS = 50;
/** The most kappas in an answer, over all pairs and topics. */
export const MOST_KAPPAS = 20_000;
/** A list of differences without `limit`, as CSV, has at most so many. */
export const MOST_DIFFERENCES = 2000;
/** So many units to which a coder gave several positions are named. */
export const AMBIGUOUS_SHOWN = 20;
const CONTROLS = ['q', 'limit', 'cursor', 'format'] as const;

/** `oppose < mixed = neutral < support`: what lies between the two sides is one rank. */
const NOMINAL: Record<string, number> = { oppose: 0, mixed: 1, neutral: 2, support: 3 };
const ORDINAL: Record<string, number> = { oppose: 0, mixed: 1, neutral: 1, support: 2 };

export type AskedAgreement = { raw: RawParams; limits: Limits & { page_size: number }; all: boolean };
export type AgreementQuery = { query: Query; canonical: string; list: string };

type Party = { id: string; name: string };
type Alpha = { nominal: Coefficient; ordinal: Coefficient };
export type PairAgreement = {
  coders: [Party, Party];
  /** Units that both coded. */
  units: number;
  agreed: number;
  kappa: Coefficient;
};
export type TopicAgreement = {
  topic: Record<string, unknown>;
  proposition: string | null;
  /** Units that two coders or more coded. */
  units: number;
  alpha: Alpha;
  pairs: PairAgreement[];
};
type ShownUnit = {
  source: Record<string, unknown>;
  actor: Party;
  on_behalf_of: Party | null;
  topic: Record<string, unknown>;
};
export type Difference = ShownUnit & {
  codings: { coder: Party; position: string; stances: ShownRecord[] }[];
};
export type Agreement = {
  stances: number;
  stances_without_coder: number;
  units: { total: number; coded_by_one: number; coded_by_several: number };
  coders: (Party & { units: number; ambiguous: number })[];
  alpha: Alpha;
  pairs: PairAgreement[];
  topics: TopicAgreement[];
  /** Units to which one coder gave several positions: of this coder, they count as not coded. */
  ambiguous: { total: number; first: (ShownUnit & { coder: Party; positions: string[] })[] };
  differences: { total: number; total_is: 'exact'; next_cursor: string | null; results: Difference[] };
  data_version: string;
};

/** Throws a Refusal that names the parameter, as every list does. */
export function parseAgreement(raw: RawParams, limits: Limits, own: readonly string[] = []): AgreementQuery {
  const query = parseParams(getResource('stances'), raw, limits, {}, CONTROLS, own);
  return {
    query,
    canonical: JSON.stringify(['agreement', query.canonical]),
    list: JSON.stringify(['agreement', query.list]),
  };
}

/** Whether it can be answered within what one request may cost. */
export function isSmallAgreement(db: Db, { query }: AgreementQuery): boolean {
  return fitsBudget(db, resolveIds(db, query));
}

/** For a process of its own: the same, from what was asked. */
export function measureAsked(db: Db, { raw, limits, all }: AskedAgreement): Agreement {
  return measureAgreement(db, parseAgreement(raw, limits), all ? null : limits.page_size);
}

/** `pageSize` differences where no limit was asked for; null for all of them. */
export function measureAgreement(db: Db, asked: AgreementQuery, pageSize: number | null): Agreement {
  const version = readDataVersion(db);
  const page = openPage({
    list: asked.list,
    cursor: asked.query.cursor,
    limit: asked.query.limit ?? pageSize,
    version,
  });
  const all = openCounts();
  const topics = new Map<number, Counts>();
  const coders = new Map<number, { units: number; ambiguous: number }>();
  const differing: CodedUnit[] = [];
  const ambiguous: { unit: CodedUnit; coding: Coding }[] = [];
  const totals = { stances: 0, without: 0, units: 0, one: 0, several: 0, ambiguous: 0, differing: 0 };
  for (const unit of readCodedUnits(db, resolveIds(db, asked.query), MOST_STANCES)) {
    totals.stances += unit.stances;
    totals.without += unit.without_coder;
    if (unit.codings.length > 0) totals.units += 1;
    for (const coding of unit.codings) {
      const coder = coders.get(coding.coder) ?? { units: 0, ambiguous: 0 };
      coders.set(coding.coder, coder);
      if (coders.size > MOST_CODERS) throw refuseTooManyCoders();
      coder.units += 1;
      if (coding.positions.length === 1) continue;
      coder.ambiguous += 1;
      totals.ambiguous += 1;
      if (ambiguous.length < AMBIGUOUS_SHOWN) ambiguous.push({ unit, coding });
    }
    const clear = unit.codings.filter(({ positions }) => positions.length === 1);
    if (clear.length === 1) totals.one += 1;
    if (clear.length < 2) continue;
    totals.several += 1;
    let topic = topics.get(unit.topic);
    if (topic === undefined) {
      topic = openCounts();
      topics.set(unit.topic, topic);
    }
    for (const counts of [all, topic]) countUnit(counts, clear);
    if (new Set(clear.map(({ positions }) => positions[0])).size === 1) continue;
    if (totals.differing >= page.from && totals.differing < page.to)
      differing.push({ ...unit, codings: clear });
    totals.differing += 1;
    if (pageSize === null && asked.query.limit === null && totals.differing > MOST_DIFFERENCES)
      throw refuseTooManyDifferences();
  }
  const kappas = [...topics.values()].reduce((sum, { pairs }) => sum + pairs.size, 0);
  if (kappas > MOST_KAPPAS) throw refuseTooManyKappas(kappas);
  const name = openNames(db);
  return {
    stances: totals.stances,
    stances_without_coder: totals.without,
    units: { total: totals.units, coded_by_one: totals.one, coded_by_several: totals.several },
    coders: [...coders]
      .map(([key, counts]) => ({ ...name.coder(key), ...counts }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    alpha: computeAlphas(all),
    pairs: listPairs(all, name),
    topics: [...topics]
      .map(([key, counts]) => ({
        ...name.topic(key),
        units: counts.units,
        alpha: computeAlphas(counts),
        pairs: listPairs(counts, name),
      }))
      .sort((a, b) => (String(a.topic.id) < String(b.topic.id) ? -1 : 1)),
    ambiguous: {
      total: totals.ambiguous,
      first: ambiguous.map(({ unit, coding }) => ({
        ...showUnit(unit, name),
        coder: name.coder(coding.coder),
        positions: coding.positions,
      })),
    },
    differences: {
      total: totals.differing,
      total_is: 'exact',
      next_cursor: page.findNext(totals.differing),
      results: showDifferences(db, differing, name),
    },
    data_version: version,
  };
}

type Counts = {
  units: number;
  nominal: Table;
  ordinal: Table;
  /** By the keys of two coders, the lower first. */
  pairs: Map<string, { coders: [number, number]; table: Table }>;
};

function openCounts(): Counts {
  return { units: 0, nominal: makeTable(4), ordinal: makeTable(3), pairs: new Map() };
}

function countUnit(counts: Counts, codings: readonly Coding[]): void {
  const positions = codings.map((coding) => coding.positions[0] as string);
  counts.units += 1;
  addUnit(
    counts.nominal,
    positions.map((position) => NOMINAL[position] as number),
  );
  addUnit(
    counts.ordinal,
    positions.map((position) => ORDINAL[position] as number),
  );
  codings.forEach((one, a) => {
    for (let b = a + 1; b < codings.length; b += 1) {
      const other = codings[b] as Coding;
      const name = `${one.coder} ${other.coder}`;
      let pair = counts.pairs.get(name);
      if (pair === undefined) {
        pair = { coders: [one.coder, other.coder], table: makeTable(4) };
        counts.pairs.set(name, pair);
      }
      const cell =
        (NOMINAL[positions[a] as string] as number) * 4 + (NOMINAL[positions[b] as string] as number);
      pair.table.cells[cell] = (pair.table.cells[cell] as number) + 1;
    }
  });
}

function computeAlphas({ nominal, ordinal }: Counts): Alpha {
  return { nominal: computeAlpha(nominal, 'nominal'), ordinal: computeAlpha(ordinal, 'ordinal') };
}

function listPairs({ pairs }: Counts, name: Names): PairAgreement[] {
  return [...pairs.values()]
    .map(({ coders: [a, b], table }): PairAgreement => {
      const units = table.cells.reduce((sum, cell) => sum + cell, 0);
      const agreed = [0, 1, 2, 3].reduce((sum, c) => sum + (table.cells[c * 4 + c] as number), 0);
      return { coders: [name.coder(a), name.coder(b)], units, agreed, kappa: computeKappa(table) };
    })
    .map((pair) =>
      // Kappa is the same from both sides.
      pair.coders[0].id < pair.coders[1].id
        ? pair
        : { ...pair, coders: [pair.coders[1], pair.coders[0]] as [Party, Party] },
    )
    .sort((a, b) => comparePairs(a.coders, b.coders));
}

function comparePairs(a: readonly Party[], b: readonly Party[]): number {
  const names = [a, b].map((coders) => coders.map(({ id }) => id).join(' '));
  return (names[0] as string) < (names[1] as string) ? -1 : 1;
}

type Names = {
  coder: (key: number) => Party;
  actor: (key: number) => Party;
  topic: (key: number) => { topic: Record<string, unknown>; proposition: string | null };
  source: (key: number) => Record<string, unknown>;
};

/** Looks up what is shown of records, each once. */
function openNames(db: Db): Names {
  const seen = new Map<string, ShownRecord>();
  const find = (noun: 'coders' | 'actors' | 'topics' | 'sources', key: number): ShownRecord => {
    const place = `${noun} ${key}`;
    const record = seen.get(place) ?? (readDocuments(db, noun, 'key', [key]).get(key) as ShownRecord);
    seen.set(place, record);
    return record;
  };
  const named = (record: ShownRecord): Party => ({ id: record.id, name: record.name as string });
  return {
    coder: (key) => named(find('coders', key)),
    actor: (key) => named(find('actors', key)),
    topic: (key) => {
      const { id, label, proposition } = find('topics', key);
      return { topic: { id, label }, proposition: (proposition ?? null) as string | null };
    },
    source: (key) => {
      const { id, title } = find('sources', key);
      return { id, title };
    },
  };
}

function showUnit(unit: CodedUnit, name: Names): ShownUnit {
  return {
    source: name.source(unit.source),
    actor: name.actor(unit.actor),
    on_behalf_of: unit.on_behalf_of === null ? null : name.actor(unit.on_behalf_of),
    topic: name.topic(unit.topic).topic,
  };
}

function showDifferences(db: Db, units: readonly CodedUnit[], name: Names): Difference[] {
  const stances = readShownStances(
    db,
    units.flatMap(({ codings }) => codings.flatMap(({ keys }) => keys)),
  );
  return units.map((unit) => ({
    ...showUnit(unit, name),
    codings: unit.codings
      .map(({ coder, positions, keys }) => ({
        coder: name.coder(coder),
        position: positions[0] as string,
        stances: keys.map((key) => stances.get(key) as ShownRecord),
      }))
      .sort((a, b) => (a.coder.id < b.coder.id ? -1 : 1)),
  }));
}

function refuseTooManyCoders(): Refusal {
  return new Refusal(
    'too_much',
    `More than ${MOST_CODERS} coders match; at most ${MOST_CODERS} are compared at once. Name them with \`coder\`.`,
    { parameter: 'coder' },
  );
}

function refuseTooManyKappas(kappas: number): Refusal {
  return new Refusal(
    'too_much',
    `That is ${kappas} kappas, one for each two coders and topic; one answer holds at most ${MOST_KAPPAS}. Filter by \`topic\`, or name fewer coders.`,
    { parameter: 'topic' },
  );
}

function refuseTooManyDifferences(): Refusal {
  return new Refusal(
    'too_much',
    `More than ${MOST_DIFFERENCES} units were coded differently; one file holds at most ${MOST_DIFFERENCES}. Filter more, or ask for pages with \`limit\`.`,
    { parameter: 'limit' },
  );
}
