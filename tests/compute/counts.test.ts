// `/v1` counts every record, and holds nobody however many there are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { changeDataVersion, readDataVersion } from '../../src/db/data-version.ts';
import { ask, buildTestApp, importRecords } from '../base.ts';

const folder = mkdtempSync(join(tmpdir(), 'verbatim-counts-'));
let db: Db;

beforeAll(() => {
  db = openDatabase(join(folder, 'base.sqlite'));
  migrateDatabase(db);
  importRecords(db, { corpora: ['شهر', 'Город', 'town'].map((title, n) => ({ id: `corpus-${n}`, title })) });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

test('few are counted by the process that serves, many by another', async () => {
  const hasty = await buildTestApp(db, { COMPUTE_DEADLINE_MS: 1 });
  expect((await ask(hasty, '/v1')).json()).toMatchObject({ counts: { corpora: 3 } });
  // As if two million had come in between.
  db.exec("UPDATE corpora SET key = 2000001 WHERE id = 'corpus-2'");
  changeDataVersion(db);
  expect((await ask(hasty, '/v1')).json().code).toBe('deadline_exceeded');
  await hasty.close();
  const patient = await buildTestApp(db);
  const answers = await Promise.all(Array.from({ length: 3 }, () => ask(patient, '/v1')));
  for (const answer of answers)
    expect(answer.json()).toMatchObject({
      data_version: readDataVersion(db),
      counts: { corpora: 3, quotes: 0 },
    });
  const tag = { 'if-none-match': String(answers[0]?.headers.etag) };
  expect((await ask(patient, '/v1', tag)).status).toBe(304);
  changeDataVersion(db);
  expect((await ask(patient, '/v1', tag)).json().data_version).toBe(readDataVersion(db));
  await patient.close();
});
