import type { Statement } from 'better-sqlite3';
import type { Db } from './client.ts';

const MOST_KEPT = 1000;
const kept = new WeakMap<Db, Map<string, Statement>>();

/** A prepared statement, kept by its text: queries of one shape are compiled once. The least recently used go first. */
export function prepare(db: Db, sql: string): Statement {
  let statements = kept.get(db);
  if (statements === undefined) {
    statements = new Map();
    kept.set(db, statements);
  }
  let statement = statements.get(sql);
  if (statement === undefined) {
    statement = db.prepare(sql);
    if (statements.size >= MOST_KEPT) {
      const oldest = statements.keys().next();
      if (!oldest.done) statements.delete(oldest.value);
    }
  } else {
    statements.delete(sql);
  }
  statements.set(sql, statement);
  return statement;
}
