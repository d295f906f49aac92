/** A small corpus over a text of our own, copied to where a test may change it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { LoadRefusal } from '../../src/errors.ts';

export const FIXTURE = join(import.meta.dirname, '../fixtures/market-square');
const SEEDS = join(import.meta.dirname, '../../seeds');
export const TEXT = 'market-square/texts/fountain.txt';

export type SeedFolder = {
  root: string;
  read: (name: string) => string;
  write: (name: string, text: string) => void;
  /** Replaces the first place where `before` stands, and fails where it does not. */
  edit: (name: string, before: string, after: string) => void;
  /** Takes a record out of a file. */
  remove: (name: string, id: string) => string;
};

export function copyFixture(): SeedFolder {
  const folder = openFolder();
  cpSync(FIXTURE, folder.root, { recursive: true });
  return folder;
}

/** The project's seeds and this corpus in one folder. Actors that are in both are those of the seeds. */
export function copyBesideSeeds(): SeedFolder {
  const folder = openFolder();
  cpSync(SEEDS, folder.root, { recursive: true });
  cpSync(join(FIXTURE, 'market-square'), join(folder.root, 'market-square'), { recursive: true });
  for (const name of ['actors.yaml', 'topics.yaml']) {
    const theirs = parse(folder.read(name)) as { id: string }[];
    const ours = parse(readFileSync(join(FIXTURE, name), 'utf8')) as { id: string }[];
    const ids = new Set(theirs.map((record) => record.id));
    folder.write(name, `${folder.read(name)}\n${stringify(ours.filter((record) => !ids.has(record.id)))}`);
  }
  return folder;
}

function openFolder(): SeedFolder {
  const root = mkdtempSync(join(tmpdir(), 'verbatim-seeds-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const write = (name: string, text: string) => writeFileSync(join(root, name), text);
  return {
    root,
    read,
    write,
    edit(name, before, after) {
      const text = read(name);
      if (!text.includes(before)) throw new Error(`${name} has no “${before}”`);
      write(
        name,
        text.replace(before, () => after),
      );
    },
    remove(name, id) {
      const text = read(name);
      const start = text.indexOf(`- id: ${id}\n`);
      if (start === -1) throw new Error(`${name} has no record ${id}`);
      const next = text.indexOf('\n- id: ', start);
      const record = text.slice(start, next === -1 ? text.length : next + 1);
      write(
        name,
        text.replace(record, () => ''),
      );
      return record;
    },
  };
}

export function catchRefusal(load: () => unknown): LoadRefusal {
  try {
    load();
  } catch (error) {
    if (error instanceof LoadRefusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
