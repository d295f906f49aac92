/** Files that a command is to write, looked at before it does any work. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/** Throws UsageError where `path`, given by `flag`, cannot be written, or is a file that the command reads. */
export function requireOutput(flag: string, path: string, reads: readonly string[]): void {
  const refuse = (why: string) => new UsageError(`${flag} ${path}: ${why}.`);
  if (reads.some((file) => isSameFile(file, path))) throw refuse('this is one of the files to be read');
  const folder = dirname(resolve(path));
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw refuse('it is a folder');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw refuse(`there is no folder ${folder}`);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw refuse(`nothing may be written to ${folder} by whoever runs this`);
  }
}

/** By whatever names, links included. */
function isSameFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
