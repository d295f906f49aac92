/** The flags of a format, as its reader checks them. */
import { statSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import { findNearest, suggest } from '../nearest.ts';
import { describeBadCode } from '../resources/codes.ts';
import type { ReaderContext } from './format.ts';

type Options = ReaderContext['options'];

export function readOption(options: Options, name: string): string | null {
  const value = options[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function readChoice<T extends string>(
  options: Options,
  name: string,
  words: readonly T[],
  standard: T,
): T {
  const value = readOption(options, name) ?? standard;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new UsageError(
    `--${name} ${value}: it is one of ${words.join(', ')}.${suggest(findNearest(value, words))}`,
  );
}

export function readNumber(options: Options, name: string): number | null {
  const value = readOption(options, name);
  if (value === null) return null;
  if (!/^-?\d+(\.\d+)?$/.test(value)) throw new UsageError(`--${name} ${value}: that is not a number.`);
  return Number(value);
}

/** Throws UsageError where there is no such folder: without it, what it holds would only seem to be missing. */
export function readFolder(options: Options, name: string): string | null {
  const value = readOption(options, name);
  if (value === null || statSync(value, { throwIfNoEntry: false })?.isDirectory() === true) return value;
  throw new UsageError(`--${name} ${value}: there is no such folder.`);
}

export function readLanguage(options: Options): string | null {
  const value = readOption(options, 'language');
  if (value === null) return null;
  const fault = describeBadCode('language', value);
  if (fault !== null) throw new UsageError(`--language ${value}: "${value}" ${fault}.`);
  return value;
}
