import { expect, test } from 'vitest';
import { listSettings, readConfig } from '../src/config.ts';
import { UsageError } from '../src/errors.ts';

test('without settings, the defaults stand, and the database lies inside the checkout', () => {
  const config = readConfig({}, {});
  expect(config).toMatchObject({ HOST: '127.0.0.1', PORT: 3000, LOG_LEVEL: 'info', CORS_ORIGINS: '*' });
  expect(listSettings().find(({ name }) => name === 'DATABASE')?.standard).toBe('data/verbatim.sqlite');
});

test('a flag wins over the environment', () => {
  expect(readConfig({}, { PORT: '4000' }).PORT).toBe(4000);
  expect(readConfig({ PORT: '5000' }, { PORT: '4000' }).PORT).toBe(5000);
});

test.each([
  ['PORT', 'http'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '0x10'],
  ['PORT', ''],
  ['HOST', ''],
  ['DATABASE', ''],
  ['LOG_LEVEL', 'loud'],
  ['LOG_SLOW_MS', '1e3'],
  ['CORS_ORIGINS', 'example.org'],
  ['CORS_ORIGINS', 'https://example.org/path'],
  ['CORS_ORIGINS', '*,https://example.org'],
  ['PAGE_SIZE', '0'],
  ['PAGE_SIZE', '201'],
  ['PAGE_SIZE_MAX', '10001'],
  ['PAGE_SIZE_MAX', '0'],
  ['SEEDS', ''],
  ['LOG_SLOW_MS', '600001'],
  ['LOG_LEVEL', 'INFO'],
  ['CORS_ORIGINS', ''],
  ['CORS_ORIGINS', 'null'],
  ['CORS_ORIGINS', 'https://example.org,'],
  ['PORT', ' 80'],
])('%s=%j is refused in a sentence that names it', (name, value) => {
  const read = () => readConfig({}, { [name]: value });
  expect(read).toThrow(UsageError);
  expect(read).toThrow(`${name}="${value}"`);
  expect(read).toThrow(/^[^\n]+\.$/);
});

test('several wrong values are several sentences, and each may be a flag', () => {
  const read = () => readConfig({ PORT: 'http' }, { LOG_LEVEL: 'loud', PORT: '80' });
  expect(read).toThrow(/^PORT="http" is not a whole number\.\nLOG_LEVEL="loud" is not one of .*\.$/);
});

test('a page is never larger than the largest', () => {
  expect(() => readConfig({}, { PAGE_SIZE_MAX: '10' })).toThrow(
    'PAGE_SIZE="20" is more than PAGE_SIZE_MAX="10".',
  );
  expect(readConfig({}, { PAGE_SIZE_MAX: '10', PAGE_SIZE: '10' })).toMatchObject({ PAGE_SIZE: 10 });
});

test('several origins', () => {
  const CORS_ORIGINS = 'https://example.org,http://127.0.0.1:8080';
  expect(readConfig({}, { CORS_ORIGINS }).CORS_ORIGINS).toBe(CORS_ORIGINS);
});

test('every setting says what it is for', () => {
  for (const { name, description, standard } of listSettings()) {
    expect(name).toMatch(/^[A-Z_]+$/);
    expect(description).toMatch(/\.$/);
    expect(standard).not.toBe('');
  }
});
