/** The documents that annotations are of: what is known of them, and their texts where these are at hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CodePointIndex, indexCodePoints } from '../../../evidence/code-points.ts';
import { findQuotedPassages } from '../../../evidence/quotation-marks.ts';
import { readTextFile } from '../../../seed/read.ts';
import { keepRecent } from '../../../store/recent.ts';
import type { DocumentTable } from '../../document-table.ts';
import type { IncomingRecord } from '../../format.ts';
import { deriveId, writeSlug } from '../../ids.ts';
import type { Stretch } from '../../own-words.ts';

export type WebDocument = {
  source: IncomingRecord;
  text: CodePointIndex | null;
  /** Outermost passages in quotation marks. */
  quoted: Stretch[];
};

export type WebDocuments = {
  /** The same address is the same record. Throws UsageError where its text cannot be read. */
  open: (uri: string, title: string | null) => WebDocument;
};

const MOST_TEXTS = 50;
/** Sources of annotations that follow each other are kept, in UTF-16 units of their texts. */
const MOST_TEXT = 8_000_000;

export function openDocuments(settings: {
  corpus: string | null;
  texts: string | null;
  table: DocumentTable | null;
  language: string | null;
}): WebDocuments {
  const sources = keepRecent<IncomingRecord>(
    MOST_TEXT,
    ({ record }) => 500 + String(record.text ?? '').length,
  );
  /** As the first annotation of each has it: one that is built again is the same. */
  const titles = new Map<string, string | null>();
  const texts = new Map<string, { text: CodePointIndex; quoted: Stretch[] } | null>();
  return {
    open(uri, title) {
      let text = texts.get(uri);
      if (text === undefined) {
        text = readText(uri, settings);
        if (texts.size >= MOST_TEXTS) texts.clear();
        texts.set(uri, text);
      }
      let source = sources.get(uri);
      if (source === undefined) {
        if (!titles.has(uri)) titles.set(uri, title);
        source = buildSource(uri, titles.get(uri) ?? null, text?.text.text ?? null, settings);
        sources.set(uri, source);
      }
      return { source, text: text?.text ?? null, quoted: text?.quoted ?? [] };
    },
  };
}

/** The file that the table names, or one named after the address: `example-org-2020-news.txt`. */
function readText(
  uri: string,
  { texts, table }: { texts: string | null; table: DocumentTable | null },
): { text: CodePointIndex; quoted: Stretch[] } | null {
  if (texts === null) return null;
  const named = table?.documents.get(uri)?.file;
  const path = join(texts, named ?? `${nameAddress(uri)}.txt`);
  if (named === undefined && !existsSync(path)) return null;
  const text = readTextFile(path);
  return text === ''
    ? null
    : { text: indexCodePoints(text), quoted: findQuotedPassages(text).filter(({ level }) => level === 0) };
}

/** The letters and digits of an address without its scheme. */
export function nameAddress(uri: string): string {
  return writeSlug(uri.replace(/^[a-z]+:\/\/(?:www\.)?/i, ''));
}

function buildSource(
  uri: string,
  title: string | null,
  text: string | null,
  {
    corpus,
    table,
    language,
  }: { corpus: string | null; table: DocumentTable | null; language: string | null },
): IncomingRecord {
  const known = table?.documents.get(uri) ?? {};
  const isAddress = /^https?:\/\/\S+$/.test(uri) && URL.canParse(uri);
  const called = known.title ?? title;
  return {
    noun: 'sources',
    record: {
      id: deriveId(nameAddress(uri) || 'document', { corpus, uri }),
      title: called ?? uri,
      title_supplied: called === null,
      authors: known.author === undefined ? [] : [{ name: known.author }],
      publisher: known.publisher ?? (isAddress ? new URL(uri).hostname.replace(/^www\./, '') : null),
      url: isAddress ? uri : null,
      language: known.language ?? language,
      published: known.published ?? null,
      text,
    },
  };
}
