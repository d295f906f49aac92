/** What only shows when all quotes of a source are seen beside each other and beside the source's ledger. */
import { indexCodePoints } from '../evidence/code-points.ts';
import { type CoveredSpan, checkCoverage, type LedgerPlace } from '../evidence/coverage.ts';
import type { Draft, DraftProblem, FindDraft } from './resource.ts';

type Span = { start: number | null; end: number | null };
type PlacedProblem = DraftProblem & { draft: Draft };

/**
 * The text is not needed for this; where it is held, the ledger is compared with it. Whether every passage in quotation
 * marks is accounted for is asked by `verify --text` alone.
 */
export function checkQuotesTogether(drafts: readonly Draft[], find: FindDraft): PlacedProblem[] {
  return [...Map.groupBy(drafts, (draft) => String(draft.source))].flatMap(([id, quotes]) => {
    const source = find('sources', id);
    return source === undefined ? [] : checkSource(source, quotes);
  });
}

function checkSource(source: Draft, quotes: readonly Draft[]): PlacedProblem[] {
  const spans: CoveredSpan[] = [];
  const owners: { draft: Draft; n: number }[] = [];
  for (const draft of quotes) {
    ((draft.spans ?? []) as Span[]).forEach((span, n) => {
      if (span.start == null || span.end == null) return;
      const relayed = draft.relayed_by != null;
      spans.push({ quote: draft.id, ordinal: n + 1, start: span.start, end: span.end, relayed });
      owners.push({ draft, n });
    });
  }
  const problems = checkCoverage({
    spans,
    ledger: (source.ledger ?? []) as LedgerPlace[],
    text: typeof source.text === 'string' ? indexCodePoints(source.text) : undefined,
  });
  const said = new Set<number>();
  return problems.flatMap(({ span, ledger, field, sentence }): PlacedProblem[] => {
    if (span !== undefined) {
      const { draft, n } = owners[span] as { draft: Draft; n: number };
      return [{ draft, path: ['spans', n, 'start'], sentence }];
    }
    // What stands at a wrong place is wrong in many ways.
    if (ledger === undefined || said.has(ledger)) return [];
    said.add(ledger);
    return [{ draft: source, path: ['ledger', ledger, field ?? 'start'], sentence }];
  });
}
