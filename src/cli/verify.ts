/** `verbatim verify` */
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type Db, openDatabase } from '../db/client.ts';
import { readTextFile } from '../seed/read.ts';
import { requireThisRelease } from '../store/declarations.ts';
import { type BaseReport, verifyFile } from '../store/verify-base.ts';
import { verifyDocument } from '../store/verify-document.ts';
import { holdLittleMemory } from './little-memory.ts';
import { openProgressBar } from './progress-bar.ts';
import { addSettings, readFlags } from './settings.ts';

const NO = 1;

export function addVerify(program: Command): void {
  addSettings(
    program
      .command('verify')
      .description('Check the whole base; with --text, check a document against what the base says of it.'),
    'DATABASE',
  )
    .option('--text <file>', 'the document, as a UTF-8 text file')
    .option('--source <id>', 'which source it is, where its hash does not tell')
    .action((options) => {
      const { DATABASE } = readConfig(readFlags(options));
      if (options.text === undefined) verifyWhole(DATABASE);
      else verifyText(DATABASE, options.text, options.source);
    });
}

function verifyWhole(path: string): void {
  holdLittleMemory();
  const bar = openProgressBar();
  let report: BaseReport;
  try {
    report = verifyFile(path, bar.show);
  } finally {
    bar.stop();
  }
  for (const [what, count] of Object.entries(report.counts))
    console.log(`${String(count).padStart(8)} ${what}`);
  for (const failure of report.failures) console.error(failure);
  const unsaid = report.failures_total - report.failures.length;
  if (unsaid > 0) console.error(`… and ${unsaid} more`);
  console.log(report.ok ? 'The base is what it says.' : countFailures(report.failures_total));
  if (!report.ok) process.exitCode = NO;
}

function verifyText(path: string, file: string, source: string | undefined): void {
  const db = openDatabase(path, { readonly: true });
  try {
    requireThisRelease(db);
    reportDocument(db, file, source);
  } finally {
    db.close();
  }
}

function countFailures(count: number): string {
  return count === 1 ? '1 failure.' : `${count} failures.`;
}

function reportDocument(db: Db, file: string, source: string | undefined): void {
  const report = verifyDocument(db, readTextFile(file), source === undefined ? {} : { source });
  console.log(
    `source ${report.source}: ${report.edition === 'same' ? 'the edition that was coded' : report.edition === 'another' ? 'another edition' : 'an edition that the base has no hash of'}, ${report.text_length} code points, SHA-256 ${report.text_sha256}`,
  );
  if (report.edition !== 'same') {
    for (const span of report.spans) {
      const where = span.state === 'moved' ? `, now at [${span.found?.start}, ${span.found?.end})` : '';
      console.log(
        `${span.state.padEnd(9)} ${span.quote} span ${span.ordinal} [${span.start}, ${span.end})${where}`,
      );
    }
  }
  for (const [what, count] of Object.entries(report.counts))
    console.log(
      `${what}: ${
        typeof count === 'number'
          ? count
          : Object.entries(count)
              .map(([reason, n]) => `${n} ${reason}`)
              .join(', ')
      }`,
    );
  for (const failure of report.failures) console.error(failure);
  console.log(
    report.ok
      ? 'Every passage in quotation marks is accounted for, and everything is where the base says.'
      : countFailures(report.failures.length),
  );
  if (!report.ok) process.exitCode = NO;
}
