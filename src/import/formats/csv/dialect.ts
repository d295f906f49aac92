/** How a table is written: its encoding, what stands between its cells, and what around them. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { parse } from 'csv-parse/sync';
import { explainUnreadable, UsageError } from '../../../errors.ts';
import { findNearest, suggest } from '../../../nearest.ts';
import { requireUnpacked } from '../../lines.ts';

export type Dialect = {
  encoding: string;
  /** Bytes of the byte order mark. */
  mark: number;
  delimiter: string;
  quote: string;
  columns: string[];
};

const DELIMITERS = [',', ';', '\t', '|'];
const QUOTES = ['"', "'"];
const SAMPLE = 1 << 17;
const MARKS: readonly { bytes: readonly number[]; encoding: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** `wanted` are the columns that the mapping names: what finds most of them is right. Throws UsageError. */
export function findDialect(
  file: string,
  wanted: readonly string[],
  given: { encoding: string | null; delimiter: string | null },
): Dialect {
  const bytes = readSample(file);
  const found = MARKS.find(({ bytes: mark }) => mark.every((byte, n) => bytes[n] === byte));
  const encoding = found?.encoding ?? given.encoding ?? 'utf-8';
  const mark = found?.bytes.length ?? 0;
  if (found === undefined && given.encoding === null) requireBytesOfUtf8(file, bytes);
  const text = openDecoder(file, encoding, false).decode(bytes.subarray(mark), { stream: true });
  const candidates = (given.delimiter === null ? DELIMITERS : [given.delimiter]).flatMap((delimiter) =>
    QUOTES.map((quote) => ({ delimiter, quote, columns: readHeader(text, delimiter, quote) })),
  );
  const count = (columns: readonly string[]) => wanted.filter((name) => columns.includes(name)).length;
  const best = candidates.toSorted(
    (a, b) => count(b.columns) - count(a.columns) || b.columns.length - a.columns.length,
  )[0];
  if (best === undefined || best.columns.length === 0) throw new UsageError(`${file} holds no table.`);
  const missing = wanted.find((name) => !best.columns.includes(name));
  if (missing !== undefined)
    throw new UsageError(
      `${file} has no column "${missing}", which the mapping names.${suggest(findNearest(missing, best.columns))} It has: ${best.columns.join(', ')}.`,
    );
  const twice = wanted.find((name) => best.columns.indexOf(name) !== best.columns.lastIndexOf(name));
  if (twice !== undefined)
    throw new UsageError(
      `${file} has several columns "${twice}", which the mapping names: give each a name of its own. It has: ${best.columns.join(', ')}.`,
    );
  return { encoding, mark, ...best, quote: chooseQuote(text, best.delimiter) ?? best.quote };
}

/** Throws UsageError for what is packed, or is UTF-16 that does not say so. */
function requireBytesOfUtf8(file: string, bytes: Buffer): void {
  requireUnpacked(file, bytes);
  const nul = bytes.indexOf(0);
  // A character NUL may stand in a cell by mistake; in UTF-16 it is one of the first two bytes of what is Latin.
  if (nul === 0 || nul === 1)
    throw new UsageError(
      `${file} is not utf-8; it looks like UTF-16 without a byte order mark: --encoding utf-16${nul === 1 ? 'le' : 'be'}.`,
    );
}

/** The mark that stands at the edges of cells; both give the same header where that has none. */
function chooseQuote(text: string, delimiter: string): string | null {
  const cells = text.split('\n').flatMap((line) => line.replace(/\r$/, '').split(delimiter));
  const double = cells.filter((cell) => cell.startsWith('"')).length;
  // An apostrophe may begin a word.
  const opened = cells.filter((cell) => cell.startsWith("'"));
  const closed = opened.filter((cell) => cell.length > 1 && cell.endsWith("'")).length;
  const single = closed * 2 > opened.length ? closed : 0;
  if (double === 0 && single === 0) return null;
  return single > double * 3 ? "'" : '"';
}

function readHeader(text: string, delimiter: string, quote: string): string[] {
  try {
    const [header] = parse(text, {
      delimiter,
      quote,
      escape: quote,
      to: 1,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }) as string[][];
    return (header ?? []).map((name) => name.trim());
  } catch {
    return [];
  }
}

function readSample(file: string): Buffer {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    throw explainUnreadable(file, error);
  }
  try {
    const bytes = Buffer.alloc(SAMPLE);
    return bytes.subarray(0, readSync(handle, bytes, 0, SAMPLE, 0));
  } catch (error) {
    throw explainUnreadable(file, error);
  } finally {
    closeSync(handle);
  }
}

export function openDecoder(file: string, encoding: string, fatal: boolean): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal, ignoreBOM: true });
  } catch {
    throw new UsageError(
      `--encoding ${encoding}: there is no encoding of this name for ${file}; some are utf-8, utf-16le, windows-1252, windows-1256, iso-8859-2, koi8-r, gb18030, shift_jis.`,
    );
  }
}

/** The text of the file, piece by piece, without its byte order mark. Throws UsageError for bytes that are no text. */
export async function* readText(
  file: string,
  { encoding, mark }: Pick<Dialect, 'encoding' | 'mark'>,
): AsyncGenerator<string> {
  const decoder = openDecoder(file, encoding, true);
  try {
    for await (const chunk of createReadStream(file, { start: mark, highWaterMark: 1 << 18 }))
      yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new UsageError(`${file} is not ${encoding}; --encoding says what it is, for example windows-1252.`);
  }
}

/** Reads all of it once, so that a wrong encoding is known before anything is written. Throws UsageError. */
export async function requireText(file: string, dialect: Dialect): Promise<void> {
  for await (const piece of readText(file, dialect)) void piece;
}

export function describeDialect(
  file: string,
  { encoding, mark, delimiter, quote, columns }: Dialect,
): string {
  const named =
    { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' }[delimiter] ?? `"${delimiter}"`;
  return `${file} was read as ${encoding}${mark > 0 ? ' (by its byte order mark)' : ''}, ${columns.length} columns, separated by ${named}, quoted by ${quote}`;
}
