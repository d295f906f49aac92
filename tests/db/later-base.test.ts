// A base that a later release wrote is refused at every door, in one sentence, and stays as it was.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/db/client.ts';
import { writeFact } from '../../src/db/data-version.ts';
import { openSeededBase } from '../base.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verbatim-later-'));
  writeFileSync(join(folder, 'a.ndjson'), '{"noun":"corpora","id":"a","title":"A"}\n');
  writeFileSync(join(folder, 'a.txt'), 'Nothing.\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const DOORS = [
  ['serve', '--port', '0'],
  ['serve', '--port', '0', '--no-seed'],
  ['seed'],
  ['import', 'a.ndjson', '--from', 'verbatim'],
  ['import', 'a.ndjson', '--from', 'verbatim', '--dry-run'],
  ['export', '--output', 'out.ndjson'],
  ['who-said', 'never trust a dry well'],
  ['verify'],
  ['verify', '--text', 'a.txt'],
];

function run(args: readonly string[], database: string): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/verbatim.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', DATABASE: database, SEEDS: join(ROOT, 'seeds') },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (status) => resolve({ status, stderr }));
  });
}

function hashFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** One to read at, one to write at, and the one that looks: which doors there are does not change what they ask. */
const THREE = DOORS.filter((_, n) => [0, 4, 5].includes(n));

const LATER = {
  'its tables': {
    statement: "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 9e12)",
    facts: {},
    doors: DOORS,
    by: 'a later release than this',
  },
  'its declarations': {
    statement: '',
    facts: { declarations: 'those of a later release', declared_by: '10.0.0' },
    doors: THREE,
    by: 'release 10.0.0, a later one than this',
  },
};

describe.each(Object.entries(LATER))('by %s', (name, { statement, facts, doors: all, by }) => {
  test('at every door', async () => {
    const path = join(folder, `${name}.sqlite`);
    openSeededBase().exec(`VACUUM INTO '${path}'`);
    const db = openDatabase(path);
    db.exec(statement);
    for (const [fact, value] of Object.entries(facts)) writeFact(db, fact, value);
    db.close();
    const before = hashFile(path);
    for (let n = 0; n < all.length; n += 3) {
      const doors = all.slice(n, n + 3);
      const answers = await Promise.all(doors.map((args) => run(args, path)));
      for (const [at, { status, stderr }] of answers.entries()) {
        const door = doors[at]?.join(' ');
        expect(stderr, door).toMatch(
          /^The database .*\.sqlite was written by .*: use `verbatim` of that release or a newer one\.\n$/,
        );
        expect(stderr, door).toContain(`${path} was written by ${by}`);
        expect(status, door).toBe(2);
      }
    }
    expect(hashFile(path)).toBe(before);
  });
});
