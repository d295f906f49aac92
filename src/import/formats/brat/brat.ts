/**
 * Stand-off annotation of brat, as corpora of quotation attribution use it (PARC, PolNeAR, RiQuA): `.txt` with the
 * document, `.ann` with the places of sources, cues and contents in it, in code points.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../../errors.ts';
import { readDocumentTable } from '../../document-table.ts';
import type { ImportFormat, ImportNote, ImportReject, ImportUnit, ReaderContext } from '../../format.ts';
import { readLines } from '../../lines.ts';
import { readFolder, readLanguage, readOption } from '../../options.ts';
import { Tally } from '../../tally.ts';
import { type Annotations, type NumberedLine, parseAnnotations, type TextBound } from './annotations.ts';
import { type Attribution, listParts, type PartTypes, tieAttributions } from './attributions.ts';
import { type BratDocument, type DocumentSettings, findTextFile, readDocument } from './documents.ts';
import { buildQuote } from './records.ts';
import { checkTextBound, type SpanCheck } from './spans.ts';
import { readSpeakerTable, type SpeakerTable } from './speaker-table.ts';

export const brat: ImportFormat = {
  name: 'brat',
  description: 'stand-off annotation of brat: folders or .ann files, with the documents as .txt',
  flags: [
    { flag: '--texts <folder>', description: 'where the .txt files stand, if not beside their .ann files' },
    {
      flag: '--metadata <table>',
      description: 'a table of the documents: doc, title, published, publisher, url, author, language',
    },
    {
      flag: '--speakers <table>',
      description: 'who is meant where words are no name: words, name, kind, country, wikidata',
    },
    {
      flag: '--source-types <types>',
      description: 'what sources are called (default: Source,Speaker,Entity)',
    },
    { flag: '--cue-types <types>', description: 'what cues are called (default: Cue)' },
    {
      flag: '--content-types <types>',
      description: 'what contents are called (default: Content,Quotation,Quote)',
    },
    { flag: '--language <code>', description: 'the language of the documents, BCP 47' },
  ],
  rejects_ending: '.ann',
  read: readBrat,
};

type Item = ImportUnit | ImportReject | ImportNote;
type Run = {
  context: ReaderContext;
  types: PartTypes;
  settings: DocumentSettings;
  tally: Tally;
  documents: Map<string, BratDocument>;
  speakers: SpeakerTable;
};

/** Stands before the lines of an entry in a rejects file, where those of several documents come together. */
const DOCUMENT = '#doc\t';

async function* readBrat(files: readonly string[], context: ReaderContext): AsyncGenerator<Item> {
  const { options, corpus } = context;
  const table = readOption(options, 'metadata');
  const speakers = readOption(options, 'speakers');
  const run: Run = {
    context,
    types: {
      source: readTypes(context, 'sourceTypes', 'Source,Speaker,Entity'),
      cue: readTypes(context, 'cueTypes', 'Cue'),
      content: readTypes(context, 'contentTypes', 'Content,Quotation,Quote'),
      addressee: ['Addressee'],
    },
    settings: {
      corpus,
      texts: readFolder(options, 'texts'),
      table: table === null ? null : readDocumentTable(table, 'doc'),
      language: readLanguage(options),
    },
    tally: new Tally(),
    documents: new Map(),
    speakers: speakers === null ? new Map() : readSpeakerTable(speakers),
  };
  const others = run.settings.table?.others ?? [];
  if (others.length > 0)
    yield { type: 'note', sentence: `columns of ${table} that have no place here: ${others.join(', ')}` };
  for (const file of files.flatMap(listAnnotationFiles))
    for (const part of splitDocuments(file)) yield* readPart(run, file, part);
  yield* run.tally.toNotes();
}

function readTypes({ options }: ReaderContext, name: string, standard: string): string[] {
  return (readOption(options, name) ?? standard).split(',').map((type) => type.trim());
}

function listAnnotationFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ann') && !name.endsWith('.rejects.ann'))
    .toSorted()
    .map((name) => join(path, name));
  if (files.length === 0) throw new UsageError(`There is no .ann file in ${path}.`);
  return files;
}

type DocumentPart = { annotations: string; lines: NumberedLine[] };

function splitDocuments(file: string): DocumentPart[] {
  const parts: DocumentPart[] = [{ annotations: file, lines: [] }];
  for (const { number, text } of readLines(file)) {
    if (text === null) throw new UsageError(`${file}:${number}: the line is not UTF-8.`);
    if (text.startsWith(DOCUMENT)) parts.push({ annotations: text.slice(DOCUMENT.length), lines: [] });
    else if (!text.startsWith('# ')) parts.at(-1)?.lines.push({ number, text });
  }
  return parts[0]?.lines.length === 0 && parts.length > 1 ? parts.slice(1) : parts;
}

function* readPart(run: Run, file: string, { annotations: path, lines }: DocumentPart): Generator<Item> {
  const wrap = (rows: readonly string[]) => [`${DOCUMENT}${path}`, ...rows].join('\n');
  const reject = (line: number | null, sentence: string, rows: readonly string[]): ImportReject => ({
    type: 'reject',
    place: { file, line },
    name: path,
    sentence,
    raw: wrap(rows),
  });
  const document = openDocument(run, path);
  if (typeof document === 'string') {
    yield reject(
      lines[0]?.number ?? null,
      document,
      lines.map(({ text }) => text),
    );
    return;
  }
  yield { type: 'unit', place: { file, line: null }, name: path, records: [document.source], raw: wrap([]) };
  const annotations = parseAnnotations(lines);
  const tied = tieAttributions(annotations, run.types);
  for (const { line, raw, sentence } of [...annotations.faults, ...tied.faults])
    yield reject(line, sentence, [raw]);
  for (const [what, count] of [...annotations.others, ...tied.others]) run.tally.add(what, count);
  const checks = new Map<TextBound, SpanCheck>();
  const setting = {
    document,
    annotations,
    context: run.context,
    language: run.settings.language,
    tally: run.tally,
    speakers: run.speakers,
  };
  for (const attribution of tied.attributions) {
    const first = attribution.ties[0] ?? attribution.contents[0];
    const rows = listRows(annotations, attribution);
    const wrong = listParts(attribution)
      .map((part) => checkOnce(run, document, checks, part))
      .find(({ sentence }) => sentence !== null);
    if (wrong?.sentence != null) {
      yield { ...reject(first?.line ?? null, wrong.sentence, rows), noun: 'quotes' };
      continue;
    }
    const records = buildQuote(setting, attribution);
    yield {
      type: 'unit',
      place: { file, line: first?.line ?? null },
      name: first?.id ?? null,
      records,
      raw: wrap(rows),
    };
  }
}

/** Documents whose entries stand in several places, as in a rejects file, are read once, while they are few. */
const MOST_KEPT = 20;

/** A sentence where there is no text to be had. */
function openDocument({ settings, documents }: Run, annotations: string): BratDocument | string {
  const textFile = findTextFile(annotations, settings.texts);
  if (textFile === null) {
    const where = settings.texts === null ? 'beside it; --texts says where it is' : `in ${settings.texts}`;
    return `there is no text of ${annotations} ${where}`;
  }
  let document = documents.get(textFile);
  if (document === undefined) {
    try {
      document = readDocument(textFile, settings);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    if (documents.size >= MOST_KEPT) documents.clear();
    documents.set(textFile, document);
  }
  return document;
}

function checkOnce(
  run: Run,
  document: BratDocument,
  checks: Map<TextBound, SpanCheck>,
  part: TextBound,
): SpanCheck {
  let check = checks.get(part);
  if (check === undefined) {
    check = checkTextBound(document, part);
    run.context.countSpan(check.state);
    checks.set(part, check);
  }
  return check;
}

/** Every line that the attribution is made of, so that it can be read by itself. */
function listRows(annotations: Annotations, attribution: Attribution): string[] {
  const parts = new Set(listParts(attribution));
  for (const { trigger } of attribution.ties) {
    const part = trigger === null ? undefined : annotations.textBounds.get(trigger);
    if (part !== undefined) parts.add(part);
  }
  const links = attribution.sources.flatMap(({ id }) => {
    const link = annotations.normalizations.get(id);
    return link === undefined ? [] : [`N1\tReference ${id} ${link.reference}\t${link.name}`];
  });
  return [...[...parts].map(({ raw }) => raw), ...attribution.ties.map(({ raw }) => raw), ...links];
}
