/** Pages of what was computed: a cursor counts the results given, and holds for one question and one state of the data. */
import { Refusal } from '../errors.ts';
import { bindCursor, readCursor, writeCursor } from '../query/cursor.ts';

export type AskedPage = {
  /** What a cursor is bound to. */
  list: string;
  cursor: string | null;
  /** Null for all that is left. */
  limit: number | null;
  version: string;
};

/** The results from `from` on, `to` excluded; and the cursor behind them, once it is known how many there are. */
export function openPage(asked: AskedPage): {
  from: number;
  to: number;
  findNext: (total: number) => string | null;
} {
  const binding = bindCursor(asked.list);
  const from = readStart(asked.cursor, binding, asked.version);
  const to = asked.limit === null ? Number.POSITIVE_INFINITY : from + asked.limit;
  return {
    from,
    to,
    findNext: (total) =>
      to < total ? writeCursor(binding, { kind: 'ranked', given: to, version: asked.version }) : null,
  };
}

export function takePage<T>(
  results: readonly T[],
  asked: AskedPage,
): { results: T[]; next_cursor: string | null } {
  const { from, to, findNext } = openPage(asked);
  return { results: results.slice(from, to), next_cursor: findNext(results.length) };
}

function readStart(cursor: string | null, binding: string, version: string): number {
  if (cursor === null) return 0;
  const position = readCursor(cursor, binding);
  if (position.kind === 'ranked' && position.version === version) return position.given;
  throw new Refusal(
    'cursor_expired',
    'The data has changed since this was computed. Start again without a cursor.',
    { parameter: 'cursor' },
  );
}
