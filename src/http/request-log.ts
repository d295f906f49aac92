import type { FastifyInstance } from 'fastify';

/** A line for each request at `debug`, and for a slow one at `warn`. The id is in the answer too, and in every problem document. */
export function registerRequestLog(app: FastifyInstance, slowMs: number): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
  });
  app.addHook('onResponse', async (request, reply) => {
    const elapsed = reply.elapsedTime;
    const line = {
      method: request.method,
      url: request.url,
      status: reply.statusCode,
      ms: Math.round(elapsed * 10) / 10,
    };
    if (elapsed >= slowMs) request.log.warn(line, 'slow request');
    else request.log.debug(line, 'request');
  });
}
