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
])('%s=%j is refused in a sentence that names it', (name, value) => {
  const read = () => readConfig({}, { [name]: value });
  expect(read).toThrow(UsageError);
  expect(read).toThrow(`${name}="${value}"`);
  expect(read).toThrow(/^[^\n]+\.$/);
});
