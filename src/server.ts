/** Opens the database, brings it up to date, and serves it until it is told to stop. */
import closeWithGrace from 'close-with-grace';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { migrateDatabase, openDatabase } from './db/client.ts';
import { UsageError } from './errors.ts';
import { buildLogger } from './log.ts';
import { areSeedsStale, loadSeeds } from './seed/load.ts';

const GRACE_MS = 10_000;

/**
 * Resolves with the address once it answers. Seeds that differ from those loaded last are loaded first; where a file
 * has a mistake, nothing is served (LoadRefusal), because the answers would not be what the files say.
 */
export async function startServer(
  config: Config,
  options: { seed: boolean; terminal: boolean },
): Promise<string> {
  const logger = buildLogger(config.LOG_LEVEL, options.terminal);
  const db = openDatabase(config.DATABASE);
  migrateDatabase(db);
  if (options.seed && areSeedsStale(db, config.SEEDS)) {
    const report = loadSeeds(db, config.SEEDS);
    logger.info(Object.fromEntries(report), 'seeds loaded');
  }
  const app = await buildApp({ db, config, logger });
  let address: string;
  try {
    address = await app.listen({ host: config.HOST, port: config.PORT });
  } catch (error) {
    await app.close();
    db.close();
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another program listens there; set PORT to a free one' : message;
    throw new UsageError(`Cannot listen on ${config.HOST}:${config.PORT}: ${why}.`);
  }
  // Not before: it ends the process with 0 as soon as nothing is left to do, whatever exit code was set.
  closeWithGrace({ delay: GRACE_MS, logger }, async ({ err }) => {
    if (err) logger.error({ err }, 'stopping after a fault');
    await app.close();
    db.close();
  });
  return address;
}
