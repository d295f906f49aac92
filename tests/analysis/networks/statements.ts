/** Small bases of stances, and the networks that the API draws of them. */
import type { FastifyInstance } from 'fastify';
import type { Db } from '../../../src/db/client.ts';
import type { Draft } from '../../../src/resources/resource.ts';
import { ask, buildUrl, importRecords, openEmptyBase } from '../../base.ts';

export type Said = {
  actor: string;
  topic: string;
  position?: string;
  held?: string | null;
  /** A source is published on the day that its name ends with, if it does: `paper-2020-12-20`. */
  source?: string;
  /** First code point of its evidence. */
  at?: number;
  id?: string;
};

/** Topics are named after their parents: `t1.a` is narrower than `t1`. */
export function openBaseOf(said: readonly Said[]): Db {
  const db = openEmptyBase();
  writeStatements(db, said, '');
  return db;
}

/** In place of those that the base holds. Their ids begin with `prefix`, because ids are never used again. */
export function writeStatements(db: Db, said: readonly Said[], prefix: string): void {
  const stances = said.map(
    ({ actor, topic, position = 'support', held = null, source = 'paper', at = 0, id }, n): Draft => ({
      id: `${prefix}${id ?? `s-${n}`}`,
      actor,
      topic,
      position,
      held,
      source,
      basis: 'reported',
      statement: 'What the actor holds.',
      verification: 'pinned',
      evidence: [{ passage: { start: at, end: at + 1, sha256: '0'.repeat(64), exact: null } }],
    }),
  );
  const sources = new Set(stances.map((stance) => stance.source as string));
  const topics = new Set(
    said.flatMap(({ topic }) => [topic, ...(topic.includes('.') ? [topic.split('.')[0] as string] : [])]),
  );
  importRecords(db, {
    actors: [...new Set(said.map(({ actor }) => actor))].map((id) => ({
      id,
      name: id.toUpperCase(),
      kind: 'person',
    })),
    topics: [...topics].map((id) => ({
      id,
      label: `Topic ${id}`,
      proposition: 'It holds.',
      ...(id.includes('.') ? { broader: id.split('.')[0] } : {}),
    })),
    corpora: [{ id: 'corpus', title: 'A corpus' }],
    sources: [...sources].map((id) => ({
      id,
      corpus: 'corpus',
      title: id,
      title_supplied: true,
      published: /\d{4}-\d{2}-\d{2}$/.exec(id)?.[0] ?? null,
    })),
    stances,
  });
}

export type NetworkJson = {
  parameters: Record<string, unknown>;
  statements: { matched: number; entries: number; used: number; left_out: Record<string, unknown> };
  nodes: { id: string; label: string; mode: string; key: string; statements: number }[];
  edges: { row: string; column: string; weight: number; counts: Record<string, number>; evidence: string }[];
  edges_total: number;
  networks: (NetworkJson & { start: string; end: string; used: number; duplicates: number })[];
  data_version: string;
};

export async function draw(
  app: FastifyInstance,
  params: Record<string, string | number | string[]>,
): Promise<NetworkJson> {
  const url = buildUrl('/v1/networks', params);
  const answer = await ask(app, url);
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}: ${answer.text}`);
  return answer.json() as unknown as NetworkJson;
}

/** `{ 'a t1': 3 }` */
export function listWeights({ edges }: Pick<NetworkJson, 'edges'>): Record<string, number> {
  return Object.fromEntries(edges.map(({ row, column, weight }) => [`${row} ${column}`, weight]));
}
