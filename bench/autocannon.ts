/** Load where wrk is not installed, and for so many requests that a test can wait for them. */
import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import type { Load, LoadOptions } from './load.ts';

export async function loadByAutocannon(options: LoadOptions): Promise<Load> {
  let at = -1;
  const result = await autocannon({
    url: options.origin,
    connections: options.connections,
    ...(options.amount === undefined
      ? { duration: options.seconds }
      : { amount: options.amount, sampleInt: 50 }),
    headers: { ...options.headers },
    requests: [
      {
        setupRequest: (request) => {
          at = (at + 1) % options.paths.length;
          return { ...request, path: options.paths[at] as string };
        },
      },
    ],
  });
  const notModified = result.statusCodeStats?.['304']?.count ?? 0;
  return {
    requests_per_second: result.requests.total / result.duration,
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
    failures: result.non2xx - notModified + result.errors + result.timeouts,
  };
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] as string) as Omit<LoadOptions, 'paths'> & { paths: string };
  const paths = readFileSync(options.paths, 'utf8').split('\n');
  process.stdout.write(JSON.stringify(await loadByAutocannon({ ...options, paths })));
}
