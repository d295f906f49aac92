/** Tries as many flipped bytes as asked (200), prints what became of each kind, and fails where one was missed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawFlips, judgeFlip, readOriginal, type Verdict, writeBase } from '../tests/store/flips.ts';

const count = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? 20_201_220);
const folder = mkdtempSync(join(tmpdir(), 'verbatim-flips-'));
const path = join(folder, 'base.sqlite');
const verdicts: Verdict[] = [];
try {
  writeBase(path, fileURLToPath(new URL('../seeds', import.meta.url)), 300);
  const original = await readOriginal(path);
  for (const flip of drawFlips(path, count, seed)) verdicts.push(await judgeFlip(original, flip));
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
