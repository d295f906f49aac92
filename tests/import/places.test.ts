// What an import takes, `verify` finds to be so: both hold the same rules of places.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { countCodePoints, sliceCodePoints } from '../../src/evidence/code-points.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { openEmptyBase, openSeededBase } from '../base.ts';
import { importFiles, importText, openFolder, writeLines } from './importing.ts';

function expectSound(db: Db): void {
  expect(verifyBase(db).failures).toEqual([]);
}

/** A text with repeats, quotation marks within quotation marks, and letters of several scripts. */
const word = fc.constantFrom(
  'the',
  'well',
  'the well',
  '😀',
  'آب',
  '“',
  '”',
  '‘',
  '’',
  'вода',
  'e\u0301',
  '—',
);
const text = fc
  .array(word, { minLength: 6, maxLength: 40 })
  .map((words) => words.map((one, n) => (n % 3 === 1 ? `${one}${n}` : one)).join(' '));
const stretch = (length: number) =>
  fc
    .noBias(fc.tuple(fc.nat(length), fc.nat(length)))
    .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

describe('a table with texts', () => {
  const row = (source: string) =>
    fc.record({
      at: fc.array(stretch(countCodePoints(source)), { minLength: 1, maxLength: 2 }),
      start: fc.option(fc.nat(countCodePoints(source)), { freq: 1 }),
      kind: fc.constantFrom('direct', 'mixed', 'indirect', 'unspecified', ''),
      actor: fc.constantFrom('Ada', 'Bo', ''),
    });
  const table = text.chain((source) =>
    fc.tuple(fc.constant(source), fc.array(row(source), { maxLength: 8 })),
  );

  test('is taken row by row, and what was taken verifies', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(table, { minLength: 4, maxLength: 8 }), async (tables) => {
        const db = openEmptyBase();
        const rows = tables.flatMap(([source, all], n) =>
          all.map(({ at, start, kind, actor }) => [
            actor,
            at.map((one) => sliceCodePoints(source, one.start, one.end)).join('|'),
            at.length === 1 && start !== null ? start : '',
            kind,
            `Text ${n}`,
            source,
          ]),
        );
        const folder = openFolder();
        const mapping = join(folder, 'mapping.json');
        const columns = ['actor', 'spans', 'spans.start', 'kind', 'source.title', 'source.text'];
        writeFileSync(
          mapping,
          JSON.stringify({
            columns: Object.fromEntries(columns.map((name) => [name, name])),
            lists: '|',
          }),
        );
        const file = join(folder, 'table.csv');
        writeFileSync(file, stringify([columns, ...rows]));
        const report = await importFiles(db, [file], { from: 'csv', corpus: 'c', flags: { mapping } });
        expect(report.entries.taken + report.entries.refused).toBe(rows.length);
        taken += report.entries.taken;
        expectSound(db);
      }),
      { numRuns: 12 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});

describe('our own lines', () => {
  const quote = (source: string) => {
    const within = stretch(countCodePoints(source) + 1);
    return fc.record({
      kind: fc.constantFrom('direct', 'mixed', 'indirect', 'unspecified'),
      passage: fc.oneof({ weight: 3, arbitrary: fc.constant('around') }, fc.option(within)),
      at: fc.array(within, { maxLength: 2 }),
      placed: fc.boolean(),
      prefix: fc.constantFrom(null, null, 'the ', 'x'),
      cue: fc.option(within, { freq: 3 }),
      relayed: fc.boolean(),
    });
  };
  const document = text.chain((source) =>
    fc.record({
      source: fc.constant(source),
      held: fc.boolean(),
      length: fc.boolean(),
      ledger: fc.array(stretch(countCodePoints(source)), { maxLength: 1 }),
      quotes: fc.array(quote(source), { minLength: 4, maxLength: 12 }),
    }),
  );
  const slice = (source: string, { start, end }: { start: number; end: number }) =>
    [...source].slice(start, end).join('');

  const write = (
    { source, held, length, ledger, quotes }: typeof document extends fc.Arbitrary<infer D> ? D : never,
    name: string,
  ) => [
    {
      noun: 'sources',
      id: name,
      corpus: 'c',
      title: 'S',
      ...(held ? { text: source } : {}),
      ...(length ? { text_length: countCodePoints(source) } : {}),
      ledger: ledger.map((place) => ({ ...place, reason: 'term' })),
    },
    ...quotes.map(({ kind, passage, at, placed, prefix, cue, relayed }, n) => {
      const around = {
        start: Math.min(...at.map((one) => one.start)),
        end: Math.max(...at.map((one) => one.end)),
      };
      const place = passage === 'around' ? (at.length === 0 ? null : around) : passage;
      return {
        noun: 'quotes',
        id: `${name}-q${n}`,
        actor: 'ada',
        source: name,
        kind,
        ...(relayed ? { relayed_by: 'ada' } : {}),
        ...(held || kind === 'direct'
          ? {}
          : { text: at.map((one) => `“${slice(source, one)}”`).join(' ') || 'Something.' }),
        passage:
          place === null ? null : { ...(place as object), ...(held ? {} : { sha256: '0'.repeat(64) }) },
        cue: cue && { exact: slice(source, cue), ...(placed ? cue : {}) },
        spans: at.map((one) => ({ exact: slice(source, one), ...(placed ? { ...one, prefix } : {}) })),
      };
    }),
  ];

  test('are taken one by one, and what was taken verifies', async () => {
    const taken = { placed: 0, reported: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(document, { minLength: 8, maxLength: 20 }), async (documents) => {
        const db = openEmptyBase();
        const lines = [
          { noun: 'corpora', id: 'c', title: 'C' },
          { noun: 'actors', id: 'ada', name: 'Ada', kind: 'person' },
          ...documents.flatMap((each, n) => write(each, `s${n}`)),
        ];
        await importText(db, writeLines(lines), { from: 'verbatim' });
        const count = db.prepare('SELECT count(*) FROM quotes WHERE (passage_start IS NULL) = ?').pluck();
        taken.placed += count.get(0) as number;
        taken.reported += count.get(1) as number;
        expectSound(db);
      }),
      { numRuns: 15 },
    );
    expect(taken.placed).toBeGreaterThan(15);
    expect(taken.reported).toBeGreaterThan(30);
  });
});

describe('readings of others', () => {
  test('may cross those of the seeds and each other, and seeds hold themselves to one', async () => {
    const db = openSeededBase();
    const { source, start, end, exact } = db
      .prepare(
        `SELECT so.id AS source, s.start, s.end, s.exact FROM spans s JOIN quotes q ON q.key = s.quote_key
         JOIN sources so ON so.key = q.source_key WHERE s."end" - s.start > 10 LIMIT 1`,
      )
      .get() as { source: string; start: number; end: number; exact: string };
    const reading = (id: string, from: number, to: number) => {
      const words = [...exact].slice(from - start, to - start).join('');
      return {
        noun: 'quotes',
        id,
        source,
        kind: 'direct',
        passage: { start: from, end: to, sha256: '0'.repeat(64) },
        spans: [{ exact: words, start: from, end: to }],
      };
    };
    const lines = [
      reading('same', start, end),
      reading('inside', start + 2, end - 2),
      reading('crosses', start + 3, end),
      reading('before', start, end - 3),
    ];
    const report = await importText(db, writeLines(lines), { from: 'verbatim' });
    expect(report.entries).toEqual({ taken: 4, refused: 0 });
    expectSound(db);
  });
});
