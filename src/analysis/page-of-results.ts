/** Pages of what was computed: a cursor counts the results given, and holds for one question and one state of the data. */
import { Refusal } from '../errors.ts';
import { bindCursor, readCursor, writeCursor } from '../query/cursor.ts';

/** `list` is what a cursor is bound to; `limit` null gives all that is left. */
export function takePage<T>(
  results: readonly T[],
  asked: { list: string; cursor: string | null; limit: number | null; version: string },
): { results: T[]; next_cursor: string | null } {
  const binding = bindCursor(asked.list);
  const from = readStart(asked.cursor, binding, asked.version);
  const given = from + (asked.limit ?? results.length);
  return {
    results: results.slice(from, given),
    next_cursor:
      given < results.length ? writeCursor(binding, { kind: 'ranked', given, version: asked.version }) : null,
  };
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
