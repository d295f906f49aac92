// Pages that say what the code says are written by `npm run docs`: a page that has fallen behind fails here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildDocs } from '../../scripts/generated-docs.ts';

const root = join(import.meta.dirname, '../..');

test.each([...buildDocs()])('%s is what the code says', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});
