/** Scripts that run to their end, in processes of their own. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pin, SERVER_CORE } from './load.ts';
import { readMemory } from './servers.ts';

export const VERBATIM = fileURLToPath(new URL('../bin/verbatim.js', import.meta.url));

export function findBaseline(name: string): string {
  return fileURLToPath(new URL(`./baselines/${name}.ts`, import.meta.url));
}

export type Ran = { seconds: number; memory: number | null };

/** Runs a script to its end, with its standard output in a file; memory is the most it held, in megabytes. `core` null: on any. */
export function runScript(
  args: readonly string[],
  output: string,
  core: number | null = SERVER_CORE,
): Promise<Ran> {
  const command = [process.execPath, ...args];
  const [program, rest] = core === null ? [process.execPath, args] : pin(core, command);
  const started = performance.now();
  const file = openSync(output, 'w');
  const child = spawn(program, rest, { stdio: ['ignore', file, 'inherit'] });
  closeSync(file);
  let memory: number | null = null;
  const timer = setInterval(() => {
    memory = readMemory(child.pid as number, 'VmHWM') ?? memory;
  }, 50);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, memory });
      else reject(new Error(`${args.join(' ')} ended with ${code}`));
    });
  });
}
