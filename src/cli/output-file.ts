/** Files that a command is to write, looked at before it does any work. */
import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/**
 * Throws UsageError where `path`, given by `flag`, cannot be written, or is a file that the command reads: one of
 * `reads`, or of those that the base consists of. What is written takes the place of what is there.
 */
export function requireOutput(
  flag: string,
  path: string,
  { base, reads = [] }: { base: string; reads?: readonly string[] },
): void {
  const refuse = (why: string) => new UsageError(`${flag} ${path}: ${why}.`);
  for (const written of [path, nameUnfinished(path)]) {
    if (reads.some((file) => isSameFile(file, written))) throw refuse('this is one of the files to be read');
    if (OF_BASE.some((ending) => isSameFile(`${base}${ending}`, written)))
      throw refuse('this is a file of the base');
  }
  const folder = dirname(resolve(path));
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) throw refuse('it is a folder');
  if (there?.isFile() === false || isLink(path))
    throw refuse('it is no file by itself, which a new one could replace');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw refuse(`there is no folder ${folder}`);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw refuse(`nothing may be written to ${folder} by whoever runs this`);
  }
}

/** What a file is called till it is whole. */
export function nameUnfinished(path: string): string {
  return `${path}.unfinished`;
}

/** A base that is open is in several files. */
const OF_BASE = ['', '-wal', '-shm', '-journal'];

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** By whatever names, links included. */
function isSameFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false, bigint: true }));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
