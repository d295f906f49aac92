import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexCodePoints } from '../../src/evidence/code-points.ts';
import { type Coverage, checkCoverage, type LedgerPlace, shorten } from '../../src/evidence/coverage.ts';

const span = (quote: string, ordinal: number, start: number, end: number, relayed = false) => ({
  quote,
  ordinal,
  start,
  end,
  relayed,
});
const entry = (start: number, end: number, more: Partial<LedgerPlace> = {}): LedgerPlace => ({
  start,
  end,
  reason: 'term',
  ...more,
});
const repeat = (start: number, end: number, quote: string, ordinal: number | null) =>
  entry(start, end, { reason: 'repeat', of: { quote, span: ordinal } });

const cases: [name: string, coverage: Coverage, says: RegExp[]][] = [
  [
    'spans and entries apart',
    { spans: [span('a', 1, 0, 5), span('b', 1, 5, 9)], ledger: [entry(9, 12)] },
    [],
  ],
  [
    'two quotes in one place',
    { spans: [span('a', 1, 0, 5), span('b', 1, 0, 5)], ledger: [] },
    [/^\[0, 5\) is the very place of span 1 of "a"/],
  ],
  ['one relays the other', { spans: [span('a', 1, 0, 5), span('b', 1, 0, 5, true)], ledger: [] }, []],
  [
    'inside another',
    { spans: [span('a', 1, 0, 9), span('b', 2, 3, 5)], ledger: [] },
    [/^\[3, 5\) is inside span 1 of "a" \[0, 9\)/],
  ],
  [
    'inside another, the outer one given later',
    { spans: [span('b', 1, 0, 5), span('a', 1, 0, 9)], ledger: [] },
    [/^\[0, 5\) is inside span 1 of "a"/],
  ],
  ['inside another and relayed', { spans: [span('a', 1, 0, 9), span('b', 1, 3, 5, true)], ledger: [] }, []],
  [
    'across another, relayed or not',
    { spans: [span('a', 1, 0, 5), span('b', 1, 3, 9, true)], ledger: [] },
    [/^\[3, 9\) crosses span 1 of "a" \[0, 5\)$/],
  ],
  [
    'an entry that is a span',
    { spans: [span('a', 1, 0, 5)], ledger: [entry(0, 5)] },
    [/^\[0, 5\) is the very place of span 1 of "a"/],
  ],
  [
    'an entry that is a relayed span',
    { spans: [span('a', 1, 0, 5, true)], ledger: [entry(0, 5)] },
    [/is the very place/],
  ],
  ['an entry across a span', { spans: [span('a', 1, 0, 5)], ledger: [entry(4, 7)] }, [/^\[4, 7\) crosses/]],
  ['an entry around a span', { spans: [span('a', 1, 2, 5)], ledger: [entry(0, 7)] }, [/^\[0, 7\) encloses/]],
  ['an entry around a relayed span', { spans: [span('a', 1, 2, 5, true)], ledger: [entry(0, 7)] }, []],
  ['an entry inside a span', { spans: [span('a', 1, 0, 9)], ledger: [entry(2, 5)] }, []],
  ['a repeat', { spans: [span('a', 1, 0, 5)], ledger: [repeat(9, 14, 'a', 1)] }, []],
  [
    'a repeat of no span',
    { spans: [span('a', 1, 0, 5)], ledger: [repeat(9, 14, 'a', null)] },
    [/which span/],
  ],
  [
    'a repeat of another length',
    { spans: [span('a', 1, 0, 5)], ledger: [repeat(9, 13, 'a', 1)] },
    [/is 4 code points long/],
  ],
  [
    'a repeat that comes first',
    { spans: [span('a', 1, 9, 14)], ledger: [repeat(0, 5, 'a', 1)] },
    [/stands before span 1/],
  ],
  [
    'a span beyond the last',
    { spans: [span('a', 1, 0, 5)], ledger: [repeat(9, 14, 'a', 2)] },
    [/"a" has 1 span in/],
  ],
  ['a quote without spans', { spans: [], ledger: [repeat(9, 14, 'a', 1)] }, [/"a" has no spans in/]],
  [
    'an echo of other words',
    { spans: [span('a', 1, 5, 9)], ledger: [entry(0, 2, { reason: 'echo', of: { quote: 'a', span: 1 } })] },
    [],
  ],
  [
    'an echo of a span and no quote',
    { spans: [], ledger: [entry(0, 2, { of: { quote: null, span: 1 } })] },
    [/not the quote/],
  ],
];

test.each(cases)('%s', (_, coverage, says) => {
  const problems = checkCoverage(coverage);
  expect(problems).toHaveLength(says.length);
  for (const [n, pattern] of says.entries()) expect(problems[n]?.sentence).toMatch(pattern);
});

test('with the text, every passage in quotation marks is one of them, and repeats are read', () => {
  const text = indexCodePoints('😀 “one”, “two” and ‘three “four”’. Again “one”, and “six”.');
  const at = (words: string, nth = 0) => {
    const all = [...text.text.matchAll(new RegExp(words, 'gu'))];
    const start = text.toCodePoint(all[nth]?.index ?? -1);
    return { start, end: start + words.length };
  };
  const spans = [
    { ...at('one'), quote: 'a', ordinal: 1, relayed: false },
    { ...at('two'), quote: 'a', ordinal: 2, relayed: false },
  ];
  const ledger = [
    { ...at('three “four”'), reason: 'term' },
    { ...at('one', 1), reason: 'repeat', of: { quote: 'a', span: 1 } },
  ];
  expect(checkCoverage({ spans, ledger, text }).map((problem) => problem.sentence)).toEqual([
    '[53, 56) “six” stands in quotation marks and is neither a span of a quote nor in the ledger',
  ]);
  const six = { ...at('six'), reason: 'repeat', of: { quote: 'a', span: 2 } };
  expect(checkCoverage({ spans, ledger: [...ledger, six], text })).toMatchObject([
    { ledger: 2, field: 'of', sentence: '[53, 56) has “six”, which is no repeat of “two”' },
  ]);
  const beside = { start: 52, end: 56, reason: 'term' };
  expect(checkCoverage({ spans, ledger: [...ledger, beside], text })).toMatchObject([
    {
      ledger: 2,
      field: 'start',
      sentence: '[52, 56) is no passage in quotation marks; the nearest is [53, 56)',
    },
    { place: { start: 53, end: 56 } },
  ]);
});

test('every overlap of two quotes is found, whatever the order', () => {
  const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 5 })), {
    maxLength: 7,
  });
  fc.assert(
    fc.property(places, (drawn) => {
      const spans = drawn.map(([start, length], n) => span(`q${n}`, 1, start, start + length));
      const pairs = spans.flatMap((a, n) =>
        spans.slice(n + 1).filter((b) => a.start < b.end && b.start < a.end),
      );
      expect(checkCoverage({ spans, ledger: [] })).toHaveLength(pairs.length);
    }),
  );
});

test('words for a sentence are cut between code points', () => {
  expect(shorten(`a\n  b`)).toBe('a b');
  expect(shorten('😀'.repeat(3), 3)).toBe('😀…');
});
