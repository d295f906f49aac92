// docs/bounds.md names every number of the budget.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as budget from '../../src/query/budget.ts';

test('docs/bounds.md has every constant with its number', () => {
  const page = readFileSync(new URL('../../docs/bounds.md', import.meta.url), 'utf8');
  const named = Object.fromEntries(
    [...page.matchAll(/\| ([\d.]+) \| `([A-Z_]+)` \|/g)].map(([, number, name]) => [name, Number(number)]),
  );
  expect(named).toEqual({ ...budget });
});
