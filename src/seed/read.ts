/** Seed files as they lie in their folders: YAML with a line for every value in it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { explainUnreadable, type FileProblem, UsageError } from '../errors.ts';
import type { Path } from '../resources/check-record.ts';

export class SeedFile {
  /** From the seeds' folder, with forward slashes. */
  readonly name: string;
  readonly folder: string;
  /** As it stands in the file; the document's ranges count in it. */
  readonly text: string;
  readonly document: Document;
  readonly problems: FileProblem[];
  private readonly lines: LineCounter;

  constructor(root: string, path: string) {
    this.name = relative(root, path).split(sep).join('/');
    this.folder = dirname(path);
    this.lines = new LineCounter();
    this.text = readTextFile(path);
    this.document = parseDocument(this.text, { lineCounter: this.lines, prettyErrors: false });
    this.problems = [...this.document.errors, ...this.document.warnings].map((error) => ({
      file: this.name,
      line: this.lines.linePos(error.pos[0]).line,
      record: null,
      field: null,
      sentence: `the YAML cannot be read: ${error.message.replace(/\s+/g, ' ').trim()}`,
    }));
  }

  /** What the file says; an alias that leads nowhere, or to too much, is a problem like any other. */
  readValue(): unknown {
    try {
      return this.document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      this.problems.push({
        file: this.name,
        line: null,
        record: null,
        field: null,
        sentence: `the YAML cannot be read: ${(error as Error).message}`,
      });
      return null;
    }
  }

  /** The line of the value at a path, or of the nearest thing around it that is there. */
  findLine(path: Path): number | null {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.findNode(path.slice(0, length));
      if (node !== undefined) return this.lines.linePos(node).line;
    }
    return null;
  }

  private findNode(path: Path): number | undefined {
    if (path.length === 0)
      return isNode(this.document.contents) ? this.document.contents.range?.[0] : undefined;
    const parent = this.document.getIn(path.slice(0, -1), true);
    const last = path.at(-1);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last);
      return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    }
    const node = this.document.getIn(path, true);
    return isNode(node) ? node.range?.[0] : undefined;
  }
}

/** The file as it is, a byte order mark included: offsets and hashes are those of the file. Throws UsageError. */
export function readTextFile(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw explainUnreadable(path, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError(`${path} is not UTF-8.`);
  }
}

/** A text file named by a seed file. Throws with a sentence when it is not there or leaves the seeds' folder. */
export function readNeighbour(root: string, folder: string, name: string): string {
  const path = join(folder, name);
  const inside = relative(root, path);
  if (inside.startsWith('..')) throw new UsageError(`"${name}" lies outside the seeds' folder.`);
  if (!existsSync(path)) throw new UsageError(`there is no file "${name}" beside it.`);
  return readTextFile(path);
}

/** YAML files that no loader reads under their name: a slip would pass in silence. */
export function listStrayFiles(
  root: string,
  shared: ReadonlySet<string>,
  own: ReadonlySet<string>,
): string[] {
  return listFiles(root)
    .map((path) => relative(root, path).split(sep).join('/'))
    .filter((name) => /\.ya?ml$/i.test(name))
    .filter((name) => {
      const parts = name.split('/');
      if (parts.length === 1) return !shared.has(name);
      return (
        parts.length > 2 || !own.has(parts[1] ?? '') || !existsSync(join(root, parts[0] ?? '', 'corpus.yaml'))
      );
    });
}

/** The folders of corpora: those that hold a `corpus.yaml`. */
export function listCorpusFolders(root: string, marker: string): string[] {
  if (!existsSync(root)) throw new UsageError(`There is no folder of seeds at ${root}.`);
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, entry.name, marker)))
    .map((entry) => join(root, entry.name))
    .sort();
}

/** SHA-256 over the names and bytes of everything a load reads; the JSON Schemas are not part of it. */
export function hashSeeds(root: string): string {
  const hash = createHash('sha256');
  for (const path of listFiles(root)) {
    const name = relative(root, path).split(sep).join('/');
    if (name.startsWith('schemas/')) continue;
    const bytes = readFileSync(path);
    hash.update(`${name}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? listFiles(path) : [path];
    });
}
