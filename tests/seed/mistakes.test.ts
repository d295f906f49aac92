// A mistake in a file refuses the whole load, says where it is and what would be right, and leaves the base as it was.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { formatFileProblem } from '../../src/errors.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { openEmptyBase } from '../base.ts';
import { catchRefusal, copyFixture, FIXTURE, type SeedFolder } from './market-square.ts';

let loaded: Db;
beforeAll(() => {
  loaded = openEmptyBase();
  loadSeeds(loaded, FIXTURE);
});

const QUOTES = 'market-square/quotes.yaml';
const STANCES = 'market-square/stances.yaml';
const PASSAGES = 'market-square/passages.yaml';
const SOURCES = 'market-square/sources.yaml';

type Mistake = {
  name: string;
  /** Where, and `before` becomes `after`; or more than that. */
  edit: [file: string, before: string, after: string] | ((folder: SeedFolder) => void);
  file?: string;
  /** What stands in the line that is named. */
  line: string;
  record: string | null;
  field: string | null;
  says: RegExp;
};

const mistakes: Mistake[] = [
  {
    name: 'a span that stands elsewhere',
    edit: [QUOTES, 'start: 332\n      end: 350', 'start: 333\n      end: 351'],
    line: 'exact: hole with a budget',
    record: 'sorensen-hole-with-a-budget',
    field: 'spans[0].exact',
    says: /do not stand at \[333, 351\), and 2 times elsewhere/,
  },
  {
    name: 'a span that is misspelt',
    edit: [QUOTES, 'exact: far too patient', 'exact: far to patientt'],
    line: 'exact: far to patientt',
    record: 'sorensen-hole-with-a-budget',
    field: 'spans[1].exact',
    says: /the nearest passage is \[372, 387\): “far too patient”/,
  },
  {
    name: 'Persian without its joiner',
    edit: [
      QUOTES,
      'exact: "ما نمی\u200cخواهیم میدان خالی شود"\n      start: 487\n      end: 515',
      'exact: "ما نمیخواهیم میدان خالی شود"\n      start: 487\n      end: 514',
    ],
    line: 'exact: "ما نمیخواهیم',
    record: 'rahimi-empty-square',
    field: 'spans[0].exact',
    says: /the nearest passage is \[487, 515\)/,
  },
  {
    name: 'an end that the words do not reach',
    edit: [QUOTES, 'end: 350', 'end: 352'],
    line: 'end: 352',
    record: 'sorensen-hole-with-a-budget',
    field: 'spans[0].end',
    says: /an end of 350 would fit/,
  },
  {
    name: 'a prefix that does not stand there',
    edit: [QUOTES, 'plan of the planners a “', 'plan of the builders a “'],
    line: 'prefix: "',
    record: 'sorensen-hole-with-a-budget',
    field: 'spans[0].prefix',
    says: /does not stand before \[332, 350\)/,
  },
  {
    name: 'an actor that is not there',
    edit: [QUOTES, 'actor: golnar', 'actor: golnaz'],
    line: 'actor: golnaz',
    record: 'golnar-dry-well',
    field: 'actor',
    says: /^there is no actor "golnaz"\. Did you mean "golnar"\?$/,
  },
  {
    name: 'a topic that is not there, in a list',
    edit: [QUOTES, '    - town-planning\n    - fountain', '    - town-planning\n    - fountains'],
    line: '- fountains',
    record: 'sorensen-hole-with-a-budget',
    field: 'topics[1]',
    says: /Did you mean "fountain"\?/,
  },
  {
    name: 'a word outside a closed list',
    edit: [QUOTES, 'kind: indirect', 'kind: indirekt'],
    line: 'kind: indirekt',
    record: 'rahimi-short-evening',
    field: 'kind',
    says: /"indirekt" is not one of direct, mixed, indirect, unspecified\. Did you mean "indirect"\?/,
  },
  {
    name: 'an id that stands in another file too',
    edit: (folder) => {
      mkdirSync(join(folder.root, 'other'));
      folder.write('other/corpus.yaml', 'id: other\ntitle: Another corpus\n');
      folder.write(
        'other/coders.yaml',
        '# Nobody else.\n- id: somebody\n  name: Somebody\n- id: market-coder\n  name: Another\n',
      );
    },
    file: 'other/coders.yaml',
    line: '- id: market-coder',
    record: 'market-coder',
    field: 'id',
    says: /stands already at market-square\/coders\.yaml:2; ids of coders are unique over all files/,
  },
  {
    name: 'YAML that is broken',
    edit: [STANCES, 'position: support', 'position: "support'],
    line: '',
    record: null,
    field: null,
    says: /^the YAML cannot be read: /,
  },
  {
    name: 'a key given twice',
    edit: [STANCES, '  position: support', '  position: oppose\n  position: support'],
    line: 'position: support',
    record: null,
    field: null,
    says: /^the YAML cannot be read: .*unique/,
  },
  {
    name: 'a key that there is not',
    edit: [QUOTES, 'occasion: Meeting', 'ocasion: Meeting'],
    line: 'ocasion: Meeting',
    record: 'sorensen-fountain-stays',
    field: 'ocasion',
    says: /there is no field of this name\. Did you mean "occasion"\? There are: id, actor, /,
  },
  {
    name: 'a date without its quotation marks',
    edit: [STANCES, 'held: "2024-03"', 'held: 2024'],
    line: 'held: 2024',
    record: 'sorensen-on-fountain',
    field: 'held',
    says: /put it in quotes: "2024"/,
  },
  {
    name: 'a date that is none',
    edit: [QUOTES, 'said: "2024-03-04"', 'said: "2024-02-30"'],
    line: 'said: "2024-02-30"',
    record: 'sorensen-fountain-stays',
    field: 'said',
    says: /2024-02-30/,
  },
  {
    name: 'topics that go round in a circle',
    edit: ['topics.yaml', 'label: Town planning', 'label: Town planning\n  broader: fountain'],
    line: 'broader: fountain',
    record: 'town-planning',
    field: 'broader',
    says: /go round in a circle: town-planning > fountain > town-planning/,
  },
  {
    name: "evidence of somebody else's",
    edit: [STANCES, 'quote: guild-market-open', 'quote: golnar-dry-well'],
    line: 'quote: golnar-dry-well',
    record: 'guild-on-market-hours',
    field: 'evidence[0].quote',
    says: /neither a quote of "traders-guild" nor one made on behalf of/,
  },
  {
    name: 'a stance on a topic that takes none',
    edit: [STANCES, 'topic: market-hours', 'topic: town-planning'],
    line: 'topic: town-planning',
    record: 'guild-on-market-hours',
    field: 'topic',
    says: /has no proposition/,
  },
  {
    name: 'a stance on quoted words that there are not',
    edit: [STANCES, 'basis: reported', 'basis: quoted'],
    line: 'basis: quoted',
    record: 'guild-on-market-hours',
    field: 'basis',
    says: /the actor's own words among its evidence/,
  },
  {
    name: 'a direct quote without words',
    edit: [
      QUOTES,
      '  kind: indirect\n  passage:\n    start: 764',
      '  kind: direct\n  passage:\n    start: 764',
    ],
    line: '- id: guild-market-open',
    record: 'guild-market-open',
    field: 'spans',
    says: /a direct quote has at least one span/,
  },
  {
    name: 'an indirect quote with words',
    edit: [
      QUOTES,
      '  kind: direct\n  passage:\n    start: 570',
      '  kind: indirect\n  passage:\n    start: 570',
    ],
    line: 'spans:',
    record: 'golnar-dry-well',
    field: 'spans',
    says: /it is "mixed"/,
  },
  {
    name: 'the hash of another passage',
    edit: [QUOTES, 'sha256: "10f590a5', 'sha256: "20f590a5'],
    line: 'sha256: "20f590a5',
    record: 'sorensen-fountain-stays',
    field: 'passage.sha256',
    says: /SHA-256 10f590a5/,
  },
  {
    name: 'the hash of another text',
    edit: [SOURCES, '  text_file:', `  text_sha256: "${'0'.repeat(64)}"\n  text_file:`],
    line: 'text_sha256:',
    record: 'fountain-report',
    field: 'text_sha256',
    says: /the text that is held has the SHA-256 593f7b33/,
  },
  {
    name: 'a text that is not there',
    edit: [SOURCES, 'texts/fountain.txt', 'texts/well.txt'],
    line: 'text_file:',
    record: 'fountain-report',
    field: 'text_file',
    says: /there is no file "texts\/well\.txt"/,
  },
  {
    name: 'a text outside the seeds',
    edit: [SOURCES, 'texts/fountain.txt', '../../../../etc/hostname'],
    line: 'text_file:',
    record: 'fountain-report',
    field: 'text_file',
    says: /lies outside the seeds' folder/,
  },
  {
    name: 'a cue outside its passage',
    edit: [QUOTES, '{ exact: called, start: 297, end: 303 }', '{ exact: told, start: 555, end: 559 }'],
    line: 'cue: {',
    record: 'sorensen-hole-with-a-budget',
    field: 'cue.start',
    says: /\[555, 559\) lies outside the passage \[287, 409\)/,
  },
  {
    name: 'spans of one quote that overlap',
    edit: [
      QUOTES,
      '    - exact: far too patient\n      start: 372\n      end: 387',
      '    - exact: budget\n      start: 344\n      end: 350',
    ],
    line: 'start: 344',
    record: 'sorensen-hole-with-a-budget',
    field: 'spans[1].start',
    says: /before the span in front of it ends \(350\)/,
  },
  {
    name: 'a quote within a quote that nobody relays',
    edit: [QUOTES, '  relayed_by: rahimi\n', ''],
    line: 'start: 606',
    record: 'golnar-dry-well',
    field: 'spans[0].start',
    says: /is inside span 1 of "rahimi-grandmother" \[570, 660\); a quote within a quote says who relays it/,
  },
  {
    name: 'words that are two quotes',
    edit: (folder) => {
      const record = folder.remove(QUOTES, 'sorensen-fountain-stays');
      folder.write(
        QUOTES,
        `${folder.read(QUOTES)}\n${record}${record.replace('fountain-stays', 'fountain-stays-too')}`,
      );
    },
    file: QUOTES,
    line: 'start: 227',
    record: 'sorensen-fountain-stays-too',
    field: 'spans[0].start',
    says: /is the very place of span 1 of "sorensen-fountain-stays" \[227, 285\)/,
  },
  {
    name: 'a passage of the ledger that is a span',
    edit: [PASSAGES, 'start: 860\n  end: 872', 'start: 332\n  end: 350'],
    line: 'start: 332',
    record: 'fountain-report',
    field: 'start',
    says: /\[332, 350\) is the very place of span 1 of "sorensen-hole-with-a-budget"/,
  },
  {
    name: 'a passage of the ledger that crosses a span',
    edit: [PASSAGES, 'start: 860\n  end: 872', 'start: 340\n  end: 360'],
    line: 'start: 340',
    record: 'fountain-report',
    field: 'start',
    says: /\[340, 360\) crosses span 1 of "sorensen-hole-with-a-budget"/,
  },
  {
    name: 'a repeat of a span that there is not',
    edit: [
      PASSAGES,
      '{ quote: sorensen-hole-with-a-budget, span: 1 }',
      '{ quote: sorensen-hole-with-a-budget, span: 3 }',
    ],
    line: 'of: {',
    record: 'fountain-report',
    field: 'of',
    says: /there is no span 3: "sorensen-hole-with-a-budget" has 2 spans/,
  },
  {
    name: 'a repeat that is longer than its span',
    edit: [PASSAGES, 'end: 1449', 'end: 1450'],
    line: 'of: {',
    record: 'fountain-report',
    field: 'of',
    says: /is 19 code points long and cannot repeat span 1 of "sorensen-hole-with-a-budget", which has 18/,
  },
  {
    name: 'a reason that there is not',
    edit: [PASSAGES, 'reason: slogan', 'reason: slogans'],
    line: 'reason: slogans',
    record: null,
    field: 'reason',
    says: /Did you mean "slogan"\?/,
  },
  {
    name: 'a ledger of a source that there is not',
    edit: [PASSAGES, 'source: fountain-report', 'source: fountain-rapport'],
    line: 'source: fountain-rapport',
    record: null,
    field: 'source',
    says: /there is no source "fountain-rapport" in this corpus\. Did you mean "fountain-report"\?/,
  },
  {
    name: 'a country by its name',
    edit: ['actors.yaml', 'country: DK', 'country: Denmark'],
    line: 'country: Denmark',
    record: 'sorensen',
    field: 'country',
    says: /"Denmark" is not an ISO 3166-1 alpha-2 country/,
  },
  {
    name: 'a record that is there and withdrawn',
    edit: (folder) =>
      folder.write('withdrawn.yaml', '- noun: actors\n  id: golnar\n  reason: She was made up.\n'),
    file: 'actors.yaml',
    line: '- id: golnar',
    record: 'golnar',
    field: 'id',
    says: /withdrawn\.yaml names this record as withdrawn/,
  },
];

describe('refuses the whole load', () => {
  test.each(mistakes)('$name', ({ edit, line, record, field, says, ...mistake }) => {
    const folder = copyFixture();
    const file = Array.isArray(edit) ? edit[0] : (mistake.file ?? '');
    if (Array.isArray(edit)) folder.edit(...edit);
    else edit(folder);
    const bytes = loaded.serialize();
    const { problems, message } = catchRefusal(() => loadSeeds(loaded, folder.root));
    expect(loaded.serialize().equals(bytes), 'the base is as it was').toBe(true);
    expect(problems, message).toHaveLength(1);
    const [problem] = problems;
    expect(problem).toMatchObject({ file, record, field });
    expect(problem?.sentence).toMatch(says);
    const lines = folder.read(file).split('\n');
    expect(lines[(problem?.line ?? 0) - 1]).toContain(line);
    expect(formatFileProblem(problem!)).toContain(`${file}:${problem?.line}: `);
  });
});

test('says every mistake at once', () => {
  const folder = copyFixture();
  folder.edit(QUOTES, 'kind: mixed', 'kind: mixt');
  folder.edit(STANCES, 'position: support', 'position: for');
  folder.edit('actors.yaml', 'kind: person', 'kind: human');
  const { problems } = catchRefusal(() => loadSeeds(loaded, folder.root));
  expect(problems.map((problem) => problem.file)).toEqual(['actors.yaml', QUOTES, STANCES]);
});

test.each([
  ['nth of a span', QUOTES, 'start: 332\n      end: 350', 'nth: 1', 'spans[0].nth'],
  ['nth of a cue', QUOTES, 'called, start: 297, end: 303', 'called, nth: 1', 'cue.nth'],
  [
    'words for a passage',
    STANCES,
    'start: 172\n        end: 225',
    'starts_with: Mayor',
    'evidence[1].passage.starts_with',
  ],
])('%s, still there, says what to run', (_, file, before, after, field) => {
  const folder = copyFixture();
  folder.edit(file, before, after);
  const { problems } = catchRefusal(() => loadSeeds(loaded, folder.root));
  expect(problems).toMatchObject([{ field, sentence: expect.stringContaining('run `verbatim locate`') }]);
});
