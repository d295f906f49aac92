/** Networks of actors and topics, and the statements behind each of their edges. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type NetworkFormat, parseNetwork } from '../../analysis/networks/parameters.ts';
import type { Compute } from '../../compute/compute.ts';
import type { Db } from '../../db/client.ts';
import { readDataVersion } from '../../db/data-version.ts';
import type { RawParams } from '../../query/params.ts';
import { chooseAmong, MEDIA_TYPES, tagAnswer } from '../negotiate.ts';
import { describeNetwork, networkSchema } from '../network-operations.ts';

type Context = { db: Db; compute: Compute; page_size: number; page_size_max: number };

const OFFERED: readonly (readonly [type: string, format: NetworkFormat])[] = [['application/json', 'json']];

export function registerNetworks(app: FastifyInstance, context: Context): void {
  app.addSchema(networkSchema);
  app.get('/v1/networks', { schema: describeNetwork() }, (request, reply) =>
    answerNetwork(context, request, reply),
  );
}

async function answerNetwork(
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { db, compute } = context;
  const raw = request.query as RawParams;
  const { canonical, format: asked } = parseNetwork(raw, context);
  const format = chooseAmong(asked, request, OFFERED);
  if (tagAnswer(request, reply, readDataVersion(db), canonical, format)) return reply.status(304).send();
  const text = await compute.ask(
    'draw_network',
    { raw, page_size_max: context.page_size_max },
    { signal: request.signal },
  );
  return reply.type(MEDIA_TYPES[format]).send(text);
}
