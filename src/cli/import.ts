/** `verbatim import` */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { readConfig } from '../config.ts';
import { type Db, openDatabase } from '../db/client.ts';
import { UsageError } from '../errors.ts';
import { importFormats, listFormatFlags } from '../import/formats.ts';
import type { ImportReport } from '../import/import.ts';
import { importIntoBase } from '../import/into-base.ts';
import { nameRejects, openRejects } from '../import/rejects.ts';
import { ID_PATTERN } from '../resources/schemas.ts';
import { actorKind, listWords } from '../vocabulary.ts';
import { holdLittleMemory } from './little-memory.ts';
import { requireOutput } from './output-file.ts';
import { openProgressBar } from './progress-bar.ts';
import { addSettings, readFlags } from './settings.ts';

const NO = 1;

export function addImport(program: Command): void {
  const command = addSettings(
    program
      .command('import')
      .description(
        'Take records from files into the base. What cannot be taken is written to a file to be mended; the exit code is 1 then.',
      )
      .argument('<files...>', 'what to read; files may be larger than memory'),
    'DATABASE',
  )
    .addOption(
      new Option(
        '--from <format>',
        importFormats.map(({ name, description }) => `${name}: ${description}`).join('; '),
      )
        .choices(importFormats.map(({ name }) => name))
        .makeOptionMandatory(),
    )
    .option(
      '--corpus <id>',
      'the corpus that the sources belong to; it is made where the base has none of this id',
    )
    .option('--corpus-title <title>', 'its title, where it is made (default: its id)')
    .option('--dry-run', 'say what would come of it, and write nothing')
    .option(
      '--rejects <file>',
      'where to write what cannot be taken (default: <first file>.rejects.<ending>)',
    )
    .addOption(
      new Option('--actor-kind <kind>', 'what a new actor is, where the file does not say')
        .choices(listWords(actorKind))
        .default('person'),
    );
  for (const { flag, description } of listFormatFlags()) command.option(flag, description);
  command.action(async (files: string[], options) => {
    const format = importFormats.find(({ name }) => name === options.from);
    if (format === undefined) throw new UsageError(`There is no format ${options.from}.`);
    const corpus = readCorpus(options.corpus, format.names_corpora ?? false);
    const { DATABASE } = readConfig(readFlags(options));
    const rejects = options.rejects ?? nameRejects(files, format);
    requireOutput('--rejects', rejects, { base: DATABASE, reads: [...files, ...listTables(options)] });
    holdLittleMemory();
    const dryRun = options.dryRun === true;
    const db = dryRun ? openForLooking(DATABASE) : openDatabase(DATABASE);
    const bar = openProgressBar();
    const interrupt = listenForInterrupt();
    let stopped = false;
    try {
      const report = await importIntoBase(
        db,
        {
          files,
          format,
          corpus,
          corpus_title: options.corpusTitle,
          actor_kind: options.actorKind,
          options,
          rejects: openRejects(rejects, format),
          onProgress: bar.show,
          signal: interrupt.signal,
        },
        { dryRun },
      );
      bar.stop();
      sayReport(report, { rejects, dryRun });
      stopped = report.stopped !== null;
    } finally {
      bar.stop();
      db.close();
    }
    if (stopped) interrupt.end();
  });
}

/** The second Ctrl-C ends the process at once, as the first does in what does not listen. */
function listenForInterrupt() {
  const controller = new AbortController();
  let heard: NodeJS.Signals | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      heard = signal;
      controller.abort();
    });
  return {
    signal: controller.signal,
    /** Ends the process by the signal, where one was heard: a shell that runs a script then stops too. */
    end: () => {
      if (heard !== null) process.kill(process.pid, heard);
    },
  };
}

/** Files that a format's flags name. */
function listTables(options: Readonly<Record<string, unknown>>): string[] {
  return listFormatFlags().flatMap(({ flag }) => {
    const name = /^--(\w+) <(?:file|table)>$/.exec(flag)?.[1];
    const value = name === undefined ? undefined : options[name];
    return typeof value === 'string' ? [value] : [];
  });
}

/** Where there is no base yet, an empty one that SQLite keeps to itself. */
function openForLooking(path: string): Db {
  return existsSync(path) ? openDatabase(path, { readonly: true }) : openDatabase('');
}

function readCorpus(corpus: string | undefined, optional: boolean): string | null {
  if (corpus === undefined) {
    if (optional) return null;
    throw new UsageError('--corpus is missing: the id of the corpus that the sources are to belong to.');
  }
  if (!ID_PATTERN.test(corpus))
    throw new UsageError(
      `--corpus "${corpus}" is not an id: lower-case letters and digits, joined by single hyphens, dots or underscores.`,
    );
  return corpus;
}

function sayReport(report: ImportReport, { rejects, dryRun }: { rejects: string; dryRun: boolean }): void {
  const { entries, stopped } = report;
  if (stopped === null || entries.taken > 0) sayCounts(report);
  const refused = stopped === null && entries.refused > 0 ? `: see ${rejects}` : '';
  console.log(
    `${entries.taken} entries ${dryRun ? 'would be taken' : 'taken'}, ${entries.refused} refused${refused}`,
  );
  if (entries.refused === 0 && stopped === null && existsSync(rejects))
    console.log(`${rejects} is of an earlier import: this one refused nothing.`);
  if (dryRun) console.log('Nothing was written to the base.');
  if (stopped !== null) console.error(stopped);
  if (entries.refused > 0 || stopped !== null) process.exitCode = NO;
}

function sayCounts(report: ImportReport): void {
  for (const [noun, { added, changed, unchanged, refused, withdrawn }] of report.counts) {
    if (added + changed + unchanged + refused + withdrawn === 0) continue;
    const gone = withdrawn === 0 ? '' : `, ${withdrawn} withdrawn`;
    console.log(
      `${noun.padEnd(8)} ${added} added, ${changed} changed, ${unchanged} unchanged, ${refused} refused${gone}`,
    );
  }
  const { spans, actors } = report;
  if (Object.values(spans).some((n) => n > 0))
    console.log(
      `spans    ${spans.exact} exact, ${spans.moved} moved, ${spans.ambiguous} ambiguous, ${spans.missing} missing`,
    );
  if (actors.merged + actors.made + actors.ambiguous > 0)
    console.log(
      `names    ${actors.merged} of actors that the base has, ${actors.made} of new ones, ${actors.ambiguous} times ambiguous`,
    );
  if (report.repeated > 0)
    console.log(
      report.repeated === 1
        ? '1 record came again as it was'
        : `${report.repeated} records came again as they were`,
    );
  for (const note of report.notes) console.log(note);
}
