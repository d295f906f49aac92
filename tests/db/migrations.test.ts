// What migrations have done to others before: each test here pins one of their traps.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Db, migrateDatabase, openDatabase } from '../../src/db/client.ts';
import { changeDataVersion, readDataVersion } from '../../src/db/data-version.ts';
import { UsageError } from '../../src/errors.ts';
import { listSorts } from '../../src/query/sorts.ts';
import { resources } from '../../src/resources/registry.ts';
import type { Field } from '../../src/resources/resource.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { listTextIndexes } from '../../src/store/text-indexes.ts';
import { listWords, type WordList } from '../../src/vocabulary.ts';
import {
  copyBase,
  draftManyQuotes,
  importRecords,
  openEmptyBase,
  openSeededBase,
  SEEDS,
  surroundings,
} from '../base.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'verbatim-db-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listTriggers = (db: Db) =>
  db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name").pluck().all() as string[];
const searched = resources.flatMap((resource) => (resource.search === undefined ? [] : [resource.search]));

const indexes = listTextIndexes();

/** Every trigger there must be: a rebuilt table loses its own. */
const TRIGGERS = [
  ...indexes.flatMap((table) => ['insert', 'delete', 'update'].map((event) => `${table}_${event}`)),
  ...['quotes_place_insert', 'quotes_place_update', 'quotes_text_update'],
  ...['insert', 'delete', 'leave', 'return'].flatMap((event) => [
    `said_words_span_${event}`,
    `said_words_quote_${event}`,
  ]),
  ...['spans_place_insert', 'spans_place_update', 'stance_evidence_insert', 'stance_evidence_update'],
].toSorted();

/** FTS5's own check, with rank 1 also against the rows it was made from. Throws where they differ. */
function checkIndexes(db: Db): void {
  for (const table of [...indexes, 'said_words_fts'])
    db.prepare(`INSERT INTO ${table} (${table}, rank) VALUES ('integrity-check', 1)`).run();
}

describe('trap: triggers vanish without a word when a table is rebuilt', () => {
  test('all are there after migrating', () => {
    expect(listTriggers(openEmptyBase())).toEqual(TRIGGERS);
  });

  test('every full-text index agrees with its rows after a load, after changes, and after withdrawals', () => {
    const db = openSeededBase();
    checkIndexes(db);
    importRecords(db, { ...surroundings, quotes: draftManyQuotes(50) });
    checkIndexes(db);
    importRecords(db, {
      ...surroundings,
      quotes: draftManyQuotes(50).map((quote) => ({ ...quote, text: 'Changed.' })),
    });
    checkIndexes(db);
    importRecords(db, {});
    checkIndexes(db);
    for (const { table } of searched)
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(
        db
          .prepare(`SELECT count(*) FROM ${table.replace('_fts', '')}`)
          .pluck()
          .get(),
      );
  });

  test('the check sees an index that is stale', () => {
    const db = openSeededBase();
    db.exec('DROP TRIGGER quotes_fts_update; DROP TRIGGER quotes_text_update');
    db.prepare("UPDATE quotes SET text = 'Something else.'").run();
    expect(() => checkIndexes(db)).toThrow(/malformed/);
  });
});

/** Our migrations and one more, as drizzle-kit writes it: a copy, a drop, a new name. */
function addMigration(name: string, sql: string): string {
  const own = join(folder, name);
  cpSync(MIGRATIONS, own, { recursive: true });
  const journal = JSON.parse(readFileSync(join(own, 'meta/_journal.json'), 'utf8'));
  const last = journal.entries.at(-1);
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: `9999_${name}` });
  writeFileSync(join(own, 'meta/_journal.json'), JSON.stringify(journal));
  writeFileSync(join(own, `9999_${name}.sql`), sql);
  return own;
}

function rebuild(db: Db, table: string, rows = ''): string {
  const create = (name: string) =>
    (db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table) as string)
      .replace(/CREATE TABLE [`"]?\w+[`"]?/, `CREATE TABLE \`${name}\``)
      .replaceAll(`"${table}".`, `"${name}".`);
  const columns = (
    db.prepare('SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0').pluck().all(table) as string[]
  )
    .map((column) => `"${column}"`)
    .join(', ');
  return [
    'PRAGMA foreign_keys=OFF;',
    `${create(`__new_${table}`)};`,
    `INSERT INTO \`__new_${table}\`(${columns}) SELECT ${columns} FROM \`${table}\` ${rows};`,
    `DROP TABLE \`${table}\`;`,
    `ALTER TABLE \`__new_${table}\` RENAME TO \`${table}\`;`,
    'PRAGMA foreign_keys=ON;',
  ].join('--> statement-breakpoint\n');
}

const countAll = (db: Db) =>
  Object.fromEntries(
    [
      'actors',
      'affiliations',
      'actor_names',
      'quotes',
      'spans',
      'quote_topics',
      'stances',
      'stance_evidence',
    ].map((table) => [table, db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]),
  );

describe('trap: a table that is rebuilt with foreign keys on takes its child rows with it', () => {
  test.each(['actors', 'topics', 'coders', 'corpora'])('%s can be rebuilt and nothing is lost', (table) => {
    const db = openSeededBase();
    const before = countAll(db);
    const triggers = listTriggers(db);
    migrateDatabase(db, addMigration(`rebuild_${table}`, rebuild(db, table)));
    expect(countAll(db)).toEqual(before);
    expect(before.spans).toBeGreaterThan(0);
    expect(db.pragma('foreign_key_check')).toEqual([]);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    // This is what the list of triggers above is for.
    const left = triggers.filter((name) => !name.startsWith(`${table}_`));
    expect(listTriggers(db)).toEqual(left);
  });

  test('quotes cannot while triggers of other tables and a view read them, and can without', () => {
    const db = openSeededBase();
    const before = countAll(db);
    const triggers = listTriggers(db);
    const sql = rebuild(db, 'quotes');
    expect(() => migrateDatabase(db, addMigration('rebuild_quotes', sql))).toThrow();
    expect([countAll(db), listTriggers(db)]).toEqual([before, triggers]);
    const drops = [...triggers.map((name) => `DROP TRIGGER ${name}`), 'DROP VIEW said_words']
      .map((drop) => `${drop};--> statement-breakpoint\n`)
      .join('');
    migrateDatabase(db, addMigration('rebuild_quotes_well', drops + sql));
    expect(countAll(db)).toEqual(before);
    expect(listTriggers(db)).toEqual([]);
  });

  test('rows that a migration loses are reported', () => {
    const db = openSeededBase();
    const migrations = addMigration('loses_rows', rebuild(db, 'actor_names', 'LIMIT 1'));
    expect(() => migrateDatabase(db, migrations)).toThrow(
      /migrating took table actor_names from \d+ rows to 1/,
    );
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  test('references that a migration breaks are reported', () => {
    const db = openSeededBase();
    const migrations = addMigration('breaks', 'UPDATE quotes SET source_key = 4711;');
    expect(() => migrateDatabase(db, migrations)).toThrow(/references are broken, first in table quotes/);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  test('a migration that fails leaves the base as it was', () => {
    const db = openSeededBase();
    const before = countAll(db);
    const migrations = addMigration(
      'fails',
      'DELETE FROM facts;--> statement-breakpoint\nSELECT nothing FROM nowhere;',
    );
    expect(() => migrateDatabase(db, migrations)).toThrow();
    expect(countAll(db)).toEqual(before);
    expect(db.prepare('SELECT count(*) FROM facts').pluck().get()).not.toBe(0);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  });

  test('nothing is deleted by cascade', () => {
    const db = openEmptyBase();
    const tables = db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all() as string[];
    const actions = tables.flatMap(
      (table) => db.pragma(`foreign_key_list("${table}")`) as { on_delete: string }[],
    );
    expect(actions.length).toBeGreaterThan(20);
    expect(new Set(actions.map((key) => key.on_delete))).toEqual(new Set(['NO ACTION']));
  });

  test('foreign keys are on after opening and after migrating, and hold', () => {
    const db = openDatabase(':memory:');
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    migrateDatabase(db);
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
    loadSeeds(db, SEEDS);
    expect(() => db.prepare('DELETE FROM sources').run()).toThrow(/FOREIGN KEY/);
  });
});

test('migrating twice changes nothing', () => {
  const db = openSeededBase();
  const before = db.serialize();
  migrateDatabase(db);
  expect(db.serialize().equals(before)).toBe(true);
});

describe('trap: a closed list in the declaration is no constraint in SQL', () => {
  /** Every column that holds a word of a closed list. */
  const columns: [table: string, column: string, list: WordList][] = [];
  const collect = (table: string, fields: Record<string, Field>, prefix = '') => {
    for (const [name, field] of Object.entries(fields)) {
      if (field.type === 'word') columns.push([table, `${prefix}${name}`, field.list]);
      if (field.type === 'object') collect(table, field.fields, `${prefix}${name}_`);
      if (field.type === 'children') collect(field.table, field.fields);
    }
  };
  for (const resource of resources) collect(resource.name, resource.fields);

  test.each(columns)('%s.%s takes its words and no other', (table, column, list) => {
    const db = openSeededBase();
    importRecords(db, { ...surroundings, quotes: draftManyQuotes(2) });
    db.pragma('ignore_check_constraints = OFF');
    for (const name of listTriggers(db)) db.exec(`DROP TRIGGER ${name}`);
    const set = (word: string) =>
      db
        .prepare(`UPDATE ${table} SET "${column}" = ? WHERE rowid = (SELECT min(rowid) FROM ${table})`)
        .run(word);
    for (const wrong of [
      'nonsense',
      '',
      (listWords(list)[0] as string).toUpperCase(),
      `${listWords(list)[0]} `,
    ])
      expect(() => set(wrong), wrong).toThrow(new RegExp(`CHECK constraint failed: ${table}_${column}`));
    // A pair of columns may have a rule of its own (what is verified has a place): the words themselves are let through.
    for (const word of listWords(list)) {
      try {
        set(word);
      } catch (error) {
        expect((error as Error).message).not.toContain(`${table}_${column}_word`);
      }
    }
  });

  test.each([...resources.map(({ name }) => name), 'withdrawn'])('%s.origin', (table) => {
    const db = openEmptyBase();
    const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(table) as string;
    expect(sql).toMatch(new RegExp(`CONSTRAINT "${table}_origin" CHECK\\(.*IN \\('seed', 'import'\\)\\)`));
  });
});

describe('trap: a keyset over a nullable column loses rows', () => {
  const db = openEmptyBase();
  const sorts = resources
    .filter((resource) => resource.served)
    .flatMap((resource) =>
      [...listSorts(resource).values()].map((sort) => [resource.name, sort.name, sort.column] as const),
    );
  test.each(sorts.filter(([, , column]) => column !== null))(
    '%s by %s goes along %s, which is NOT NULL and indexed',
    (table, _sort, column) => {
      const notNull = db.prepare('SELECT "notnull" FROM pragma_table_xinfo(?) WHERE name = ?').pluck();
      expect(notNull.get(table, column)).toBe(1);
      const leading = db
        .prepare('SELECT (SELECT name FROM pragma_index_info(i.name) LIMIT 1) FROM pragma_index_list(?) i')
        .pluck()
        .all(table);
      expect(leading).toContain(column);
    },
  );
});

describe('the place of everything is held by the database too', () => {
  const db = openSeededBase();
  test.each([
    ['UPDATE quotes SET passage_end = passage_start WHERE passage_start IS NOT NULL', /quotes_has_its_place/],
    ["UPDATE quotes SET passage_sha256 = 'short' WHERE passage_start IS NOT NULL", /quotes_has_its_place/],
    ['UPDATE quotes SET passage_end = 99999999', /a passage ends outside its source/],
    ["UPDATE quotes SET text = 'Other words' WHERE key IN (SELECT quote_key FROM spans)", /under its spans/],
    ["UPDATE spans SET exact = 'no'", /spans_place|span/],
    ['UPDATE spans SET start = start + 100000, "end" = "end" + 100000', /a span lies outside its passage/],
    ['UPDATE spans SET text_start = text_start + 1, text_end = text_end + 1', /does not stand where it says/],
    [
      'UPDATE quotes SET cue_start = 0, cue_end = length(cue_exact) WHERE cue_start IS NOT NULL',
      /quotes_cue_inside_passage/,
    ],
    ["UPDATE sources SET text = 'A text' ", /sources_text_hashed/],
    ["UPDATE actors SET country = 'iran'", /actors_country_code/],
    ["UPDATE actors SET wikidata = '7747'", /actors_wikidata_qid/],
    ['UPDATE ledger_passages SET "end" = start', /ledger_passages_place/],
    [`UPDATE spans SET prefix = '${'x'.repeat(33)}'`, /spans_selectors/],
    ['UPDATE quotes SET actor_key = 999999', /FOREIGN KEY/],
    [
      "UPDATE stance_evidence SET quote_key = (SELECT key FROM quotes WHERE id = 'zarif-thirty-visits') WHERE quote_key IS NOT NULL",
      /neither the actor's quote nor one made on the actor's behalf/,
    ],
    ['UPDATE stance_evidence SET quote_key = NULL, passage_start = NULL', /stance_evidence_one_of_two/],
  ])('%s', (sql, message) => {
    expect(() => db.prepare(sql).run()).toThrow(message);
  });
});

describe('the version of the data', () => {
  test('changes with the writes of another connection to the same file, and is the same after opening again', () => {
    const path = join(folder, 'shared.sqlite');
    const one = openDatabase(path);
    migrateDatabase(one);
    loadSeeds(one, SEEDS);
    const two = openDatabase(path);
    const first = readDataVersion(two);
    expect(readDataVersion(one)).toBe(first);
    importRecords(one, { actors: [{ id: 'new-one', name: 'New one', kind: 'person' }] });
    const second = readDataVersion(two);
    expect(second).not.toBe(first);
    expect(readDataVersion(one)).toBe(second);
    one.close();
    two.close();
    const three = openDatabase(path, { readonly: true });
    expect(readDataVersion(three)).toBe(second);
    three.close();
  });

  test('changes with a write of its own, and not with a write that is taken back', () => {
    const db = openSeededBase();
    const first = readDataVersion(db);
    db.transaction(() => changeDataVersion(db))();
    const second = readDataVersion(db);
    expect(second).not.toBe(first);
    const broken = db.transaction(() => {
      changeDataVersion(db);
      expect(readDataVersion(db)).not.toBe(second);
      throw new Error('no');
    });
    expect(broken).toThrow('no');
    expect(readDataVersion(db)).toBe(second);
  });

  test('tells apart two files that were written equally often', () => {
    const [one, two] = [openEmptyBase(), openEmptyBase()];
    for (const db of [one, two]) loadSeeds(db, SEEDS);
    expect(readDataVersion(one)).not.toBe(readDataVersion(two));
    expect(readDataVersion(copyBase(one))).toBe(readDataVersion(one));
  });
});

describe('opening', () => {
  test('what is no database is refused in one sentence that names it', () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(
      file,
      'These are notes, and they are long enough not to be taken for an empty file.'.repeat(10),
    );
    for (const path of [folder, file, join(file, 'below.sqlite')]) {
      for (const readonly of [true, false]) {
        let message = '';
        try {
          openDatabase(path, { readonly });
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          message = (error as Error).message;
        }
        expect(message).toContain(path);
        expect(message).not.toContain('\n');
      }
    }
    expect(() => openDatabase(join(folder, 'missing.sqlite'), { readonly: true })).toThrow(
      /There is no database at/,
    );
  });

  test('a file is written ahead, and its folder is made', () => {
    const db = openDatabase(join(folder, 'deep/er/base.sqlite'));
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('busy_timeout', { simple: true })).toBe(5000);
    db.close();
  });
});
