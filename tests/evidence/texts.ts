import fc from 'fast-check';

const pieces = [
  ...['a', 'b', ' ', '\n', '.', '“', '”', '‘', '’', '"', '«', '»', '„'],
  ...['😀', '🇮🇷', '👩‍👩‍👧', 'e\u0301', 'می‌خواهم', 'שלום', '\u200f', '核协议', '\ud83d', '\ude00'],
];

/** `fc.string({ unit: 'binary' })` would do, but takes a second to prepare. */
const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));

/** Texts in which the ways of counting characters differ; lone surrogates included. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...pieces), anyCharacter), { maxLength: 30 })
  .map((parts) => parts.join(''));
