import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** It puts spies in the place of a module, which must not have been loaded before. */
const ALONE = ['tests/analysis/attribution.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    // By default one core is left alone, which on two cores is half of them.
    maxWorkers: '100%',
    // What hangs is ended; what waits for its turn on a busy machine is not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The processes that tests start compile the project's modules once, and not each for itself.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
    projects: [
      {
        extends: true,
        // Loading the modules anew for every file takes more time than most files' tests.
        test: { name: 'together', isolate: false, include: ['tests/**/*.test.ts'], exclude: ALONE },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
