// The bench measures what it says only when its base is one that Verbatim would take, and when what it is compared
// with answers the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBase } from '../../bench/base.ts';
import { buildHandler } from '../../bench/baselines/handler.ts';
import { generateRecords } from '../../bench/data.ts';
import { askManyIds, askManyLists } from '../../bench/questions.ts';
import { writeChunks } from '../../bench/serving-line.ts';
import { openDatabase } from '../../src/db/client.ts';
import { getResource } from '../../src/resources/registry.ts';
import { buildInputSchema } from '../../src/resources/schemas.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { ask, buildTestApp, type Json } from '../base.ts';

const QUOTES = 400;
let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verbatim-bench-'));
  path = ensureBase(QUOTES, folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the same number of quotes gives the same records', () => {
  const hash = () =>
    createHash('sha256')
      .update(JSON.stringify([...generateRecords({ quotes: QUOTES })]))
      .digest('hex');
  expect(hash()).toBe(hash());
});

test('every record is one that a seed file could hold', () => {
  const schemas = new Map<string, ReturnType<typeof buildInputSchema>>();
  for (const { noun, record } of generateRecords({ quotes: QUOTES })) {
    const schema = schemas.get(noun) ?? buildInputSchema(getResource(noun));
    schemas.set(noun, schema);
    // Seed files name the file of a text, and the corpus is that of the folder.
    const { text: _, corpus: __, ...source } = record;
    const result = schema.safeParse(noun === 'sources' ? source : record);
    expect(result.success ? [] : result.error.issues, `${noun} ${record.id}`).toEqual([]);
  }
});

test('the base is what it says, and is not built again', () => {
  const db = openDatabase(path);
  expect(verifyBase(db).failures).toEqual([]);
  db.close();
  expect(ensureBase(QUOTES, folder)).toBe(path);
});

test('it has records of every state, vague dates and missing ones, and other scripts', async () => {
  const db = openDatabase(path, { readonly: true });
  const app = await buildTestApp(db);
  for (const filter of [
    ...['verification=verified', 'verification=pinned', 'verification=reported', 'said=none', 'topic=none'],
    ...['kind=direct', 'kind=mixed', 'kind=indirect', 'kind=unspecified', 'language=ru', 'language=fa'],
  ]) {
    const page = (await ask(app, `/v1/quotes?${filter}`)).json();
    expect(page.total, filter).toBeGreaterThan(0);
    expect(page.total, filter).toBeLessThan(QUOTES);
  }
  await app.close();
  db.close();
});

test('the hand-written handler gives the same records and totals', async () => {
  const db = openDatabase(path, { readonly: true });
  const app = await buildTestApp(db);
  const handler = buildHandler(path);
  for (const { ours, theirs } of askManyLists(db, 30)) {
    const page = (await ask(app, ours)).json();
    const other = (await ask(handler, theirs)).json();
    expect(page.results, theirs).toMatchObject(other.results as Json[]);
    expect([other.total, other.total_is]).toEqual([page.total, page.total_is]);
    expect(other.next_cursor === null).toBe(page.next_cursor === null);
  }
  for (const { ours, theirs } of askManyIds(db, 30)) {
    const record: Json = (await ask(app, ours)).json();
    expect(record, theirs).toMatchObject((await ask(handler, theirs)).json());
  }
  await handler.close();
  await app.close();
  db.close();
});

test('the loader with live indexes leaves the same base as an import', async () => {
  const [file] = (await writeChunks(folder, { quotes: QUOTES, imported: 40, rounds: 1 })) as [string];
  const [imported, loaded] = ['imported', 'loaded'].map((name) => {
    const copy = join(folder, `${name}.sqlite`);
    copyFileSync(path, copy);
    return copy;
  }) as [string, string];
  const run = (...args: string[]) => expect(spawnSync(process.execPath, args).status).toBe(0);
  run('bin/verbatim.js', 'import', file, '--from', 'verbatim', '--database', imported);
  run('bench/baselines/live-loader.ts', file, loaded, '7');
  const [ours, theirs] = [imported, loaded].map((copy) => {
    const db = openDatabase(copy, { readonly: true });
    expect(verifyBase(db).failures).toEqual([]);
    const documents = db.prepare('SELECT id, document, digest FROM quotes ORDER BY id').all();
    db.close();
    return documents;
  });
  expect(ours?.length).toBeGreaterThanOrEqual(QUOTES + 40);
  expect(theirs).toEqual(ours);
});
