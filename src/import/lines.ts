/** Files read line by line, however large. */
import { isUtf8 } from 'node:buffer';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { explainUnreadable, UsageError } from '../errors.ts';

const CHUNK = 1 << 18;
const NEWLINE = 0x0a;

/** `text` is without the line's end; null where its bytes are not UTF-8, and then `raw` has U+FFFD in their place. */
export type Line = { number: number; text: string | null; raw: string };

/**
 * Lines end with LF or CRLF and nowhere else: readline, which Node has for this, also splits at U+2028, which may stand
 * in a JSON text. A byte order mark at the beginning is passed over. Throws UsageError.
 */
export function* readLines(file: string): Generator<Line> {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    throw explainUnreadable(file, error);
  }
  try {
    const splitter = openSplitter();
    const chunk = Buffer.allocUnsafeSlow(CHUNK);
    let first = true;
    for (;;) {
      const length = readChunk(file, handle, chunk);
      if (length === 0) break;
      if (first) requireUnpacked(file, chunk.subarray(0, length));
      first = false;
      yield* splitter.add(chunk.subarray(0, length));
    }
    yield* splitter.end();
  } finally {
    closeSync(handle);
  }
}

const PACKED: readonly [bytes: readonly number[], advice: string][] = [
  [[0x1f, 0x8b], 'is packed with gzip: unpack it first'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is packed with zstd: unpack it first'],
  [[0x42, 0x5a, 0x68, 0x39, 0x31, 0x41], 'is packed with bzip2: unpack it first'],
  [
    [0x50, 0x4b, 0x03, 0x04],
    'is a ZIP archive, as those of spreadsheets are: save the table as CSV, or unpack it',
  ],
];

/** Throws UsageError for a file that is no text, by its first bytes. */
export function requireUnpacked(file: string, bytes: Buffer): void {
  const found = PACKED.find(([mark]) => mark.every((byte, n) => bytes[n] === byte));
  if (found !== undefined) throw new UsageError(`${file} ${found[1]}.`);
}

/** For what is read more than once. Throws UsageError for a pipe. */
export function requireFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile() && !found.isDirectory())
    throw new UsageError(
      `${path} is no file, and this format is read more than once: write it to a file first.`,
    );
}

function readChunk(file: string, handle: number, chunk: Buffer): number {
  try {
    return readSync(handle, chunk, 0, CHUNK, null);
  } catch (error) {
    throw explainUnreadable(file, error);
  }
}

/** The same for a file that may be packed, by its name: `.gz` or `.zst`. Throws UsageError. */
export async function* readPackedLines(file: string): AsyncGenerator<Line> {
  if (file.endsWith('.bz2'))
    throw new UsageError(
      `${file} is packed with bzip2: unpack it on the way, with \`bzip2 -dc ${file} |\` and /dev/stdin for the file.`,
    );
  const unpack = file.endsWith('.gz')
    ? createGunzip()
    : file.endsWith('.zst')
      ? createZstdDecompress()
      : null;
  if (unpack === null) {
    yield* readLines(file);
    return;
  }
  const splitter = openSplitter();
  const bytes = createReadStream(file, { highWaterMark: CHUNK });
  bytes.on('error', (error) => unpack.destroy(error));
  try {
    for await (const chunk of bytes.pipe(unpack)) yield* splitter.add(chunk as Buffer);
  } catch (error) {
    // Errors of the system and of zlib have a code; others are ours, or the caller's.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  yield* splitter.end();
}

/** `add` copies what it keeps of the chunk. */
type Splitter = { add: (chunk: Buffer) => Generator<Line>; end: () => Generator<Line> };

/** One buffer for all chunks: memory outside V8's heap is collected late. */
function openSplitter(): Splitter {
  let held = Buffer.allocUnsafeSlow(2 * CHUNK);
  let length = 0;
  let number = 0;
  return {
    *add(chunk) {
      // What was left over was looked through already.
      const seen = length;
      if (seen + chunk.length > held.length) {
        const longer = Buffer.allocUnsafeSlow(Math.max(2 * held.length, seen + chunk.length));
        held.copy(longer, 0, 0, seen);
        held = longer;
      }
      chunk.copy(held, seen);
      const bytes = held.subarray(0, seen + chunk.length);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE, seen); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
        number += 1;
        yield readLine(bytes.subarray(start, end), number);
        start = end + 1;
      }
      bytes.copyWithin(0, start);
      length = bytes.length - start;
    },
    *end() {
      if (length > 0) yield readLine(held.subarray(0, length), number + 1);
    },
  };
}

function readLine(bytes: Buffer, number: number): Line {
  const hasMark = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const end = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
  const raw = bytes.toString('utf8', hasMark ? 3 : 0, end);
  return { number, text: isUtf8(bytes) ? raw : null, raw };
}
