// What an editor checks while one types is what a load checks.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildSeedSchemas } from '../../src/seed/json-schemas.ts';

const seeds = join(import.meta.dirname, '../../seeds');
const schemas = buildSeedSchemas();

test.each([...schemas])('seeds/schemas/%s is what the declarations say', (name, text) => {
  expect(readFileSync(join(seeds, 'schemas', name), 'utf8')).toBe(text);
});

test('no schema is left over', () => {
  expect(readdirSync(join(seeds, 'schemas')).sort()).toEqual([...schemas.keys()].sort());
});

const files = readdirSync(seeds, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);

test.each(files)('seeds/%s names its schema and is right by it', (name) => {
  const text = readFileSync(join(seeds, name), 'utf8');
  const named = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1];
  const path = resolve(dirname(join(seeds, name)), named ?? 'none');
  expect(existsSync(path), `${named} is there`).toBe(true);
  const validate = new Ajv({ strict: false, allErrors: true }).compile(
    JSON.parse(readFileSync(path, 'utf8')),
  );
  expect(validate(parse(text)), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
});

const fixtures = join(import.meta.dirname, '../fixtures');
const inFixtures = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);

// The folder `unlocated` has the keys that stand in for offsets.
test.each(inFixtures)('tests/fixtures/%s is right by its schema, its places filled in or not', (name) => {
  const text = readFileSync(join(fixtures, name), 'utf8');
  const schema = resolve(dirname(join(fixtures, name)), /\$schema=(\S+)/.exec(text)?.[1] ?? '');
  const validate = new Ajv({ strict: false, allErrors: true }).compile(
    JSON.parse(readFileSync(schema, 'utf8')),
  );
  expect(validate(parse(text)), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
});

test.each([
  ['quotes', { id: 'a', source: 'b', kind: 'indirekt' }, '/0/kind'],
  ['quotes', { id: 'a', source: 'b', kind: 'direct', ocasion: 'x' }, '/0'],
  ['quotes', { id: 'a', source: 'b', kind: 'direct', spans: [{ start: 1, end: 2 }] }, '/0/spans/0'],
  ['quotes', { id: 'a', source: 'b', kind: 'direct', said: 2020 }, '/0/said'],
  ['actors', { id: 'A b', name: 'x', kind: 'person' }, '/0/id'],
  ['actors', { id: 'a', name: 'x', kind: 'person', country: 'Iran' }, '/0/country'],
  ['sources', { id: 'a', title: 'x', medium: 'newspaper' }, '/0/medium'],
  ['passages', { source: 'a', start: 1, end: 2, reason: 'terms' }, '/0/reason'],
])('%s: %j is wrong at %s', (noun, record, path) => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(schemas.get(`${noun}.schema.json`) ?? ''));
  expect(validate([record])).toBe(false);
  expect(validate.errors?.[0]?.instancePath).toBe(path);
});

test('words come with what they mean, one meaning each, and dates with how they are written', () => {
  const listed: string[] = [];
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    const { enum: words, enumDescriptions: meanings } = node as {
      enum?: unknown[];
      enumDescriptions?: unknown[];
    };
    if (Array.isArray(meanings)) {
      expect(meanings).toHaveLength(words?.length ?? -1);
      listed.push(...(words as string[]));
    }
    for (const part of Object.values(node)) visit(part);
  };
  for (const text of schemas.values()) visit(JSON.parse(text));
  expect(listed).toEqual(expect.arrayContaining(['direct', 'oppose', 'scare_quote', 'press-release', null]));
  const { said } = JSON.parse(schemas.get('quotes.schema.json') ?? '').items.properties;
  expect(said.description).toContain('In quotation marks');
  expect(said.examples).toContain('[2020-12-20..2021-01-20]');
});
