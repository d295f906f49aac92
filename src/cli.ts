/** The command line: the only place that prints and the only one that sets exit codes (0 yes, 1 no, 2 not understood). */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { addExport } from './cli/export.ts';
import { addImport } from './cli/import.ts';
import { holdLittleMemory } from './cli/little-memory.ts';
import { openProgressBar } from './cli/progress-bar.ts';
import { addServe } from './cli/serve.ts';
import { addSettings, readFlags } from './cli/settings.ts';
import { addWhoSaid } from './cli/who-said.ts';
import { loadEnvironmentFile, readConfig } from './config.ts';
import { type Db, migrateDatabase, openDatabase } from './db/client.ts';
import { formatFileProblem, LoadRefusal, Refusal, UsageError } from './errors.ts';
import { RELEASE } from './release.ts';
import { buildSeedSchemas, writeSeedSchemas } from './seed/json-schemas.ts';
import { loadSeeds } from './seed/load.ts';
import { locateInSeeds } from './seed/locate.ts';
import { readTextFile } from './seed/read.ts';
import { requireThisRelease } from './store/declarations.ts';
import { explainFailure } from './store/failures.ts';
import { type BaseReport, verifyFile } from './store/verify-base.ts';
import { verifyDocument } from './store/verify-document.ts';

const NO = 1;
const NOT_UNDERSTOOD = 2;
const CONTRACT = fileURLToPath(new URL('../openapi/openapi.json', import.meta.url));

const program = new Command('verbatim')
  .description('Who said what, about what, and where they stand: every quote pinned to its source.')
  .version(RELEASE)
  .showHelpAfterError('(--help lists what there is)')
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : NOT_UNDERSTOOD);
  });

addServe(program);

addSettings(
  program.command('seed').description('Load everything under the seeds folder, whole or not at all.'),
  'DATABASE',
  'SEEDS',
).action((options) => {
  const config = readConfig(readFlags(options));
  const db = openDatabase(config.DATABASE);
  try {
    migrateDatabase(db);
    for (const [noun, counts] of loadSeeds(db, config.SEEDS)) {
      console.log(
        `${noun.padEnd(8)} ${counts.added} added, ${counts.changed} changed, ${counts.unchanged} unchanged, ${counts.withdrawn} withdrawn`,
      );
    }
  } finally {
    db.close();
  }
});

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

addSettings(
  program
    .command('locate')
    .description('Fill start, end, prefix, suffix and hashes into the seed files from the words alone.'),
  'SEEDS',
)
  .requiredOption('--text <file>', 'the document, as a UTF-8 text file')
  .option('--source <id>', 'which source it is, where its hash does not tell')
  .action((options) => {
    const report = locateInSeeds(
      readConfig(readFlags(options)).SEEDS,
      options.text,
      options.source === undefined ? {} : { source: options.source },
    );
    for (const problem of report.problems) console.error(formatFileProblem(problem));
    for (const file of report.files) console.log(`wrote ${file}`);
    console.log(
      `source ${report.source}: ${report.filled} filled, ${report.unchanged} as they were, ${report.problems.length} problems`,
    );
    if (report.problems.length > 0) process.exitCode = NO;
  });

addImport(program);
addExport(program);
addWhoSaid(program);

addSettings(
  program
    .command('openapi')
    .description(
      'Print the contract; or write it, with the JSON Schemas of the seed files, or check that they are up to date.',
    ),
  'SEEDS',
)
  .addOption(new Option('--write', "write openapi/openapi.json and the seeds' schemas").conflicts('check'))
  .option('--check', 'fail when what is committed is not what the code generates')
  .action(async (options) => {
    const config = readConfig(readFlags(options));
    const db = openDatabase(':memory:');
    migrateDatabase(db);
    const [{ buildApp }, { writeContract }] = await Promise.all([
      import('./app.ts'),
      import('./http/openapi.ts'),
    ]);
    const app = await buildApp({ db, config: readConfig({}, {}) });
    const contract = writeContract(app);
    await app.close();
    if (options.write) {
      writeFileSync(CONTRACT, contract);
      console.log(
        `wrote openapi/openapi.json\n${writeSeedSchemas(config.SEEDS)
          .map((name) => `wrote seeds/schemas/${name}`)
          .join('\n')}`.trim(),
      );
    } else if (options.check) {
      checkGenerated(contract, config.SEEDS);
    } else {
      process.stdout.write(contract);
    }
  });

function checkGenerated(contract: string, seeds: string): void {
  const stale = [...buildSeedSchemas()]
    .filter(([name, text]) => readOrNothing(`${seeds}/schemas/${name}`) !== text)
    .map(([name]) => `seeds/schemas/${name}`);
  if (readOrNothing(CONTRACT) !== contract) stale.unshift('openapi/openapi.json');
  if (stale.length === 0) {
    console.log('The contract and the schemas are up to date.');
    return;
  }
  for (const name of stale)
    console.error(`${name} is not what the code generates; \`npm run openapi -- --write\` writes it.`);
  process.exitCode = NO;
}

function readOrNothing(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

try {
  loadEnvironmentFile();
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof LoadRefusal) {
    console.error(error.message);
    console.error(
      `\nNothing was loaded: ${error.problems.length} ${error.problems.length === 1 ? 'mistake' : 'mistakes'} in the seed files.`,
    );
    process.exitCode = NO;
  } else if (error instanceof UsageError || error instanceof Refusal) {
    console.error(error.message);
    process.exitCode = NOT_UNDERSTOOD;
  } else {
    const sentence = explainFailure(error);
    if (sentence === null) throw error;
    console.error(sentence);
    process.exitCode = NO;
  }
}
