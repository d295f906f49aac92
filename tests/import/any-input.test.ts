// Whatever stands in the lines of a file, a reader answers with entries and rejects, and the base stays what it says.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyBase } from '../../src/store/verify-base.ts';
import { openEmptyBase } from '../base.ts';
import { importFiles, importText, openFolder, writeLines } from './importing.ts';

const odd = fc.oneof(
  fc.constantFrom('', ' ', 'None', '\0', '\ud800', '“a” b', 'سلام', '🙂', 'Ada Lind', 'ada-lind', 'Q1'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const anything = fc.oneof(
  odd,
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, true, [], {}),
  fc.array(odd, { maxLength: 3 }),
);

const quotebankLine = fc.record(
  {
    quoteID: fc.oneof(fc.constantFrom('a-1', 'A 1', ''), anything),
    quotation: fc.oneof(odd, anything),
    speaker: fc.oneof(odd, anything),
    qids: fc.oneof(fc.array(fc.constantFrom('Q1', 'Q2', 'X')), anything),
    date: fc.oneof(fc.constantFrom('2015-11-11 00:55:12', '2015-02-30', '0000-00-00'), anything),
    numOccurrences: fc.oneof(fc.integer({ min: -1, max: 3 }), anything),
    probas: fc.oneof(
      fc.array(fc.tuple(odd, fc.oneof(fc.double(), fc.constantFrom('0.5', '2', 'x')))),
      anything,
    ),
    urls: fc.oneof(
      fc.array(fc.constantFrom('http://example.org/a', 'https://example.org/ü b', 'no address')),
      anything,
    ),
  },
  { requiredKeys: ['quotation', 'urls'] },
);

const selector = fc.oneof(
  fc.record({ type: fc.constant('TextQuoteSelector'), exact: odd, prefix: odd, suffix: odd }),
  fc.record({
    type: fc.constant('TextPositionSelector'),
    start: fc.oneof(fc.nat(20), anything),
    end: fc.oneof(fc.nat(20), anything),
  }),
  anything,
);
const tag = fc.oneof(
  odd,
  fc
    .tuple(fc.constantFrom('actor', 'topic', 'stance', 'kind', 'said', 'toString'), odd)
    .map(([name, value]) => `${name}:${value}`),
);
const annotation = fc.record(
  {
    id: anything,
    uri: fc.oneof(fc.constant('https://example.org/a'), anything),
    tags: fc.oneof(fc.array(tag, { maxLength: 4 }), anything),
    text: anything,
    user: anything,
    body: fc.oneof(
      fc.array(fc.record({ purpose: fc.constant('tagging'), value: tag }), { maxLength: 2 }),
      anything,
    ),
    target: fc.oneof(
      fc.array(
        fc.record({
          source: fc.oneof(odd, anything),
          selector: fc.oneof(fc.array(selector, { maxLength: 3 }), anything),
        }),
        { maxLength: 2 },
      ),
      anything,
    ),
  },
  { requiredKeys: [] },
);

test.each([
  ['quotebank', quotebankLine],
  ['w3c', annotation],
] as const)('%s', async (from, arbitrary) => {
  const db = openEmptyBase();
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitrary as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 6 }),
      async (entries) => {
        const report = await importText(db, writeLines(entries), { from, corpus: 'any' });
        expect(report.entries.taken + report.entries.refused).toBeLessThanOrEqual(entries.length * 3);
      },
    ),
    { numRuns: 60 },
  );
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

const annotationLine = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('T1', 'T2', 'T3'),
      fc.constantFrom('Source', 'Cue', 'Content', 'X'),
      fc.nat(30),
      fc.nat(30),
      odd,
    )
    .map(([id, type, start, end, words]) => `${id}\t${type} ${start} ${end}\t${words}`),
  fc.constantFrom(
    'T1\tContent 0 2\t“a',
    'T2\tSource 4 12\tAda Lind',
    'T3\tContent 0 1;2 3\t“ ”',
    'T3\tContent 2 3;0 1\t” “',
  ),
  fc.constantFrom(
    'E1\tCue:T1 Source:T2 Content:T3',
    'E1\tX:T9',
    'R1\tSpeaker Arg1:T1 Arg2:T2',
    'R2\tX Arg1:T1',
    'N1\tReference T2 Wikidata:Q1\t',
  ),
  odd,
);

test('brat', async () => {
  const db = openEmptyBase();
  const folder = openFolder();
  writeFileSync(join(folder, 'a.txt'), '“a” Ada Lind said 🙂 and\r\nleft. «б»');
  await fc.assert(
    fc.asyncProperty(fc.array(annotationLine, { maxLength: 8 }), async (lines) => {
      writeFileSync(join(folder, 'a.ann'), lines.join('\n'));
      const report = await importFiles(db, [join(folder, 'a.ann')], { from: 'brat', corpus: 'any' });
      expect(report.entries.taken).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});
