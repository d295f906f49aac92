/** Propositions on which an actor's position changed, when, and the words before and after. */

import { formatDay } from '../dates/days.ts';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { Refusal } from '../errors.ts';
import { readDocuments, type ShownRecord } from '../query/documents.ts';
import { resolveIds } from '../query/ids.ts';
import { type Limits, parseParams, type Query, type RawParams } from '../query/params.ts';
import { fitsBudget, readTuples } from '../query/tuples.ts';
import { parseWord } from '../query/values.ts';
import { getResource } from '../resources/registry.ts';
import { listWords, shiftOrder } from '../vocabulary.ts';
import { type Change, findChanges, type Held, isCodedDifferently, type Order } from './order-of-positions.ts';
import { takePage } from './page-of-results.ts';
import { readShownStances } from './shown-stance.ts';

/** The most stances of an actor that are read. */
export const MOST_STANCES = 200_000;
/** A list without `limit`, as CSV, has at most so many rows. */
export const MOST_ROWS = 5000;
export const OWN_PARAMETERS = ['order'] as const;
const CONTROLS = ['q', 'limit', 'cursor', 'format'] as const;
const ORDERS = listWords(shiftOrder);

export type AskedShifts = {
  id: string;
  raw: RawParams;
  limits: Limits & { page_size: number };
  all: boolean;
};
export type ShiftsQuery = { query: Query; orders: readonly string[] | null; canonical: string; list: string };

export type Shift = {
  topic: Record<string, unknown>;
  proposition: string | null;
  order: Order;
  /** The change lies between these days, both included; null where a date is open or the order is not known. */
  not_before: string | null;
  not_after: string | null;
  from: ShownRecord;
  to: ShownRecord;
};
export type ShiftsPage = {
  total: number;
  total_is: 'exact';
  next_cursor: string | null;
  actor: { id: string; name: string };
  /** How many stances were read. */
  stances: number;
  /** Topics on which different coders gave one source different positions: a disagreement of theirs, and no change. */
  coded_differently: number;
  results: Shift[];
  data_version: string;
};

/** Throws a Refusal that names the parameter, as every list does. */
export function parseShifts(id: string, raw: RawParams, limits: Limits): ShiftsQuery {
  const query = parseParams(getResource('stances'), raw, limits, { actor: id }, CONTROLS, OWN_PARAMETERS);
  const orders =
    raw.order === undefined
      ? null
      : String(raw.order)
          .split(',')
          .map((word) => parseWord('order', word.trim(), ORDERS));
  const own = orders?.toSorted() ?? null;
  return {
    query,
    orders,
    canonical: JSON.stringify(['shifts', query.canonical, own]),
    list: JSON.stringify(['shifts', query.list, own]),
  };
}

/** Whether it can be answered within what one request may cost. */
export function areFewStances(db: Db, { query }: ShiftsQuery): boolean {
  return fitsBudget(db, resolveIds(db, query));
}

/** For a process of its own: the same, from what was asked. */
export function findAskedShifts(db: Db, { id, raw, limits, all }: AskedShifts): ShiftsPage {
  return findShifts(db, id, parseShifts(id, raw, limits), all ? null : limits.page_size);
}

/** `pageSize` changes where no limit was asked for; null for all of them. */
export function findShifts(db: Db, id: string, asked: ShiftsQuery, pageSize: number | null): ShiftsPage {
  const version = readDataVersion(db);
  const found: { topic: number; change: Change }[] = [];
  let stances = 0;
  let codedDifferently = 0;
  for (const { topic, held } of readTopics(db, resolveIds(db, asked.query))) {
    stances += held.length;
    if (isCodedDifferently(held)) codedDifferently += 1;
    for (const change of findChanges(held)) {
      if (asked.orders === null || asked.orders.includes(change.order)) found.push({ topic, change });
    }
  }
  const { results: page, next_cursor } = takePage(found, {
    list: asked.list,
    cursor: asked.query.cursor,
    limit: asked.query.limit ?? pageSize,
    version,
  });
  if (pageSize === null && page.length > MOST_ROWS) throw refuseTooManyRows(page.length);
  const topics = readDocuments(
    db,
    'topics',
    'key',
    page.map(({ topic }) => topic),
  );
  const shown = readShownStances(
    db,
    page.flatMap(({ change }) => [change.from.key, change.to.key]),
  );
  const { name } = readDocuments(db, 'actors', 'id', [id]).get(id) as ShownRecord;
  return {
    total: found.length,
    total_is: 'exact',
    next_cursor,
    actor: { id, name: name as string },
    stances,
    coded_differently: codedDifferently,
    results: page.map(({ topic, change }) => showShift(topics.get(topic) as ShownRecord, change, shown)),
    data_version: version,
  };
}

function* readTopics(db: Db, query: Query): Generator<{ topic: number; held: Held[] }> {
  let topic: number | null = null;
  let held: Held[] = [];
  let read = 0;
  const columns = ['topic.only', 'position', 'held', 'source', 'on_behalf_of', 'coder'];
  for (const [key, at, position, earliest, latest, source, behalf, coder] of readTuples(db, query, columns, {
    ordered: true,
  })) {
    read += 1;
    if (read > MOST_STANCES) throw refuseTooMany();
    if (topic !== null && topic !== at) {
      yield { topic, held };
      held = [];
    }
    topic = at as number;
    held.push({
      key,
      position: position as string,
      earliest: earliest as number,
      latest: latest as number,
      unit: `${source} ${behalf}`,
      coder: coder as number | null,
    });
  }
  if (topic !== null) yield { topic, held };
}

function refuseTooMany(): Refusal {
  return new Refusal(
    'too_much',
    `More than ${MOST_STANCES} stances match, and at most ${MOST_STANCES} are read for one answer. Filter more.`,
  );
}

function refuseTooManyRows(rows: number): Refusal {
  return new Refusal(
    'too_much',
    `That is ${rows} rows; one file holds at most ${MOST_ROWS}. Filter more, or ask for pages with \`limit\`.`,
    { parameter: 'limit' },
  );
}

function showShift(topic: ShownRecord, change: Change, stances: ReadonlyMap<number, ShownRecord>): Shift {
  const [from, to] = [change.from, change.to].map(({ key }) => stances.get(key) as ShownRecord) as [
    ShownRecord,
    ShownRecord,
  ];
  const known = change.order === 'known';
  return {
    topic: { id: topic.id, label: topic.label },
    proposition: (topic.proposition ?? null) as string | null,
    order: change.order,
    not_before: known ? formatDay(lasted(from) ? change.from.latest : change.from.earliest) : null,
    not_after: known ? formatDay(lasted(to) ? change.to.earliest : change.to.latest) : null,
    from,
    to,
  };
}

/** An EDTF interval says that it was held throughout; any other date, that it was held on some day of those meant. */
function lasted(stance: ShownRecord): boolean {
  return String(stance.held).includes('/');
}
