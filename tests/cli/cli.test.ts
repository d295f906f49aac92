// The command line as a script sees it: what it prints, where, and its exit code. A start costs, so there are few.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSeededBase } from '../base.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verbatim-cli-'));
  writeSeededBase('base.sqlite');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const launch = [join(root, 'bin/verbatim.js')];
const environment = (more: Record<string, string>) => ({
  PATH: process.env.PATH ?? '',
  DATABASE: join(folder, 'base.sqlite'),
  ...more,
});

function writeSeededBase(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, openSeededBase().serialize());
  return path;
}

function run(args: string[], more: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...launch, ...args], {
    encoding: 'utf8',
    env: environment(more),
  });
  return { status, stdout, stderr };
}

describe('seed', () => {
  test('says a line a noun, and changes nothing the second time', () => {
    const base = { DATABASE: join(folder, 'seeded.sqlite') };
    const first = run(['seed'], base);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.trim().split('\n')).toHaveLength(7);
    expect(first.stdout).toMatch(/^quotes +[1-9]\d* added, 0 changed, 0 unchanged, 0 withdrawn$/m);
    const second = run(['seed'], base);
    expect(second.status).toBe(0);
    for (const line of second.stdout.trim().split('\n')) {
      expect(line).toMatch(/ 0 added, 0 changed, \d+ unchanged, 0 withdrawn$/);
    }
  });

  test('a mistake refuses the load with its place, and exits with 1', () => {
    const seeds = join(folder, 'seeds');
    cpSync(join(root, 'seeds'), seeds, { recursive: true });
    const path = join(seeds, 'eftekhari-russia-iran/quotes.yaml');
    writeFileSync(path, readFileSync(path, 'utf8').replace('actor: putin', 'actor: putni'));
    const answer = run(['seed'], { SEEDS: seeds, DATABASE: join(folder, 'other.sqlite') });
    expect(answer.status).toBe(1);
    expect(answer.stdout).toBe('');
    expect(answer.stderr).toMatch(
      /quotes\.yaml:\d+: "putin-[a-z-]+", actor: there is no actor "putni"\. Did you mean "putin"\?/,
    );
    expect(answer.stderr).toContain('Nothing was loaded: 1 mistake');
  });
});

describe('what is not understood exits with 2, in a sentence and without a stack', () => {
  test.each([
    [['sreve'], {}, "unknown command 'sreve'"],
    [['seed', '--databse', 'x'], {}, "unknown option '--databse'"],
    [['seed'], { PORT: '80', LOG_LEVEL: 'loud' }, 'LOG_LEVEL="loud" is not one of'],
    [['seed'], { DATABASE: tmpdir() }, 'cannot be opened: it is a folder'],
    [['seed'], { DATABASE: join(root, 'package.json') }, 'file is not a database'],
    [['seed'], { SEEDS: '/nowhere' }, 'There is no folder of seeds at /nowhere.'],
    [['verify', '--text', '/nowhere/text.txt'], {}, 'there is no such file'],
    [['locate'], {}, "required option '--text <file>'"],
    [['import', 'x', '--from', 'xml'], {}, "argument 'xml' is invalid"],
    [['import', '/nowhere/x', '--from', 'verbatim'], {}, 'there is no such file'],
    [['export'], {}, "required option '--output <file>'"],
    [['openapi', '--write', '--check'], {}, 'cannot be used with'],
  ])('%j %j', (args, more, sentence) => {
    const { status, stderr } = run(args, more);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(status).toBe(2);
  });
});

test('who-said shows the words, who said them and each difference; exits with 1 where there is none', () => {
  const found = run([
    'who-said',
    'Russia is not a firefighting crew to save things',
    '--claimed-actor',
    'salehi',
  ]);
  expect(found).toMatchObject({ status: 0, stderr: '' });
  expect(found.stdout).toContain('Ali Akbar Salehi: said_by_someone_else.');
  expect(found.stdout).toMatch(
    /^1\. Vladimir Putin \((near|partial) 0\.\d\d, pinned, said \[2019,2020\]\)$/m,
  );
  expect(found.stdout).toContain('a firefighting [-rescue-] crew');
  const none = run(['who-said', 'The moon is made of green cheese']);
  expect(none).toMatchObject({ status: 1, stdout: 'none: nothing in this base resembles it.\n' });
  expect(run(['who-said', ' '])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('`text` is missing'),
  });
});

test('who-said refuses a base of an earlier release in one sentence', () => {
  const earlier = { DATABASE: writeSeededBase('earlier.sqlite') };
  const db = new Database(earlier.DATABASE);
  db.exec(
    'DELETE FROM __drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM __drizzle_migrations)',
  );
  db.close();
  expect(run(['who-said', 'never trust a dry well'], earlier)).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^The database \S+ was written by an earlier release\. [^\n]+\n$/),
  });
});

describe('--help', () => {
  test.each([
    [[], ['serve', 'seed', 'import', 'export', 'verify', 'locate', 'openapi']],
    [
      ['serve'],
      [
        '--port',
        '--host',
        '--database',
        '--cors-origins',
        '--page-size-max',
        '--no-seed',
        'data/verbatim.sqlite',
      ],
    ],
    [['seed'], ['--database', '--seeds']],
    [['verify'], ['--database', '--text', '--source']],
    [['locate'], ['--seeds', '--text', '--source']],
    [['openapi'], ['--write', '--check']],
  ])('%j', (command, words) => {
    const { status, stdout, stderr } = run([...command, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    for (const word of words) expect(stdout).toContain(word);
    expect(stdout).not.toContain(root);
  });
});

test('verify says that the base is what it says', () => {
  const { status, stdout } = run(['verify']);
  expect(stdout).toContain('The base is what it says.');
  expect(status).toBe(0);
});

test('verify says in sentences what is damaged, however much is', () => {
  const bytes = readFileSync(join(folder, 'base.sqlite'));
  const damaged = join(folder, 'damaged.sqlite');
  // The first page holds the schema; one in the middle, rows; cut in half, the file lacks most of what it names.
  const middle = Math.floor(bytes.length / 8192) * 4096;
  const copies = [
    Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(3996, 7), bytes.subarray(4096)]),
    Buffer.concat([bytes.subarray(0, middle), Buffer.alloc(4096), bytes.subarray(middle + 4096)]),
    bytes.subarray(0, middle),
    Buffer.concat([Buffer.alloc(100), bytes.subarray(100)]),
  ];
  for (const copy of copies) {
    writeFileSync(damaged, copy);
    const { status, stderr } = run(['verify'], { DATABASE: damaged });
    expect(status).toBe(1);
    expect(stderr).toMatch(/\S/);
    expect(stderr).not.toMatch(/^ +at /m);
    rmSync(damaged);
  }
});

test('a base that is damaged where a command reads it is one sentence', () => {
  const damaged = join(folder, 'broken-quotes.sqlite');
  const bytes = readFileSync(join(folder, 'base.sqlite'));
  writeFileSync(damaged, bytes);
  const db = new Database(damaged, { readonly: true });
  const page = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'quotes'").pluck().get() as number;
  db.close();
  writeFileSync(damaged, Buffer.from(bytes).fill(0xaa, (page - 1) * 4096, page * 4096));
  expect(run(['export', '--output', join(folder, 'any.ndjson')], { DATABASE: damaged })).toEqual({
    status: 1,
    stdout: '',
    stderr: 'The base is damaged; `verbatim verify` says where (database disk image is malformed).\n',
  });
});

describe('import and export', () => {
  test('take a base to another one, and say what cannot be taken', () => {
    const file = join(folder, 'base.ndjson');
    const copy = { DATABASE: join(folder, 'copy.sqlite') };
    expect(run(['export', '--output', file])).toMatchObject({ status: 0, stderr: '' });
    const first = run(['import', file, '--from', 'verbatim'], copy);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^quotes +[1-9]\d* added, 0 changed, 0 unchanged, 0 refused$/m);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"actor":"putin"', '"actor":"putni"'));
    const rejects = join(folder, 'rejects.ndjson');
    const second = run(['import', file, '--from', 'verbatim', '--rejects', rejects], copy);
    expect(second.stdout).toContain(`1 refused: see ${rejects}`);
    expect(second.status).toBe(1);
    expect(readFileSync(rejects, 'utf8')).toMatch(/there is no actor "putni"\. Did you mean "putin"\?/);
  });

  test('say in a sentence what cannot be written to, and never write over what they read', () => {
    const database = writeSeededBase('verbatim.sqlite');
    const bytes = readFileSync(database);
    symlinkSync(join(folder, 'elsewhere.ndjson'), join(folder, 'link.ndjson'));
    for (const [flag, args] of [
      ['--output', ['export']],
      ['--rejects', ['import', join(folder, 'any.csv'), '--from', 'csv', '--corpus', 'any']],
    ] as const)
      for (const [path, why] of [
        [folder, 'it is a folder'],
        [join(folder, 'none', 'file'), 'there is no folder'],
        [`${folder}/../${basename(folder)}/verbatim.sqlite`, 'this is a file of the base'],
        [`${database}-wal`, 'this is a file of the base'],
        [join(folder, 'link.ndjson'), 'it is no file by itself'],
      ] as const)
        expect(run([...args, flag, path], { DATABASE: database })).toMatchObject({
          status: 2,
          stderr: expect.stringContaining(`${flag} ${path}: ${why}`),
        });
    expect(readFileSync(database).equals(bytes)).toBe(true);
  });
});

test('openapi --check finds what is committed up to date', () => {
  expect(run(['openapi', '--check'])).toMatchObject({ status: 0, stderr: '' });
});

describe('serve', () => {
  test('answers on a real port, logs in JSON, and stops with grace', async () => {
    const child = spawn(process.execPath, [...launch, 'serve'], {
      env: environment({ PORT: '0', DATABASE: join(folder, 'served.sqlite') }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let log = '';
    const address = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`ended: ${log}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        const found = /Server listening at (http:[^"]+)"/.exec(log)?.[1];
        if (found !== undefined) resolve(found);
      });
    });
    const answer = await fetch(`${address}/v1/quotes?actor=zarif&limit=1`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ results: [{ actor: { id: 'zarif' } }] });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(log).toContain('seeds loaded');
  });

  test('a port that is taken is one sentence', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const port = String((taken.address() as { port: number }).port);
    const child = spawn(process.execPath, [...launch, 'serve'], {
      env: environment({ PORT: port }),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    taken.close();
    expect(errors.trim()).toBe(
      `Cannot listen on 127.0.0.1:${port}: another program listens there; set PORT to a free one.`,
    );
    expect(status).toBe(2);
  });
});
