// A dry run looks at a base, and leaves its file as it is to the last byte.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/client.ts';
import { writeFact } from '../../src/db/data-version.ts';
import { openSeededBase } from '../base.ts';
import { openFolder } from './importing.ts';

const ROOT = join(import.meta.dirname, '../..');

function look(folder: string): { status: number | null; stdout: string; stderr: string } {
  const file = join(folder, 'a.ndjson');
  writeFileSync(file, '{"noun":"corpora","id":"a","title":"A"}\n{"noun":"corpora","id":"b"}\n');
  return spawnSync(
    process.execPath,
    [join(ROOT, 'bin/verbatim.js'), 'import', file, '--from', 'verbatim', '--dry-run'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', DATABASE: join(folder, 'data/base.sqlite') },
    },
  );
}

const SAYS = /^corpora +1 added, 0 changed, 0 unchanged, 1 refused$/m;

function hash(path: string): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}

describe('of a base that an earlier release wrote', () => {
  test.each(['wal', 'delete'])('with the journal mode %s', (mode) => {
    const folder = openFolder();
    const path = join(folder, 'data/base.sqlite');
    const db = openDatabase(path);
    db.close();
    openSeededBase().exec(`VACUUM INTO '${join(folder, 'copy.sqlite')}'`);
    writeFileSync(path, readFileSync(join(folder, 'copy.sqlite')));
    const base = openDatabase(path);
    base.pragma(`journal_mode = ${mode}`);
    writeFact(base, 'declarations', 'those of an earlier release');
    base.exec("UPDATE quotes SET document = json_remove(document, '$.attribution_candidates')");
    const before = [path, `${path}-wal`].map(hash);
    if (mode === 'wal') expect(before[1]).not.toBeNull();
    const answer = look(folder);
    expect(answer.stderr).toBe('');
    expect(answer.stdout).toMatch(SAYS);
    expect(answer.stdout).toContain('would bring the base up to date first');
    expect(answer.stdout).toContain('Nothing was written to the base.');
    expect(answer.status).toBe(1);
    expect([path, `${path}-wal`].map(hash)).toEqual(before);
    base.close();
    const closed = hash(path);
    expect(look(folder).stdout).toMatch(SAYS);
    expect(hash(path)).toBe(closed);
    expect(readdirSync(join(folder, 'data')).filter((name) => name.includes('dry-run'))).toEqual([]);
  });
});

test('and makes none where there is none', () => {
  const folder = openFolder();
  const answer = look(folder);
  expect(answer.stdout).toMatch(SAYS);
  expect(answer.stdout).not.toContain('up to date');
  expect(existsSync(join(folder, 'data'))).toBe(false);
});
