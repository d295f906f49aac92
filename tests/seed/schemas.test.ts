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
