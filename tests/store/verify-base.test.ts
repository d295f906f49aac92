// The base is checked against itself: every kind of damage is found, and a sound base has none.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Db, openDatabase } from '../../src/db/client.ts';
import { UsageError } from '../../src/errors.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { type Progress, verifyBase, verifyFile } from '../../src/store/verify-base.ts';
import { copyBase, draftQuote, importRecords, openEmptyBase, openSeededBase } from '../base.ts';
import { FIXTURE } from '../seed/market-square.ts';

let loaded: Db;
beforeAll(() => {
  loaded = openEmptyBase();
  loadSeeds(loaded, FIXTURE);
});

/** The base in a file, which is removed after the test. */
function writeFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-verify-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'base.sqlite');
  copyBase(loaded).exec(`VACUUM INTO '${path}'`);
  return path;
}

test('a sound base, with its progress', () => {
  const steps: Progress[] = [];
  const report = verifyBase(loaded, (progress) => steps.push(progress));
  expect(report).toMatchObject({ ok: true, failures: [], failures_total: 0 });
  expect(report.counts).toEqual({
    actors: 8,
    topics: 3,
    coders: 1,
    corpora: 1,
    sources: 1,
    quotes: 9,
    stances: 3,
    'spans with a place': 8,
    'ledger entries': 6,
    withdrawn: 0,
    'full-text indexes': 10,
  });
  const last = steps.at(-1);
  expect(last?.done).toBe(last?.total);
  expect(steps.every((step, n) => step.done >= (steps[n - 1]?.done ?? 0))).toBe(true);
});

test('the project’s own seeds, and records without a place', () => {
  const db = openSeededBase();
  expect(verifyBase(db).failures).toEqual([]);
  const source = db.prepare('SELECT id FROM sources').pluck().get() as string;
  importRecords(db, {
    quotes: [draftQuote({ id: 'imported', actor: 'putin', source, text: 'A paraphrase.' })],
  });
  expect(verifyBase(db).failures).toEqual([]);
});

test('nothing is written by it, and a base that may not be written is checked as well', () => {
  const path = writeFile();
  const readonly = openDatabase(path, { readonly: true });
  const report = verifyBase(readonly);
  expect(report).toEqual(verifyBase(loaded));
  readonly.close();

  const db = copyBase(loaded);
  const bytes = db.serialize();
  verifyBase(db);
  expect(db.serialize().equals(bytes)).toBe(true);
});

test('one state is read, whatever others write meanwhile', () => {
  const path = writeFile();
  const [reader, writer] = [openDatabase(path, { readonly: true }), openDatabase(path)];
  const rename = writer.prepare("UPDATE actors SET name = 'Somebody', document = '{}' WHERE id = 'golnar'");
  const report = verifyBase(reader, ({ what }) => {
    if (what === 'actors') rename.run();
  });
  expect(report.failures).toEqual([]);
  expect(verifyBase(reader).ok).toBe(false);
  reader.close();
  writer.close();
});

test('a file that is none, that is no database, or that may not be written', () => {
  const path = writeFile();
  expect(verifyFile(path)).toEqual(verifyBase(loaded));
  expect(() => verifyFile(`${path}.none`)).toThrow(UsageError);
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.from(bytes).fill(3, 18, 19));
  expect(verifyFile(path).failures).toEqual([expect.stringMatching(/^the file: byte 18 is 3, /)]);
  writeFileSync(path, Buffer.from(bytes).fill(7, 0, 100));
  expect(verifyFile(path)).toEqual({
    ok: false,
    counts: {},
    failures: [expect.stringMatching(/cannot be opened/)],
    failures_total: 1,
  });
  expect(verifyFile(dirname(path)).failures).toEqual([expect.stringMatching(/cannot be opened/)]);
});

test('a row that is not as its table asks, in a base that may not be written', () => {
  const path = writeFile();
  const db = openDatabase(path);
  db.pragma('ignore_check_constraints = ON');
  db.exec("UPDATE quotes SET origin = 'impord' WHERE id = 'golnar-dry-well'");
  db.exec("UPDATE actors SET country = 'ir' WHERE id = 'rahimi'");
  db.close();
  const { failures } = verifyFile(path);
  expect(failures).toContainEqual(
    expect.stringMatching(/^table quotes: row \d+ is not as quotes_origin asks$/),
  );
  expect(failures).toContainEqual(
    expect.stringMatching(/^table actors: row \d+ is not as actors_country_code asks$/),
  );
});

test.each(['data', 'idx', 'config', 'docsize'])('a page of a text index’s %s that is damaged', (table) => {
  const path = writeFile();
  const db = openDatabase(path, { readonly: true });
  const root = 'SELECT rootpage FROM sqlite_schema WHERE name = ?';
  const page = db.prepare(root).pluck().get(`quotes_fts_${table}`) as number;
  db.close();
  for (const at of [0, 5, 4080]) {
    const start = (page - 1) * 4096 + at;
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.from(bytes).fill(0xaa, start, start + 9));
    expect(verifyFile(path)).toMatchObject({
      ok: false,
      failures: expect.arrayContaining([expect.any(String)]),
    });
    writeFileSync(path, bytes);
  }
});

test('a file that is no base, or one of another release, is one sentence', () => {
  expect(() => verifyBase(openDatabase(':memory:'))).toThrow(UsageError);
  const earlier = copyBase(loaded);
  earlier.exec(
    'DELETE FROM __drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM __drizzle_migrations)',
  );
  expect(() => verifyBase(earlier)).toThrow(/earlier release/);
  const later = copyBase(loaded);
  later.exec("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', 9e12)");
  expect(() => verifyBase(later)).toThrow(/later release/);
});

describe('finds', () => {
  const cases: [name: string, statements: string[], says: RegExp][] = [
    [
      'a reference to nothing',
      ["UPDATE quotes SET addressee_key = 999 WHERE id = 'golnar-dry-well'"],
      /^table quotes: row \d+ refers to a row of actors that is not there$/,
    ],
    [
      'a full-text index that is stale',
      ["UPDATE quotes SET context = 'x', text = 'x' || text WHERE id = 'guild-market-open'"],
      /^the full-text index quotes_fts is not that of its table/,
    ],
    [
      'a full-text index that is gone',
      ['DROP TABLE topics_fts'],
      /^the full-text index topics_fts is missing$/,
    ],
    [
      'a document that is stale',
      ["UPDATE actors SET description = 'Somebody else.' WHERE id = 'golnar'"],
      /^actor "golnar": the stored document is not what its columns say$/,
    ],
    [
      'a label that is stale',
      ["UPDATE actors SET name = 'Goli', name_sort = 'goli' WHERE id = 'golnar'"],
      /^quote "golnar-dry-well": the stored document is not what its columns say$/,
    ],
    [
      'a closure that lacks a pair',
      ['DELETE FROM topics_closure WHERE ancestor_key <> descendant_key'],
      /^topics_closure is not made from topics: 2 pairs lacking, 0 too many$/,
    ],
    [
      'a closure that has one too many',
      [
        "INSERT INTO topics_closure SELECT a.key, b.key FROM topics a, topics b WHERE a.id = 'fountain' AND b.id = 'market-hours'",
      ],
      /0 pairs lacking, 1 too many$/,
    ],
    [
      'a circle',
      [
        "UPDATE topics SET broader_key = (SELECT key FROM topics WHERE id = 'fountain') WHERE id = 'town-planning'",
      ],
      /^topics: key \d+ stands under itself$/,
    ],
    [
      'a span that is not in the text',
      ["UPDATE spans SET exact = 'far too impatien' WHERE exact = 'far too patient'"],
      /^quote "sorensen-hole-with-a-budget", span 2: the words do not stand in the source/,
    ],
    [
      'a span that is not where it says in the text of its quote',
      [
        "UPDATE spans SET text_start = text_start + 1, text_end = text_end + 1 WHERE exact = 'far too patient'",
      ],
      /^quote "sorensen-hole-with-a-budget": span 2 does not stand at \[86, 101\) of the text$/,
    ],
    [
      'a passage of another hash',
      [`UPDATE quotes SET passage_sha256 = '${'0'.repeat(64)}' WHERE id = 'guild-market-open'`],
      /^quote "guild-market-open", passage: the text has at/,
    ],
    [
      'a cue outside its passage',
      ["UPDATE quotes SET cue_start = 0, cue_end = 7 WHERE id = 'guild-market-open'"],
      /^quote "guild-market-open", cue: \[0, 7\) lies outside/,
    ],
    [
      'a text of another hash',
      [`UPDATE sources SET text_sha256 = '${'0'.repeat(64)}'`],
      /^source "fountain-report": text_sha256 is not the hash/,
    ],
    [
      'words that are kept of a text that is not',
      ['UPDATE sources SET text = NULL'],
      /passage: its words are kept, and the text that they are from is not held$/,
    ],
    [
      'a quote that claims too much',
      ['UPDATE sources SET text = NULL'],
      /^quote "golnar-dry-well": is pinned and says it is verified$/,
    ],
    [
      'a stance that claims too little',
      ["UPDATE stances SET verification = 'reported' WHERE id = 'guild-on-market-hours'"],
      /^stance "guild-on-market-hours": is verified and says it is reported$/,
    ],
    [
      "evidence of somebody else's",
      [
        "UPDATE stance_evidence SET quote_key = (SELECT key FROM quotes WHERE id = 'golnar-dry-well') WHERE quote_key = (SELECT key FROM quotes WHERE id = 'guild-market-open')",
      ],
      /evidence 1, quote "golnar-dry-well", is not the actor's/,
    ],
    [
      'a stance without evidence',
      [
        "DELETE FROM stance_evidence WHERE stance_key = (SELECT key FROM stances WHERE id = 'sorensen-on-fountain')",
      ],
      /^stance "sorensen-on-fountain": has no evidence$/,
    ],
    [
      'a direct quote without words',
      ["DELETE FROM spans WHERE exact = 'never trust a dry well'"],
      /^quote "golnar-dry-well": a direct quote has spans, and this one has none$/,
    ],
    [
      'days that are not those of the date',
      ["UPDATE quotes SET said_latest = said_latest + 1 WHERE id = 'sorensen-fountain-stays'"],
      /^quote "sorensen-fountain-stays": said_latest is not what follows from the record$/,
    ],
    [
      'days of an office',
      ['UPDATE affiliations SET held_earliest = 0'],
      /^actor "sorensen": affiliations 1: held_earliest is not what follows from the record$/,
    ],
    [
      'a key that sorts wrongly',
      ["UPDATE sources SET title_sort = 'x'"],
      /^source "fountain-report": title_sort is not what follows from the record$/,
    ],
    [
      'names that are not searched',
      ["UPDATE actors SET names_text = '' WHERE id = 'rahimi'"],
      /^actor "rahimi": names_text is not what follows from the record$/,
    ],
    [
      'a ledger entry that is a span',
      ['UPDATE ledger_passages SET start = 332, "end" = 350 WHERE start = 860'],
      /^source "fountain-report", ledger entry 1: \[332, 350\) is the very place of span 1/,
    ],
    [
      'a record without its digest',
      ["UPDATE actors SET digest = '' WHERE id = 'golnar'"],
      /^actor "golnar": is not what was handed in: its digest is another$/,
    ],
    [
      'a digest of another record',
      ["UPDATE actors SET digest = (SELECT digest FROM actors WHERE id = 'rahimi') WHERE id = 'golnar'"],
      /^actor "golnar": is not what was handed in/,
    ],
    [
      'a long text that no document shows',
      ["UPDATE corpora SET codebook = codebook || ' '"],
      /^corpus "market-square": is not what was handed in/,
    ],
    [
      'a list that is numbered otherwise',
      [
        'UPDATE quote_topics SET ordinal = 7 WHERE ordinal = 1 AND quote_key = (SELECT max(quote_key) FROM quote_topics)',
      ],
      /^quote "[a-z-]+": topics: entry 1 has the number 7$/,
    ],
    [
      'a date that is none',
      ["UPDATE quotes SET said = 'yesterday' WHERE id = 'golnar-dry-well'"],
      /^quote "golnar-dry-well": cannot be read: /,
    ],
    [
      'a table that is gone',
      ['DROP TABLE stance_evidence'],
      /^the schema: table stance_evidence is missing$/,
    ],
    ['a trigger that is gone', [], /^the schema: trigger quotes_fts_insert is missing$/],
    ['an index that is gone', ['DROP INDEX facts_copy'], /^the schema: index facts_copy is missing$/],
    [
      'a table of somebody else',
      ['CREATE TABLE notes (x)'],
      /^the schema: table notes is not of this release$/,
    ],
    [
      'another migration',
      ["UPDATE __drizzle_migrations SET hash = 'x' || hash"],
      /^the migrations that the base names are not those of this release$/,
    ],
    [
      'an id that is withdrawn and there',
      [`INSERT INTO withdrawn VALUES ('actors', 'golnar', 'Gone.', 'seed', '${'0'.repeat(64)}')`],
      /^actor "golnar" is withdrawn, and is there$/,
    ],
    ['a lost version of the data', ["DELETE FROM facts WHERE name = 'data_version'"], /no data_version/],
  ];
  test.each(cases)('%s', (_, statements, says) => {
    const db = copyBase(loaded);
    db.pragma('ignore_check_constraints = ON');
    db.pragma('foreign_keys = OFF');
    const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
    for (const trigger of triggers) db.exec(`DROP TRIGGER ${trigger}`);
    for (const statement of statements) db.exec(statement);
    const report = verifyBase(db);
    expect(report.ok).toBe(false);
    expect(report.failures_total).toBe(report.failures.length);
    expect(report.failures).toContainEqual(expect.stringMatching(says));
  });

  test('no more than a hundred sentences, and counts the others', () => {
    const db = openSeededBase();
    for (const noun of ['actors', 'topics', 'stances']) db.exec(`UPDATE ${noun} SET document = '{}'`);
    const report = verifyBase(db);
    expect(report.failures).toHaveLength(100);
    expect(report.failures_total).toBeGreaterThan(100);
  });
});
