/** Networks of actors and topics, and the statements behind each of their edges. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isSmallEvidence, listEvidence, parseEvidence } from '../../analysis/networks/evidence.ts';
import {
  DEFAULT_LIMIT,
  type NetworkFormat,
  type NetworkQuestion,
  parseNetwork,
  refuseForFormat,
} from '../../analysis/networks/parameters.ts';
import { areFewStatements } from '../../analysis/networks/statements.ts';
import type { Compute } from '../../compute/compute.ts';
import { writeNetwork } from '../../compute/networks.ts';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import { readInTurns, readOneState } from '../../db/one-state.ts';
import { resolveIds } from '../../query/ids.ts';
import type { RawParams } from '../../query/params.ts';
import { chooseAmong, chooseFormat, MEDIA_TYPES } from '../negotiate.ts';
import { describeEvidence, describeNetwork, NETWORK_TYPES } from '../network-operations.ts';
import { networkSchema } from '../network-schemas.ts';
import { answerOfOneState } from '../one-state-answers.ts';

type Context = { db: Db; compute: Compute; page_size: number; page_size_max: number };

/** What is made of so few statements, costs so little and shows no more edges than usual is drawn here and now. */
const SMALL_STATEMENTS = 3000;
const SMALL_COST = 200_000;

const OFFERED = Object.entries(NETWORK_TYPES).map(
  ([format, type]) => [type, format as NetworkFormat] as const,
);

export function registerNetworks(app: FastifyInstance, context: Context): void {
  app.addSchema(networkSchema);
  app.get('/v1/networks', { schema: describeNetwork() }, (request, reply) =>
    answerNetwork(context, request, reply),
  );
  app.get('/v1/networks/evidence', { schema: describeEvidence(context) }, (request, reply) =>
    answerEvidence(context, request, reply),
  );
}

async function answerNetwork(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { db } = context;
  const question = parseNetwork(request.query as RawParams, context);
  const format = chooseAmong(question.format, request, OFFERED);
  refuseForFormat(question, format);
  return answerOfOneState<Answer>(db, request, reply, {
    canonical: question.canonical,
    format,
    type: `${NETWORK_TYPES[format]}; charset=utf-8`,
    find: () =>
      readOneState(db, () => drawSmall(db, question, format)) ?? drawElsewhere(context, request, format),
    write: ({ answer }) => answer,
  });
}

type Answer = { answer: string | Readable; data_version: string };

function drawSmall(db: Db, question: NetworkQuestion, format: NetworkFormat): Answer | null {
  if (question.parameters.limit > DEFAULT_LIMIT) return null;
  const query = resolveIds(db, question.query);
  if (!areFewStatements(db, query, question.parameters, SMALL_STATEMENTS)) return null;
  const pieces = writeNetwork(db, question, format, SMALL_COST);
  return pieces === null ? null : { answer: [...pieces].join(''), data_version: readDataVersion(db) };
}

/** What is too long for a text comes through a file, which is gone as soon as it is open. */
async function drawElsewhere(
  { compute, page_size_max }: Context,
  request: FastifyRequest,
  format: NetworkFormat,
): Promise<Answer> {
  const file = join(tmpdir(), `verbatim-network-${randomUUID()}`);
  try {
    const drawn = await compute.ask(
      'draw_network',
      { raw: request.query as RawParams, page_size_max, format, file },
      { signal: request.signal },
    );
    const { version: data_version } = drawn;
    if ('text' in drawn) return { answer: drawn.text, data_version };
    const stream = createReadStream(file);
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject));
    return { answer: stream, data_version };
  } finally {
    await rm(file, { force: true });
  }
}

async function answerEvidence(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { db, compute, page_size, page_size_max } = context;
  const raw = request.query as RawParams;
  const question = parseEvidence(raw, context);
  const format = chooseFormat(null, request, ['json']);
  return answerOfOneState(db, request, reply, {
    // The size of a page that is not asked for is a setting, and not part of the query.
    canonical: `${question.canonical} ${page_size}`,
    format,
    type: MEDIA_TYPES[format],
    async find() {
      const { text, version } = isSmallEvidence(db, question, SMALL_STATEMENTS)
        ? await readInTurns(db, () => listEvidence(db, question, page_size))
        : await compute.ask('list_evidence', { raw, page_size, page_size_max }, { signal: request.signal });
      return { text, data_version: version };
    },
    write: ({ text }) => text,
  });
}
