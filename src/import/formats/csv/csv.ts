/** Any table, with a mapping file that says which column is which field. */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { UsageError } from '../../../errors.ts';
import type { ImportFormat, ImportNote, ImportReject, ImportUnit, ReaderContext } from '../../format.ts';
import { readOption } from '../../options.ts';
import { openDateReader } from './dates.ts';
import { type Dialect, describeDialect, findDialect, readText, requireText } from './dialect.ts';
import { readMapping } from './mapping.ts';
import { openRowReader, type ReadRow, RowFault } from './rows.ts';

const ADDED = ['rejected_at', 'rejected_because'];
/** A quotation mark that nothing closes would take in the rest of the file. */
const LONGEST_ROW = 64_000_000;

/** The dialect of the table that was read last: its rejects are written alike. */
let current: Dialect | null = null;

export const csv: ImportFormat = {
  name: 'csv',
  description: 'a table, with a mapping of its columns to fields',
  flags: [
    { flag: '--mapping <file>', description: 'which column is which field, YAML or JSON' },
    {
      flag: '--encoding <name>',
      description: 'how a table without a byte order mark is encoded (default: utf-8)',
    },
    { flag: '--delimiter <character>', description: 'what stands between cells (default: it is found out)' },
    {
      flag: '--texts <folder>',
      description: "where the files are that the table names as its sources' texts",
    },
  ],
  rejects_ending: '.csv',
  rejectsHeader: () => (current === null ? '' : `\ufeff${writeRow([...current.columns, ...ADDED], current)}`),
  writeReject({ place, sentence, raw }) {
    const end = raw.replace(/[\r\n]+$/, '');
    if (current === null) return `${end}\n`;
    const where = place.line === null ? place.file : `${place.file}:${place.line}`;
    return `${end}${current.delimiter}${writeRow([where, sentence], current)}`;
  },
  read: readTables,
};

type Item = ImportUnit | ImportReject | ImportNote;

async function* readTables(files: readonly string[], context: ReaderContext): AsyncGenerator<Item> {
  const { options } = context;
  const path = readOption(options, 'mapping');
  if (path === null)
    throw new UsageError('--mapping is missing: a file that says which column is which field.');
  const mapping = readMapping(path);
  const given = { encoding: readOption(options, 'encoding'), delimiter: readDelimiter(options) };
  const readDate = openDateReader(mapping.dates);
  const dialects: [string, Dialect][] = [];
  const wanted = mapping.columns.map(({ column }) => column);
  for (const file of files) {
    const dialect = findDialect(file, wanted, given);
    await requireText(file, dialect);
    dialects.push([file, dialect]);
  }
  for (const [file, dialect] of dialects) {
    yield { type: 'note', sentence: describeDialect(file, dialect) };
    const unused = dialect.columns.filter((column) => !wanted.includes(column) && !ADDED.includes(column));
    if (unused.length > 0) yield { type: 'note', sentence: `${file}: no field for ${unused.join(', ')}` };
    current = dialect;
    const setting = { file, mapping, readDate, texts: readOption(options, 'texts'), context };
    yield* readTable(file, dialect, openRowReader(setting));
  }
}

function readDelimiter(options: ReaderContext['options']): string | null {
  const given = readOption(options, 'delimiter');
  if (given === null) return null;
  if (given === '\\t' || given === 'tab') return '\t';
  if (given.length !== 1) throw new UsageError(`--delimiter ${given}: it is one character, or tab.`);
  return given;
}

type Parsed = { record: string[]; raw: string; info: { lines: number } };
type Broken = Error & { raw?: string; lines?: number };

async function* readTable(file: string, dialect: Dialect, readRow: ReadRow): AsyncGenerator<Item> {
  const broken: Broken[] = [];
  const parser = parse({
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    escape: dialect.quote,
    info: true,
    raw: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_ROW,
    on_skip: (error) => {
      if (error !== undefined) broken.push(error as Broken);
      return undefined;
    },
  });
  const rows = Readable.from(readText(file, dialect), { objectMode: true }).pipe(parser);
  let header = true;
  for await (const { record, raw, info } of rows as AsyncIterable<Parsed>) {
    yield* rejectBroken(file, broken);
    if (header) {
      header = false;
      continue;
    }
    yield readUnit({ file, line: info.lines - countBreaks(raw) }, dialect, record, raw, readRow);
  }
  yield* rejectBroken(file, broken);
}

/** The parser counts the lines that are behind it: a row begins before its own. */
function countBreaks(raw: string): number {
  return raw.replace(/(\r\n|\n|\r)$/, '').split(/\r\n|\n|\r/).length - 1;
}

function readUnit(
  place: { file: string; line: number },
  dialect: Dialect,
  record: readonly string[],
  raw: string,
  readRow: ReadRow,
): ImportUnit | ImportReject {
  const cells = Object.fromEntries(dialect.columns.map((column, n) => [column, record[n] ?? '']));
  const own = ADDED.some((column) => dialect.columns.includes(column)) ? withoutAdded(dialect, record) : raw;
  try {
    return { type: 'unit', place, name: null, records: readRow(cells), raw: own };
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    return { type: 'reject', place, name: null, sentence: error.message, raw: own };
  }
}

/** A row of a rejects file, without what was added to it. */
function withoutAdded(dialect: Dialect, record: readonly string[]): string {
  const kept = dialect.columns.flatMap((column, n) => (ADDED.includes(column) ? [] : [record[n] ?? '']));
  return writeRow(kept, dialect);
}

function* rejectBroken(file: string, broken: Broken[]): Generator<ImportReject> {
  for (const error of broken.splice(0)) {
    const line = error.lines ?? null;
    yield {
      type: 'reject',
      place: { file, line },
      name: null,
      sentence: `the row cannot be read: ${error.message}`,
      raw: error.raw ?? '',
    };
  }
}

function writeRow(
  cells: readonly string[],
  { delimiter, quote }: Pick<Dialect, 'delimiter' | 'quote'>,
): string {
  const written = cells.map((cell) =>
    cell.includes(delimiter) || cell.includes(quote) || /[\r\n]/.test(cell)
      ? `${quote}${cell.replaceAll(quote, quote + quote)}${quote}`
      : cell,
  );
  return `${written.join(delimiter)}\n`;
}
