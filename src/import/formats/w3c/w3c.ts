/** W3C Web Annotations, as JSON-LD or as Hypothesis exports them: words of a document, with tags that say what they are. */
import { statSync } from 'node:fs';
import { UsageError } from '../../../errors.ts';
import { readTextFile } from '../../../seed/read.ts';
import { readDocumentTable } from '../../document-table.ts';
import type {
  ImportFormat,
  ImportNote,
  ImportReject,
  ImportUnit,
  Place,
  ReaderContext,
} from '../../format.ts';
import { readLines, requireFile } from '../../lines.ts';
import { readFolder, readLanguage, readOption } from '../../options.ts';
import { Tally } from '../../tally.ts';
import { type Annotation, countAll, holdsSeveral, listAnnotations, readAnnotation } from './annotation.ts';
import { openDocuments, type WebDocuments } from './documents.ts';
import { placeAnnotation } from './places.ts';
import { buildAnnotationRecords } from './records.ts';
import { readTags, suggestTag, type Tags } from './tags.ts';

export const w3c: ImportFormat = {
  name: 'w3c',
  description:
    'W3C Web Annotations, as JSON-LD or as Hypothesis exports them, one file of JSON or one annotation a line',
  flags: [
    { flag: '--texts <folder>', description: 'where the texts of the annotated documents are' },
    {
      flag: '--metadata <table>',
      description:
        'a table of the documents: url, file (of its text), title, published, publisher, author, language',
    },
    { flag: '--by-quote', description: 'find words by what stands around them, and not by their position' },
    { flag: '--language <code>', description: 'the language of the documents, BCP 47' },
  ],
  rejects_ending: '.ndjson',
  read: readWebAnnotations,
};

type Item = ImportUnit | ImportReject | ImportNote;
type Run = {
  context: ReaderContext;
  documents: WebDocuments;
  texts: string | null;
  byQuote: boolean;
  tally: Tally;
};

/** A whole document of JSON is held in memory; lines are not. */
const LARGEST_DOCUMENT = 256 * 1024 * 1024;

async function* readWebAnnotations(files: readonly string[], context: ReaderContext): AsyncGenerator<Item> {
  const { options, corpus } = context;
  const table = readOption(options, 'metadata');
  const read = table === null ? null : readDocumentTable(table, 'url');
  const texts = readFolder(options, 'texts');
  const documents = openDocuments({ corpus, texts, table: read, language: readLanguage(options) });
  const run: Run = { context, documents, texts, byQuote: options.byQuote === true, tally: new Tally() };
  if (read !== null && read.others.length > 0)
    yield {
      type: 'note',
      sentence: `columns of ${table} that have no place here: ${read.others.join(', ')}`,
    };
  for (const file of files) {
    requireFile(file);
    if (isJsonLines(file)) yield* readByLine(run, file);
    else yield* readSeveral(run, file, parseDocument(file));
  }
  yield* run.tally.toNotes();
}

function isJsonLines(file: string): boolean {
  for (const { raw } of readLines(file)) {
    if (raw.trim() === '' || raw.startsWith('# ')) continue;
    try {
      JSON.parse(raw);
      return true;
    } catch {
      return false;
    }
  }
  return true;
}

function* readByLine(run: Run, file: string): Generator<Item> {
  for (const { number, text, raw } of readLines(file)) {
    if (raw.trim() === '' || raw.startsWith('# ')) continue;
    const place = { file, line: number };
    let value: unknown;
    try {
      if (text === null) throw new Error('it is not UTF-8');
      value = JSON.parse(text);
    } catch (error) {
      const sentence = `the line is not JSON: ${(error as Error).message}`;
      yield { type: 'reject', place, name: null, sentence, raw };
      continue;
    }
    if (holdsSeveral(value)) yield* readSeveral(run, file, value);
    else yield* readOne(run, place, value);
  }
}

/** What holds several annotations is often one line. */
function* readSeveral(run: Run, file: string, whole: unknown): Generator<Item> {
  let n = 0;
  for (const value of listAnnotations(whole)) {
    n += 1;
    yield* readOne(run, { file, line: null }, value, n);
  }
  const total = countAll(whole);
  if (total !== null && total > n)
    yield {
      type: 'note',
      sentence: `${file} holds ${n} of ${total} annotations: the others are on pages of their own, which are files of their own here`,
    };
}

function parseDocument(file: string): unknown {
  if (statSync(file).size > LARGEST_DOCUMENT)
    throw new UsageError(
      `${file} is one document of more than 256 MiB; write one annotation a line instead.`,
    );
  try {
    return JSON.parse(readTextFile(file).replace(/^\ufeff/, ''));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}.`);
  }
}

/** `n` is which of the file's it is, where lines do not tell. */
function* readOne(run: Run, place: Place, value: unknown, n: number | null = null): Generator<Item> {
  const raw = JSON.stringify(value);
  const annotation = readAnnotation(value);
  const id = typeof annotation === 'string' ? null : annotation.id;
  const name = n === null ? id : `annotation ${n}${id === null ? '' : ` (${id})`}`;
  const entry = { place, name, raw };
  const reject = (sentence: string): Item => ({ type: 'reject', ...entry, noun: 'quotes', sentence });
  if (typeof annotation === 'string') {
    yield reject(annotation);
    return;
  }
  const tags = readTags(annotation.tags);
  if (typeof tags === 'string') {
    yield reject(tags);
    return;
  }
  countLeftOut(run.tally, annotation, tags);
  if (annotation.is_reply) return run.tally.add('replies to annotations: left out');
  if (Object.keys(tags.values).length === 0 && tags.topics.length === 0)
    return run.tally.add('annotations without a tag such as actor:… or topic:…: left out');
  const built = build(run, annotation, tags);
  if ('sentence' in built) yield reject(built.sentence);
  else yield { type: 'unit', ...entry, records: built.records };
}

function countLeftOut(tally: Tally, { other_selectors }: Annotation, { others }: Tags): void {
  for (const type of other_selectors) tally.add(`selectors of the type ${type}, which are not read`);
  for (const tag of others) tally.add(`tags "${tag}", which have no place here${suggestTag(tag)}`);
}

function build(
  { context, documents, texts, byQuote, tally }: Run,
  annotation: Annotation,
  tags: Tags,
): ReturnType<typeof buildAnnotationRecords> {
  const { quote, position, uri, title } = annotation;
  if (quote === null)
    return { sentence: 'it has tags and no TextQuoteSelector that says which words they are of' };
  const document = documents.open(uri, title);
  const given = { context, annotation, quote, tags, document };
  if (document.text === null) {
    if (texts !== null)
      tally.add(
        `annotations of documents that have no text in ${texts}: their words are reported, not verified`,
      );
    if (position !== null)
      tally.add('positions in texts that are not held: nothing could prove them, so they are not kept');
    return buildAnnotationRecords({ ...given, place: null });
  }
  const placed = placeAnnotation(document.text, quote, position, byQuote);
  context.countSpan(placed.state);
  if (placed.state !== 'exact') return { sentence: placed.sentence };
  if (placed.counted !== null) tally.add(`positions that count ${placed.counted}, as their words prove`);
  return buildAnnotationRecords({ ...given, place: placed });
}
