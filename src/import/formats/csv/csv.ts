/** Any table, with a mapping file that says which column is which field. */
import { pipeline, Readable } from 'node:stream';
import { type Options, parse } from 'csv-parse';
import { parse as parseRow } from 'csv-parse/sync';
import { UsageError } from '../../../errors.ts';
import type {
  ImportFormat,
  ImportNote,
  ImportReject,
  ImportUnit,
  Place,
  ReaderContext,
} from '../../format.ts';
import { requireFile } from '../../lines.ts';
import { readFolder, readOption } from '../../options.ts';
import { Tally } from '../../tally.ts';
import { openDateReader } from './dates.ts';
import { type Dialect, describeDialect, findDialect, readText, requireText } from './dialect.ts';
import { namesTextFiles, readMapping } from './mapping.ts';
import { openRowReader, type ReadRow, RowFault } from './rows.ts';

/** Stand before the columns of the table itself, so that a row that has too few or too many cells is mended at its end. */
const AT = 'rejected_at';
const ADDED = [AT, 'rejected_because'];
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
  rejectsHeader: () =>
    current === null ? '' : `\ufeff${writeRow([...ADDED, ...listOwn(current)], current)}\n`,
  writeReject({ place, sentence, raw }) {
    const row = raw.replace(/[\r\n]+$/, '');
    if (current === null) return `${row}\n`;
    const where = place.line === null ? place.file : `${place.file}:${place.line}`;
    return `${writeRow([where, sentence], current)}${current.delimiter}${row}\n`;
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
  const texts = readFolder(options, 'texts');
  if (texts === null && namesTextFiles(mapping))
    throw new UsageError('--texts is missing: the folder of the files that the table names.');
  const dialects: [string, Dialect][] = [];
  const wanted = mapping.columns.map(({ column }) => column);
  for (const file of files) {
    requireFile(file);
    const dialect = findDialect(file, wanted, given);
    await requireText(file, dialect);
    dialects.push([file, dialect]);
  }
  requireAlike(dialects);
  const tally = new Tally();
  for (const [file, dialect] of dialects) {
    yield { type: 'note', sentence: describeDialect(file, dialect) };
    const unused = listOwn(dialect).filter((column) => !wanted.includes(column));
    if (unused.length > 0) yield { type: 'note', sentence: `${file}: no field for ${unused.join(', ')}` };
    current = dialect;
    const setting = { mapping, readDate, texts, context, tally };
    for await (const item of readTable(file, dialect, openRowReader(setting), tally))
      yield item.type === 'reject' ? { ...item, noun: mapping.noun } : item;
  }
  yield* tally.toNotes();
}

/** Rejects of all of them go to one table. */
function requireAlike(dialects: readonly [string, Dialect][]): void {
  const [first, ...others] = dialects;
  const shape = (dialect: Dialect) => JSON.stringify([dialect.delimiter, dialect.quote, listOwn(dialect)]);
  for (const [file, dialect] of others)
    if (first !== undefined && shape(dialect) !== shape(first[1]))
      throw new UsageError(
        `${file} has other columns than ${first[0]}, or separates or quotes them otherwise: import each by itself.`,
      );
}

function listOwn({ columns }: Dialect): string[] {
  return columns.filter((column) => !ADDED.includes(column));
}

function readDelimiter(options: ReaderContext['options']): string | null {
  const given = readOption(options, 'delimiter');
  if (given === null) return null;
  if (given === '\\t' || given === 'tab') return '\t';
  if (given.length !== 1) throw new UsageError(`--delimiter ${given}: it is one character, or tab.`);
  return given;
}

type Parsed = { record: string[]; raw: string };
type Broken = Error & { code: string; raw?: string };

async function* readTable(
  file: string,
  dialect: Dialect,
  readRow: ReadRow,
  tally: Tally,
): AsyncGenerator<Item> {
  const broken: Broken[] = [];
  const parser = parse({
    ...describeCells(dialect),
    raw: true,
    ...RELAXED,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_ROW,
    on_skip: (error) => {
      if (error !== undefined) broken.push(error as Broken);
      return undefined;
    },
  });
  const text = async function* () {
    for await (const piece of readText(file, dialect)) {
      if (broken.length > 0) return;
      yield piece;
    }
  };
  const rows = pipeline(Readable.from(text(), { objectMode: true }), parser, () => {});
  let line = 1;
  let header = true;
  for await (const { record, raw } of rows as AsyncIterable<Parsed>) {
    const row = skipEmptyLines(raw);
    line += countBreaks(raw) - countBreaks(row);
    if (header) header = false;
    else if (record.every((cell) => cell.trim() === '')) tally.add(`rows of ${file} with nothing in them`);
    else yield readUnit({ file, line }, dialect, record, row, readRow);
    line += countBreaks(row);
  }
  const [unclosed] = broken;
  if (unclosed === undefined) return;
  const row = skipEmptyLines(unclosed.raw ?? '');
  line += countBreaks(unclosed.raw ?? '') - countBreaks(row);
  yield rejectUnclosed({ file, line }, dialect, unclosed.code, row);
}

/** The parser gives empty lines with the row behind them. */
function skipEmptyLines(raw: string): string {
  return raw.replace(/^[\r\n]+/, '');
}

/** Not by the parser, which counts a CRLF in a cell twice. */
function countBreaks(raw: string): number {
  return raw.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** A row that is written wrongly ends with its line then, and comes whole: findFault says what is wrong with it. */
const RELAXED = { relax_quotes: true, relax_column_count: true };

/** Rows of one table may end in several ways. */
function describeCells({ delimiter, quote }: Dialect): Options {
  return { delimiter, quote, escape: quote, record_delimiter: ['\r\n', '\n', '\r'] };
}

function readUnit(
  here: Place,
  dialect: Dialect,
  record: readonly string[],
  raw: string,
  readRow: ReadRow,
): ImportUnit | ImportReject {
  const { place, own } = takeBack(here, dialect, record, raw);
  const reject = (sentence: string): ImportReject => ({
    type: 'reject',
    place,
    name: null,
    sentence,
    raw: own,
  });
  const fault = findFault(dialect, record, raw);
  if (fault !== null) return reject(fault);
  const cells = Object.fromEntries(dialect.columns.map((column, n) => [column, record[n] ?? '']));
  try {
    return { type: 'unit', place, name: null, records: readRow(cells, place.file), raw: own };
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    return reject(error.message);
  }
}

function findFault(dialect: Dialect, record: readonly string[], raw: string): string | null {
  const { columns, quote } = dialect;
  // Quotation marks where none may be are kept in their cells.
  if (record.some((cell) => cell.includes(quote))) {
    try {
      parseRow(raw, { ...describeCells(dialect), relax_column_count: true });
    } catch (error) {
      const column = columns[Number((error as { column?: unknown }).column)];
      const where = column === undefined ? '' : `column "${column}": `;
      return `${where}a quotation mark (${quote}) stands in a cell that is not between quotation marks, or is not doubled there`;
    }
  }
  if (record.length === columns.length) return null;
  const added = columns.length - listOwn(dialect).length;
  return `the row has ${record.length - added} cells, and the header has ${columns.length - added}`;
}

/** Where a row of a rejects file came from: a row without a source is of the table that it stood in. */
function readPlace(cell: string | undefined): Place | null {
  const [, file, line] = /^(.+):(\d+)$/.exec(cell ?? '') ?? [];
  return file === undefined ? null : { file, line: Number(line) };
}

/** A row as it stood in its table, and where: one of a rejects file is without what was added to it. */
function takeBack(
  here: Place,
  dialect: Dialect,
  record: readonly string[],
  raw: string,
): { place: Place; own: string } {
  if (!dialect.columns.includes(AT)) return { place: here, own: raw };
  return {
    place: readPlace(record[dialect.columns.indexOf(AT)]) ?? here,
    own: withoutAdded(dialect, record, raw),
  };
}

function withoutAdded(dialect: Dialect, record: readonly string[], raw: string): string {
  const first = dialect.columns.slice(0, ADDED.length);
  const before = `${writeRow(record.slice(0, ADDED.length), dialect)}${dialect.delimiter}`;
  if (first.join() === ADDED.join() && raw.startsWith(before)) return raw.slice(before.length);
  return writeRow(
    record.filter((_, n) => !ADDED.includes(dialect.columns[n] ?? '')),
    dialect,
  );
}

function rejectUnclosed(here: Place, dialect: Dialect, code: string, raw: string): ImportReject {
  const [record = []] = parseRow(`${raw}${dialect.quote}`, { ...describeCells(dialect), ...RELAXED });
  const { place, own } = takeBack(here, dialect, record, raw);
  const reject = { type: 'reject', place, name: null } as const;
  const sentence = `nothing closes a quotation mark (${dialect.quote}) that stands in this row`;
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return { ...reject, sentence: `${sentence}, so that the rest of the file is in it`, raw: own };
  return {
    ...reject,
    sentence: `${sentence}, which has more than ${LONGEST_ROW / 1_000_000} MB: the rest of the file was not read`,
    raw: own.slice(0, own.search(/[\r\n]|$/)),
  };
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
  return written.join(delimiter);
}
