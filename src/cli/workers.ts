/** Several processes that serve one base: they share the port and the file, and nothing else. */
import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';

/** A worker that ends sooner than this is started again only after as long. */
const SOON_MS = 1000;
/** What workers are told to stop by: not a signal, because a terminal sends its own to all of them. */
const STOP = 'stop';

export type WorkersOptions = { workers: number; logger: Logger; grace_ms: number };

/**
 * Starts the same command so many times and resolves with the address at which the first answers. A worker that ends is
 * replaced; when none has come to answer, all of it ends with the exit code of the one that failed.
 */
export function startWorkers({ workers, logger, grace_ms }: WorkersOptions): Promise<string> {
  // The system gives each connection to a worker that waits for one: the first process need not pass any on.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: process.argv[1] as string, args: process.argv.slice(2) });
  let stopping = false;
  let answers = false;
  const started = new WeakMap<Worker, number>();
  const start = () => {
    if (!stopping) started.set(cluster.fork(), performance.now());
  };
  const stop = () => {
    if (stopping) return;
    stopping = true;
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker?.isConnected()) worker.send(STOP);
      setTimeout(() => worker?.kill('SIGKILL'), grace_ms).unref();
    }
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  cluster.on('exit', (worker, code, signal) => {
    if (stopping) return;
    if (!answers) {
      process.exitCode = code || 1;
      return stop();
    }
    logger.error({ worker: worker.process.pid, code, signal }, 'a worker ended, another is started');
    const lived = performance.now() - (started.get(worker) ?? 0);
    if (lived < SOON_MS) setTimeout(start, SOON_MS);
    else start();
  });
  return new Promise((resolve) => {
    // One alone at first: what it cannot do, the others could not either, and would say it again.
    cluster.once('listening', (_worker, { address, port }) => {
      answers = true;
      for (let n = 1; n < workers; n += 1) start();
      resolve(`http://${address?.includes(':') ? `[${address}]` : address}:${port}`);
    });
    start();
  });
}

/** Calls back when the first process says that it is time to stop. Where that process is gone, Node ends the worker. */
export function onStop(stop: () => void): void {
  process.on('message', (message) => {
    if (message === STOP) stop();
  });
}
