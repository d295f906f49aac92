/**
 * Tries as many flipped bytes as asked (200), prints what became of each kind, and fails where one was missed:
 * `npm run test:flips -- [COUNT] [SEED] [--text]`. With --text, only bytes of the text indexes' pages.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawFlips, judgeFlip, readOriginal, type Verdict, writeBase } from '../tests/store/flips.ts';

const { values, positionals } = parseArgs({ options: { text: { type: 'boolean' } }, allowPositionals: true });
const [count, seed] = [Number(positionals[0] ?? 200), Number(positionals[1] ?? 20_201_220)];
const folder = mkdtempSync(join(tmpdir(), 'verbatim-flips-'));
const path = join(folder, 'base.sqlite');
const verdicts: Verdict[] = [];
try {
  writeBase(path, fileURLToPath(new URL('../seeds', import.meta.url)), 300);
  const original = await readOriginal(path);
  for (const flip of drawFlips(path, count, seed, values.text))
    verdicts.push(await judgeFlip(original, flip));
} finally {
  rmSync(folder, { recursive: true });
}
const print = (line: string) => process.stdout.write(`${line}\n`);
for (const { offset, mask, outcome, sentence } of verdicts)
  print(
    `${String(offset).padStart(9)} ^ ${String(mask).padStart(3)}  ${outcome.padEnd(15)}  ${sentence.slice(0, 120)}`,
  );
print('');
for (const [outcome, all] of Map.groupBy(verdicts, (verdict) => verdict.outcome))
  print(`${String(all.length).padStart(5)}  ${outcome}`);
if (verdicts.some(({ outcome }) => outcome === 'missed')) process.exitCode = 1;
