import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCodePoints, sliceCodePoints } from '../../src/evidence/code-points.ts';
import { findQuotedPassages } from '../../src/evidence/quotation-marks.ts';
import { anyText } from './texts.ts';

function listPassages(text: string): string[] {
  return findQuotedPassages(text).map(
    ({ start, end, level }) => `${level}:${sliceCodePoints(text, start, end)}`,
  );
}

describe('findQuotedPassages', () => {
  it.each<[string, string, string[]]>([
    ['curly', 'He said “yes” and “no.”', ['0:yes', '0:no.']],
    ['single curly', 'He said ‘yes’ and ‘no’.', ['0:yes', '0:no']],
    ['nested', '“He told me ‘never’ and left,” she said.', ['0:He told me ‘never’ and left,', '1:never']],
    ['British nesting', '‘He said “never” to me.’', ['0:He said “never” to me.', '1:never']],
    ['German', 'Er sagte: „Nie ‚wieder‘ so.“ Und „doch“.', ['0:Nie ‚wieder‘ so.', '1:wieder', '0:doch']],
    ['Polish', 'Powiedział: „Nigdy «więcej» nie.”', ['0:Nigdy «więcej» nie.', '1:więcej']],
    ['French', 'Il a dit : «\u00a0Jamais ‹ plus › ici.\u00a0»', ['0:Jamais ‹ plus › ici.', '1:plus']],
    ['Danish', 'Han sagde »aldrig« og »nej ›tak‹«.', ['0:aldrig', '0:nej ›tak‹', '1:tak']],
    ['Swedish', 'Han sa ”aldrig” och »nej».', ['0:aldrig', '0:nej']],
    ['Persian', 'گفت «هرگز» و رفت', ['0:هرگز']],
    ['Japanese', '彼は「『本』を読む」と言った', ['0:『本』を読む', '1:本']],
    ['straight', 'He said "yes" and "no."', ['0:yes', '0:no.']],
    ['straight around curly', 'He said "they ‘knew’ it".', ['0:they ‘knew’ it', '1:knew']],
    ['ellipses and brackets', '“talks [with Iran] failed… again”', ['0:talks [with Iran] failed… again']],
    ['across a line break', '“one\ntwo”', ['0:one\ntwo']],
    ['touching dashes and brackets', 'It is—“yes”—(“no”).', ['0:yes', '0:no']],

    ['apostrophes', 'Don’t touch Russia’s or the Russians’ plan, ’tis rock ’n’ roll.', []],
    ['apostrophes inside', '‘Don’t touch Russia’s plan’', ['0:Don’t touch Russia’s plan']],
    ['a possessive inside', '‘the workers’ plan’ failed', ['0:the workers’ plan']],
    ['an s before the closing mark', '‘the workers’ and the ‘bosses’', ['0:the workers', '0:bosses']],
    [
      'a possessive after a nested quotation',
      '“He said ‘no bosses’ to us,” and the workers’ plan won.',
      ['0:He said ‘no bosses’ to us,', '1:no bosses'],
    ],
    [
      'elisions set with the wrong mark',
      '“In the ‘90s, ‘tis said, we’d won.”',
      ['0:In the ‘90s, ‘tis said, we’d won.'],
    ],
    ['transliterated letters', 'Sa‘ud met “‘Ali of Shi‘a fame” there', ['0:‘Ali of Shi‘a fame']],
    ['straight single marks', "He didn't say 'yes'.", []],

    ['inches', 'A 5" pipe and a 12" one', []],
    ['inches beside quotations', 'A 5" pipe was "best of all" they said', ['0:best of all']],
    ['inches inside', 'He said "a 5" pipe" twice', ['0:a 5" pipe']],
    ['a number before the closing mark', '"Born in 1990" and "alive"', ['0:Born in 1990', '0:alive']],
    ['a number before the closing mark, then inches', '"Born in 1990" with a 5" pipe', ['0:Born in 1990']],

    ['unclosed', 'He said “yes and left.', []],
    ['unclosed before a paragraph', 'He said “yes.\n\nShe said “no” and left”.', ['0:no']],
    ['unclosed around closed', 'He said “yes and “no” and left.', ['0:no']],
    ['unclosed inside closed', 'He said “yes ‘and no” then.', ['0:yes ‘and no']],
    ['closing alone', 'He said yes” and left.', []],
    ['straight alone', 'He said yes" and left.', []],
    [
      'several paragraphs with the mark set again',
      '“First part.\n\n“Second part.\r\n\r\n“Third,” he said. “End.”',
      ['0:First part.', '0:Second part.', '0:Third,', '0:End.'],
    ],
    ['nothing inside', '“” and " " and «\u00a0»', []],
    ['no marks', 'Nothing here.', []],
    ['no text', '', []],
  ])('%s', (_, text, expected) => {
    expect(listPassages(text)).toEqual(expected);
  });

  it('counts code points', () => {
    expect(findQuotedPassages('😀 “a😀b” 😀 “c”')).toEqual([
      { start: 3, end: 6, level: 0 },
      { start: 11, end: 12, level: 0 },
    ]);
  });

  it('answers passages that are in order and lie apart or one in the other, on any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const passages = findQuotedPassages(text);
        const length = countCodePoints(text);
        for (const [i, passage] of passages.entries()) {
          expect(passage.end).toBeGreaterThan(passage.start);
          expect(passage.end).toBeLessThanOrEqual(length);
          const around = passages.slice(0, i).filter((other) => other.end > passage.start);
          expect(passage.level).toBe(around.length);
          for (const other of around) expect(passage.end).toBeLessThan(other.end);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('bears a text made of marks', () => {
    for (const marks of ['“', '‘s’ a', '5"', '»', '“\n\n']) {
      expect(() => findQuotedPassages(marks.repeat(20_000))).not.toThrow();
    }
  });
});
