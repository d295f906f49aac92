/** Finds the source in seed files that a text is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LoadRefusal, UsageError } from '../errors.ts';
import { digestText } from '../evidence/digest.ts';
import { findNearest, listSome, suggest } from '../nearest.ts';
import type { Path } from '../resources/check-record.ts';
import { type Entry, isEntry } from './fill.ts';
import { listCorpusFolders, readNeighbour, SeedFile } from './read.ts';

type FoundSource = { id: string; file: SeedFile; path: Path; entry: Entry; digest: string | null };

export function findSource(
  root: string,
  name: string,
  digest: string,
  wanted: string | undefined,
): FoundSource {
  const all = listSources(root);
  const ids = all.map((source) => source.id);
  if (wanted === undefined) {
    const [first, ...others] = all.filter((source) => source.digest === digest);
    if (first !== undefined && others.length === 0) return first;
    throw new UsageError(
      first === undefined
        ? `No source has the SHA-256 of ${name} (${digest}); name the one that it is with --source. There are: ${listSome(ids)}.`
        : `Several sources have the text of ${name}; name the one that is meant with --source: ${listSome([first, ...others].map((source) => source.id))}.`,
    );
  }
  const source = all.find((candidate) => candidate.id === wanted);
  if (source === undefined)
    throw new UsageError(`There is no source "${wanted}".${suggest(findNearest(wanted, ids))}`);
  if (source.digest !== null && source.digest !== digest) {
    throw new UsageError(
      `${name} is not the text of "${wanted}": its SHA-256 is ${digest}, and that of the source ${source.digest}.`,
    );
  }
  return source;
}

function listSources(root: string): FoundSource[] {
  return listCorpusFolders(root, 'corpus.yaml')
    .map((folder) => join(folder, 'sources.yaml'))
    .filter((path) => existsSync(path))
    .flatMap((path) => {
      const file = openFile(root, path);
      if (file.problems.length > 0) throw new LoadRefusal(file.problems);
      return listEntries(file).flatMap(({ entry, path: at }) =>
        typeof entry.id === 'string'
          ? [{ id: entry.id, file, path: at, entry, digest: readDigest(root, file, entry) }]
          : [],
      );
    });
}

function readDigest(root: string, file: SeedFile, entry: Entry): string | null {
  if (typeof entry.text_sha256 === 'string') return entry.text_sha256;
  if (typeof entry.text_file !== 'string') return null;
  return digestText(readNeighbour(root, file.folder, entry.text_file));
}

export function openFile(root: string, path: string): SeedFile {
  const file = new SeedFile(root, path);
  if (file.problems.length === 0) file.readValue();
  return file;
}

export function listEntries(file: SeedFile): { entry: Entry; path: Path }[] {
  const value = file.readValue();
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry, n) => (isEntry(entry) ? [{ entry, path: [n] }] : []));
}
