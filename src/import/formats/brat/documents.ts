/** The documents of a brat data set: their texts, and what is known of them. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type CodePointIndex, indexCodePoints } from '../../../evidence/code-points.ts';
import { digestText } from '../../../evidence/digest.ts';
import { findQuotedPassages } from '../../../evidence/quotation-marks.ts';
import { readTextFile } from '../../../seed/read.ts';
import type { DocumentFields, DocumentTable } from '../../document-table.ts';
import type { IncomingRecord } from '../../format.ts';
import { deriveId, writeSlug } from '../../ids.ts';
import type { Stretch } from '../../own-words.ts';

export type BratDocument = {
  source: IncomingRecord;
  text: CodePointIndex;
  /** The text with spaces for line breaks, as annotation files repeat its words; offsets are the same. */
  flat: CodePointIndex;
  /** Outermost passages in quotation marks. */
  quoted: Stretch[];
};

export type DocumentSettings = {
  corpus: string | null;
  /** Where the texts stand, if not beside their annotations. */
  texts: string | null;
  table: DocumentTable | null;
  language: string | null;
};

/** `article_ef2d.ann` may be one annotator's reading of `article.txt`. */
export function findTextFile(annotations: string, folder: string | null): string | null {
  const name = basename(annotations).replace(/\.ann$/, '');
  const names = name.includes('_') ? [name, name.slice(0, name.lastIndexOf('_'))] : [name];
  const paths = names.map((each) => join(folder ?? dirname(annotations), `${each}.txt`));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Throws UsageError where the text is not UTF-8. */
export function readDocument(textFile: string, { corpus, table, language }: DocumentSettings): BratDocument {
  const text = readTextFile(textFile);
  const name = basename(textFile).replace(/\.txt$/, '');
  const known = findInTable(table, name);
  const title = known.title ?? name;
  return {
    source: {
      noun: 'sources',
      record: {
        id: deriveId(writeSlug(name) || 'document', { corpus, name, text: digestText(text) }),
        title,
        title_supplied: known.title === undefined,
        authors: known.author === undefined ? [] : [{ name: known.author }],
        publisher: known.publisher ?? null,
        url: known.url ?? null,
        language: known.language ?? language,
        published: known.published ?? null,
        text: text === '' ? null : text,
      },
    },
    text: indexCodePoints(text),
    flat: indexCodePoints(text.replace(/[\r\n]/g, ' ')),
    quoted: findQuotedPassages(text).filter(({ level }) => level === 0),
  };
}

/** Tables name a document with or without the ending of its file. */
function findInTable(table: DocumentTable | null, name: string): DocumentFields {
  const names = [name, `${name}.txt`, `${name}.ann`];
  return names.map((each) => table?.documents.get(each)).find((fields) => fields !== undefined) ?? {};
}
