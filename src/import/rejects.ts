/** The file of entries that could not be taken: each with its place and reason, to be mended and imported again. */
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { ImportFormat, ImportReject } from './format.ts';

export type RejectsFile = {
  add: (reject: Omit<ImportReject, 'type'>) => void;
  /** Puts the file in its place, where there was anything to write. */
  finish: () => void;
  abandon: () => void;
};

/** In the working folder, named after the first file: `speeches.csv` has `speeches.rejects.csv`. */
export function nameRejects(files: readonly string[], format: ImportFormat): string {
  const first = basename(files[0] ?? 'import');
  const ending = extname(first);
  const name = first.slice(0, first.length - ending.length);
  return `${name}.rejects${format.rejects_ending ?? ending}`;
}

/** Nothing is opened before there is something to write; an earlier file of the name is replaced only at the end. */
export function openRejects(path: string, format: ImportFormat): RejectsFile {
  const unfinished = `${path}.unfinished`;
  let file: number | null = null;
  return {
    add(reject) {
      const begun = file !== null;
      file ??= openSync(unfinished, 'w');
      const text = format.writeReject?.(reject) ?? writeWithComment(reject);
      // Not writeSync, which may write a part.
      writeFileSync(file, begun ? text : `${format.rejectsHeader?.() ?? ''}${text}`);
    },
    finish() {
      if (file === null) return;
      closeSync(file);
      file = null;
      renameSync(unfinished, path);
    },
    abandon() {
      if (file === null) return;
      closeSync(file);
      rmSync(unfinished, { force: true });
      file = null;
    },
  };
}

function writeWithComment({ place, name, sentence, raw }: Omit<ImportReject, 'type'>): string {
  const called = name === null || name === place.file ? '' : `, ${name}`;
  const where = place.line === null ? `${place.file}${called}` : `${place.file}:${place.line}`;
  const reason = `# ${where}: ${sentence}`.replace(/[\r\n]+/g, ' ');
  return `${reason}\n${raw}${raw.endsWith('\n') ? '' : '\n'}`;
}
