/** The addresses of every noun: its list, one record, a random one, and the lists of what belongs to a record. */
import { randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Compute } from '../../compute/compute.ts';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import { readInTurns, type Steps } from '../../db/one-state.ts';
import { Refusal } from '../../errors.ts';
import { listColumns, writeHeader, writeRecords, writeTable } from '../../formats/csv.ts';
import { writePage } from '../../formats/page.ts';
import { type Facets, findFacets, type GroupPage, readGroups } from '../../query/group.ts';
import { resolveIds } from '../../query/ids.ts';
import {
  FORMATS,
  type Format,
  parseFields,
  parseParams,
  type Query,
  RANDOM_CONTROLS,
  type RawParams,
} from '../../query/params.ts';
import { findPage, type Page } from '../../query/read.ts';
import { explainAbsence, hasRecord, readRecord } from '../../query/records.ts';
import { findSample, readSample } from '../../query/sample.ts';
import { streamDocuments, takeWholeOrder } from '../../query/stream.ts';
import { streamLines } from '../../query/stream-lines.ts';
import { servedResources } from '../../resources/registry.ts';
import type { Resource } from '../../resources/resource.ts';
import { awaitSlice, awaitTurn } from '../../turns.ts';
import { sendKept } from '../keep-answers.ts';
import { writeNextLink } from '../links.ts';
import { chooseFormat, MEDIA_TYPES, tagAnswer, writeTag } from '../negotiate.ts';
import { describeItem, describeList, describeRandom } from '../operations.ts';

type Context = { db: Db; compute: Compute; page_size: number; page_size_max: number };

/** `/v1/actors/{id}/quotes`: the quotes whose filter `actor` is that record. */
export type Kin = { parent: Resource; child: Resource; filter: string };

export function listKin(): Kin[] {
  return servedResources.flatMap((parent) =>
    servedResources.flatMap((child) =>
      Object.entries(child.fields).flatMap(([name, field]): Kin[] => {
        if (field.type !== 'reference' && field.type !== 'references') return [];
        const filter = field.type === 'references' ? field.singular : name;
        return field.to === parent.name && filter === parent.singular ? [{ parent, child, filter }] : [];
      }),
    ),
  );
}

export function registerNouns(app: FastifyInstance, context: Context): void {
  for (const resource of servedResources) {
    const url = `/v1/${resource.name}`;
    app.get(url, { schema: describeList(resource, context) }, (request, reply) =>
      answerList(context, resource, request, reply, null),
    );
    if (resource.random) {
      app.get(`${url}/random`, { schema: describeRandom(resource) }, (request, reply) =>
        answerRandom(context, resource, request, reply),
      );
    }
    app.get(`${url}/:id`, { schema: describeItem(resource) }, (request, reply) =>
      answerItem(context, resource, request, reply),
    );
  }
  for (const kin of listKin()) {
    const { parent, child } = kin;
    app.get(
      `/v1/${parent.name}/:id/${child.name}`,
      { schema: describeList(child, context, kin) },
      (request, reply) => answerList(context, child, request, reply, kin),
    );
  }
}

async function answerList(
  context: Context,
  resource: Resource,
  request: FastifyRequest,
  reply: FastifyReply,
  kin: Kin | null,
): Promise<unknown> {
  const { db } = context;
  const fixed: RawParams = kin === null ? {} : { [kin.filter]: getId(request) };
  const query = parseParams(resource, request.query as RawParams, context, fixed);
  const format = chooseFormat(query.format, request, FORMATS);
  refuseForFormat(query, format);
  // The size of a page that is not asked for is a setting, and not part of the query.
  const canonical = `${query.canonical} ${context.page_size}`;
  if (tagAnswer(request, reply, readDataVersion(db), canonical, format)) return reply.status(304).send();
  const kept = sendKept(reply);
  if (kept !== null) return kept;
  if (kin !== null && !hasRecord(db, kin.parent, getId(request)))
    throw explainAbsence(db, kin.parent, getId(request));
  const resolved = resolveIds(db, query);
  reply.type(MEDIA_TYPES[format]);
  if (resolved.exact)
    return answerExactly(context, resource, request, reply, fixed, resolved, format, canonical);
  const retag = (version: string) => writeTag(request, reply, version, canonical, format);
  if (resolved.group_by !== null) {
    const groups = await readGroups(db, resolved);
    retag(groups.data_version);
    return writeGroups(groups, resolved, format);
  }
  // Ranking ends at its best; everything that matches comes in the noun's own order, unless another was asked for.
  const all = 'sort' in (request.query as RawParams) ? resolved : takeWholeOrder(db, resolved);
  if (format !== 'json' && resolved.limit === null && resolved.sample === null)
    return streamList(db, all, format);
  const { page, facets } = await readInTurns(db, () => findList(db, resolved, context.page_size));
  retag(page.data_version);
  return sendPage(request, reply, resolved, page, facets, format);
}

type List = { page: Page; facets: Facets | undefined };

/** A page or a sample, with the facets that were asked for. */
function* findList(db: Db, query: Query, pageSize: number): Steps<List> {
  const page =
    query.sample === null ? yield* findPage(db, query, pageSize) : yield* findSample(db, query, query.sample);
  yield;
  return { page, facets: query.facets === null ? undefined : yield* findFacets(db, query) };
}

/** Counted in a process of its own, on one state of the data, whose version the answer carries. */
async function answerExactly(
  context: Context,
  resource: Resource,
  request: FastifyRequest,
  reply: FastifyReply,
  fixed: RawParams,
  query: Query,
  format: Format,
  canonical: string,
): Promise<unknown> {
  const { page_size, page_size_max } = context;
  const asked = { noun: resource.name, raw: request.query as RawParams, fixed, page_size, page_size_max };
  const { page, groups, facets } = await context.compute.ask('answer_exactly', asked, {
    signal: watchCaller(reply),
  });
  const { data_version } = (page ?? groups) as { data_version: string };
  writeTag(request, reply, data_version, canonical, format);
  if (groups !== undefined) return writeGroups(groups, query, format);
  return sendPage(request, reply, query, page as Page, facets, format);
}

/** Aborted when the caller hangs up before the answer is sent. */
function watchCaller(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  query: Query,
  page: Page,
  facets: Facets | undefined,
  format: Format,
): string | Readable | Promise<string> {
  if (page.next_cursor !== null) reply.header('link', writeNextLink(request.url, page.next_cursor));
  return writeList(query, page, facets, format);
}

function getId(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function refuseForFormat(query: Query, format: Format): void {
  if (query.facets !== null && format !== 'json') {
    throw new Refusal(
      'conflicting_parameters',
      `\`facets\` are counts beside the records of a JSON page: a list in ${format.toUpperCase()} has no place for them.`,
      { parameter: 'facets' },
    );
  }
  if (query.exact && format !== 'json' && query.group_by === null) {
    throw new Refusal(
      'conflicting_parameters',
      `\`exact=true\` counts for the \`total\` of a JSON page: a list in ${format.toUpperCase()} has no place for it.`,
      { parameter: 'exact' },
    );
  }
  const { rows, fields } = query;
  if (rows !== null && fields !== null && !fields.some((field) => field.split('.', 1)[0] === rows)) {
    throw new Refusal(
      'conflicting_parameters',
      `\`rows=${rows}\` gives a row for each of the ${rows}, and \`fields\` names nothing of them, such as \`${rows}\`.`,
      { parameter: 'rows' },
    );
  }
  if (format === 'csv' || (query.rows === null && !query.guard)) return;
  const parameter = query.rows === null ? 'guard' : 'rows';
  throw new Refusal(
    'conflicting_parameters',
    `\`${parameter}\` shapes the rows of a CSV file: it needs \`format=csv\`.`,
    { parameter },
  );
}

function writeGroups(page: GroupPage, query: Query, format: Format): string {
  if (format === 'json') return JSON.stringify(page);
  if (format === 'ndjson') return writeLines(page.results.map((group) => JSON.stringify(group)));
  const columns = listGroupColumns(query);
  return writeTable(page.results, columns, query.guard);
}

function listGroupColumns(query: Query): { path: string; keys: string[]; json: boolean }[] {
  const paths = (query.group_by ?? []).flatMap(({ name, filter }) =>
    filter?.kind === 'reference' ? nameReferenceColumns(name, filter.to) : [[name]],
  );
  return [...paths, ['count']].map((keys) => ({ path: keys.join('.'), keys, json: false }));
}

function nameReferenceColumns(name: string, to: string | undefined): string[][] {
  const label = servedResources.find((resource) => resource.name === to)?.label ?? 'name';
  return [
    [name, 'id'],
    [name, label],
  ];
}

function writeList(
  query: Query,
  page: Page,
  facets: Facets | undefined,
  format: Format,
): string | Readable | Promise<string> {
  if (format === 'ndjson') return writeLines(page.documents);
  // With `rows`, what a page writes has no bound.
  if (format === 'csv' && query.rows !== null) return toReadable(streamTable(query, [page.documents]));
  if (format === 'csv') return writePageTable(query, page.documents);
  return writePage({ ...page, facets });
}

async function writePageTable(query: Query, documents: readonly string[]): Promise<string> {
  let table = '';
  for await (const rows of streamTable(query, [documents], awaitTurn)) table += rows;
  return table;
}

function writeLines(documents: readonly string[]): string {
  return documents.map((document) => `${document}\n`).join('');
}

function* parseAll(documents: readonly string[]): Generator<Record<string, unknown>> {
  for (const document of documents) yield JSON.parse(document);
}

/** Everything that matches. The first slice is read before the headers go out, so that a refusal can still be one. */
async function streamList(db: Db, query: Query, format: Format): Promise<Readable> {
  const slices: AsyncGenerator<string | Buffer> =
    format === 'csv' ? streamTable(query, streamDocuments(db, query)) : streamLines(db, query);
  const first = await slices.next();
  return toReadable(goOn(first, slices));
}

function toReadable(slices: AsyncGenerator<string | Buffer>): Readable {
  return Readable.from(slices, { objectMode: false });
}

async function* goOn<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** The event loop has its turn between any two slices of one list of documents. */
async function* streamTable(
  query: Query,
  lists: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  pause = awaitSlice,
): AsyncGenerator<string> {
  const columns = listColumns(query.resource, query.fields, query.rows);
  let header = writeHeader(columns);
  for await (const documents of lists) {
    let first = true;
    for (const rows of writeRecords(parseAll(documents), columns, query)) {
      if (!first) await pause();
      first = false;
      yield header + rows;
      header = '';
    }
  }
  if (header !== '') yield header;
}

async function answerItem(
  context: Context,
  resource: Resource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { fields, format } = parseFields(resource, request.query as RawParams);
  chooseFormat(format, request, ['json']);
  const id = getId(request);
  if (
    tagAnswer(
      request,
      reply,
      readDataVersion(context.db),
      JSON.stringify([resource.name, id, fields]),
      'json',
    )
  )
    return reply.status(304).send();
  const kept = sendKept(reply);
  if (kept !== null) return kept;
  reply.type(MEDIA_TYPES.json);
  return readRecord(context.db, resource, id, fields);
}

async function answerRandom(
  context: Context,
  resource: Resource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { db } = context;
  const query = parseParams(resource, request.query as RawParams, context, {}, RANDOM_CONTROLS);
  chooseFormat(query.format, request, ['json']);
  const [document] = (await readSample(db, resolveIds(db, { ...query, seed: randomInt(2_147_483_647) }), 1))
    .documents;
  if (document === undefined)
    throw new Refusal('not_found', `None of the ${resource.name} matches these filters.`);
  reply.type(MEDIA_TYPES.json).header('cache-control', 'no-store');
  return document;
}
