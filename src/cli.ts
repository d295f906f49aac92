/** The command line: the only place that prints and the only one that sets exit codes (0 yes, 1 no, 2 not understood). */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { addExport } from './cli/export.ts';
import { addImport } from './cli/import.ts';
import { addServe } from './cli/serve.ts';
import { addSettings, readFlags } from './cli/settings.ts';
import { addVerify } from './cli/verify.ts';
import { addWhoSaid } from './cli/who-said.ts';
import { loadEnvironmentFile, readConfig } from './config.ts';
import { migrateDatabase, openDatabase } from './db/client.ts';
import { formatFileProblem, LoadRefusal, Refusal, UsageError } from './errors.ts';
import { RELEASE } from './release.ts';
import { buildSeedSchemas, writeSeedSchemas } from './seed/json-schemas.ts';
import { loadSeeds } from './seed/load.ts';
import { locateInSeeds } from './seed/locate.ts';
import { explainFailure } from './store/failures.ts';

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

addVerify(program);

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
