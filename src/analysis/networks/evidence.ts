/** The statements that one cell of a network is made of, after duplicates were removed. */

import { formatDay } from '../../dates/days.ts';
import { parseDay } from '../../dates/edtf.ts';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import { runSteps, type Steps } from '../../db/one-state.ts';
import { Refusal } from '../../errors.ts';
import { PAGE_SIZE } from '../../query/budget.ts';
import type { Condition } from '../../query/conditions.ts';
import { bindCursor, readCursor, writeCursor } from '../../query/cursor.ts';
import type { Filter } from '../../query/filters.ts';
import { findRecords } from '../../query/finish.ts';
import { resolveIds } from '../../query/ids.ts';
import type { Limits, Query, RawParams } from '../../query/params.ts';
import { parseValue, parseWord } from '../../query/values.ts';
import { buildCells } from './cells.ts';
import { dropDuplicates, orderEntries } from './duplicates.ts';
import { addDuration } from './durations.ts';
import { measureCell } from './measure.ts';
import { isPairCounted, listPairs, type Pair } from './pairs.ts';
import {
  describeParameters,
  NETWORK_PARAMETERS,
  type NetworkParameters,
  parseOwn,
  parseRest,
} from './parameters.ts';
import {
  areFewStatements,
  type Node,
  nameOwnFilter,
  readNode,
  readStatements,
  type Statements,
  takesSides,
} from './statements.ts';

/** Parameters of the network that its evidence takes too; its `limit` is that of a page. */
export const EVIDENCE_PARAMETERS = NETWORK_PARAMETERS.filter((name) => name !== 'limit');
export const EVIDENCE_CONTROLS = ['row', 'column', 'start', 'format'] as const;
const OWN: readonly string[] = [...EVIDENCE_PARAMETERS, ...EVIDENCE_CONTROLS];

export type EvidenceQuestion = {
  parameters: NetworkParameters;
  query: Query;
  /** Conditions that the ends of the cell stand for. */
  row: Condition;
  column: Condition;
  start: number | null;
  canonical: string;
  list: string;
};

export function parseEvidence(raw: RawParams, limits: Limits): EvidenceQuestion {
  const { own, parameters } = parseOwn(raw, OWN);
  if (own.format !== undefined) parseWord('format', own.format, ['json']);
  const query = parseRest(raw, parameters.of, OWN, ['fields', 'limit', 'cursor'], limits);
  const row = parseEnd('row', own.row, parameters.rows, query);
  const other = parameters.mode === 'two' ? parameters.columns : parameters.rows;
  const column = parseEnd('column', own.column, other, query);
  if (parameters.mode === 'one' && row.values[0] === column.values[0]) {
    throw new Refusal(
      'conflicting_parameters',
      'With `mode=one`, an edge lies between two rows: `row` and `column` are the same.',
      {
        parameter: 'column',
      },
    );
  }
  const start = parseStart(own.start, parameters);
  const list = JSON.stringify([
    'evidence',
    query.list,
    { ...describeParameters(parameters), isolates: null, min_weight: null, limit: null, step: null },
    [row.text, column.text, start],
  ]);
  return { parameters, query, row, column, start, list, canonical: JSON.stringify([list, query.canonical]) };
}

function parseEnd(
  name: 'row' | 'column',
  value: string | undefined,
  filter: Filter,
  query: Query,
): Condition {
  if (value === undefined) {
    throw new Refusal('invalid_value', `\`${name}\` names one end of the edge, and is missing.`, {
      parameter: name,
    });
  }
  // Named after the parameter, so that a refusal names it too.
  const own = { ...nameOwnFilter(query.resource, filter), name };
  return {
    filter: own,
    values: [parseValue(own, value)],
    none: false,
    negated: false,
    text: `${name}=${value}`,
  };
}

function parseStart(value: string | undefined, { window }: NetworkParameters): number | null {
  if ((value === undefined) !== (window === null)) {
    throw new Refusal(
      'conflicting_parameters',
      '`window` says how long the window is and `start` which one it is: they are given together.',
      { parameter: 'start' },
    );
  }
  if (value === undefined) return null;
  try {
    return parseDay(value);
  } catch {
    throw new Refusal(
      'invalid_value',
      `\`start=${value.slice(0, 40)}\` is not a day such as \`2020-12-20\`.`,
      {
        parameter: 'start',
        value: value.slice(0, 40),
      },
    );
  }
}

/** As far as ids go, resolved; with the statements that the weight of the cell depends on, and no others. */
function narrow(db: Db, question: EvidenceQuestion): { query: Query; row: Condition; column: Condition } {
  const { query, row, column, parameters } = question;
  const resolved = resolveIds(db, { ...query, conditions: [...query.conditions, row, column] }).conditions;
  const [own, other] = resolved.slice(-2) as [Condition, Condition];
  const conditions = resolved.slice(0, -2);
  if (parameters.mode === 'one') conditions.push({ ...own, values: [...own.values, ...other.values] });
  else {
    if (parameters.normalization !== 'prominence') conditions.push(own);
    if (parameters.normalization !== 'activity') conditions.push(other);
  }
  return { query: { ...query, conditions }, row: own, column: other };
}

/** Whether it can be answered within what one request may cost. */
export function isSmallEvidence(db: Db, question: EvidenceQuestion, most: number): boolean {
  return areFewStatements(db, narrow(db, question).query, question.parameters, most);
}

/** A page as JSON, and the version of the data that it was read from. */
export type ListedEvidence = { text: string; version: string };
export type AskedEvidence = { raw: RawParams; page_size: number; page_size_max: number };

/** For a process of its own: the same, from what was asked. */
export function listAskedEvidence(db: Db, asked: AskedEvidence): ListedEvidence {
  return runSteps(listEvidence(db, parseEvidence(asked.raw, asked), asked.page_size));
}

/**
 * A page of records for a cell of two modes, of pairs of records for one mode. It ends with the record or pair that
 * makes it PAGE_SIZE large.
 */
export function* listEvidence(db: Db, question: EvidenceQuestion, pageSize: number): Steps<ListedEvidence> {
  const { parameters, start } = question;
  const { query, row, column } = narrow(db, question);
  const version = readDataVersion(db);
  const binding = bindCursor(question.list);
  const after = query.cursor === null ? null : readCursor(query.cursor, binding);
  if (after !== null && (after.kind !== 'ranked' || after.version !== version)) {
    throw new Refusal(
      'cursor_expired',
      'The data has changed since this list began. Start again without a cursor.',
      {
        parameter: 'cursor',
      },
    );
  }
  const statements = readStatements(db, query, parameters, true);
  const kept = keep(statements, parameters, start);
  const ends = { row: readNode(db, row), column: readNode(db, column) };
  const at = {
    row: statements.rows.findIndex((node) => node.id === ends.row.id),
    column: (parameters.mode === 'two' ? statements.columns : statements.rows).findIndex(
      (node) => node.id === ends.column.id,
    ),
  };
  const cells = buildCells(statements.entries, kept, statements.rows.length, statements.columns.length);
  const measured = measureCell(cells, parameters, at.row, at.column);
  const given = after?.given ?? 0;
  const limit = query.limit ?? pageSize;
  yield;
  const page =
    parameters.mode === 'two'
      ? yield* pageRecords(db, query, statements, kept, at, given, limit)
      : yield* pagePairs(db, query, statements, kept, parameters, at, given, limit);
  const reached = given + page.results.length;
  const next =
    reached < page.total ? writeCursor(binding, { kind: 'ranked', given: reached, version }) : null;
  const head = {
    parameters: describeParameters(parameters),
    row: ends.row,
    column: ends.column,
    ...(start === null ? {} : describeWindow(start, parameters)),
    ...measured,
    total: page.total,
    total_is: 'exact',
    next_cursor: next,
  };
  const text = `${JSON.stringify(head).slice(0, -1)},"results":[${page.results.join(',')}],"data_version":${JSON.stringify(version)}}`;
  return { text, version };
}

function describeWindow(start: number, { window }: NetworkParameters): { start: string; end: string } {
  const end = window === null ? start : addDuration(start, window, 1);
  return { start: formatDay(start) as string, end: formatDay(end) as string };
}

/** The entries that count, in their order. */
function keep(
  { entries, columns }: Statements,
  parameters: NetworkParameters,
  start: number | null,
): Int32Array<ArrayBuffer> {
  const { window, duplicates } = parameters;
  const end = window === null || start === null ? null : addDuration(start, window, 1);
  const all = Int32Array.from(entries.keys, (_, n) => n).filter((n) => {
    const day = entries.days[n] as number;
    return end === null || (day >= (start as number) && day < end);
  });
  return dropDuplicates(
    entries,
    orderEntries(entries, all),
    columns.length,
    duplicates,
    !takesSides(parameters),
  );
}

type Place = { row: number; column: number };
type EvidencePage = { total: number; results: string[] };

function* pageRecords(
  db: Db,
  query: Query,
  { entries }: Statements,
  kept: Int32Array,
  at: Place,
  given: number,
  limit: number,
): Steps<EvidencePage> {
  const own = kept.filter((n) => entries.rows[n] === at.row && entries.columns[n] === at.column);
  const keys = Array.from(own.subarray(given, given + limit), (n) => entries.keys[n] as number);
  return { total: own.length, results: yield* findRecords(db, query, keys) };
}

function* pagePairs(
  db: Db,
  query: Query,
  { entries, columns }: Statements,
  kept: Int32Array,
  parameters: NetworkParameters,
  at: Place,
  given: number,
  limit: number,
): Steps<EvidencePage> {
  const { total, pairs } = listPairs(entries, kept, at.row, at.column, given, limit, (a, b) =>
    isPairCounted(parameters.aggregation, a, b),
  );
  const weigh = ({ first, second }: Pair) =>
    parameters.aggregation === 'subtract' && entries.positions[first] !== entries.positions[second] ? -1 : 1;
  const records = new Map<number, string>();
  const results: string[] = [];
  let size = 0;
  for (const pair of pairs) {
    const row = entries.keys[pair.first] as number;
    const column = entries.keys[pair.second] as number;
    const missing = [...new Set([row, column])].filter((key) => !records.has(key));
    const found = yield* findRecords(db, query, missing, Number.POSITIVE_INFINITY);
    for (const [n, record] of found.entries()) records.set(missing[n] as number, record);
    const shared = JSON.stringify(columns[entries.columns[pair.first] as number] as Node);
    const written = `{"shared":${shared},"weight":${weigh(pair)},"row":${records.get(row)},"column":${records.get(column)}}`;
    results.push(written);
    size += written.length;
    if (size >= PAGE_SIZE) break;
    yield;
  }
  return { total, results };
}
