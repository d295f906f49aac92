/** The rows of a query as tuples of a few columns: what analyses count with, where records would be too much. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { getResource } from '../resources/registry.ts';
import type { Field, Resource } from '../resources/resource.ts';
import { WORK_BUDGET } from './budget.ts';
import { joinSql, TRUE } from './conditions.ts';
import { listFilters } from './filters.ts';
import { reachColumn } from './group.ts';
import type { Query } from './params.ts';
import { planExactly, planRows } from './plan.ts';
import { countAffordable, countUpTo, fitRows, keepLong, type TestedList } from './weigh.ts';

export type Cell = string | number | null;
/** The row's key, then the cells of each column. */
export type Tuple = [key: number, ...Cell[]];

/** The most tuples that a request reads by itself: some 10 ms of work. */
const MOST_TUPLES = 10_000;

/**
 * Whether all tuples of these columns (those of lists; others change nothing) can be read within what one request may
 * cost, or from fewer rows still. Others are for a process of their own (src/compute).
 */
export function fitsBudget(
  db: Db,
  query: Query,
  columns: readonly string[] = [],
  most = MOST_TUPLES,
): boolean {
  const plan = planRows(db, query, null);
  if (plan.kind === 'newest') return false;
  // To read them, everything below is listed.
  if (plan.kind !== 'gathered' && query.conditions.some(({ broad }) => broad)) return false;
  const rows = {
    sql: `SELECT t.key AS key FROM ${query.resource.name} t WHERE ${plan.driver.sql}`,
    params: plan.driver.params,
  };
  const affordable = Math.min(countAffordable(plan.cost), most);
  if (countUpTo(db, rows, affordable + 1) > affordable) return false;
  const { joins } = reachColumns(query, columns);
  const tuples = {
    sql: `SELECT 1 FROM ${query.resource.name} t ${joins.join(' ')} WHERE ${plan.driver.sql}`,
    params: plan.driver.params,
  };
  if (joins.length > 0 && countUpTo(db, tuples, MOST_TUPLES + 1) > MOST_TUPLES) return false;
  const long = keepLong(db, listAll(query.resource));
  return long.length === 0 || fitRows(db, rows, { cost: plan.cost, lists: long }, WORK_BUDGET).all;
}

/** Every list that a filter looks into. */
function listAll(resource: Resource): TestedList[] {
  const lists = new Map<string, TestedList>();
  for (const { steps } of listFilters(resource).values())
    if (steps[0]?.kind === 'list') lists.set(steps[0].table, { step: steps[0], times: 1 });
  return [...lists.values()];
}

export type TupleOptions = {
  /** Sorts by the cells, in the order of the columns, so that equal ones come together. */
  ordered?: boolean;
  /** Adds two cells behind the columns: the record's id, and the first code point of its place in its source. */
  placed?: boolean;
  /** Ends after so many. */
  most?: number;
};

/**
 * Reads one row after the other and keeps none. `columns` are names of filters: a reference gives the key of its
 * record, a date its earliest and its latest day as two cells; a column of a list makes a tuple for each entry,
 * those of one record behind each other unless they are `ordered`. Otherwise the order is that of the plan. While it is
 * being read, the handle cannot write.
 */
export function* readTuples(
  db: Db,
  query: Query,
  columns: readonly string[],
  options: TupleOptions = {},
): Generator<Tuple> {
  const plan = planExactly(db, query);
  const { cells, joins } = reachColumns(query, columns);
  if (options.placed) cells.push('t.id', writePlace(query.resource));
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  const order = options.ordered ? ` ORDER BY ${cells.map((_, n) => n + 2).join(', ')}, 1` : '';
  const limit = options.most === undefined ? '' : ` LIMIT ${options.most}`;
  const statement = prepare(
    db,
    `SELECT t.key, ${cells.join(', ')} FROM ${query.resource.name} t ${joins.join(' ')} WHERE ${where.sql}${order}${limit}`,
  ).raw();
  yield* statement.iterate(...where.params) as IterableIterator<Tuple>;
}

function reachColumns(query: Query, columns: readonly string[]): { cells: string[]; joins: string[] } {
  const filters = listFilters(query.resource);
  const cells: string[] = [];
  const joins: string[] = [];
  columns.forEach((name, n) => {
    const filter = filters.get(name);
    if (filter === undefined) throw new Error(`${query.resource.name} has no filter ${name}`);
    const reached = reachColumn(filter, n);
    joins.push(...reached.joins);
    if (filter.kind === 'date') cells.push(`${reached.column}_earliest`, `${reached.column}_latest`);
    else cells.push(reached.column);
  });
  return { cells, joins };
}

/** Records without a place in their source come behind all that have one. */
const NOWHERE = Number.MAX_SAFE_INTEGER;

function writePlace(resource: Resource): string {
  const { place } = resource;
  if (place === undefined) return String(NOWHERE);
  if (!('children' in place)) return `coalesce(t.${place.column}, ${NOWHERE})`;
  const list = resource.fields[place.children] as Extract<Field, { type: 'children' }>;
  const through = list.fields[place.through] as Extract<Field, { type: 'reference' }>;
  const other = getResource(through.to);
  // A record of another document has its place there, and not in this one.
  return `coalesce((SELECT min(coalesce(e.${place.column}, r.${place.column}))
    FROM ${list.table} e LEFT JOIN ${other.name} r ON r.key = e.${place.through}_key AND r.${place.source}_key = t.${place.source}_key
    WHERE e.${list.owner} = t.key), ${NOWHERE})`;
}
