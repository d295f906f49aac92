/** Counts that read every row that matches, however many. */
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { parseParams, type RawParams, resolveIds } from '../query/params.ts';
import { countMatching } from '../query/read.ts';
import { getResource } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';

/** A list as it was asked for: parameters, and the filters that its address sets. */
export type AskedList = { noun: Noun; raw: RawParams; fixed: RawParams; page_size_max: number };

export function countExactly(db: Db, asked: AskedList): { total: number; data_version: string } {
  const query = resolveIds(db, parseParams(getResource(asked.noun), asked.raw, asked, asked.fixed));
  return { total: countMatching(db, query), data_version: readDataVersion(db) };
}
