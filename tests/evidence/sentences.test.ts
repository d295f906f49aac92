import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexCodePoints } from '../../src/evidence/code-points.ts';
import { indexSentences } from '../../src/evidence/sentences.ts';
import { anyText } from './texts.ts';

/** The stretch between the brackets, widened; and what is doubtful about it. */
function widen(marked: string): { words: string; doubt: string | null } {
  const text = indexCodePoints(marked.replace(/[[\]]/g, ''));
  const start = Array.from(marked).indexOf('[');
  const finder = indexSentences(text);
  const place = finder.widen({ start, end: Array.from(marked).indexOf(']') - 1 });
  return { words: text.slice(place.start, place.end), doubt: finder.describeDoubt(place) };
}

test.each([
  ['One. He said [so] 😀. Three.', 'He said so 😀.'],
  ['One. He [said so. Three] is next. Four.', 'He said so. Three is next.'],
  ['One? “[Never].” Three.', '“Never.”'],
  ['A headline without a stop\n\nIt [was] so.\n\nNext', 'It was so.'],
  ['😀 Зачем? [Так] надо! Да.', 'Так надо!'],
  ['او گفت. [چرا] نه؟ بله.', 'چرا نه؟'],
  ['[All]', 'All'],
])('%s', (marked, words) => {
  expect(widen(marked)).toEqual({ words, doubt: null });
});

test.each([
  ['At 5 p.m. Mr. [Smith] spoke.', 'begins at 14'],
  ['The U.S. [Congress] met.', 'begins at 9'],
  ['A line\nbroken by [hand].', 'begins at 7'],
  ['It was [so] with St. Peter.', 'ends at 18'],
  ['“Go. It [is] late.”', 'cut the quotation [1, 16)'],
])('in doubt: %s', (marked, doubt) => {
  expect(widen(marked).doubt).toContain(doubt);
});

test('what is widened holds what it was widened from', () => {
  fc.assert(
    fc.property(anyText, fc.nat(), fc.nat(), (text, a, b) => {
      const indexed = indexCodePoints(text);
      const start = a % (indexed.length + 1);
      const end = start + (b % (indexed.length - start + 1));
      const finder = indexSentences(indexed);
      const wide = finder.widen({ start, end });
      expect(wide.start).toBeLessThanOrEqual(start);
      expect(wide.end).toBeGreaterThanOrEqual(end);
      finder.describeDoubt(wide);
    }),
  );
});
