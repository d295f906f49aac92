// Projects of Discourse Network Analyzer: documents, statements, actors, concepts and agreement, asked for through the API.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Db } from '../../src/db/client.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import { askPage, buildTestApp, type Json, openEmptyBase } from '../base.ts';
import { type Project, STANDARD, writeDnaFile } from './dna-file.ts';
import { exportAll, importFiles, importText, openFolder } from './importing.ts';

const HEARING = '🌍 Ms. Lind. We should tax carbon 🔥 now. Mr. Farr. A tax would ruin the harbour.';
const LETTER = 'نامهٔ سرگشاده: مالیات کربن لازم است.';

const project: Project = {
  documents: [
    {
      title: 'Hearing on the carbon tax',
      text: HEARING,
      date: '2019-05-04T00:00:00',
      author: 'Clerk',
      source: 'Town',
      section: 'A',
    },
    { title: 'Open letter', text: LETTER, date: '2019-06-01T09:30:00' },
  ],
  statements: [
    {
      document: 0,
      words: 'A tax would ruin the harbour.',
      coder: 'Coder 2',
      values: {
        person: 'Bo Farr',
        organization: 'Harbour Board',
        concept: 'There should be a carbon tax.',
        agreement: 0,
      },
    },
    {
      document: 0,
      words: 'We should tax carbon 🔥 now.',
      coder: 'Coder 1',
      values: {
        person: 'Ada Lind',
        organization: 'Lindby',
        concept: 'There should be a carbon tax.',
        agreement: 1,
      },
    },
    {
      document: 1,
      words: 'مالیات کربن لازم است.',
      coder: 'Coder 1',
      values: { person: '', organization: 'Lindby', concept: 'There should be a carbon tax.', agreement: 1 },
    },
    {
      document: 1,
      words: 'نامهٔ',
      values: { person: 'Ada Lind', organization: '', concept: '', agreement: 1 },
    },
    { document: 1, words: 'سرگشاده', type: 'Annotation', values: { note: 'Ask the editor.' } },
  ],
  types: { ...STANDARD, Annotation: { note: 'long text' } },
  attributes: [
    { variable: 'person', entity: 'Ada Lind', name: 'Type', value: 'Mayor' },
    { variable: 'person', entity: 'Nobody Yet', name: 'Type', value: '' },
  ],
};

const write = (given: Project) => writeDnaFile(join(openFolder(), 'project.dna'), given);
const read = (db: Db, file: string, flags: Record<string, string> = {}) =>
  importFiles(db, [file], { from: 'dna', corpus: 'hearings', flags });

test('documents, statements, speakers, concepts and coders have their places', async () => {
  const db = openEmptyBase();
  const report = await read(db, write(project));
  expect(report.rejects).toBe('');
  expect(report.spans).toEqual({ exact: 4, moved: 0, ambiguous: 0, missing: 0 });
  expect(report.notes).toEqual(
    expect.arrayContaining([
      '1 statements of the type "Annotation", which has no speaker: left out',
      '1 statements without a concept: a quote without its coder, and no stance',
      '1 values of the attribute "person › Type", which has no place here',
      '1 entities that no statement uses, which are left out',
      '1 patterns for highlighting, which have no place here',
      '1 documents with characters outside the BMP: offsets in them were read in UTF-16 units, as Java counts',
    ]),
  );
  const app = await buildTestApp(db);
  const { results: quotes } = await askPage(app, '/v1/quotes?source.published=2019-05-04&sort=passage');
  expect(quotes).toMatchObject([
    {
      actor: { name: 'Ada Lind' },
      on_behalf_of: { name: 'Lindby' },
      kind: 'unspecified',
      passage: { start: 12, end: 39, exact: 'We should tax carbon 🔥 now.' },
      text: 'We should tax carbon 🔥 now.',
      spans: [],
      verification: 'verified',
      topics: [{ label: 'There should be a carbon tax.' }],
    },
    { actor: { name: 'Bo Farr' }, passage: { exact: 'A tax would ruin the harbour.' } },
  ]);
  const { results } = await askPage(app, '/v1/stances?sort=held');
  const stances = results.toSorted((a, b) => String(a.statement).localeCompare(String(b.statement)));
  expect(stances.map(({ position, held, source }) => [position, held, (source as Json).title])).toEqual([
    ['support', '2019-05-04', 'Hearing on the carbon tax'],
    ['oppose', '2019-05-04', 'Hearing on the carbon tax'],
    ['support', '2019-06-01', 'Open letter'],
  ]);
  expect(stances[0]).toMatchObject({
    actor: { name: 'Ada Lind' },
    on_behalf_of: { name: 'Lindby' },
    basis: 'reported',
    statement: 'Ada Lind, for Lindby, agrees: There should be a carbon tax.',
    coder: { name: 'Coder 1' },
    scale_value: null,
    evidence: [{ quote: { id: quotes[0]?.id } }],
    verification: 'verified',
  });
  // Without a person the organization speaks for itself.
  expect(stances[2]).toMatchObject({ actor: { name: 'Lindby' }, on_behalf_of: null });
  const { results: sources } = await askPage(app, '/v1/sources?sort=published');
  expect(sources).toMatchObject([
    {
      title: 'Hearing on the carbon tax',
      authors: [{ name: 'Clerk' }],
      publisher: 'Town',
      note: 'Section: A.',
    },
    { title: 'Open letter', published: '2019-06-01T09:30:00', text_length: [...LETTER].length },
  ]);
  expect(db.prepare('SELECT name FROM coders ORDER BY name').pluck().all()).toEqual(['Coder 1', 'Coder 2']);
  const { results: topics } = await askPage(app, '/v1/topics');
  expect(topics).toMatchObject([{ proposition: 'There should be a carbon tax.' }]);
  const { results: actors } = await askPage(app, '/v1/actors?sort=name');
  expect(actors.map(({ name, kind }) => [name, kind])).toEqual([
    ['Ada Lind', 'person'],
    ['Bo Farr', 'person'],
    ['Harbour Board', 'organization'],
    ['Lindby', 'organization'],
  ]);
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test('importing twice changes nothing', async () => {
  const db = openEmptyBase();
  const file = write(project);
  await read(db, file);
  const bytes = exportAll(db);
  const again = await read(db, file);
  for (const counts of again.counts.values())
    expect(counts).toMatchObject({ added: 0, changed: 0, refused: 0 });
  expect(exportAll(db)).toBe(bytes);
});

test('a passage on two concepts is one quote with two topics and two stances, and statements that say the same are two', async () => {
  const speaker = { person: 'Ada Lind', organization: 'Lindby' };
  const words = 'We should tax carbon 🔥 now.';
  const db = openEmptyBase();
  await read(
    db,
    write({
      documents: project.documents,
      statements: [
        { document: 0, words, coder: 'A', values: { ...speaker, concept: 'Tax carbon.', agreement: 1 } },
        { document: 0, words, coder: 'A', values: { ...speaker, concept: 'Tax it now.', agreement: 1 } },
        { document: 0, words, coder: 'A', values: { ...speaker, concept: 'Tax it now.', agreement: 1 } },
        { document: 0, words, coder: 'B', values: { ...speaker, concept: 'Tax it now.', agreement: 0 } },
      ],
    }),
  );
  const app = await buildTestApp(db);
  const { results: quotes } = await askPage(app, '/v1/quotes');
  expect(quotes.map(({ topics }) => (topics as Json[]).map(({ label }) => label))).toEqual([
    ['Tax carbon.', 'Tax it now.'],
  ]);
  const { results } = await askPage(app, '/v1/stances?sort=held');
  const coded = results.map(
    ({ coder, topic, position }) => `${(coder as Json).name} ${(topic as Json).label} ${position}`,
  );
  expect(coded.toSorted()).toEqual([
    'A Tax carbon. support',
    'A Tax it now. support',
    'A Tax it now. support',
    'B Tax it now. oppose',
  ]);
});

const SCALED = { 'DNA Statement': { ...STANDARD['DNA Statement'], agreement: 'integer' } } as const;
const scale = (...values: number[]): Project => ({
  types: SCALED,
  documents: [{ title: 'Plain', text: 'We should tax carbon.', date: '2019-05-04' }],
  statements: values.map((agreement, n) => ({
    document: 0,
    start: n,
    stop: n + 4,
    values: { person: 'Ada Lind', organization: '', concept: 'Tax carbon.', agreement },
  })),
});

test('an integer qualifier keeps its value and says how it was read', async () => {
  const db = openEmptyBase();
  const file = write(scale(-3, 0, 2));
  const report = await read(db, file);
  expect(report.notes).toContainEqual(
    expect.stringContaining(
      'values of "agreement" above 0 were read as support, below as oppose, 0 itself as neutral',
    ),
  );
  const app = await buildTestApp(db);
  const { results } = await askPage(app, '/v1/stances');
  expect(
    new Set(results.map(({ scale_value, position, statement }) => `${scale_value} ${position} ${statement}`)),
  ).toEqual(
    new Set([
      '-3 oppose Ada Lind disagrees: Tax carbon. (agreement is -3: oppose, below 0.)',
      '0 neutral Ada Lind takes no side: Tax carbon. (agreement is 0: neutral, at 0.)',
      '2 support Ada Lind agrees: Tax carbon. (agreement is 2: support, above 0.)',
    ]),
  );
});

test('a scale that does not say where it turns is refused until the midpoint is given', async () => {
  const file = write(scale(1, 3, 5));
  await expect(read(openEmptyBase(), file)).rejects.toThrow(
    'The values of "agreement" go from 1 to 5, and nothing says which of them are support: give the value between with --midpoint.',
  );
  const db = openEmptyBase();
  await read(db, file, { midpoint: '3' });
  const positions = db.prepare('SELECT scale_value, position FROM stances ORDER BY scale_value').raw().all();
  expect(positions).toEqual([
    [1, 'oppose'],
    [3, 'neutral'],
    [5, 'support'],
  ]);
});

test('--kind direct makes the passages words of their speakers', async () => {
  const db = openEmptyBase();
  await read(db, write(project), { kind: 'direct' });
  const app = await buildTestApp(db);
  const { results } = await askPage(app, '/v1/quotes?kind=direct&actor=ada-lind&sort=passage');
  expect(results).toContainEqual(
    expect.objectContaining({
      text_by: 'speaker',
      spans: [expect.objectContaining({ exact: 'نامهٔ', prefix: null })],
    }),
  );
  expect(db.prepare('SELECT DISTINCT basis FROM stances').pluck().all()).toEqual(['quoted']);
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test('offsets that do not fit the text end in the rejects, to be mended and imported as our own format', async () => {
  const db = openEmptyBase();
  const values = { person: 'Ada Lind', organization: 'Lindby', concept: 'Tax carbon.', agreement: 1 };
  const file = write({
    documents: project.documents,
    statements: [
      { document: 0, start: 3, stop: 200, values },
      { document: 0, start: 1, stop: 12, values },
      { document: 0, words: 'Mr. Farr.', values },
    ],
  });
  const report = await read(db, file);
  expect(report.spans).toEqual({ exact: 1, moved: 0, ambiguous: 0, missing: 2 });
  expect(report.entries).toEqual({ taken: 3, refused: 2 });
  expect(report.rejects).toContain(
    'project.dna, statement 1: [3, 200) ends outside the text, which has 81 UTF-16 units',
  );
  expect(report.rejects).toContain('project.dna, statement 2: [1, 12) cuts a character in two at 1');
  const unmended = await importText(db, report.rejects, { from: 'verbatim', corpus: 'hearings' });
  expect(unmended.counts.get('quotes')).toMatchObject({ added: 0, refused: 2 });
  const mended = report.rejects
    .replace('"passage":null', '"passage":{"start":3,"end":38}')
    .replace('"passage":null', '"passage":{"start":0,"end":12}');
  const again = await importText(db, mended, { from: 'verbatim', corpus: 'hearings' });
  expect(again.rejects).toBe('');
  expect(db.prepare('SELECT count(*) FROM stances').pluck().get()).toBe(3);
  expect(verifyBase(db)).toMatchObject({ ok: true, failures: [] });
});

test('variables may have other names, and a slip is answered with the nearest', async () => {
  const types = { Claim: { actor: 'short text', claim: 'short text', agreement: 'boolean' } } as const;
  const file = write({
    types,
    documents: project.documents,
    statements: [
      {
        document: 0,
        words: 'Mr. Farr.',
        type: 'Claim',
        values: { actor: 'Bo Farr', claim: 'Tax carbon.', agreement: 0 },
      },
    ],
  });
  await expect(read(openEmptyBase(), file)).rejects.toThrow(
    'no type of statement has a variable "person" or "organization"; --person and --organization name others. There are: Claim (actor, claim, agreement).',
  );
  await expect(read(openEmptyBase(), file, { person: 'acter' })).rejects.toThrow(
    '--person acter: there is no short text variable of this name. Did you mean "actor"? There are: actor, claim.',
  );
  const db = openEmptyBase();
  await read(db, file, { person: 'actor', concept: 'claim' });
  expect(db.prepare('SELECT position FROM stances').pluck().all()).toEqual(['oppose']);
});

test('what is no project of DNA 3 is refused with a sentence', async () => {
  const path = join(openFolder(), 'notes.dna');
  writeFileSync(path, 'no database at all, and long enough to be looked at as one'.repeat(40));
  await expect(read(openEmptyBase(), path)).rejects.toThrow(
    /cannot be read as an SQLite file: file is not a database/,
  );
  const db = openEmptyBase();
  const other = join(openFolder(), 'other.dna');
  db.prepare('VACUUM INTO ?').run(other);
  await expect(read(openEmptyBase(), other)).rejects.toThrow(
    `${other} is not a project of Discourse Network Analyzer 3: it has no table DOCUMENTS.`,
  );
});
