/**
 * Kills imports at random moments (kill -9) and looks at the base each time: it opens, it is what it says, and running
 * the import again completes it. `npm run bench:kills -- --points 100`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openDatabase } from '../src/db/client.ts';
import { resources } from '../src/resources/registry.ts';
import { exportLines } from '../src/store/export.ts';
import { verifyBase } from '../src/store/verify-base.ts';
import { writeRecords } from './data.ts';

const CHILD = fileURLToPath(new URL('./import-child.ts', import.meta.url));

export type KillReport = {
  /** How many imports were killed, and how many ended before the moment came. */
  killed: number;
  completed: number;
  /** What was wrong after one; nothing, if all is well. */
  failures: string[];
};

/** Half of the imports go in batches, half into a new file. Each goes on with what the one before it left. */
export async function killImports(options: {
  points: number;
  quotes: number;
  random?: () => number;
}): Promise<KillReport> {
  const random = options.random ?? Math.random;
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-kill-'));
  const report: KillReport = { killed: 0, completed: 0, failures: [] };
  try {
    const file = join(folder, 'records.ndjson');
    await writeRecords(file, options.quotes);
    for (const bulkFrom of [Number.MAX_SAFE_INTEGER, 0]) {
      const whole = join(folder, `whole-${bulkFrom}.sqlite`);
      const { elapsed } = await runChild([whole, file, String(bulkFrom)], null);
      const expected = hashBase(whole);
      let path = '';
      for (let n = 0; n < Math.ceil(options.points / 2); n += 1) {
        if (path === '') path = join(folder, `base-${bulkFrom}-${n}.sqlite`);
        const { killed } = await runChild([path, file, String(bulkFrom)], random() * elapsed);
        report[killed ? 'killed' : 'completed'] += 1;
        report.failures.push(...checkBase(path).map((sentence) => `after ${n + 1} imports: ${sentence}`));
        if (killed && n % 4 !== 3) continue;
        await runChild([path, file, String(bulkFrom)], null);
        if (hashBase(path) !== expected)
          report.failures.push(`after ${n + 1} imports: running it again does not complete it`);
        rmSync(path, { force: true });
        path = '';
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return report;
}

/** Kills the import so many milliseconds after it began; null lets it end. */
function runChild(args: string[], after: number | null): Promise<{ killed: boolean; elapsed: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let begun = 0;
    child.stdout.once('data', () => {
      begun = performance.now();
      if (after !== null) setTimeout(() => child.kill('SIGKILL'), after);
    });
    child.once('exit', (status, signal) => {
      if (signal === 'SIGKILL') resolve({ killed: true, elapsed: performance.now() - begun });
      else if (status === 0) resolve({ killed: false, elapsed: performance.now() - begun });
      else reject(new Error(`the import ended with ${signal ?? status}`));
    });
  });
}

function checkBase(path: string): string[] {
  const db = openDatabase(path);
  try {
    return verifyBase(db).failures;
  } finally {
    db.close();
  }
}

/** Of all records, in the order of their ids: an import that goes on may add them in another order. */
function hashBase(path: string): string {
  const db = openDatabase(path, { readonly: true });
  try {
    const lines = [
      ...exportLines(
        db,
        resources.map(({ name }) => name),
      ),
    ].sort();
    return createHash('sha256').update(lines.join('\n')).digest('hex');
  } finally {
    db.close();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { points: { type: 'string', default: '100' }, quotes: { type: 'string', default: '5000' } },
  });
  const report = await killImports({ points: Number(values.points), quotes: Number(values.quotes) });
  console.log(`${report.killed} imports killed, ${report.completed} ended before their moment came`);
  for (const failure of report.failures) console.error(failure);
  console.log(
    report.failures.length === 0
      ? 'Every base opened, was what it says, and was completed by running the import again.'
      : `${report.failures.length} failures.`,
  );
  if (report.failures.length > 0) process.exitCode = 1;
}
