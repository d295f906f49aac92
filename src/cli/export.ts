/** `verbatim export` */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { openDatabase, requireBase } from '../db/client.ts';
import { resources } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';
import { exportLines } from '../store/export.ts';
import { addSettings, readFlags } from './settings.ts';

export function addExport(program: Command): void {
  addSettings(
    program.command('export').description('Write what the base holds to a file, whole or not at all.'),
    'DATABASE',
  )
    .addOption(
      new Option('--format <format>', 'ndjson: our own format, which `verbatim import` takes again')
        .choices(['ndjson'])
        .default('ndjson'),
    )
    .requiredOption('--output <file>', 'the file to write')
    .addOption(
      new Option('--noun <nouns...>', 'these alone (default: all)').choices(
        resources.map(({ name }) => name),
      ),
    )
    .action((options) => {
      const { DATABASE } = readConfig(readFlags(options));
      const db = openDatabase(DATABASE, { readonly: true });
      try {
        requireBase(db);
        const nouns = (options.noun ?? resources.map(({ name }) => name)) as Noun[];
        // One state of the data, however long it takes.
        const lines = db.transaction(() => writeLines(options.output, exportLines(db, nouns)))();
        console.log(`wrote ${options.output}: ${lines} lines`);
      } finally {
        db.close();
      }
    });
}

/** Under another name till it is whole. */
function writeLines(path: string, slices: Iterable<string[]>): number {
  const unfinished = `${path}.unfinished`;
  const file = openSync(unfinished, 'w');
  let lines = 0;
  try {
    for (const slice of slices) {
      writeSync(file, `${slice.join('\n')}\n`);
      lines += slice.length;
    }
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(unfinished, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(unfinished, path);
  return lines;
}
