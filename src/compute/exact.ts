/** Lists and counts for which every row that matches is read, however many. */
import type { Db } from '../db/client.ts';
import { countMatching } from '../query/count.ts';
import { type Counts, countAll } from '../query/count-all.ts';
import { type Facets, type GroupPage, readFacetsExactly, readGroupsExactly } from '../query/group.ts';
import { resolveIds } from '../query/ids.ts';
import { parseParams, type RawParams } from '../query/params.ts';
import { type Page, readPage } from '../query/read.ts';
import { getResource, servedResources } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';

/** A list as it was asked for: parameters, and the filters that its address sets. */
export type AskedList = {
  noun: Noun;
  raw: RawParams;
  fixed: RawParams;
  page_size: number;
  page_size_max: number;
};
export type ExactAnswer = { page?: Page; facets?: Facets; groups?: GroupPage };

/** With `group_by`, the groups; else the page, with the facets that were asked for. */
export async function answerExactly(db: Db, asked: AskedList): Promise<ExactAnswer> {
  const query = resolveIds(db, parseParams(getResource(asked.noun), asked.raw, asked, asked.fixed));
  if (query.group_by !== null) return { groups: readGroupsExactly(db, query) };
  const page = await readPage(db, query, asked.page_size);
  return {
    page: page.total_is === 'exact' ? page : { ...page, total: countMatching(db, query), total_is: 'exact' },
    ...(query.facets === null ? {} : { facets: readFacetsExactly(db, query) }),
  };
}

export function countServed(db: Db): Counts {
  return countAll(db, servedResources);
}
