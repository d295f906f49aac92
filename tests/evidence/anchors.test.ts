import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchorSpan, findNearestPassage, locateExact, quoteSelectors } from '../../src/evidence/anchors.ts';
import { countCodePoints, indexCodePoints, sliceCodePoints } from '../../src/evidence/code-points.ts';
import { anyText } from './texts.ts';

const TEXT = '😀 The minister said yes. The president said no. The envoy said yes, twice.';

describe('anchorSpan', () => {
  it.each([
    ['in its place', { exact: 'no', start: 44, end: 46 }, 'exact', 44, 1],
    [
      'in its place, context notwithstanding',
      { exact: 'no', start: 44, end: 46, prefix: 'x' },
      'exact',
      44,
      1,
    ],
    ['elsewhere once', { exact: 'no', start: 40, end: 42 }, 'moved', 44, 1],
    ['with a wrong end', { exact: 'no', start: 44, end: 50 }, 'moved', 44, 1],
    ['with offsets outside the text', { exact: 'no', start: -3, end: 900 }, 'moved', 44, 1],
    ['with offsets that are no integers', { exact: 'no', start: 0.5, end: Number.NaN }, 'moved', 44, 1],
    ['elsewhere twice', { exact: 'yes', start: 0, end: 3 }, 'ambiguous', null, 2],
    [
      'twice, told apart by both',
      { exact: 'yes', start: 0, end: 3, prefix: 'envoy said ', suffix: ', twice' },
      'moved',
      63,
      2,
    ],
    ['twice, told apart by the suffix', { exact: 'yes', start: 0, end: 3, suffix: '. The' }, 'moved', 20, 2],
    ['twice, the prefix in both', { exact: 'yes', start: 0, end: 3, prefix: 'said ' }, 'ambiguous', null, 2],
    [
      'twice, the prefix in neither',
      { exact: 'yes', start: 0, end: 3, prefix: 'say ' },
      'ambiguous',
      null,
      2,
    ],
    ['nowhere', { exact: 'maybe', start: 0, end: 5 }, 'missing', null, 0],
    ['nowhere but for case', { exact: 'NO', start: 44, end: 46 }, 'missing', null, 0],
    ['no words', { exact: '', start: 3, end: 3 }, 'missing', null, 0],
  ] as const)('%s', (_, selector, state, start, candidates) => {
    const end = start === null ? null : start + countCodePoints(selector.exact);
    expect(anchorSpan(TEXT, selector)).toEqual({ state, start, end, candidates });
    expect(anchorSpan(indexCodePoints(TEXT), selector).state).toBe(state);
  });

  it('counts occurrences that overlap', () => {
    expect(anchorSpan('aaa', { exact: 'aa', start: 5, end: 7 })).toMatchObject({
      state: 'ambiguous',
      candidates: 2,
    });
  });

  it('does not find half of a character', () => {
    expect(anchorSpan('😀', { exact: '\ud83d', start: 0, end: 1 }).state).toBe('missing');
  });

  it('finds every slice of a text in its place', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), (text, a, b) => {
        const length = countCodePoints(text);
        fc.pre(length > 0);
        const start = a % length;
        const end = start + 1 + (b % (length - start));
        const exact = sliceCodePoints(text, start, end);
        expect(anchorSpan(text, { exact, start, end })).toMatchObject({ state: 'exact', start, end });
      }),
    );
  });

  it('never answers a place where the words do not stand', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.integer(), (text, exact, start) => {
        const anchor = anchorSpan(text, { exact, start, end: start + countCodePoints(exact) });
        if (anchor.start === null || anchor.end === null) return;
        expect(sliceCodePoints(text, anchor.start, anchor.end)).toBe(exact);
      }),
    );
  });
});

describe('locateExact', () => {
  it.each([
    ['once', 'no', {}, { state: 'exact', start: 44, end: 46 }],
    ['twice', 'yes', {}, { state: 'ambiguous', occurrences: [20, 63] }],
    ['the second', 'yes', { nth: 2 }, { state: 'exact', start: 63, end: 66 }],
    ['a third that is not there', 'yes', { nth: 3 }, { state: 'missing' }],
    ['a number below one', 'yes', { nth: 0 }, { state: 'missing' }],
    ['told apart by the prefix', 'yes', { prefix: 'envoy said ' }, { state: 'exact', start: 63, end: 66 }],
    ['told apart by the suffix', 'yes', { suffix: '.' }, { state: 'exact', start: 20, end: 23 }],
    ['the second after a prefix', 'yes', { prefix: 'said ', nth: 2 }, { state: 'exact', start: 63, end: 66 }],
    ['in no such context', 'yes', { prefix: 'nobody said ' }, { state: 'missing' }],
    ['nowhere', 'maybe', {}, { state: 'missing' }],
    ['no words', '', {}, { state: 'missing' }],
  ])('%s', (_, exact, options, expected) => {
    expect(locateExact(TEXT, exact, options)).toEqual(expected);
  });
});

describe('findNearestPassage', () => {
  const article =
    '😀 He spoke for an hour. He affirmed, “Russia is not a firefighting rescue crew… to save things that are ' +
    'not fully under our control.” His statements were covered widely.';
  const words =
    '“Russia is not a firefighting rescue crew… to save things that are not fully under our control.”';

  it.each([
    [
      'other marks',
      '"Russia is not a firefighting rescue crew… to save things that are not fully under our control."',
    ],
    ['case and space', words.toUpperCase().replaceAll(' ', ' \n ')],
    ['typing errors', words.replace('firefighting', 'fire-figting').replace('things', 'thngs')],
    ['a word left out', words.replace('fully ', '')],
  ])('sees past %s', (_, exact) => {
    const nearest = findNearestPassage(article, exact);
    expect(nearest?.text).toBe(words);
    expect(sliceCodePoints(article, nearest!.start, nearest!.end)).toBe(words);
    expect(nearest?.similarity).toBeGreaterThan(0.1);
    expect(nearest?.similarity).toBeLessThan(1);
  });

  it('answers whole words', () => {
    expect(findNearestPassage(article, 'statments where cover')?.text).toBe('statements were covered');
  });

  it('sees past the two ways of writing Persian', () => {
    const persian = 'گفت: «می‌خواهم این کتاب را بخوانم» و رفت.';
    expect(findNearestPassage(persian, 'ميخواهم اين كتاب را بخوانم')?.text).toBe(
      'می‌خواهم این کتاب را بخوانم',
    );
  });

  it.each(['Entirely other matters: bananas, mangoes and kiwis', '', '   ', '\u200b', 'zq', 'z'])(
    'answers nothing for %j',
    (exact) => {
      expect(findNearestPassage(article, exact)).toBeNull();
    },
  );

  it('answers a passage of the text, whatever the text', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, exact) => {
        const nearest = findNearestPassage(text, exact);
        if (!nearest) return;
        expect(sliceCodePoints(text, nearest.start, nearest.end)).toBe(nearest.text);
        expect(nearest.similarity).toBeGreaterThanOrEqual(0);
        expect(nearest.similarity).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('bears a text of a million characters', () => {
    const big = `${'the same words again '.repeat(48_000)}and a needle in the hay`;
    expect(findNearestPassage(big, 'and a neeedle in the hay')?.text).toBe('and a needle in the hay');
  });
});

describe('quoteSelectors', () => {
  it('takes what stands around, up to the limit or the edge', () => {
    expect(quoteSelectors('one two three', 4, 7)).toEqual({ prefix: 'one ', suffix: ' three' });
    expect(quoteSelectors('one two three', 4, 7, 2)).toEqual({ prefix: 'e ', suffix: ' t' });
    expect(quoteSelectors('two', 0, 3)).toEqual({ prefix: '', suffix: '' });
  });

  it('does not cut a letter from its accent, a flag or a family', () => {
    expect(quoteSelectors('e\u0301x', 2, 3, 1)).toEqual({ prefix: '\u0301', suffix: '' });
    expect(quoteSelectors('e\u0301ax', 3, 4, 2)).toEqual({ prefix: 'a', suffix: '' });
    expect(quoteSelectors('xa🇮🇷b', 0, 1, 2)).toEqual({ prefix: '', suffix: 'a' });
    expect(quoteSelectors('xa👩‍👩‍👧b', 0, 1, 4)).toEqual({ prefix: '', suffix: 'a' });
  });

  it('refuses a span outside the text', () => {
    expect(() => quoteSelectors('abc', 2, 4)).toThrow(RangeError);
  });

  it('answers what stands directly around, within the limit', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), fc.integer({ min: 0, max: 9 }), (text, a, b, limit) => {
        const points = [...text];
        const start = a % (points.length + 1);
        const end = start + (b % (points.length - start + 1));
        const { prefix, suffix } = quoteSelectors(text, start, end, limit);
        expect(points.slice(0, start).join('').endsWith(prefix)).toBe(true);
        expect(points.slice(end).join('').startsWith(suffix)).toBe(true);
        expect(Math.max(countCodePoints(prefix), countCodePoints(suffix))).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
