// locate fills in what the words alone say, leaves every other byte of a file as it was, and never guesses.
import { chmodSync, cpSync, lstatSync, readdirSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatFileProblem, LoadRefusal, UsageError } from '../../src/errors.ts';
import { digestText } from '../../src/evidence/digest.ts';
import { SeedEdits } from '../../src/seed/edit.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { locateInSeeds } from '../../src/seed/locate.ts';
import { SeedFile } from '../../src/seed/read.ts';
import { openEmptyBase } from '../base.ts';
import { copyBesideSeeds, copyFixture, FIXTURE, type SeedFolder, TEXT } from './market-square.ts';

/** The same files, before their places were filled in. */
const UNLOCATED = join(FIXTURE, '../unlocated');

const QUOTES = 'market-square/quotes.yaml';
const STANCES = 'market-square/stances.yaml';
const PASSAGES = 'market-square/passages.yaml';
const SOURCES = 'market-square/sources.yaml';

const locate = (folder: SeedFolder, options: { source?: string } = {}) =>
  locateInSeeds(folder.root, join(folder.root, TEXT), options);

function copyUnlocated(): SeedFolder {
  const folder = copyFixture();
  cpSync(UNLOCATED, folder.root, { recursive: true });
  return folder;
}

describe('fills in', () => {
  test('every place, behind emoji, combining marks and text that runs from right to left, and nothing twice', () => {
    const folder = copyUnlocated();
    const report = locate(folder);
    expect(report).toMatchObject({
      source: 'fountain-report',
      problems: [],
      files: [QUOTES, STANCES],
      unchanged: 0,
    });
    const before = copyFixture();
    for (const name of [QUOTES, STANCES]) expect(folder.read(name)).toBe(before.read(name));
    expect(readdirSync(join(folder.root, 'market-square')).filter((name) => name.endsWith('.tmp'))).toEqual(
      [],
    );
    loadSeeds(openEmptyBase(), folder.root);

    expect(locate(folder)).toMatchObject({ filled: 0, unchanged: 27, files: [], problems: [] });
    for (const name of [QUOTES, STANCES]) expect(folder.read(name)).toBe(before.read(name));
  });

  test('the file that a link leads to, which only those may read who might before', () => {
    const folder = copyUnlocated();
    const [link, file] = [join(folder.root, QUOTES), join(folder.root, 'quotes.kept')];
    renameSync(link, file);
    chmodSync(file, 0o600);
    symlinkSync('../quotes.kept', link);
    expect(locate(folder)).toMatchObject({ problems: [], files: [QUOTES, STANCES] });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(folder.read('quotes.kept')).toBe(copyFixture().read(QUOTES));
  });

  test('beside the project’s own seeds, which it leaves alone', () => {
    const folder = copyBesideSeeds();
    cpSync(UNLOCATED, folder.root, { recursive: true });
    expect(locate(folder)).toMatchObject({ files: [QUOTES, STANCES], problems: [] });
  });

  const head = '# A comment.\n- id: one\n  source: fountain-report\n';
  const cases: [name: string, before: string, after: string][] = [
    [
      'the second of three, and keeps the comment',
      `${head}  passage: {start: 0, end: 1452}   # all\n  spans:\n    - exact: hole  # the word\n      nth: 2 # not the first\n\n    # The last.\n    - {nth: 3, exact: hole}\n`,
      `${head}  passage: {start: 0, end: 1452, sha256: "${'593f7b3328248e262b5c69bcdc91d7451a520e7f383b2ce91983118abefe9aa7'}"}   # all\n  spans:\n    - exact: hole  # the word\n      start: 1329\n      end: 1333\n      prefix: " the kerb, and the word of the “"\n      suffix: "” has gone round the town since."\n      # not the first\n\n    # The last.\n    - {exact: hole, start: 1431, end: 1435, prefix: "ed it again, in large letters: “", suffix: " with a budget”.\\n"}\n`,
    ],
    [
      'what prefix and suffix tell apart',
      `${head}  passage:\n    start: 1294\n    end: 1452\n  spans:\n    - exact: 'hole'\n      suffix: "” has"\n`,
      `${head}  passage:\n    start: 1294\n    end: 1452\n    sha256: "SHA 1294 1452"\n  spans:\n    - exact: 'hole'\n      start: 1329\n      end: 1333\n      prefix: " the kerb, and the word of the “"\n      suffix: "” has"\n`,
    ],
    [
      'empty keys where they stand, and an end to a start',
      `${head}  passage:\n    end: 1018\n    start: 907\n    sha256:\n  spans:\n    - start:\n      end: null # open\n      exact: wrote two letters\n    - exact: >-\n        Does your square\n        have a fountain?\n      start: 983\n`,
      `${head}  passage:\n    end: 1018\n    start: 907\n    sha256: "SHA 907 1018"\n  spans:\n    - start: 935\n      end: 952 # open\n      prefix: "es 🖋️.\\n\\nThe school’s third form "\n      suffix: ". To Vladimir Putin it wrote, “D"\n      exact: wrote two letters\n    - exact: >-\n        Does your square\n        have a fountain?\n      start: 983\n      end: 1016\n      prefix: "s. To Vladimir Putin it wrote, “"\n      suffix: "” To the embassy of Iran it wrot"\n`,
    ],
    [
      'a passage that is left out, from the sentences that hold spans and cue',
      `${head}  kind: mixed\n  cue: {exact: called}\n  spans: [{exact: hole with a budget, nth: 1}, {exact: far too patient}]\n`,
      `${head}  kind: mixed\n  passage:\n    start: 287\n    end: 409\n    sha256: "SHA 287 409"\n  cue: {exact: called, start: 297, end: 303}\n  spans: [{exact: hole with a budget, start: 332, end: 350, prefix: "led the plan of the planners a “", suffix: "” and their drawings “far too pa"}, {exact: far too patient, start: 372, end: 387, prefix: "h a budget” and their drawings “", suffix: "”, and nobody laughed.\\n\\nOmid Rah"}]\n`,
    ],
    [
      'a passage over two sentences, where the cue stands in the second',
      '- {id: one, source: fountain-report, passage: null, cue: {exact: Neither}, spans: [{exact: the plans of the old water channels.}]}\n',
      `- {id: one, source: fountain-report, passage: { start: 1018, end: 1131, sha256: "SHA 1018 1131" }, cue: {exact: Neither, start: 1105, end: 1112}, spans: [{exact: the plans of the old water channels., start: 1067, end: 1103, prefix: " Iran it wrote, “Please send us ", suffix: "” Neither has been answered.\\n\\nWh"}]}\n`,
    ],
    [
      'a file without a line break at its end, and one with those of Windows',
      `${head}  passage:\n    starts_with: Open\n    ends_with: squares\n  spans:\n    - exact: Open squares`.replaceAll(
        '\n',
        '\r\n',
      ),
      `${head}  passage:\n    start: 860\n    end: 872\n    sha256: "SHA 860 872"\n  spans:\n    - exact: Open squares\n      start: 860\n      end: 872\n      prefix: "ipes are laid. Under the motto “"\n      suffix: "” it has collected 412 signature"`.replaceAll(
        '\n',
        '\r\n',
      ),
    ],
  ];
  test.each(cases)('%s', (_, before, after) => {
    const folder = copyFixture();
    const text = Array.from(folder.read(TEXT));
    const hash = (_: string, start: string, end: string) =>
      digestText(text.slice(Number(start), Number(end)).join(''));
    const expected = after.replaceAll(/SHA (\d+) (\d+)/g, hash);
    folder.write(QUOTES, before);
    for (const name of [STANCES, PASSAGES]) folder.write(name, '');
    const report = locate(folder);
    expect(report.problems.map(formatFileProblem)).toEqual([]);
    expect(folder.read(QUOTES)).toBe(expected);
    expect(locate(folder)).toMatchObject({ filled: 0, files: [] });
  });

  test('hash and length of a source that has none yet', () => {
    const folder = copyFixture();
    folder.edit(SOURCES, '  text_file: texts/fountain.txt\n', '');
    expect(() => locate(folder)).toThrow(/No source has the SHA-256 .*--source.* fountain-report/);
    expect(locate(folder, { source: 'fountain-report' })).toMatchObject({
      filled: 2,
      files: [SOURCES],
      problems: [],
    });
    expect(folder.read(SOURCES)).toContain(
      '  published: "2024-03-05"\n  text_sha256: "593f7b3328248e262b5c69bcdc91d7451a520e7f383b2ce91983118abefe9aa7"\n  text_length: 1452\n  licence: MIT\n',
    );
    expect(locate(folder)).toMatchObject({ filled: 0, files: [] });
  });
});

describe('refuses, and writes nothing', () => {
  const broken: [name: string, file: string, before: string, after: string, field: string, says: RegExp][] = [
    [
      'a span that stands in several places',
      QUOTES,
      '- exact: hole with a budget',
      '- exact: the',
      'spans[0].exact',
      /“the” stands 3 times in the passage \[287, 409\), and `nth` says which one is meant: \[\d+, \d+\) “…/,
    ],
    [
      'a number beyond them',
      QUOTES,
      '- exact: hole with a budget',
      '- exact: the\n      nth: 4',
      'spans[0].exact',
      /there is no place number 4: “the” stands 3 times/,
    ],
    [
      'a number that is none',
      QUOTES,
      '- exact: hole with a budget',
      '- exact: the\n      nth: first',
      'spans[0].nth',
      /is not a number from 1 on/,
    ],
    [
      'words that stand nowhere',
      QUOTES,
      '- exact: far too patient',
      '- exact: far to patient',
      'spans[1].exact',
      /does not stand in the passage \[287, 409\); the nearest passage is \[372, 387\): “far too patient”/,
    ],
    [
      'words that stand outside the passage',
      QUOTES,
      '- exact: far too patient',
      '- exact: Open squares',
      'spans[1].exact',
      /does not stand in the passage \[287, 409\); it stands at \[860, 872\)/,
    ],
    [
      'precomposed letters for combined ones',
      QUOTES,
      're\\u0301sume\\u0301',
      'résumé',
      'passage.starts_with',
      /the nearest passage is \[662, 674\)/,
    ],
    [
      'a cue outside the passage',
      QUOTES,
      '{ exact: called }',
      '{ exact: insists }',
      'cue.exact',
      /does not stand in the passage .*it stands at \[783, 790\)/,
    ],
    [
      'first words without last ones',
      QUOTES,
      '    ends_with: nobody laughed.\n',
      '',
      'passage',
      /both starts_with and ends_with/,
    ],
    [
      'last words that stand before',
      QUOTES,
      'ends_with: nobody laughed.',
      'ends_with: March.',
      'passage.ends_with',
      /does not stand in the text behind “Later she”/,
    ],
    [
      'first words that stand in several places',
      STANCES,
      'starts_with: Mayor Lina',
      'starts_with: The',
      'evidence[1].passage.starts_with',
      /stands \d+ times in the text/,
    ],
    [
      'a hash that is wrong',
      QUOTES,
      '  passage: { starts_with: "The re\\u0301sume\\u0301", ends_with: was short. }',
      `  passage: { start: 662, end: 711, sha256: "${'a'.repeat(64)}" }`,
      'passage.sha256',
      /the text has at \[662, 711\) “The /,
    ],
    [
      'a place that is wrong',
      QUOTES,
      '- exact: far too patient',
      '- exact: far too patient\n      start: 373',
      'spans[1].exact',
      /do not stand at \[373, 388\) but at \[372, 387\)/,
    ],
    [
      'a prefix that is wrong',
      QUOTES,
      '- exact: far too patient',
      '- exact: far too patient\n      start: 372\n      prefix: too',
      'spans[1].prefix',
      /stands not beside the span \[372, 387\)/,
    ],
    [
      'nothing to go by',
      QUOTES,
      '  passage:\n    starts_with: The traders’ guild\n    ends_with: are laid.\n',
      '',
      'passage',
      /nothing says where this stands/,
    ],
    [
      'a span without words',
      QUOTES,
      '- exact: far too patient',
      '- nth: 1',
      'spans[1]',
      /has no words to be found by/,
    ],
    [
      'a ledger entry that is no passage in quotation marks',
      PASSAGES,
      'start: 860',
      'start: 861',
      'start',
      /\[861, 872\) is no passage in quotation marks; the nearest is \[860, 872\)/,
    ],
    [
      'a repeat of other words',
      PASSAGES,
      'start: 1431\n  end: 1449',
      'start: 1052\n  end: 1103',
      'start',
      /very place of span/,
    ],
    ['YAML that is broken', STANCES, 'position: support', 'position: "support', '', /cannot be read/],
  ];
  test.each(broken)('%s', (_, file, before, after, field, says) => {
    const folder = copyUnlocated();
    folder.edit(file, before, after);
    const texts = [QUOTES, STANCES, PASSAGES, SOURCES].map(folder.read);
    const report = locate(folder);
    expect(report.files).toEqual([]);
    expect(report.problems[0]).toMatchObject({
      file,
      field: field === '' ? null : field,
      line: expect.any(Number),
    });
    expect(report.problems[0]?.sentence).toMatch(says);
    expect([QUOTES, STANCES, PASSAGES, SOURCES].map(folder.read)).toEqual(texts);
  });

  test.each([
    ['Dr. Mayer said “no way”. He went.', /not certain that a sentence begins at 4/],
    ['He went to the U.S. He said “no way”. He went.', /not certain that a sentence begins at 20/],
    ['A line that is broken\nby hand, he said “no way”.', /not certain that a sentence begins at 22/],
    ['“Never. She said: no way. Go.”', /would cut the quotation \[1, 29\)/],
  ])('sentences with edges in doubt: %j', (text, says) => {
    const folder = copyFixture();
    folder.write(TEXT, text);
    folder.write(QUOTES, '- id: one\n  source: fountain-report\n  spans: [{ exact: no way }]\n');
    for (const name of [STANCES, PASSAGES]) folder.write(name, '');
    const { problems, files } = locate(folder);
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ record: 'one', field: 'passage' }]);
    expect(problems[0]?.sentence).toMatch(says);
  });

  test('a text that is another, or not to be told', () => {
    const folder = copyFixture();
    const refuse = (options: { source?: string }, says: RegExp) => {
      expect(() => locate(folder, options)).toThrow(UsageError);
      expect(() => locate(folder, options)).toThrow(says);
    };
    refuse(
      { source: 'fountain-rapport' },
      /There is no source "fountain-rapport"\. Did you mean "fountain-report"\?/,
    );
    expect(locate(folder, { source: 'fountain-report' })).toMatchObject({ unchanged: 27 });
    folder.edit(SOURCES, 'text_file: texts/fountain.txt', `text_sha256: "${'b'.repeat(64)}"`);
    refuse(
      { source: 'fountain-report' },
      /is not the text of "fountain-report": its SHA-256 is 593f7b33.*, and that of the source bbbb/,
    );
    folder.edit(SOURCES, `text_sha256: "${'b'.repeat(64)}"`, 'text_file: texts/fountain.txt');
    const twin = folder
      .read(SOURCES)
      .replace(/^#.*\n/, '')
      .replace('id: fountain-report', 'id: second-print');
    folder.write(SOURCES, folder.read(SOURCES) + twin);
    refuse({}, /Several sources have the text of fountain\.txt.*: fountain-report, second-print\./);
    folder.write(SOURCES, '- id: "');
    expect(() => locate(folder)).toThrow(LoadRefusal);
    expect(() => locateInSeeds(folder.root, join(folder.root, 'nowhere.txt'))).toThrow(UsageError);
  });

  test('a place that is shared by an anchor, or stands by an alias', () => {
    const folder = copyFixture();
    const alias =
      '- id: one\n  source: fountain-report\n  passage: &here {start: 860, end: 872}\n- id: two\n  source: fountain-report\n  passage: *here\n';
    folder.write(QUOTES, alias);
    const { problems } = locate(folder);
    expect(problems).toMatchObject([{ record: 'two', sentence: expect.stringContaining('by an alias') }]);
    expect(folder.read(QUOTES)).toBe(alias);
    folder.write(QUOTES, alias.replace('fountain-report\n  passage: *here', 'another\n  passage: *here'));
    for (const name of [STANCES, PASSAGES]) folder.write(name, '');
    expect(() => locate(folder)).toThrow(/cannot be filled in without changing something else/);
  });
});

test('a mapping without keys, and one whose only key is replaced', () => {
  const folder = copyFixture();
  folder.write('topics.yaml', '- {}\n- {a: 1}\n- b: 1 # one\n  c: "x" # two\n- d: |\n    text\n\n  e: 2\n');
  const edits = new SeedEdits(new SeedFile(folder.root, join(folder.root, 'topics.yaml')));
  expect(edits.isEmpty).toBe(true);
  edits.change([0], ['n'], { n: 1 });
  edits.change([1], ['n'], { n: 'a "b"\u2028' }, ['a']);
  edits.change([2], ['n'], { n: { deep: 1 } }, ['b', 'c']);
  edits.change([3], ['d', 'n'], { n: 1 }, ['e']);
  expect(edits.apply()).toBe(
    '- { n: 1 }\n- {n: "a \\"b\\"\\u2028"}\n- n:\n    deep: 1 # one\n  # two\n- d: |\n    text\n  n: 1\n\n',
  );
});
