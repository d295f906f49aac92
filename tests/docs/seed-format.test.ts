// The corpus that docs/seed-format.md shows is located and loaded as it stands there, and so is every mistake.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { LoadRefusal } from '../../src/errors.ts';
import { resources } from '../../src/resources/registry.ts';
import { buildInputSchema, buildOwnFileSchema } from '../../src/resources/schemas.ts';
import { withdrawalSchema } from '../../src/seed/check.ts';
import { loadSeeds } from '../../src/seed/load.ts';
import { locateInSeeds } from '../../src/seed/locate.ts';
import { transientKeys } from '../../src/seed/transient.ts';
import { buildTestApp, openEmptyBase } from '../base.ts';
import { readPaper, readRows, readSection } from './markdown.ts';

const page = readPaper('docs/seed-format.md');
const files = page.fences.filter(({ notes }) => notes.file !== undefined);
const findFence = (note: string) => page.fences.find(({ notes }) => notes[note] !== undefined)!;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'verbatim-seed-format-'));
  for (const { notes, text } of files) {
    const path = join(root, notes.file!);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
});
afterEach(() => rmSync(root, { recursive: true }));

function locate() {
  return locateInSeeds(root, join(root, 'town-news/report.txt'));
}

test('the files that the page tells of are those that a load reads', () => {
  const told = readRows(readSection(page, 'Files').lines)
    .slice(1)
    .map(([name = '']) => /`(?:<corpus>\/)?([a-z.]+)`/.exec(name)?.[1]);
  const read = resources.flatMap(({ seed_file, fields }) => [
    seed_file.file,
    ...Object.values(fields).flatMap((field) =>
      field.type === 'children' && field.own_file ? [field.own_file.file] : [],
    ),
  ]);
  expect(told.toSorted()).toEqual([...read, 'withdrawn.yaml'].toSorted());
});

test('the keys that the page tells of are those that a file may have', () => {
  const schemas: [file: string, schema: z.ZodType][] = [
    ...resources.flatMap((resource): [string, z.ZodType][] => [
      [resource.seed_file.file, buildInputSchema(resource)],
      ...Object.values(resource.fields).flatMap((field): [string, z.ZodType][] =>
        field.type === 'children' && field.own_file ? [[field.own_file.file, buildOwnFileSchema(field)]] : [],
      ),
    ]),
    ['withdrawn.yaml', withdrawalSchema],
  ];
  const rows = schemas.map(([file, schema]) => {
    const keys = listKeys(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
    const write = (needed: boolean) =>
      keys
        .filter((key) => key.needed === needed)
        .map((key) => `\`${key.name}\``)
        .join(', ');
    return [`\`${file}\``, write(true), write(false)];
  });
  expect(readRows(readSection(page, 'Keys').lines).slice(1)).toEqual(rows);
});

type JsonSchema = {
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
};

function listKeys(schema: JsonSchema): { name: string; needed: boolean }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const needed = schema.required?.includes(name) ?? false;
    const value = part.anyOf?.[0] ?? part;
    const inner = listKeys(value.items ?? value).map((key) => ({
      ...key,
      name: `${name}${value.items ? '[]' : ''}.${key.name}`,
    }));
    return [{ name, needed }, ...inner];
  });
}

test('the keys that stand only until the places are filled in are told', () => {
  for (const key of new Set(Object.values(transientKeys).flatMap((keys) => Object.keys(keys))))
    expect(page.text).toContain(`\`${key}\``);
});

test('locate fills in what the page shows', () => {
  expect(locate().problems).toEqual([]);
  const { notes, text } = findFence('located');
  expect(readFileSync(join(root, notes.located!), 'utf8')).toContain(text);
});

test('the corpus loads, a second time it changes nothing, and what is taken out answers with its reason', async () => {
  locate();
  const db = openEmptyBase();
  loadSeeds(db, root);
  for (const counts of loadSeeds(db, root).values())
    expect(counts).toMatchObject({ added: 0, changed: 0, withdrawn: 0 });
  const app = await buildTestApp(db);
  const quote = await app.inject('/v1/quotes/mayor-open-to-everyone');
  expect(quote.json()).toMatchObject({ verification: 'verified', text_by: 'source' });

  const { notes, text } = findFence('withdrawn');
  writeFileSync(join(root, notes.withdrawn!), text);
  writeFileSync(join(root, 'town-news/stances.yaml'), '');
  expect(loadSeeds(db, root).get('stances')?.withdrawn).toBe(1);
  const gone = await app.inject('/v1/stances/mayor-on-market-square');
  expect(gone.statusCode).toBe(410);
  expect(gone.json().detail).toContain('The town desk coded the promise of another mayor.');
  await app.close();
  db.close();
});

const mistakes = readRows(readSection(page, 'Mistakes').lines)
  .slice(1)
  .map((cells) => cells.map((cell) => cell.replace(/^`+ ?| ?`+$/g, '')) as [string, string, string, string]);

test.each(mistakes)('%s: %s / %s', (name, before, after, sentence) => {
  locate();
  const path = join(root, 'town-news', name);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(before);
  writeFileSync(path, text.replace(before, after));
  const db = openEmptyBase();
  let refusal: unknown;
  try {
    loadSeeds(db, root);
  } catch (error) {
    refusal = error;
  }
  db.close();
  expect(refusal).toBeInstanceOf(LoadRefusal);
  expect((refusal as LoadRefusal).message.split('\n')).toContain(sentence);
});
