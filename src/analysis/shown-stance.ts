/** A stance as an analysis shows it: with the quotes of its evidence, so that the answer ends in printed words. */
import type { Db } from '../db/client.ts';
import { readDocuments, type ShownRecord } from '../query/documents.ts';

type Evidence = { quote: { id: string } | null };

/** What of a quote is shown beside a position; its record has the rest. */
const SHOWN_OF_QUOTE = [
  'id',
  'actor',
  'on_behalf_of',
  'source',
  'kind',
  'text',
  'text_by',
  'language',
  'said',
  'attribution_status',
  'spans',
  'verification',
];

/** The stances of these keys, each with every quote of its evidence in place of the quote's id. */
export function readShownStances(db: Db, keys: Iterable<number>): Map<number, ShownRecord> {
  const stances = readDocuments(db, 'stances', 'key', keys);
  const ids = [...stances.values()].flatMap((stance) => listQuoteIds(stance));
  const quotes = readDocuments(db, 'quotes', 'id', ids);
  for (const stance of stances.values()) {
    for (const item of stance.evidence as Evidence[]) {
      const quote = item.quote === null ? undefined : quotes.get(item.quote.id);
      if (quote !== undefined)
        item.quote = Object.fromEntries(SHOWN_OF_QUOTE.map((name) => [name, quote[name] ?? null])) as {
          id: string;
        };
    }
  }
  return stances;
}

function listQuoteIds(stance: ShownRecord): string[] {
  return (stance.evidence as Evidence[]).flatMap(({ quote }) => (quote === null ? [] : [quote.id]));
}
