/**
 * Tries as many flipped bytes as asked (200), prints what became of each kind, and fails where one was missed:
 * `npm run test:flips -- [COUNT] [SEED] [--text | --seldom]`. With --text, only bytes of the text indexes' pages;
 * with --seldom, of the header, the schema, free pages, tables of a few rows and what text indexes say of themselves.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawFlips, judgeFlip, readOriginal, type Verdict, writeBase } from '../tests/store/flips.ts';

const { values, positionals } = parseArgs({
  options: { text: { type: 'boolean' }, seldom: { type: 'boolean' } },
  allowPositionals: true,
});
const where = values.text ? 'text' : values.seldom ? 'seldom' : 'file';
const [count, seed] = [Number(positionals[0] ?? 200), Number(positionals[1] ?? 20_201_220)];
const folder = mkdtempSync(join(tmpdir(), 'verbatim-flips-'));
const path = join(folder, 'base.sqlite');
const verdicts: Verdict[] = [];
const print = (line: string) => process.stdout.write(`${line}\n`);
try {
  writeBase(path, fileURLToPath(new URL('../seeds', import.meta.url)), 300);
  const original = await readOriginal(path);
  for (const flip of drawFlips(path, count, seed, where)) {
    const verdict = await judgeFlip(original, flip);
    verdicts.push(verdict);
    print(
      `${String(flip.offset).padStart(9)} ^ ${String(flip.mask).padStart(3)}  ${verdict.outcome.padEnd(15)}  ${verdict.sentence.slice(0, 120)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
print('');
for (const [outcome, all] of Map.groupBy(verdicts, (verdict) => verdict.outcome))
  print(`${String(all.length).padStart(5)}  ${outcome}`);
if (verdicts.some(({ outcome }) => outcome === 'missed' || outcome === 'crashes')) process.exitCode = 1;
