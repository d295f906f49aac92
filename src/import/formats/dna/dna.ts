/** Projects of Discourse Network Analyzer 3: documents with their text, and statements coded in them. */
import type { Db } from '../../../db/client.ts';
import {
  countDnaExtras,
  type DnaDocument,
  type DnaStatement,
  listDnaCoders,
  listDnaDocumentIds,
  listDnaStatements,
  openDnaFile,
  readDnaDocument,
  readDnaValues,
} from '../../../db/foreign/dna.ts';
import { type CodePointIndex, indexCodePoints } from '../../../evidence/code-points.ts';
import type {
  ImportFormat,
  ImportNote,
  ImportReject,
  ImportUnit,
  IncomingRecord,
  ReaderContext,
} from '../../format.ts';
import { deriveId, writeSlug } from '../../ids.ts';
import { readChoice, readLanguage } from '../../options.ts';
import { buildCoder, buildStatementRecords } from './records.ts';
import { type CodedStatement, chooseRoles } from './roles.ts';
import { countRepeat, type DnaRun, startRun } from './run.ts';

export const dna: ImportFormat = {
  name: 'dna',
  description:
    'A project of Discourse Network Analyzer 3 (.dna, SQLite): documents, statements, actors, concepts.',
  flags: [
    { flag: '--person <variable>', description: 'the variable that holds who speaks (default: person)' },
    {
      flag: '--organization <variable>',
      description: 'the variable that holds for whom (default: organization)',
    },
    {
      flag: '--concept <variable>',
      description: 'the variable that holds what it is about (default: concept)',
    },
    { flag: '--qualifier <variable>', description: 'the variable that holds agreement (default: agreement)' },
    {
      flag: '--midpoint <number>',
      description: 'for an integer qualifier: support lies above, oppose below, neutral on it',
    },
    {
      flag: '--kind <kind>',
      description: 'assert that every statement is the words of its speaker: direct (default: unspecified)',
    },
    { flag: '--language <code>', description: 'the language of the documents, BCP 47' },
  ],
  rejects_ending: '.ndjson',
  read: readDnaFiles,
};

type Item = ImportUnit | ImportReject | ImportNote;

async function* readDnaFiles(files: readonly string[], context: ReaderContext): AsyncGenerator<Item> {
  const kind = readChoice(context.options, 'kind', ['unspecified', 'direct'], 'unspecified');
  const language = readLanguage(context.options);
  for (const file of files) {
    const db = openDnaFile(file);
    try {
      const roles = chooseRoles(db, file, context.options);
      const run = startRun({ file, context, roles, kind, language });
      for (const sentence of roles.assumed) yield { type: 'note', sentence: `${file}: ${sentence}` };
      yield* readCoders(run, listDnaCoders(db));
      for (const id of listDnaDocumentIds(db)) yield* readDocument(db, run, readDnaDocument(db, id));
      for (const [what, count] of countDnaExtras(db)) run.tally.add(what, count);
      yield* run.tally.toNotes();
    } finally {
      db.close();
    }
  }
}

/** Those too who coded nothing that becomes a stance. */
function* readCoders(run: DnaRun, names: readonly string[]): Generator<Item> {
  for (const name of names) {
    const coder = buildCoder(run, name);
    const place = { file: run.file, line: null };
    yield { type: 'unit', place, name: `coder ${name}`, records: [coder], raw: writeAsOurs([coder]) };
  }
}

function* readDocument(db: Db, run: DnaRun, document: DnaDocument): Generator<Item> {
  const text = indexCodePoints(document.text);
  const source = buildSource(run, document);
  const name = `document ${document.id}`;
  yield {
    type: 'unit',
    place: { file: run.file, line: null },
    name,
    records: [source],
    raw: writeAsOurs([source]),
  };
  if (text.length !== document.text.length)
    run.tally.add(
      'documents with characters outside the BMP: offsets in them were read in UTF-16 units, as Java counts',
      1,
    );
  for (const group of groupStatements(db, run, document.id)) yield readGroup(run, source, text, group);
}

/**
 * Statements on one passage by one speaker are one quote with several topics: DNA holds one concept a statement, so that
 * a passage on two concepts is coded twice.
 */
function* groupStatements(db: Db, run: DnaRun, document: number): Generator<CodedStatement[]> {
  let group: CodedStatement[] = [];
  let place = '';
  const open = function* () {
    for (const same of Map.groupBy(group, ({ person, organization }) =>
      JSON.stringify([person, organization]),
    ).values())
      yield same;
  };
  for (const statement of listDnaStatements(db, document)) {
    const coded = codeStatement(db, run, statement);
    if (coded === null) continue;
    const here = `${statement.start} ${statement.stop}`;
    if (here !== place) yield* open();
    if (here !== place) group = [];
    place = here;
    group.push(coded);
  }
  yield* open();
}

function codeStatement(db: Db, run: DnaRun, statement: DnaStatement): CodedStatement | null {
  const roles = run.roles.types.get(statement.type);
  if (roles === undefined) {
    run.tally.add(
      `statements of the type "${run.roles.labels.get(statement.type)}", which has no speaker: left out`,
      1,
    );
    return null;
  }
  const values = readDnaValues(db, statement.id);
  const read = (variable: number | null) => {
    const value = variable === null ? undefined : values.get(variable);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  for (const [variable, name] of roles.others)
    if (values.has(variable) && values.get(variable) !== '')
      run.tally.add(`values of the variable "${name}", which has no place here`, 1);
  const qualifier = roles.qualifier === null ? undefined : values.get(roles.qualifier);
  return {
    ...statement,
    person: read(roles.person),
    organization: read(roles.organization),
    concept: read(roles.concept),
    qualifier: typeof qualifier === 'number' ? qualifier : null,
    scale: roles.scale,
  };
}

function readGroup(
  run: DnaRun,
  source: IncomingRecord,
  text: CodePointIndex,
  group: readonly CodedStatement[],
): ImportUnit | ImportReject {
  const [first] = group as [CodedStatement];
  const ids = group.map(({ id }) => id).join(', ');
  const misplaced = describeBadPlace(text.text, first);
  run.context.countSpan(misplaced === null ? 'exact' : 'missing');
  const place =
    misplaced === null ? { start: text.toCodePoint(first.start), end: text.toCodePoint(first.stop) } : null;
  const { records, fault } = buildStatementRecords(run, source.record, place, text, group);
  const entry = {
    place: { file: run.file, line: null },
    name: `${group.length === 1 ? 'statement' : 'statements'} ${ids}`,
    raw: writeAsOurs(records),
  };
  const sentence = misplaced === null ? fault : `${misplaced}; give its passage in code points`;
  if (sentence !== null) return { type: 'reject', ...entry, noun: 'quotes', sentence };
  return { type: 'unit', ...entry, records: [source, ...records] };
}

/** A project is no text to be mended: what cannot be taken is written as the format `verbatim` has it. */
function writeAsOurs(records: readonly IncomingRecord[]): string {
  return records.map(({ noun, record }) => JSON.stringify({ noun, ...record })).join('\n');
}

/** DNA keeps no words beside the offsets: all that can be checked is that they lie in the text and cut no character. */
function describeBadPlace(text: string, { start, stop }: DnaStatement): string | null {
  if (start < 0 || stop <= start) return `[${start}, ${stop}) is no stretch of a text`;
  if (stop > text.length)
    return `[${start}, ${stop}) ends outside the text, which has ${text.length} UTF-16 units`;
  for (const offset of [start, stop]) {
    if (/[\ud800-\udbff]/.test(text.charAt(offset - 1)) && /[\udc00-\udfff]/.test(text.charAt(offset)))
      return `[${start}, ${stop}) cuts a character in two at ${offset}`;
  }
  return null;
}

function buildSource(run: DnaRun, document: DnaDocument): IncomingRecord {
  const { corpus } = run.context;
  const published = formatMoment(document.date);
  const { text, author, publisher, date } = document;
  const content = { corpus, title: document.title, text, author, publisher, date };
  const repeat = countRepeat(run, deriveId('document', content));
  const title = document.title.trim();
  const notes = [
    ...(document.section === '' ? [] : [`Section: ${document.section}.`]),
    ...(document.type === '' ? [] : [`Type: ${document.type}.`]),
    ...(document.notes === '' ? [] : [document.notes]),
  ];
  return {
    noun: 'sources',
    record: {
      id: deriveId(writeSlug(title) || 'document', { ...content, repeat }),
      corpus,
      title: title === '' ? `Document ${document.id}` : title,
      title_supplied: title === '',
      authors: document.author.trim() === '' ? [] : [{ name: document.author.trim() }],
      publisher: document.publisher.trim() || null,
      language: run.language,
      published,
      text: text === '' ? null : text,
      note: notes.length === 0 ? null : notes.join(' '),
    },
  };
}

/** A day, with the time where the project has one; null outside the years 0 to 9999. */
function formatMoment(seconds: number): string | null {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime()) || moment.getUTCFullYear() < 0 || moment.getUTCFullYear() > 9999)
    return null;
  const text = moment.toISOString().slice(0, 19);
  return text.endsWith('T00:00:00') ? text.slice(0, 10) : text;
}
