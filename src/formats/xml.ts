/** Texts inside XML 1.0. */

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/**
 * For an attribute or between tags. What no XML document may hold (control characters, U+FFFE, U+FFFF, halves of
 * surrogate pairs; https://www.w3.org/TR/xml/#charsets) becomes U+FFFD, so that it is seen that something stood there.
 */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] as string)
  );
}
