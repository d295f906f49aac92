/** Imports a file into a base, and says when it begins: to be killed at any moment. */
import { migrateDatabase, openDatabase } from '../src/db/client.ts';
import { verbatim } from '../src/import/formats/verbatim.ts';
import { importIntoBase } from '../src/import/into-base.ts';
import { openRejects } from '../src/import/rejects.ts';

const [path = '', file = '', bulkFrom = ''] = process.argv.slice(2);
const db = openDatabase(path);
migrateDatabase(db);
process.stdout.write('begun\n');
const report = await importIntoBase(
  db,
  {
    files: [file],
    format: verbatim,
    corpus: null,
    actor_kind: 'person',
    options: {},
    rejects: openRejects(`${path}.rejects`, verbatim),
  },
  { dryRun: false, bulkFrom: Number(bulkFrom) },
);
if (db.open) db.close();
if (report.entries.refused > 0 || report.stopped !== null) process.exitCode = 1;
