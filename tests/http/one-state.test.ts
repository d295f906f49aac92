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

/** Calls `act` once, when the first such statement is about to be made: before it is read, and after the version was. */
function interrupt(db: Db, statement: RegExp, act: () => void): () => number {
  let times = 0;
  const original = db.prepare.bind(db);
  db.prepare = ((sql: string) => {
    if (statement.test(sql)) {
      if (times === 0) act();
      times += 1;
    }
    return original(sql);
  }) as Db['prepare'];
  return () => times;
}

const STANCES = /^SELECT t\.key, [\s\S]* FROM stances t /;

test.each([
  ['/v1/comparisons?actor=russia,iran', STANCES],
  ['/v1/actors/iran/shifts', STANCES],
  ['/v1/agreement', STANCES],
  ['/v1/networks?actor=russia,iran', STANCES],
  ['/v1/networks/evidence?row=iran&column=jcpoa', STANCES],
  ['/v1/suggest?q=jcpoa', /FROM topics WHERE key/],
  ['/v1/attributions?text=Russia+is+no+firefighting+crew+to+save+things', /^SELECT [^;]* FROM quotes /],
] as const)('%s', async (url, statement) => {
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
    interrupt(db, statement, () => {
      writer
        .transaction(() => {
          writer.exec("UPDATE topics SET document = json_set(document, '$.label', 'Changed meanwhile')");
          writer.exec(
            "UPDATE quotes SET document = json_set(document, '$.verification', 'changed meanwhile')",
          );
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
