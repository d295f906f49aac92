import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCodePoints, indexCodePoints, sliceCodePoints } from '../../src/evidence/code-points.ts';
import { digestText } from '../../src/evidence/digest.ts';
import { anyText } from './texts.ts';

describe('counting code points', () => {
  it.each([
    ['', 0],
    ['“Russia”', 8],
    ['a😀b', 3],
    ['👩‍👩‍👧', 5],
    ['می‌خواهم', 8],
    ['e\u0301', 2],
    ['\ud83d', 1],
    ['\ude00\ud83d', 2],
  ])('%j has %i', (text, count) => {
    expect(countCodePoints(text)).toBe(count);
    expect(indexCodePoints(text).length).toBe(count);
  });

  it('slices past characters outside the basic plane', () => {
    expect(sliceCodePoints('😀a😀b😀', 1, 4)).toBe('a😀b');
  });

  it('answers the code point for an offset inside a surrogate pair', () => {
    expect(indexCodePoints('a😀b').toCodePoint(2)).toBe(1);
    expect(indexCodePoints('a😀b').toCodePoint(3)).toBe(2);
  });

  it('refuses offsets that are not in the text', () => {
    const index = indexCodePoints('a😀b');
    for (const offset of [-1, 4, 0.5, Number.NaN]) expect(() => index.toUtf16(offset)).toThrow(RangeError);
    for (const offset of [-1, 5, 0.5, Number.NaN])
      expect(() => index.toCodePoint(offset)).toThrow(RangeError);
    expect(() => index.slice(0, 4)).toThrow(RangeError);
    expect(() => index.slice(2, 1)).toThrow(RangeError);
  });

  it('agrees with the string iterator on any text, lone surrogates included', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const index = indexCodePoints(text);
        const points = [...text];
        expect(index.length).toBe(points.length);
        for (let i = 0; i <= points.length; i++) {
          const before = points.slice(0, i).join('');
          expect(index.toUtf16(i)).toBe(before.length);
          expect(index.toCodePoint(before.length)).toBe(i);
          expect(index.slice(0, i)).toBe(before);
        }
      }),
    );
  });
});

describe('digestText', () => {
  it('is the SHA-256 of the UTF-8 bytes', () => {
    expect(digestText('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(digestText('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('normalises nothing', () => {
    expect(digestText('é')).not.toBe(digestText('e\u0301'));
    expect(digestText('a\n')).not.toBe(digestText('a\r\n'));
  });
});
