/** The envelope of a list, made of records that are JSON already. */

export type PageParts = {
  total: number;
  total_is: string;
  next_cursor: string | null;
  documents: readonly string[];
  data_version: string;
  facets?: { facets: unknown; facets_records: number; facets_are: string } | undefined;
  ranking?: string | null;
};

export function writePage(page: PageParts): string {
  const facets = page.facets === undefined ? '' : `,${JSON.stringify(page.facets).slice(1, -1)}`;
  const ranking = page.ranking == null ? '' : `,"ranking":${JSON.stringify(page.ranking)}`;
  return `{"total":${page.total},"total_is":"${page.total_is}","next_cursor":${JSON.stringify(page.next_cursor)},"results":[${page.documents.join(',')}]${facets}${ranking},"data_version":${JSON.stringify(page.data_version)}}`;
}
