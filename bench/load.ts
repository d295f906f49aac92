/** Load on a server: by wrk where it is installed, else by autocannon in a process of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type LoadOptions = {
  origin: string;
  /** Asked in this order, from the beginning again when all were asked. */
  paths: readonly string[];
  headers?: Readonly<Record<string, string>>;
  connections: number;
  seconds: number;
  /** Requests instead of seconds: for tests, from this process. */
  amount?: number;
};
export type Load = {
  requests_per_second: number;
  p50_ms: number;
  p99_ms: number;
  /** Answers that were no success, and connections that broke; not those that came late. */
  failures: number;
};

const WRK_SCRIPT = fileURLToPath(new URL('./wrk.lua', import.meta.url));
const AUTOCANNON = fileURLToPath(new URL('./autocannon.ts', import.meta.url));
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

export const loader = has('wrk') ? 'wrk' : 'autocannon';
/** Server and load each have a core of their own where there are two and `taskset` can pin to them. */
const pinning = availableParallelism() > 1 && has('taskset');
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** The command that runs another one on a core. */
export function pin(core: number, command: readonly string[]): [string, string[]] {
  const [program = '', ...args] = pinning ? ['taskset', '-c', String(core), ...command] : command;
  return [program, args];
}

export async function runLoad(options: LoadOptions): Promise<Load> {
  if (options.amount !== undefined) return (await import('./autocannon.ts')).loadByAutocannon(options);
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-load-'));
  const file = join(folder, 'paths');
  writeFileSync(file, options.paths.join('\n'));
  const headers = Object.entries(options.headers ?? {});
  const command =
    loader === 'wrk'
      ? [
          ...['wrk', '-t1', `-c${options.connections}`, `-d${options.seconds}s`, '-s', WRK_SCRIPT],
          ...headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
          ...[options.origin, '--', file],
        ]
      : [process.execPath, AUTOCANNON, JSON.stringify({ ...options, paths: file })];
  try {
    const output = await run(pin(LOAD_CORE, command));
    return JSON.parse(output.slice(output.indexOf('{"requests_per_second"'))) as Load;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run([program, args]: [string, string[]]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      output += part;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${program} ended with ${code}: ${output}`)),
    );
  });
}
