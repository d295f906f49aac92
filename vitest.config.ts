import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'forks',
    // By default one core is left alone, which on two cores is half of them.
    maxWorkers: '100%',
    // What hangs is ended; what waits for its turn on a busy machine is not.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
