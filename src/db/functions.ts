/** Functions that SQL calls by name: triggers and views of ours need them on every connection. */
import type Database from 'better-sqlite3';
import { listIndexTerms } from '../evidence/words.ts';

export function registerFunctions(db: Database.Database): void {
  // The schema is ours, and the driver is built to distrust it: without this, no trigger may call a function of ours.
  db.pragma('trusted_schema = ON');
  /** The terms of the index of spoken words for the spans of a quote, joined by U+001E; null for null. */
  db.function('said_terms', { deterministic: true }, (spans) =>
    spans === null ? null : listIndexTerms(String(spans)),
  );
}
