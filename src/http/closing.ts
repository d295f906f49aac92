import type { FastifyInstance } from 'fastify';

/**
 * Closing ends the connections that are idle at that moment, and no others. One whose answer was still under way is
 * kept alive after it, and would hold the process until the client lets go.
 */
export function registerClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onResponse', async () => {
    if (closing) setImmediate(() => app.server.closeIdleConnections());
  });
}
