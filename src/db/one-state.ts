/** Several reads that must fit together: another process may write between any two of them. */
import type { Db } from './client.ts';

/** `read` must be done when it returns: what it gives to be read later is read from a later state. */
export function readOneState<T>(db: Db, read: () => T): T {
  return db.transaction(read)();
}
