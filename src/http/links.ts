/** `Link: rel="next"` of a page: the same address with another cursor. Relative, because a proxy may know us under another name. */

export function writeNextLink(url: string, cursor: string): string {
  const { pathname, searchParams } = new URL(url, 'http://here');
  searchParams.set('cursor', cursor);
  return `<${pathname}?${searchParams}>; rel="next"`;
}

/** The cursor of a link that was written here. */
export function readNextCursor(link: string): string {
  const [, url = ''] = /^<([^>]*)>/.exec(link) ?? [];
  return new URL(url, 'http://here').searchParams.get('cursor') ?? '';
}
