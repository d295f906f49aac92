import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSection } from '../../bench/report.ts';
import { formatSteps } from '../../bench/results.ts';

// Two dozen processes are started.
test('the bench still runs', { timeout: 240_000 }, () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['bench/run.ts', '--quick'], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '../..'),
  });
  expect(stderr).toBe('');
  expect(stdout).not.toContain('not measured');
  expect(status).toBe(0);
  const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
  expect(rows.length).toBeGreaterThan(16);
  expect(stdout).not.toContain('NaN');
});

test('a section of the page is replaced, and what stands around it is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-report-'));
  const page = join(folder, 'page.md');
  writeFileSync(page, 'Before.\n\n<!-- begin:one -->\n\nold\n\n<!-- end:one -->\n\nAfter.\n');
  writeSection('one', '\nnew\n', page);
  writeSection('one', 'newer', page);
  expect(readFileSync(page, 'utf8')).toBe(
    'Before.\n\n<!-- begin:one -->\n\nnewer\n\n<!-- end:one -->\n\nAfter.\n',
  );
  expect(() => writeSection('two', 'x', page)).toThrow('no section between');
  rmSync(folder, { recursive: true });
});

test('a step that failed stands in the table with its reason', () => {
  const table = formatSteps({
    machine: 'A machine',
    loader: 'wrk',
    quotes: 1000,
    steps: {
      export: { command: 'npm run bench', pace: null, measured: null, failure: 'the disk | is full' },
    },
  });
  expect(table).toContain('| export | not measured |');
  expect(table).toContain('the disk \\| is full |');
});
