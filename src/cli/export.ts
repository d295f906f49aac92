/** `verbatim export` */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { type Db, openDatabase } from '../db/client.ts';
import { UsageError } from '../errors.ts';
import { listColumns, writeHeader, writeRecords } from '../formats/csv.ts';
import { getResource, resources } from '../resources/registry.ts';
import type { Noun } from '../resources/resource.ts';
import { makeAlike, removeBaseFiles, synchronize, synchronizeFolder } from '../store/base-file.ts';
import { requireThisRelease } from '../store/declarations.ts';
import { exportDocuments, exportLines } from '../store/export.ts';
import { publishBase } from '../store/publish.ts';
import { nameUnfinished, requireOutput } from './output-file.ts';
import { addSettings, readFlags } from './settings.ts';
import { cutSlices } from './slices.ts';

const FORMATS = ['ndjson', 'csv', 'sqlite'];

export function addExport(program: Command): void {
  addSettings(
    program.command('export').description('Write what the base holds to a file, whole or not at all.'),
    'DATABASE',
  )
    .addOption(
      new Option(
        '--format <format>',
        'ndjson: our own, which `verbatim import` takes again; csv: the records of one noun as a table; sqlite: the whole base, with views that show labels',
      )
        .choices(FORMATS)
        .default('ndjson'),
    )
    .requiredOption('--output <file>', 'the file to write')
    .addOption(
      new Option('--noun <nouns...>', 'these alone (default: all)').choices(
        resources.map(({ name }) => name),
      ),
    )
    .option('--rows <list>', 'csv: a row for each entry of this list of the records, such as spans')
    .action(async (options) => {
      const { DATABASE } = readConfig(readFlags(options));
      requireOutput('--output', options.output, { base: DATABASE });
      if (options.format === 'sqlite') requireOutput('--output', nameSum(options.output), { base: DATABASE });
      const db = openDatabase(DATABASE, { readonly: true });
      try {
        requireThisRelease(db);
        if (options.rows !== undefined && options.format !== 'csv')
          throw new UsageError(`--rows ${options.rows}: only --format csv has rows of a list; leave it out.`);
        const nouns = (options.noun ?? []) as Noun[];
        if (options.format === 'sqlite') await exportBase(db, options.output, nouns);
        else if (options.format === 'csv') exportTable(db, options.output, nouns, options.rows ?? null);
        else exportRecords(db, options.output, nouns);
      } finally {
        db.close();
      }
    });
}

function exportRecords(db: Db, output: string, nouns: readonly Noun[]): void {
  const chosen = nouns.length > 0 ? nouns : resources.map(({ name }) => name);
  let lines = 0;
  const texts = function* () {
    for (const slice of cutSlices(exportLines(db, chosen), (line) => line.length)) {
      lines += slice.length;
      yield `${slice.join('\n')}\n`;
    }
  };
  // One state of the data, however long it takes.
  db.transaction(() => writeWhole(output, texts()))();
  console.log(`wrote ${output}: ${lines} lines`);
}

function exportTable(db: Db, output: string, nouns: readonly Noun[], rows: string | null): void {
  const [noun] = nouns;
  if (noun === undefined || nouns.length > 1)
    throw new UsageError('--format csv: a table has the records of one noun; say which with --noun.');
  const resource = getResource(noun);
  const lists = Object.keys(resource.fields).filter((name) => resource.fields[name]?.type === 'children');
  if (rows !== null && !lists.includes(rows))
    throw new UsageError(`--rows ${rows}: ${noun} have no such list; there are: ${lists.join(', ')}.`);
  const columns = listColumns(resource, null, rows);
  let records = 0;
  const parse = function* () {
    for (const document of exportDocuments(db, noun)) {
      records += 1;
      yield JSON.parse(document) as Record<string, unknown>;
    }
  };
  const texts = function* () {
    yield writeHeader(columns);
    yield* writeRecords(parse(), columns, { rows, guard: false });
  };
  db.transaction(() => writeWhole(output, texts()))();
  console.log(`wrote ${output}: ${records} ${noun}`);
}

async function exportBase(db: Db, output: string, nouns: readonly Noun[]): Promise<void> {
  if (nouns.length > 0) throw new UsageError('--format sqlite is the whole base: leave --noun out.');
  const base = { unfinished: nameUnfinished(output), path: output };
  const sum = { unfinished: nameUnfinished(nameSum(output)), path: nameSum(output) };
  try {
    for (const { path } of [base, sum]) beginUnfinished(path);
    publishBase(db, base.unfinished);
    synchronize(base.unfinished);
    const digest = await hashFile(base.unfinished);
    // As `sha256sum --check` reads it.
    writeTexts(sum.unfinished, [`${digest}  ${basename(output)}\n`]);
    // In this order no base ever stands beside the digest of another, wherever a kill or a power failure ends it.
    rmSync(sum.path, { force: true });
    synchronizeFolder(dirname(output));
    for (const { unfinished, path } of [base, sum]) {
      renameSync(unfinished, path);
      synchronizeFolder(dirname(output));
    }
    console.log(`wrote ${output}: SHA-256 ${digest}`);
  } catch (error) {
    removeBaseFiles(base.unfinished);
    rmSync(sum.unfinished, { force: true });
    throw error;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Under another name till it is whole. */
function writeWhole(path: string, texts: Iterable<string>): void {
  const unfinished = beginUnfinished(path);
  writeTexts(unfinished, texts);
  renameSync(unfinished, path);
  synchronizeFolder(dirname(path));
}

/**
 * Gives the name under which to write: a new file, whatever lay there. Whoever may not read what is replaced may never
 * read it.
 */
function beginUnfinished(path: string): string {
  const unfinished = nameUnfinished(path);
  removeBaseFiles(unfinished);
  if (existsSync(path)) makeAlike(unfinished, path);
  else closeSync(openSync(unfinished, 'wx'));
  return unfinished;
}

/** The file is on the disk then, or there is none. */
function writeTexts(path: string, texts: Iterable<string>): void {
  const file = openSync(path, 'r+');
  try {
    // Not writeSync, which may write a part where the disk is full.
    for (const text of texts) writeFileSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Where the SHA-256 of a base is written. */
function nameSum(output: string): string {
  return `${output}.sha256`;
}
