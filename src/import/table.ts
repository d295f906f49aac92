/** Small tables that are given beside the files of an import. */
import { parse } from 'csv-parse/sync';
import { UsageError } from '../errors.ts';
import { readTextFile } from '../seed/read.ts';

export type Table = {
  /** In lower case. */
  columns: string[];
  /** Values by column; lines count from 1, and the header is the first. */
  rows: { values: Record<string, string>; line: number }[];
};

/** A table with a header, by commas, semicolons or tabs. Throws UsageError. */
export function readTable(path: string): Table {
  const content = readTextFile(path);
  const header = content.slice(0, content.search(/[\r\n]|$/));
  const delimiter = ['\t', ';', ','].find((each) => header.includes(each)) ?? ',';
  let parsed: { record: Record<string, string>; info: { lines: number } }[];
  try {
    parsed = parse(content, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter,
      info: true,
      relax_quotes: delimiter === '\t',
      skip_empty_lines: true,
    });
  } catch (error) {
    throw new UsageError(`${path} cannot be read as a table: ${(error as Error).message}.`);
  }
  return {
    columns: Object.keys(parsed[0]?.record ?? {}),
    rows: parsed.map(({ record, info }) => ({ values: record, line: info.lines })),
  };
}
