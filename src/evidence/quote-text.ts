/** Where the actor's words stand in the text of a quote. All offsets are code points, end exclusive. */
import { countCodePoints, indexCodePoints } from './code-points.ts';
import { isEnclosed } from './quotation-marks.ts';

/** A span's place in the text of its quote. */
export interface TextPlace {
  text_start: number;
  text_end: number;
}

const JOINT = ' … ';

/** The text of a `direct` quote: its spans, joined by an ellipsis between spaces. */
export function composeDirectText(exacts: readonly string[]): { text: string; places: TextPlace[] } {
  const places: TextPlace[] = [];
  let offset = 0;
  for (const exact of exacts) {
    const end = offset + countCodePoints(exact);
    places.push({ text_start: offset, text_end: end });
    offset = end + countCodePoints(JOINT);
  }
  return { text: exacts.join(JOINT), places };
}

/**
 * Finds each span in a curator's sentence: in the order given, without overlap, with quotation marks directly around it
 * (in guillemets one space may stand between, as is the custom). `missing` is the index of the first that is not there.
 */
export function placeSpansInText(
  text: string,
  exacts: readonly string[],
): { places: TextPlace[] } | { missing: number } {
  const indexed = indexCodePoints(text);
  const places: TextPlace[] = [];
  let from = 0;
  for (const [number, exact] of exacts.entries()) {
    const start = findEnclosed(text, exact, from);
    if (start === -1) return { missing: number };
    const end = start + exact.length;
    places.push({ text_start: indexed.toCodePoint(start), text_end: indexed.toCodePoint(end) });
    // One mark does not both close a span and open the next.
    from = end + 2;
  }
  return { places };
}

function findEnclosed(text: string, exact: string, from: number): number {
  if (exact === '') return -1;
  let start = text.indexOf(exact, from);
  while (start !== -1 && !isEnclosed(text, start, start + exact.length))
    start = text.indexOf(exact, start + 1);
  return start;
}

/**
 * The spans' places where the text of the quote is the source's passage itself. `passageStart` and the spans count in
 * the source. Throws RangeError for a span that is not inside the passage.
 */
export function placeSpansInPassage(
  passageText: string,
  passageStart: number,
  spans: readonly { start: number; end: number }[],
): TextPlace[] {
  const length = countCodePoints(passageText);
  return spans.map(({ start, end }) => {
    const place = { text_start: start - passageStart, text_end: end - passageStart };
    if (place.text_start < 0 || place.text_start > place.text_end || place.text_end > length) {
      throw new RangeError(
        `The span [${start}, ${end}) is not inside the passage [${passageStart}, ${passageStart + length}).`,
      );
    }
    return place;
  });
}
