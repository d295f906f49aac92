// verify finds each kind of failure in a document, and says of another edition what it can without guessing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { UsageError } from '../../src/errors.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { verifyDocument } from '../../src/store/verify-document.ts';
import { copyBase, openEmptyBase } from '../base.ts';
import { copyBesideSeeds, FIXTURE, TEXT } from '../seed/market-square.ts';

const text = readFileSync(join(FIXTURE, TEXT), 'utf8');
let loaded: Db;
beforeAll(() => {
  loaded = openEmptyBase();
  loadSeeds(loaded, FIXTURE);
});

/** A base in which somebody has changed what the checks at the door would have refused. */
function tamper(...statements: string[]): Db {
  const db = copyBase(loaded);
  db.pragma('ignore_check_constraints = ON');
  db.pragma('foreign_keys = OFF');
  const triggers = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const trigger of triggers) db.exec(`DROP TRIGGER ${trigger}`);
  for (const statement of statements) expect(db.prepare(statement).run().changes, statement).toBe(1);
  return db;
}

test('the document that was coded: everything in its place, every passage in quotation marks accounted for', () => {
  const report = verifyDocument(loaded, text);
  expect(report).toMatchObject({
    source: 'fountain-report',
    edition: 'same',
    ok: true,
    failures: [],
    text_length: 1452,
    counts: {
      quoted_passages: 13,
      quotes: 9,
      spans: 8,
      ledger: 6,
      ledger_by_reason: { slogan: 1, term: 1, scare_quote: 1, unattributed: 1, echo: 1, repeat: 1 },
      evidence: 2,
    },
  });
  expect(report.spans.every((span) => span.state === 'exact' && span.found?.start === span.start)).toBe(true);
});

test('a document of which the base has no hash is proven by its places', () => {
  const db = tamper('UPDATE sources SET text = NULL, text_sha256 = NULL, text_length = NULL');
  expect(verifyDocument(db, text)).toMatchObject({ edition: 'unknown', ok: true });
  expect(verifyDocument(db, text.replace('hole with', 'hole  with'))).toMatchObject({
    edition: 'unknown',
    ok: false,
  });
});

describe('the document that was coded, and a base that is wrong about it', () => {
  const quote = (id: string) => `(SELECT key FROM quotes WHERE id = '${id}')`;
  const cases: [name: string, statement: string, says: RegExp[]][] = [
    [
      'a span that stands elsewhere',
      `UPDATE spans SET start = 373, "end" = 388 WHERE exact = 'far too patient'`,
      [
        /^quote "sorensen-hole-with-a-budget", span 2: the words do not stand at \[373, 388\) but at \[372, 387\)$/,
        /^\[372, 387\) “far too patient” stands in quotation marks and is neither a span of a quote nor in the ledger$/,
      ],
    ],
    [
      'a span of other words',
      `UPDATE spans SET exact = 'far too impatient' WHERE exact = 'far too patient'`,
      [/span 2: the words do not stand in the source; the nearest passage is \[372, 387\)/],
    ],
    [
      'a span that ends outside its passage',
      `UPDATE quotes SET passage_end = 380 WHERE id = 'sorensen-hole-with-a-budget'`,
      [
        /passage: the text has at \[287, 380\) “Later she/,
        /span 2: \[372, 387\) lies outside the passage \[287, 380\)/,
      ],
    ],
    [
      'a prefix',
      `UPDATE spans SET prefix = 'so and so' WHERE exact = 'far too patient'`,
      [/span 2: “so and so” does not stand before \[372, 387\)/],
    ],
    [
      'a suffix',
      `UPDATE spans SET suffix = 'so and so' WHERE exact = 'far too patient'`,
      [/span 2: “so and so” does not stand after \[372, 387\)/],
    ],
    [
      "a passage's hash",
      `UPDATE quotes SET passage_sha256 = '${'0'.repeat(64)}' WHERE id = 'guild-market-open'`,
      [
        /^quote "guild-market-open", passage: the text has at \[764, 842\) “The traders’ guild.*”, with the SHA-256 36f946d8/,
      ],
    ],
    [
      "a passage's words",
      `UPDATE quotes SET passage_exact = 'Something else.' WHERE id = 'guild-market-open'`,
      [/^quote "guild-market-open", passage: .* and not “Something else\.”$/],
    ],
    [
      'a passage outside the text',
      `UPDATE stance_evidence SET passage_end = 9999 WHERE passage_start = 843`,
      [
        /^stance "guild-on-market-hours", evidence 2: \[843, 9999\) is no stretch of a text of 1452 code points$/,
      ],
    ],
    [
      'a cue',
      `UPDATE quotes SET cue_start = cue_start + 1, cue_end = cue_end + 1 WHERE id = 'guild-market-open'`,
      [/^quote "guild-market-open", cue: the words do not stand at \[784, 791\) but at \[783, 790\)$/],
    ],
    [
      'a ledger entry beside its passage',
      'UPDATE ledger_passages SET start = start - 1 WHERE start = 860',
      [
        /^source "fountain-report", ledger entry 1: \[859, 872\) is no passage in quotation marks; the nearest is \[860, 872\)$/,
        /^\[860, 872\) “Open squares” stands in quotation marks/,
      ],
    ],
    [
      'a ledger entry that is missing',
      'DELETE FROM ledger_passages WHERE start = 1219',
      [
        /^\[1219, 1226\) “experts” stands in quotation marks and is neither a span of a quote nor in the ledger$/,
      ],
    ],
    [
      'a repeat of other words of the same length',
      `UPDATE ledger_passages SET reason = 'repeat', of_quote_key = ${quote('third-form-your-square')}, of_span = 1, "end" = start + 33 WHERE start = 1272`,
      [
        /ledger entry 4: \[1272, 1305\) has “water is.*”, which is no repeat of “Does your square have a fountain\?”$/,
        /ledger entry 4: \[1272, 1305\) is no passage in quotation marks/,
        /^\[1272, 1293\) “water is not a luxury” stands in quotation marks/,
      ],
    ],
    [
      'a repeat of another length',
      'UPDATE ledger_passages SET of_span = 2 WHERE start = 1431',
      [
        /ledger entry 6: \[1431, 1449\) is 18 code points long and cannot repeat span 2 of "sorensen-hole-with-a-budget", which has 15$/,
      ],
    ],
    [
      'a quote within a quote that nobody relays',
      "UPDATE quotes SET relayed_by_key = NULL WHERE id = 'golnar-dry-well'",
      [/^quote "golnar-dry-well", span 1: \[606, 628\) is inside span 1 of "rahimi-grandmother"/],
    ],
    [
      'the length of the text',
      'UPDATE sources SET text_length = 1451',
      [/^source "fountain-report": the base has 1451 code points, the text 1452$/],
    ],
  ];
  test.each(cases)('%s', (_, statement, says) => {
    const { ok, edition, failures } = verifyDocument(tamper(statement), text);
    expect({ ok, edition }).toEqual({ ok: false, edition: 'same' });
    expect(failures, failures.join('\n')).toHaveLength(says.length);
    for (const [n, pattern] of says.entries()) expect(failures[n]).toMatch(pattern);
  });
});

describe('another edition', () => {
  // The square has grown: everything behind the headline has moved by 11 code points, whatever their units in UTF-16.
  const edition = text
    .replace('Market Square ⛲', 'Market Square, 2nd print 🌊')
    .replace('far too patient', 'much too patient')
    .replace('never trust a dry well', 'never trust a well');

  test('each span is exact, moved, ambiguous or missing', () => {
    const report = verifyDocument(loaded, edition);
    expect(report).toMatchObject({ edition: 'another', ok: false });
    const state = (id: string, ordinal = 1) =>
      report.spans.find((span) => span.quote === id && span.ordinal === ordinal);
    expect(state('sorensen-fountain-stays')).toMatchObject({
      state: 'moved',
      start: 227,
      found: { start: 238, end: 296 },
    });
    expect(state('sorensen-hole-with-a-budget', 2)).toMatchObject({ state: 'missing', found: null });
    expect(state('golnar-dry-well')).toMatchObject({ state: 'missing' });
    // It stands twice, and the word behind it, of its suffix, is another now.
    expect(state('sorensen-hole-with-a-budget', 1)).toMatchObject({ state: 'ambiguous', found: null });
    expect(report.failures[0]).toMatch(
      /^this is another edition of "fountain-report": its SHA-256 is .* has 593f7b33/,
    );
    expect(report.failures).toContain(
      'quote "sorensen-fountain-stays", span 1, “The fountain stays. 🐟 We will not dig up the square twice.”: moved from [227, 285) to [238, 296)',
    );
    expect(report.failures).toContain('quote "golnar-dry-well", span 1, “never trust a dry well”: missing');
  });

  test('with every span in its place, it is another all the same', () => {
    const { ok, failures, spans } = verifyDocument(loaded, `${text}\nReprinted.\n`);
    expect(spans.every((span) => span.state === 'exact')).toBe(true);
    expect(failures).toHaveLength(1);
    expect(ok).toBe(false);
  });
});

describe('which source it is', () => {
  test('the one with its hash, among several, and else the one that is named', () => {
    const folder = copyBesideSeeds();
    const db = openEmptyBase();
    loadSeeds(db, folder.root);
    expect(verifyDocument(db, text)).toMatchObject({ source: 'fountain-report', ok: true });
    expect(() => verifyDocument(db, `${text} `)).toThrow(UsageError);
    expect(() => verifyDocument(db, `${text} `)).toThrow(/--source: eftekhari-op-ed, fountain-report\.$/);
    expect(verifyDocument(db, `${text} `, { source: 'fountain-report' })).toMatchObject({
      edition: 'another',
    });
    expect(() => verifyDocument(db, text, { source: 'fountain' })).toThrow(
      /Did you mean "fountain-report"\?/,
    );
    const other = verifyDocument(db, text, { source: 'eftekhari-op-ed' });
    expect(other).toMatchObject({ edition: 'another', ok: false });
    expect(other.spans.every((span) => span.state === 'missing')).toBe(true);
  });

  test('none, where the base is empty', () => {
    expect(() => verifyDocument(openEmptyBase(), text)).toThrow(/The base has no sources/);
  });
});
