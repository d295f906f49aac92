/** Records as CSV: RFC 4180, UTF-8, a header of dotted paths. Texts are given as they are. */
import { stringify } from 'csv-stringify/sync';
import { type FieldPath, listFieldPaths, listPaths } from '../resources/fields.ts';
import type { Resource } from '../resources/resource.ts';

export type Column = {
  path: string;
  /** Keys to follow; the first may be that of the list whose entries are rows. */
  keys: readonly string[];
  json: boolean;
};

export type CsvOptions = {
  /** The list whose entries become rows, instead of one JSON cell. */
  rows: string | null;
  /** Puts an apostrophe before cells that a spreadsheet would run as a formula. Alters what was said: only when asked. */
  guard: boolean;
};

/** The columns of a noun's CSV file: those named by `fields`, else all but the long texts. */
export function listColumns(
  resource: Resource,
  fields: readonly string[] | null,
  rows: string | null,
): Column[] {
  const list = rows === null ? undefined : resource.fields[rows];
  const entries =
    list?.type === 'children'
      ? Object.entries(list.fields).flatMap(([name, field]) => listPaths(`${rows}.${name}`, field))
      : [];
  const all = listFieldPaths(resource).flatMap((field) => (field.path === rows ? entries : [field]));
  if (fields === null) return all.filter((field) => !field.on_request).map(toColumn);
  const columns = fields.flatMap((name) => {
    const covered = all.filter((field) => field.path === name || field.path.startsWith(`${name}.`));
    return covered.length > 0 ? covered.map(toColumn) : [{ path: name, keys: name.split('.'), json: false }];
  });
  return [...new Map(columns.map((column) => [column.path, column])).values()];
}

function toColumn(field: FieldPath): Column {
  return { path: field.path, keys: field.path.split('.'), json: field.json };
}

export function writeHeader(columns: readonly Column[]): string {
  return writeRows([columns.map((column) => column.path)], false);
}

/** So much is written at a time, in UTF-16 units, but one row at least. */
const SLICE = 1 << 15;

/**
 * One row for each record; with `rows`, one for each entry of that list, and one with empty cells for a record without
 * any. In slices of whole rows: each entry repeats the rest of its record, so that one record may write far more than it
 * holds.
 */
export function* writeRecords(
  records: Iterable<Record<string, unknown>>,
  columns: readonly Column[],
  options: CsvOptions,
): Generator<string> {
  let rows: string[][] = [];
  let size = 0;
  for (const row of listRows(records, columns, options.rows)) {
    rows.push(row);
    for (const cell of row) size += cell.length + 1;
    if (size < SLICE) continue;
    yield writeRows(rows, options.guard);
    rows = [];
    size = 0;
  }
  if (rows.length > 0) yield writeRows(rows, options.guard);
}

function* listRows(
  records: Iterable<Record<string, unknown>>,
  columns: readonly Column[],
  rows: string | null,
): Generator<string[]> {
  for (const record of records) {
    const entries = rows === null ? [] : ((record[rows] ?? []) as unknown[]);
    const row = columns.map((column) => (column.keys[0] === rows ? '' : writeCell(record, column)));
    if (entries.length === 0) yield row;
    for (const entry of entries)
      yield columns.map((column, n) =>
        column.keys[0] === rows ? writeCell({ [rows]: entry }, column) : (row[n] as string),
      );
  }
}

/** A whole table, a row for each record. */
export function writeTable(
  records: readonly Record<string, unknown>[],
  columns: readonly Column[],
  guard = false,
): string {
  return writeHeader(columns) + writeRows([...listRows(records, columns, null)], guard);
}

/** An empty cell that is alone in its row is quoted: readers take an empty line for none. */
export function writeRows(rows: readonly (readonly string[])[], guard: boolean): string {
  return stringify(rows as string[][], {
    record_delimiter: '\r\n',
    escape_formulas: guard,
    // A reader takes either half of the line's end for one.
    quoted_match: /[\r\n]/,
    quoted_empty: rows[0]?.length === 1,
  });
}

function writeCell(record: unknown, column: Column): string {
  const value = followKeys(record, column.keys);
  if (column.json) return value == null ? '' : JSON.stringify(value);
  if (Array.isArray(value)) return value.map(writeValue).join('|');
  return writeValue(value);
}

function writeValue(value: unknown): string {
  if (value == null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function followKeys(value: unknown, keys: readonly string[]): unknown {
  let here = value;
  for (const [n, key] of keys.entries()) {
    if (Array.isArray(here)) return here.map((entry) => followKeys(entry, keys.slice(n)));
    if (here === null || typeof here !== 'object') return null;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}
