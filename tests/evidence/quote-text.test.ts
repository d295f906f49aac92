import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceCodePoints } from '../../src/evidence/code-points.ts';
import { composeDirectText, placeSpansInPassage, placeSpansInText } from '../../src/evidence/quote-text.ts';
import { anyText } from './texts.ts';

describe('composeDirectText', () => {
  it('joins the spans and says where each stands', () => {
    expect(composeDirectText(['yes 😀', 'no'])).toEqual({
      text: 'yes 😀 … no',
      places: [
        { text_start: 0, text_end: 5 },
        { text_start: 8, text_end: 10 },
      ],
    });
    expect(composeDirectText(['one'])).toEqual({ text: 'one', places: [{ text_start: 0, text_end: 3 }] });
    expect(composeDirectText([])).toEqual({ text: '', places: [] });
  });

  it('answers places that hold the spans', () => {
    fc.assert(
      fc.property(
        fc.array(
          anyText.filter((text) => text.isWellFormed()),
          { maxLength: 4 },
        ),
        (exacts) => {
          const { text, places } = composeDirectText(exacts);
          expect(places.map((place) => sliceCodePoints(text, place.text_start, place.text_end))).toEqual(
            exacts,
          );
        },
      ),
    );
  });
});

describe('placeSpansInText', () => {
  it.each<[string, string, string[]]>([
    ['curly marks', '😀 Moscow called it “normal” and “fair.”', ['normal', 'fair.']],
    ['straight marks', 'Moscow called it "normal" and \'fair\'.', ['normal', 'fair']],
    ['German marks', 'Moskau nannte es „normal“ und ‚fair‘.', ['normal', 'fair']],
    ['guillemets with a space', 'Moscou le dit «\u00a0normal\u00a0» et « juste ».', ['normal', 'juste']],
    ['guillemets reversed', 'Moskva: »normal« og »fair».', ['normal', 'fair']],
    ['corner brackets', 'モスクワは「正常」と『公正』', ['正常', '公正']],
    ['words that stand unquoted before', 'The normal was called “normal” by Moscow.', ['normal']],
    ['the same words twice', 'First “no”, then “no”.', ['no', 'no']],
    ['marks inside the words', 'He said “they ‘knew’ it”.', ['they ‘knew’ it']],
  ])('finds spans in %s', (_, text, exacts) => {
    const placed = placeSpansInText(text, exacts);
    if (!('places' in placed)) throw new Error(`Span ${placed.missing} is missing.`);
    expect(placed.places.map((place) => sliceCodePoints(text, place.text_start, place.text_end))).toEqual(
      exacts,
    );
  });

  it.each<[string, string, string[], number]>([
    ['not there', 'Moscow called it “normal”.', ['normal', 'fair'], 1],
    ['not quoted', 'Moscow called it normal.', ['normal'], 0],
    ['quoted on one side', 'Moscow called it “normal and left.', ['normal'], 0],
    ['quoted with more', 'Moscow called it “very normal”.', ['normal'], 0],
    ['apart from its marks', 'Moscow called it “ normal ”.', ['normal'], 0],
    ['far from its guillemets', 'Moscou le dit «  normal  ».', ['normal'], 0],
    ['in marks that do not belong together', 'Moscow called it “normal».', ['normal'], 0],
    ['in another order', '“b” and “a”', ['a', 'b'], 1],
    ['once where asked twice', 'Only “no”.', ['no', 'no'], 1],
    ['between a closing and an opening mark', '"a"b"c"', ['a', 'b'], 1],
    ['empty', '“”', [''], 0],
  ])('misses a span that is %s', (_, text, exacts, missing) => {
    expect(placeSpansInText(text, exacts)).toEqual({ missing });
  });
});

describe('placeSpansInPassage', () => {
  it('counts from the beginning of the passage', () => {
    const spans = [
      { start: 102, end: 104 },
      { start: 107, end: 109 },
    ];
    expect(placeSpansInPassage('😀“ab” “cd”', 100, spans)).toEqual([
      { text_start: 2, text_end: 4 },
      { text_start: 7, text_end: 9 },
    ]);
  });

  it('refuses a span outside the passage', () => {
    for (const span of [
      { start: 99, end: 101 },
      { start: 101, end: 104 },
      { start: 102, end: 101 },
    ]) {
      expect(() => placeSpansInPassage('abc', 100, [span])).toThrow(RangeError);
    }
  });
});
