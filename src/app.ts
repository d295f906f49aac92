import { randomUUID } from 'node:crypto';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { openCompute } from './compute/compute.ts';
import type { Config } from './config.ts';
import type { Db } from './db/client.ts';
import { openAnswers } from './http/answers.ts';
import { registerBodies } from './http/bodies.ts';
import { registerClosing } from './http/closing.ts';
import { registerKeeping } from './http/keep-answers.ts';
import { CODINGS, COMPRESSED_FROM } from './http/negotiate.ts';
import { registerContract, registerReference } from './http/openapi.ts';
import { answerFrameworkError, answerSocketError, registerProblems } from './http/problems.ts';
import { registerQueue } from './http/queue.ts';
import { registerRequestLog } from './http/request-log.ts';
import { registerAgreement } from './http/routes/agreement.ts';
import { registerAttributions } from './http/routes/attributions.ts';
import { registerComparisons } from './http/routes/comparisons.ts';
import { registerHouse } from './http/routes/house.ts';
import { registerNetworks } from './http/routes/networks.ts';
import { registerNouns } from './http/routes/nouns.ts';
import { registerReconcile } from './http/routes/reconcile.ts';
import { registerShifts } from './http/routes/shifts.ts';
import { registerSuggest } from './http/routes/suggest.ts';

export type AppOptions = { db: Db; config: Config; logger?: FastifyBaseLogger };

/** The whole app, in order. It does not listen, and does not own the database. */
export async function buildApp({ db, config, logger }: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: 300 },
    bodyLimit: 65_536,
    requestTimeout: 30_000,
    // A connection on which nothing moves is cut: not before a costly question is answered or given up.
    connectionTimeout: Math.max(60_000, config.COMPUTE_DEADLINE_MS + 10_000),
    keepAliveTimeout: 72_000,
    // 'idle' closes what waits and lets what is under way finish; true would cut answers off.
    forceCloseConnections: 'idle',
    // Node would refuse a request without a host by itself, in a shape of its own: the hook does it (problems.ts).
    http: { requireHostHeader: false },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerSocketError,
  });
  // Queries are read by the grammar and answers are JSON texts already: there is nothing to compile.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);

  registerRequestLog(app, config.LOG_SLOW_MS);
  registerClosing(app);
  registerQueue(app, config.LONGEST_WAIT_MS);
  registerProblems(app);
  registerBodies(app);
  const byOrigin = config.CORS_ORIGINS !== '*';
  registerKeeping(app, db, openAnswers({ bytes: config.CACHE_BYTES, by_origin: byOrigin }), {
    // Where every request has a line in the log, every request goes the way that writes one.
    in_front: config.LOG_SLOW_MS > 0 && !['debug', 'trace'].includes(config.LOG_LEVEL),
  });
  await app.register(cors, {
    origin: byOrigin ? config.CORS_ORIGINS.split(',') : '*',
    methods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    exposedHeaders: ['ETag', 'Link', 'Retry-After', 'X-Request-Id'],
    maxAge: 86_400,
    strictPreflight: false,
  });
  await app.register(compress, {
    encodings: CODINGS,
    threshold: COMPRESSED_FROM,
    customTypes: /^text\/|[/+](?:x-nd)?json(?:;|$)/,
    // Compressed bodies are not read: a small one may be large.
    globalDecompression: false,
    // The highest quality, brotli's default, takes longer than it saves on an answer made for one reader.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
  });
  const compute = openCompute(db, {
    processes: config.COMPUTE_PROCESSES,
    deadline_ms: config.COMPUTE_DEADLINE_MS,
  });
  app.addHook('onClose', async () => compute.close());
  await registerContract(app);
  registerHouse(app, { db, compute });
  registerNouns(app, { db, compute, page_size: config.PAGE_SIZE, page_size_max: config.PAGE_SIZE_MAX });
  registerAgreement(app, { db, compute, page_size: config.PAGE_SIZE, page_size_max: config.PAGE_SIZE_MAX });
  registerComparisons(app, { db, compute, page_size: config.PAGE_SIZE, page_size_max: config.PAGE_SIZE_MAX });
  registerNetworks(app, { db, compute, page_size: config.PAGE_SIZE, page_size_max: config.PAGE_SIZE_MAX });
  registerShifts(app, { db, compute, page_size: config.PAGE_SIZE, page_size_max: config.PAGE_SIZE_MAX });
  registerAttributions(app, db);
  registerSuggest(app, db);
  registerReconcile(app, db);
  registerReference(app);
  await app.ready();
  return app;
}
