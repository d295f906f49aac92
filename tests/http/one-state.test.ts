// Another process may write between two reads of one answer: the answer is made of one state of the data.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { changeDataVersion } from '../../src/db/data-version.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { ask, buildTestApp, SEEDS } from '../base.ts';

const folder = mkdtempSync(join(tmpdir(), 'verbatim-state-'));
const path = join(folder, 'base.sqlite');
let writer: Db;
beforeAll(() => {
  writer = openDatabase(path);
  migrateDatabase(writer);
  loadSeeds(writer, SEEDS);
});
afterAll(() => {
  writer.close();
  rmSync(folder, { recursive: true });
});

/** Calls `act` once, when stances are about to be counted: before records are read, and after the version was. */
function interrupt(db: Db, act: () => void): () => number {
  let times = 0;
  const original = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    if (/^SELECT t\.key, [\s\S]* FROM stances t /.test(sql)) {
      if (times === 0) act();
      times += 1;
    }
    return original(sql);
  }) as Db['prepare'];
  return () => times;
}

test.each([
  '/v1/comparisons?actor=russia,iran',
  '/v1/actors/iran/shifts',
  '/v1/agreement',
  '/v1/networks?actor=russia,iran',
  '/v1/networks/evidence?row=iran&column=jcpoa',
])('%s', async (url) => {
  const askAnew = async (act: (db: Db) => () => number) => {
    const db = openDatabase(path);
    const app = await buildTestApp(db);
    const count = act(db);
    const answer = await ask(app, url);
    await app.close();
    db.close();
    return { answer, times: count() };
  };
  const before = await askAnew(() => () => 0);
  const during = await askAnew((db) =>
    interrupt(db, () => {
      writer
        .transaction(() => {
          writer.exec("UPDATE topics SET document = json_set(document, '$.label', 'Changed meanwhile')");
          writer.exec("UPDATE stances SET document = json_set(document, '$.statement', 'Changed meanwhile')");
          changeDataVersion(writer);
        })
        .immediate();
    }),
  );
  expect(during.times).toBeGreaterThan(0);
  expect(during.answer.status).toBe(200);
  const after = await askAnew(() => () => 0);
  expect(after.answer.headers.etag).not.toBe(before.answer.headers.etag);
  // All of one state or all of the other, the tag included.
  const pair = ({ answer }: typeof before) => [answer.headers.etag, answer.text];
  expect([pair(before), pair(after)]).toContainEqual(pair(during));
});
