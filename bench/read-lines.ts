/** The records of a file in the import format `verbatim`, for loaders written by hand: checked in nothing, larger than memory. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { IncomingRecord } from '../src/import/format.ts';

const BYTES_AT_A_TIME = 1 << 20;

export function* readRecords(path: string): Generator<IncomingRecord> {
  for (const line of readLines(path)) {
    const { noun, ...record } = JSON.parse(line);
    yield { noun, record };
  }
}

function* readLines(path: string): Generator<string> {
  const handle = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.allocUnsafe(BYTES_AT_A_TIME);
  let rest = '';
  try {
    for (let bytes = readSync(handle, buffer); bytes > 0; bytes = readSync(handle, buffer)) {
      const lines = (rest + decoder.write(buffer.subarray(0, bytes))).split('\n');
      rest = lines.pop() as string;
      yield* lines.filter((line) => line !== '');
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(handle);
  }
}
