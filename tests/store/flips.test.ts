// Whatever byte of the file is changed, it is found or changes no answer. `npm run test:flips` tries many more.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FIXTURE } from '../seed/market-square.ts';
import { drawFlips, judgeFlip, readOriginal, writeBase } from './flips.ts';

test('a flipped byte is found, or the file does not open, or no answer changes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'verbatim-flips-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'base.sqlite');
  writeBase(path, FIXTURE, 40);
  const original = await readOriginal(path);
  const outcomes = new Set<string>();
  for (const flip of drawFlips(path, 12, 1)) {
    const verdict = await judgeFlip(original, flip);
    expect(verdict.outcome, verdict.sentence).not.toMatch(/missed|crashes/);
    outcomes.add(verdict.outcome);
  }
  expect(outcomes).toContain('found');
  expect(outcomes).toContain('changes nothing');
});
