// The offices that a quote shows: those that its speaker certainly held on the day it was said, whoever changes them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCertainlyDuring } from '../../src/dates/certain-days.ts';
import { parseEdtf } from '../../src/dates/edtf.ts';
import type { Db } from '../../src/db/client.ts';
import type { Draft } from '../../src/resources/resource.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { verifyBase } from '../../src/store/verify-base.ts';
import {
  ask,
  askPage,
  buildTestApp,
  draftQuote,
  importRecords,
  openEmptyBase,
  openSeededBase,
  surroundings,
} from '../base.ts';
import { exportAll, importText, writeLines } from '../import/importing.ts';
import { copyBesideSeeds } from '../seed/market-square.ts';

const sayings = (actor: string, dates: readonly (string | null)[]) =>
  dates.map((said, n) => ({
    noun: 'quotes',
    id: `${actor}-${n}`,
    actor,
    source: 'paper',
    kind: 'unspecified',
    text: `Statement ${n}.`,
    ...(said === null ? {} : { said }),
  }));
const paper = { noun: 'sources', id: 'paper', corpus: 'papers', title: 'A paper' };
const papers = { noun: 'corpora', id: 'papers', title: 'Papers' };

const ZARIF = [
  '2020-12-20',
  '2020-12',
  '[2019,2020]',
  '2013-08-15',
  null,
  '2022-03-01',
  '2013',
  '2021-08-26',
  '2020-12-20?',
  '[..2020-11-03]',
];
const minister = {
  organization: { id: 'iran', name: 'Iran' },
  role: 'Minister of Foreign Affairs',
  held: '2013-08-15/2021-08-25',
  held_earliest: '2013-08-15',
  held_latest: '2021-08-25',
};

async function readOffices(db: Db, actor: string): Promise<Record<string, unknown>> {
  const app = await buildTestApp(db);
  const page = await askPage(app, `/v1/quotes?actor=${actor}&source=paper&fields=id,offices&limit=100`);
  await app.close();
  return Object.fromEntries(page.results.map(({ id, offices }) => [id, offices]));
}

test('a quote carries the office of its day, and none where the date leaves a doubt', async () => {
  const db = openSeededBase();
  const report = await importText(db, writeLines([papers, paper, ...sayings('zarif', ZARIF)]), {
    from: 'verbatim',
  });
  expect(report.rejects).toBe('');
  const offices = await readOffices(db, 'zarif');
  for (const [n, said] of ZARIF.entries())
    expect(offices[`zarif-${n}`], String(said)).toEqual(n < 4 ? [minister] : []);
  expect(verifyBase(db).failures).toEqual([]);

  const app = await buildTestApp(db);
  const one = await ask(app, '/v1/quotes/zarif-0?fields=offices.organization.id,offices.role');
  expect(one.json()).toEqual({
    offices: [{ organization: { id: 'iran' }, role: 'Minister of Foreign Affairs' }],
  });
  const csv = await ask(app, '/v1/quotes?id=zarif-0&fields=id,offices&format=csv');
  expect(csv.text).toContain('""role"":""Minister of Foreign Affairs""');
  await app.close();
  expect(exportAll(db)).not.toContain('"offices"');
});

test('the seeds’ own quotes have the offices that their affiliations give', async () => {
  const app = await buildTestApp(openSeededBase());
  const { results } = await askPage(app, '/v1/quotes?said=2000..&limit=100');
  const shown = results.map(({ id, said, actor, offices }) => ({ id, said, actor, offices }));
  expect(shown.some(({ offices }) => (offices as unknown[]).length > 0)).toBe(true);
  for (const { said, actor, offices } of shown) {
    const record = (await ask(app, `/v1/actors/${(actor as { id: string }).id}`)).json();
    const held = (record.affiliations as { held: string | null }[]).filter((one) =>
      isCertainlyDuring(said as string, one.held),
    );
    expect(offices).toEqual(held);
  }
  await app.close();
});

test('a load of seeds that changes an affiliation, or an organization’s name, changes the quotes of imports too', async () => {
  const folder = copyBesideSeeds();
  const db = openEmptyBase();
  loadSeeds(db, folder.root);
  await importText(db, writeLines([papers, paper, ...sayings('zarif', ZARIF)]), { from: 'verbatim' });
  folder.edit('actors.yaml', 'held: "2013-08-15/2021-08-25"', 'held: "2013-08-15/2022"');
  loadSeeds(db, folder.root);
  const longer = await readOffices(db, 'zarif');
  expect(longer['zarif-7']).toMatchObject([{ held: '2013-08-15/2022' }]);
  expect(longer['zarif-5']).toEqual([]);
  folder.edit('actors.yaml', '  name: Iran\n', '  name: Persia\n');
  loadSeeds(db, folder.root);
  expect((await readOffices(db, 'zarif'))['zarif-0']).toMatchObject([
    { organization: { id: 'iran', name: 'Persia' } },
  ]);
  expect(verifyBase(db).failures).toEqual([]);
});

test('an import does too, whatever the order of its lines', async () => {
  const db = openEmptyBase();
  const chief = (held: string, name = 'A guild') => [
    { noun: 'actors', id: 'guild', name, kind: 'organization' },
    {
      noun: 'actors',
      id: 'chief',
      name: 'A chief',
      kind: 'person',
      affiliations: [
        { organization: 'guild', role: 'Head', held },
        { organization: 'guild', role: 'Member' },
      ],
    },
  ];
  const said = sayings('chief', ['1999-05', '2004']);
  const take = async (lines: unknown[]) => {
    const report = await importText(db, writeLines(lines), { from: 'verbatim' });
    expect(report.rejects).toBe('');
    expect(verifyBase(db).failures).toEqual([]);
    return readOffices(db, 'chief');
  };
  expect(await take([...said, papers, paper, ...chief('1998/2003')])).toMatchObject({
    'chief-0': [{ role: 'Head', organization: { name: 'A guild' } }],
    'chief-1': [],
  });
  expect(await take(chief('2005/..'))).toMatchObject({ 'chief-0': [], 'chief-1': [] });
  expect(await take(chief('2003/..'))).toMatchObject({ 'chief-1': [{ held: '2003/..' }] });
  expect(await take(chief('2003/..', 'Another guild'))).toMatchObject({
    'chief-1': [{ organization: { name: 'Another guild' } }],
  });
});

// The model knows nothing of bounds: it goes through every day that each part may mean.
const YEARS = [2019, 2020, 2021];
const DAYS = Array.from({ length: 1096 }, (_, n) =>
  new Date(Date.UTC(2019, 0, 1 + n)).toISOString().slice(0, 10),
);
const precise = fc
  .tuple(fc.constantFrom(...DAYS), fc.constantFrom(4, 7, 10))
  .map(([day, length]) => day.slice(0, length));
const masked = fc.constantFrom(...YEARS.map((year) => `${year}-XX-15`), '2020-12-XX', '2020-0X');
const point = fc.oneof({ weight: 4, arbitrary: precise }, masked);
const qualified = fc
  .tuple(point, fc.constantFrom('', '', '', '', '?', '~', '%'))
  .map((parts) => parts.join(''));
const end = fc.oneof({ weight: 4, arbitrary: qualified }, fc.constantFrom('..', ''));
/** Not every pair of ends is a date: what ends before it begins is refused at every door. */
function isDate(text: string): boolean {
  try {
    parseEdtf(text);
    return true;
  } catch {
    return false;
  }
}
const interval = fc
  .tuple(end, end)
  .map((ends) => ends.join('/'))
  .filter(isDate);
const set = fc.tuple(precise, precise).map(([a, b]) => `[${a},${b}]`);
const anyDate = fc.oneof(qualified.filter(isDate), set);
const anyHeld = fc.oneof({ weight: 6, arbitrary: interval }, anyDate);

function listMeanings(date: string): string[] {
  if (date.startsWith('[')) return date.slice(1, -1).split(',').flatMap(listMeanings);
  const pattern = new RegExp(`^${date.replaceAll('X', '\\d')}`);
  return DAYS.filter((day) => pattern.test(day));
}

function holdsForCertain(date: string, held: string): boolean {
  if (/[?~%]/.test(date + held)) return false;
  const said = listMeanings(date);
  const [first = '', last] = held.split('/');
  if (last === undefined) {
    const days = new Set([...said, ...listMeanings(held)]);
    return days.size === 1;
  }
  if (first === '' || last === '') return false;
  const begins = first === '..' ? ['0000'] : listMeanings(first);
  const ends = last === '..' ? ['9999'] : listMeanings(last);
  return said.every((day) => begins.every((from) => from <= day) && ends.every((to) => day <= to));
}

test('an office is held for certain just where every meaning of both dates says so', () => {
  let both = 0;
  fc.assert(
    fc.property(anyDate, anyHeld, (date, held) => {
      const expected = holdsForCertain(date, held);
      both += expected ? 1 : 0;
      expect(isCertainlyDuring(date, held), `${date} in ${held}`).toBe(expected);
    }),
    { numRuns: 400 },
  );
  expect(both).toBeGreaterThan(0);
});

test('records made from rows and from drafts show the same', async () => {
  const pairs = fc.sample(fc.tuple(fc.option(anyDate), fc.array(fc.option(anyHeld), { maxLength: 3 })), 60);
  const actors = pairs.map(([, spans], n) => ({
    id: `a-${n}`,
    name: `Actor ${n}`,
    kind: 'person',
    affiliations: spans.map((held, m) => ({ organization: 'ministry', role: `Role ${m}`, held })),
  }));
  const quotes = pairs.map(([said], n) =>
    draftQuote({ id: `q-${n}`, actor: `a-${n}`, said, text: 'Words.' }),
  );
  const fromRows = openEmptyBase();
  importRecords(fromRows, { ...surroundings, actors: [...(surroundings.actors ?? []), ...actors], quotes });
  const fromDrafts = openEmptyBase();
  await importText(fromDrafts, exportAll(fromRows), { from: 'verbatim' });
  const read = (db: Db) => db.prepare('SELECT document FROM quotes ORDER BY id').pluck().all() as string[];
  expect(read(fromDrafts)).toEqual(read(fromRows));
  for (const document of read(fromRows)) {
    const { id, said, offices } = JSON.parse(document) as Draft;
    const spans = pairs[Number(id.slice(2))]?.[1] ?? [];
    const roles = spans.flatMap((held, m) =>
      said !== null && held !== null && holdsForCertain(said as string, held) ? [`Role ${m}`] : [],
    );
    expect((offices as { role: string }[]).map(({ role }) => role)).toEqual(roles);
  }
});
