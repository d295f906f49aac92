// Lines of any length, wherever the chunks that are read end.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readLines, readPackedLines } from '../../src/import/lines.ts';
import { openFolder } from './importing.ts';

/** The chunk that is read at once, in bytes. */
const CHUNK = 1 << 18;
const LENGTHS = [0, 1, CHUNK - 2, CHUNK - 1, CHUNK, CHUNK + 1, 5, 3 * CHUNK + 7, 2 * CHUNK, 0, 12];

test('every line comes as it stands, also one that is longer than what is read at once', async () => {
  const lines = LENGTHS.map((length, n) => String.fromCodePoint(0x61 + n).repeat(length));
  lines.push('قال «نعم»\u2028🙂', 'the last has no end');
  const file = join(openFolder(), 'lines');
  for (const end of ['\n', '\r\n']) {
    const bytes = Buffer.from(`\ufeff${lines.join(end)}`);
    writeFileSync(file, bytes);
    writeFileSync(`${file}.gz`, gzipSync(bytes));
    const read = [...readLines(file)];
    const unpacked = [];
    for await (const line of readPackedLines(`${file}.gz`)) unpacked.push(line);
    for (const all of [read, unpacked]) {
      expect(all.map(({ text }) => text)).toEqual(lines);
      expect(all.map(({ number }) => number)).toEqual(lines.map((_, n) => n + 1));
    }
  }
});
