/** Imports into bases in memory or in a file, from files written for the occasion. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { importFormats } from '../../src/import/formats.ts';
import type { ImportOptions, ImportReport } from '../../src/import/import.ts';
import { importIntoBase } from '../../src/import/into-base.ts';
import { openRejects } from '../../src/import/rejects.ts';
import { resources } from '../../src/resources/registry.ts';
import { exportLines } from '../../src/store/export.ts';

export function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type Imported = ImportReport & { rejects: string };

export async function importFiles(
  db: Db,
  files: readonly string[],
  options: {
    from: string;
    corpus?: string | null;
    dryRun?: boolean;
    bulkFrom?: number;
    kind?: string;
    flags?: Record<string, string | boolean>;
    onProgress?: ImportOptions['onProgress'];
    signal?: AbortSignal;
  },
): Promise<Imported> {
  const format = importFormats.find(({ name }) => name === options.from);
  if (format === undefined) throw new Error(`no format ${options.from}`);
  const rejects = join(openFolder(), 'rejects');
  const report = await importIntoBase(
    db,
    {
      files,
      format,
      corpus: options.corpus ?? null,
      actor_kind: options.kind ?? 'person',
      options: options.flags ?? {},
      rejects: openRejects(rejects, format),
      onProgress: options.onProgress,
      signal: options.signal,
    },
    {
      dryRun: options.dryRun ?? false,
      ...(options.bulkFrom === undefined ? {} : { bulkFrom: options.bulkFrom }),
    },
  );
  return { ...report, rejects: existsSync(rejects) ? readFileSync(rejects, 'utf8') : '' };
}

/** Writes a file and imports it. */
export function importText(
  db: Db,
  text: string | Buffer,
  options: Parameters<typeof importFiles>[2] & { name?: string },
): Promise<Imported> {
  const file = join(openFolder(), options.name ?? 'data');
  writeFileSync(file, text);
  return importFiles(db, [file], options);
}

export function exportAll(db: Db): string {
  const nouns = resources.map(({ name }) => name);
  return [...exportLines(db, nouns)].map((line) => `${line}\n`).join('');
}

export function writeLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
