import type { FastifyInstance } from 'fastify';

const AGAIN_MS = 50;

/**
 * Closing ends the connections that are idle at that moment, and no others. One whose answer was still under way is
 * kept alive after it, and would hold the process until the client lets go: it is ended once it is idle.
 */
export function registerClosing(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    const timer = setInterval(() => app.server.closeIdleConnections(), AGAIN_MS).unref();
    app.server.once('close', () => clearInterval(timer));
  });
}
