/** Opens the database, brings it up to date, and serves it until it is told to stop. */
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { type Db, migrateDatabase, openDatabase } from './db/client.ts';
import { UsageError } from './errors.ts';
import { areSeedsStale, loadSeeds } from './seed/load.ts';
import { renewRecords } from './store/write.ts';

export const GRACE_MS = 10_000;

export type Serving = {
  address: string;
  /** Lets answers that are under way finish, and ends the process. */
  stop: () => void;
};

/**
 * Brings the tables up to date, and loads seeds that differ from those loaded last. Where a file has a mistake, nothing
 * is to be served (LoadRefusal), because the answers would not be what the files say.
 */
export function prepareBase(db: Db, config: Config, logger: Logger, options: { seed: boolean }): void {
  migrateDatabase(db);
  if (options.seed && areSeedsStale(db, config.SEEDS))
    logger.info(Object.fromEntries(loadSeeds(db, config.SEEDS)), 'seeds loaded');
  else if (renewRecords(db)) logger.info('records of another release rendered anew');
}

/** Resolves once it answers. */
export async function startServer(
  config: Config,
  logger: Logger,
  options: { seed: boolean },
): Promise<Serving> {
  const db = openDatabase(config.DATABASE);
  prepareBase(db, config, logger, options);
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
  let stopping = false;
  const { close } = closeWithGrace({ delay: GRACE_MS, logger }, async ({ err }) => {
    stopping = true;
    if (err) logger.error({ err }, 'stopping after a fault');
    await app.close();
    db.close();
  });
  return { address, stop: () => void (stopping || close()) };
}
