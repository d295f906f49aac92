/** A table of what is known of documents that a format holds no more of than a name or an address. */
import { EdtfError, parseEdtf } from '../dates/edtf.ts';
import { UsageError } from '../errors.ts';
import { readTable } from './table.ts';

export type DocumentFields = {
  file?: string;
  title?: string;
  published?: string;
  publisher?: string;
  url?: string;
  author?: string;
  language?: string;
};
export type DocumentTable = {
  /** By the name or address that the format knows them by. */
  documents: Map<string, DocumentFields>;
  /** Columns that have no place here. */
  others: string[];
};

/** Field → what its column is called in the wild. */
const COLUMNS: Readonly<Record<keyof DocumentFields | 'doc', readonly string[]>> = {
  doc: ['doc', 'document', 'filename', 'doc_id'],
  file: ['file', 'text_file'],
  title: ['title', 'headline'],
  published: ['published', 'publication_date', 'date'],
  publisher: ['publisher', 'newspaper', 'outlet'],
  url: ['url', 'uri', 'link'],
  author: ['author', 'authors', 'byline'],
  language: ['language', 'lang'],
};
const NO_VALUE = /^(?:|none|null|n\/a|na)$/i;

/** Throws UsageError with the line of a mistake. */
export function readDocumentTable(path: string, key: 'doc' | 'url'): DocumentTable {
  const { columns, rows } = readTable(path);
  const names = Object.entries(COLUMNS) as [keyof typeof COLUMNS, readonly string[]][];
  const chosen = new Map(
    names.flatMap(([field, called]) => {
      const column = called.find((name) => columns.includes(name));
      return column === undefined ? [] : [[field, column]];
    }),
  );
  const named = chosen.get(key);
  if (named === undefined)
    throw new UsageError(
      `${path} has no column "${key}" that says which document a line is of; it has: ${columns.join(', ')}.`,
    );
  const table: DocumentTable = {
    documents: new Map(),
    others: columns.filter((column) => ![...chosen.values()].includes(column)),
  };
  for (const { values, line } of rows) {
    const fields: DocumentFields = {};
    for (const [field, column] of chosen) {
      const value = (values[column] ?? '').trim();
      if (field !== 'doc' && !NO_VALUE.test(value)) fields[field] = value;
    }
    requireDate(path, line, fields.published);
    table.documents.set((values[named] ?? '').trim(), fields);
  }
  return table;
}

function requireDate(path: string, line: number, published: string | undefined): void {
  if (published === undefined) return;
  try {
    parseEdtf(published);
  } catch (error) {
    if (error instanceof EdtfError) throw new UsageError(`${path}:${line}: published: ${error.message}`);
    throw error;
  }
}
