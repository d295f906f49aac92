/** What only shows when all quotes of a source are seen beside each other and beside the source's ledger. */
import { type CodePointIndex, indexCodePoints } from '../evidence/code-points.ts';
import { type CoveredSpan, checkCoverage, type LedgerPlace } from '../evidence/coverage.ts';
import type { Draft, DraftProblem, FindDraft } from './resource.ts';

type Span = {
  exact: string;
  start: number | null;
  end: number | null;
  prefix?: string | null;
  suffix?: string | null;
};
type PlacedProblem = DraftProblem & { draft: Draft };

/** The text is not needed for this; where it is held, prefixes and suffixes are compared with it too. */
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
  const problems: PlacedProblem[] = checkCoverage({
    spans,
    ledger: (source.ledger ?? []) as LedgerPlace[],
  }).map(({ span, ledger, field, sentence }) => {
    if (span === undefined)
      return { draft: source, path: ['ledger', ledger ?? 0, field ?? 'start'], sentence };
    const { draft, n } = owners[span] as { draft: Draft; n: number };
    return { draft, path: ['spans', n, 'start'], sentence };
  });
  if (typeof source.text !== 'string') return problems;
  const text = indexCodePoints(source.text);
  for (const { draft, n } of owners) problems.push(...checkSelectors(text, draft, n));
  return problems;
}

function checkSelectors(text: CodePointIndex, draft: Draft, n: number): PlacedProblem[] {
  const span = (draft.spans as Span[])[n] as Span;
  if (span.start === null || span.end === null || span.end > text.length) return [];
  const before = text.text.slice(0, text.toUtf16(span.start));
  const after = text.text.slice(text.toUtf16(span.end));
  const problems: PlacedProblem[] = [];
  if (!before.endsWith(span.prefix ?? '')) {
    const sentence = `“${span.prefix}” does not stand before the span`;
    problems.push({ draft, path: ['spans', n, 'prefix'], sentence });
  }
  if (!after.startsWith(span.suffix ?? '')) {
    const sentence = `“${span.suffix}” does not stand after the span`;
    problems.push({ draft, path: ['spans', n, 'suffix'], sentence });
  }
  return problems;
}
