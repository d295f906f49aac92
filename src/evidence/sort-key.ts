/** A key that sorts as a reader expects: without case, diacritics (Unicode NFKD) or leading punctuation. */
export function foldForSorting(text: string): string {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return folded.replace(/^[\p{P}\p{S}\p{Z}]+/u, '') || folded;
}
