/** Whether everything that the base says about a document is so, for anyone who has the document. */
import type { Db } from '../db/client.ts';
import { UsageError } from '../errors.ts';
import type { AnchorState } from '../evidence/anchors.ts';

export type SpanReport = {
  quote: string;
  /** Which of the quote's spans, from 1. */
  ordinal: number;
  exact: string;
  /** Where the base has it. */
  start: number;
  end: number;
  state: AnchorState;
  /** Where it stands in this text; null where the state is `ambiguous` or `missing`. */
  found: { start: number; end: number } | null;
};

export type DocumentReport = {
  source: string;
  /** By the hash of the text; `unknown` where the base has no hash of it. */
  edition: 'same' | 'another' | 'unknown';
  text_sha256: string;
  text_length: number;
  counts: {
    /** Outermost passages in quotation marks. */
    quoted_passages: number;
    quotes: number;
    spans: number;
    ledger: number;
    ledger_by_reason: Record<string, number>;
    /** Passages of stance evidence. */
    evidence: number;
  };
  spans: SpanReport[];
  /** Sentences. */
  failures: string[];
  /** True when the text is the document, and everything is where the base says. */
  ok: boolean;
};

/** Throws UsageError where it is not clear which source the text is to be. */
export function verifyDocument(_db: Db, _text: string, _options: { source?: string } = {}): DocumentReport {
  throw new UsageError('not written yet');
}
