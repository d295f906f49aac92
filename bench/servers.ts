/** Servers in processes of their own: Verbatim as its command line starts it, and what it is compared with. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pin, SERVER_CORE } from './load.ts';

const VERBATIM = fileURLToPath(new URL('../bin/verbatim.js', import.meta.url));

export type Server = {
  origin: string;
  pid: number;
  /** From the spawning to the line that says where it listens. */
  started_ms: number;
  stop: () => Promise<void>;
};

export type StartOptions = {
  /** The folder that the program runs in. */
  cwd?: string;
  /** Runs on every core, not on the one that servers have. */
  anywhere?: boolean;
};

/** `verbatim serve` in its default configuration, on any free port. */
export function startVerbatim(
  database: string,
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<Server> {
  return startServer(
    [process.execPath, VERBATIM, 'serve', '--no-seed', '--port', '0', '--database', database, ...args],
    options,
  );
}

/** A script of bench/baselines. */
export function startBaseline(name: string, ...args: string[]): Promise<Server> {
  return startServer([
    process.execPath,
    fileURLToPath(new URL(`./baselines/${name}.ts`, import.meta.url)),
    ...args,
  ]);
}

/** Any program that prints the address at which it answers. */
export async function startServer(
  command: readonly string[],
  { cwd, anywhere = false }: StartOptions = {},
): Promise<Server> {
  const [program = '', ...args] = anywhere ? command : pin(SERVER_CORE, command).flat();
  const started = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const origin = await readAddress(child);
  return {
    origin,
    pid: child.pid as number,
    started_ms: performance.now() - started,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.on('exit', () => resolve());
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 5000).unref();
      }),
  };
}

function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (part: Buffer) => {
      output += part;
      const address = /http:\/\/(?:127\.0\.0\.1|localhost|\[::1?\]):(\d+)/.exec(output);
      if (address !== null) resolve(`http://127.0.0.1:${address[1]}`);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new Error(`a server ended with ${code} before it answered: ${output}`)),
    );
  });
}

/** Seconds of processor time that the process has used; null where the system does not tell. */
export function readCpuSeconds(pid: number): number | null {
  const fields = readProc(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  // The 14th and 15th fields of proc(5), in ticks of a hundredth of a second.
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Megabytes of memory that the process holds; null where the system does not tell. */
export function readMemory(pid: number, what: 'VmRSS' | 'VmHWM' = 'VmRSS'): number | null {
  const found = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(readProc(`/proc/${pid}/status`) ?? '');
  return found === null ? null : Number(found[1]) / 1024;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
