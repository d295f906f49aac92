// What an import adds to a tree in batches must be what its records say, and cost what is added and not what is there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { importFormats } from '../../src/import/formats.ts';
import { importFiles } from '../../src/import/import.ts';
import { openRejects } from '../../src/import/rejects.ts';
import { openImportStore } from '../../src/store/batch.ts';
import { listClosureFaults } from '../../src/store/tree-closure.ts';
import { openEmptyBase } from '../base.ts';
import { openFolder, writeLines } from './importing.ts';

const TREE = { parent: 'broader', closure: 'topics_closure' };
const format = importFormats.find(({ name }) => name === 'verbatim');

async function importLines(db: Db, folder: string, lines: readonly unknown[], batch: number) {
  if (format === undefined) throw new Error('there is no format verbatim');
  const file = join(folder, 'topics.ndjson');
  writeFileSync(file, writeLines(lines));
  const rejects = openRejects(join(folder, 'rejects'), format);
  const report = await importFiles(db, openImportStore(db), {
    files: [file],
    format,
    corpus: null,
    actor_kind: 'person',
    options: {},
    rejects,
    batch,
    lasting: true,
  });
  expect(report.entries.refused).toBe(0);
}

/** A topic for each number: that of the broader one, which is smaller, or none. */
function describeTopics(parents: readonly number[]): { id: string; [field: string]: unknown }[] {
  return parents.map((parent, n) => ({
    noun: 'topics',
    id: `topic-${n}`,
    label: `Topic ${n}`,
    ...(n === 0 || parent % (n + 1) === n ? {} : { broader: `topic-${parent % (n + 1)}` }),
  }));
}

const parents = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });
const batch = fc.integer({ min: 1, max: 6 });

test('any tree in any order and any batches, and moved and cut back afterwards', async () => {
  const folder = openFolder();
  const db = openEmptyBase();
  await fc.assert(
    fc.asyncProperty(parents, parents, fc.infiniteStream(fc.nat()), batch, async (first, then, order, by) => {
      const shuffle = <T>(list: T[]) =>
        list
          .map((value) => ({ value, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ value }) => value);
      const topics = describeTopics(first);
      await importLines(db, folder, shuffle(topics), by);
      expect([...listClosureFaults(db, 'topics', TREE)]).toEqual([]);
      const moved = describeTopics(then);
      await importLines(db, folder, shuffle(moved), by);
      expect([...listClosureFaults(db, 'topics', TREE)]).toEqual([]);
      const all = [...moved, ...topics.slice(moved.length)];
      const leaves = all.filter(({ id }) => !all.some(({ broader }) => broader === id));
      const gone = leaves.map(({ id }) => ({ noun: 'topics', id, withdrawn: 'split', digest: '' }));
      await importLines(db, folder, gone, by);
      expect([...listClosureFaults(db, 'topics', TREE)]).toEqual([]);
      db.exec('DELETE FROM topics_closure; UPDATE topics SET broader_key = NULL;');
      db.exec('DELETE FROM topic_name_keys; DELETE FROM topics; DELETE FROM withdrawn;');
    }),
    { numRuns: 60 },
  );
  db.close();
});

test('adding to a tree takes nothing out of it first', async () => {
  const folder = openFolder();
  const db = openEmptyBase();
  const topics = describeTopics(Array.from({ length: 60 }, (_, n) => n * 7));
  db.exec(
    "CREATE TEMP TRIGGER kept BEFORE DELETE ON topics_closure BEGIN SELECT RAISE(FAIL, 'a pair was taken out'); END",
  );
  await importLines(db, folder, topics, 5);
  expect([...listClosureFaults(db, 'topics', TREE)]).toEqual([]);
  // A record that is changed where it stands is not moved.
  await importLines(
    db,
    folder,
    topics.map((topic) => ({ ...topic, description: 'Changed.' })),
    5,
  );
  expect([...listClosureFaults(db, 'topics', TREE)]).toEqual([]);
  db.exec('DROP TRIGGER kept');
  db.close();
});

test('moving a part of a tree makes anew what is in that part', async () => {
  const folder = openFolder();
  const db = openEmptyBase();
  // Three chains of a hundred under one root.
  const topics = describeTopics(Array.from({ length: 301 }, (_, n) => (n <= 3 ? 0 : n - 3)));
  await importLines(db, folder, topics, 500);
  db.exec(`CREATE TEMP TABLE made (descendant);
    CREATE TEMP TRIGGER made AFTER INSERT ON topics_closure BEGIN INSERT INTO made VALUES (NEW.descendant_key); END`);
  const moved = [
    { ...topics.at(-4), broader: topics.at(-3)?.id },
    { ...topics.at(-3), broader: 'topic-0' },
  ];
  await importLines(db, folder, moved, 1);
  expect([...listClosureFaults(db, 'topics', TREE)]).toEqual([]);
  expect(db.prepare('SELECT count(DISTINCT descendant) FROM made').pluck().get()).toBe(3);
  db.close();
});
