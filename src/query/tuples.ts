/** The rows of a query as tuples of a few columns: what analyses count with, where records would be too much. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { joinSql, TRUE } from './conditions.ts';
import { listFilters } from './filters.ts';
import { reachColumn } from './group.ts';
import type { Query } from './params.ts';
import { countUpTo, type Plan, planExactly, planRows } from './plan.ts';
import { getBudget } from './read.ts';

export type Cell = string | number | null;
/** The row's key, then the cells of each column. */
export type Tuple = [key: number, ...Cell[]];

/**
 * Whether all tuples can be read within what one request may cost. Others are for a process of their own
 * (src/compute).
 */
export function fitsBudget(db: Db, query: Query): boolean {
  const plan = planRows(db, query, null);
  return plan.kind !== 'newest' && countCandidates(db, query, plan, getBudget(plan)) !== null;
}

/** How many rows the plan would visit; null for more than `most`. */
function countCandidates(db: Db, query: Query, plan: Plan, most: number): number | null {
  const rows = {
    sql: `SELECT 1 FROM ${query.resource.name} t WHERE ${plan.driver.sql}`,
    params: plan.driver.params,
  };
  const count = countUpTo(db, rows, most + 1);
  return count > most ? null : count;
}

/**
 * Reads one row after the other and keeps none. `columns` are names of filters: a reference gives the key of its
 * record, a date its earliest and its latest day as two cells; a column of a list makes a tuple for each entry.
 * `ordered` sorts by the cells, in the order of the columns, so that equal ones come together; otherwise the order is
 * that of the plan. While it is being read, the handle cannot write.
 */
export function* readTuples(
  db: Db,
  query: Query,
  columns: readonly string[],
  options: { ordered?: boolean } = {},
): Generator<Tuple> {
  const plan = planExactly(db, query);
  const { cells, joins } = reachColumns(query, columns);
  const where = joinSql(
    [plan.driver, plan.residual].filter((part) => part !== TRUE),
    'AND',
  );
  const order = options.ordered ? ` ORDER BY ${cells.map((_, n) => n + 2).join(', ')}, 1` : '';
  const statement = prepare(
    db,
    `SELECT t.key, ${cells.join(', ')} FROM ${query.resource.name} t ${joins.join(' ')} WHERE ${where.sql}${order}`,
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
