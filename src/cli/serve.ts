/** `verbatim serve` */
import cluster from 'node:cluster';
import type { Command } from 'commander';
import { type Config, listSettings, readConfig } from '../config.ts';
import { openDatabase } from '../db/client.ts';
import { buildLogger } from '../log.ts';
import { RELEASE } from '../release.ts';
import { addSettings, readFlags } from './settings.ts';
import { onStop, startWorkers } from './workers.ts';

const terminal = process.stdout.isTTY === true;
/** Only when it serves: other commands have no use for what half of the memory at the start goes to. */
const loadServer = () => import('../server.ts');

export function addServe(program: Command): void {
  addSettings(
    program
      .command('serve')
      .description('Bring the database up to date, load the seeds if they changed, and serve.'),
    ...listSettings().map(({ name }) => name),
  )
    .option('--no-seed', 'serve what the database holds')
    .action(async (options) => {
      const config = readConfig(readFlags(options));
      if (cluster.isWorker) return serveAsWorker(config);
      const address = await serve(config, { seed: options.seed });
      if (!terminal) return;
      console.log(
        `\n  Verbatim ${RELEASE} answers at ${address}\n\n    ${address}/v1/quotes?actor=zarif    who said what\n    ${address}/docs                     the API, to read and to try\n\n  Ctrl-C stops it.\n`,
      );
    });
}

async function serve(config: Config, options: { seed: boolean }): Promise<string> {
  const logger = buildLogger(config.LOG_LEVEL, terminal);
  const { GRACE_MS, prepareBase, startServer } = await loadServer();
  if (config.WORKERS === 1) return (await startServer(config, logger, options)).address;
  // Once, before there are several who would do it.
  const db = openDatabase(config.DATABASE);
  prepareBase(db, config, logger, options);
  db.close();
  return startWorkers({ workers: config.WORKERS, logger, grace_ms: GRACE_MS });
}

async function serveAsWorker(config: Config): Promise<void> {
  try {
    const { startServer } = await loadServer();
    const { stop } = await startServer(config, buildLogger(config.LOG_LEVEL, terminal), { seed: false });
    onStop(stop);
  } catch (error) {
    // As long as the first process can be heard, this one would not end.
    cluster.worker?.disconnect();
    throw error;
  }
}
