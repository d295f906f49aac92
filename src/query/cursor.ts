/** Cursors: opaque to callers, bound to the list they were given for. */
import { createHash } from 'node:crypto';
import { Refusal } from '../errors.ts';

/** Where a page ended: the sort key and the row's key; or how many ranked results were given, and of which data. */
export type Position =
  | { kind: 'keyset'; sort: string | number; key: number }
  | { kind: 'ranked'; given: number; version: string };
export type Keyset = Extract<Position, { kind: 'keyset' }>;

/** What a cursor is bound to: the noun, its filters, the words and the order. */
export function bindCursor(canonical: string): string {
  return createHash('sha256').update(canonical).digest('base64url').slice(0, 12);
}

export function writeCursor(binding: string, position: Position): string {
  const parts =
    position.kind === 'keyset'
      ? ['k', binding, position.sort, position.key]
      : ['r', binding, position.given, position.version];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Throws a Refusal: `invalid_cursor` for what was not made here, `cursor_mismatch` for another list's. */
export function readCursor(cursor: string, binding: string): Position {
  const unreadable = () =>
    new Refusal(
      'invalid_cursor',
      'The cursor cannot be read. Take it unchanged from `next_cursor` of a page.',
      {
        parameter: 'cursor',
        value: cursor.slice(0, 200),
      },
    );
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw unreadable();
  }
  if (!Array.isArray(parts) || parts.length !== 4) throw unreadable();
  const [kind, bound, first, second] = parts as unknown[];
  const keyset =
    kind === 'k' &&
    (typeof first === 'string' || Number.isSafeInteger(first)) &&
    Number.isSafeInteger(second);
  const ranked =
    kind === 'r' && Number.isSafeInteger(first) && (first as number) >= 0 && typeof second === 'string';
  if (typeof bound !== 'string' || !(keyset || ranked)) throw unreadable();
  if (bound !== binding) {
    throw new Refusal(
      'cursor_mismatch',
      'The cursor was given for a list with other filters or another order. Repeat the parameters it was given for, or start without a cursor.',
      { parameter: 'cursor', value: cursor.slice(0, 200) },
    );
  }
  return keyset
    ? { kind: 'keyset', sort: first as string | number, key: second as number }
    : { kind: 'ranked', given: first as number, version: second as string };
}

/** Throws a Refusal for a cursor of a ranked list. */
export function requireKeyset(after: Position | null): Keyset | null {
  if (after === null || after.kind === 'keyset') return after;
  throw new Refusal('invalid_cursor', 'The cursor is one of a ranked list.', { parameter: 'cursor' });
}

/** How many results of a ranked list were given before a cursor. Throws a Refusal for one of other data. */
export function countGiven(after: Position | null, version: string): number {
  if (after === null) return 0;
  if (after.kind === 'keyset') {
    throw new Refusal('invalid_cursor', 'The cursor is not one of a ranked list.', { parameter: 'cursor' });
  }
  if (after.version !== version) {
    throw new Refusal(
      'cursor_expired',
      'The data has changed since this list was ranked. Start again without a cursor.',
      { parameter: 'cursor' },
    );
  }
  return after.given;
}
