/** A row of a table as records. */
import { statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { UsageError } from '../../../errors.ts';
import { anchorSpan, findNearestPassage, locateExact } from '../../../evidence/anchors.ts';
import { type CodePointIndex, countCodePoints, indexCodePoints } from '../../../evidence/code-points.ts';
import { describeMisplaced } from '../../../evidence/misplaced.ts';
import { indexSentences, type SentenceFinder } from '../../../evidence/sentences.ts';
import { getResource } from '../../../resources/registry.ts';
import type { Field, Noun } from '../../../resources/resource.ts';
import { readTextFile } from '../../../seed/read.ts';
import { keepRecent } from '../../../store/recent.ts';
import type { ActorName, IncomingRecord, ReaderContext } from '../../format.ts';
import { deriveId } from '../../ids.ts';
import { placeSpan } from '../../place-span.ts';
import type { Tally } from '../../tally.ts';
import type { ReadDate } from './dates.ts';
import type { Mapping, Target } from './mapping.ts';

/** Why a row cannot be taken. */
export class RowFault extends Error {}

export type RowSetting = {
  mapping: Mapping;
  readDate: ReadDate;
  /** The folder that `text_file` names are in. */
  texts: string | null;
  context: ReaderContext;
  tally: Tally;
};
/** `file` is the table that the row is of. */
export type ReadRow = (cells: Readonly<Record<string, string>>, file: string) => IncomingRecord[];

type Values = Record<string, unknown>;
type Source = { incoming: IncomingRecord; text: CodePointIndex | null; sentences: SentenceFinder | null };

/** Sources of rows that follow each other are kept, in UTF-16 units of their texts. */
const MOST_TEXT = 8_000_000;

export function openRowReader(setting: RowSetting): ReadRow {
  const { mapping, context } = setting;
  const sources = keepRecent<Source>(MOST_TEXT, ({ text }) => 500 + (text?.text.length ?? 0));
  return (cells, file) => {
    const record: Values = {};
    const others = new Map<string, Values>();
    const actors = new Map<string, AskedActor>();
    const put = (target: Target, cell: string, where: string) => {
      const given = mapping.values.get(target.path)?.get(cell) ?? cell;
      if (given.trim() === '' || mapping.nothing.has(given)) return;
      try {
        putValue(setting, { record, others, actors }, target, given);
      } catch (error) {
        if (error instanceof RowFault) throw error;
        throw new RowFault(`${where}: ${(error as Error).message}`);
      }
    };
    for (const { target, value } of mapping.constants) put(target, value, target.path);
    for (const { column, targets } of mapping.columns)
      for (const target of targets) put(target, cells[column] ?? '', `column "${column}"`);
    const before: IncomingRecord[] = [];
    let source: Source | null = null;
    if (mapping.noun === 'quotes') {
      source = describeSource(
        setting,
        sources,
        file,
        others.get('source') ?? {},
        record.source as string | undefined,
      );
      if (source !== null) {
        record.source = source.incoming.record.id;
        before.push(source.incoming);
      }
      requireWords(mapping, record);
      finishQuote(record, source, context);
    }
    nameActors(setting, record, actors, before);
    return [...before, { noun: mapping.noun, record }];
  };
}

/** A row without words may have a passage, or a sentence about it. */
function requireWords({ columns }: Mapping, record: Values): void {
  if (['spans', 'text', 'passage'].some((name) => record[name] !== undefined)) return;
  const words = columns.find(({ targets }) => targets.some(({ path }) => path === 'spans'));
  if (words !== undefined) throw new RowFault(`column "${words.column}" is empty: there are no words`);
}

type AskedActor = Partial<ActorName> & { id?: string };
type Row = {
  record: Values;
  others: Map<string, Values>;
  actors: Map<string, AskedActor>;
};

function putValue(setting: RowSetting, { record, others, actors }: Row, target: Target, cell: string): void {
  const { of, name, part, field } = target;
  if (of !== null) {
    const other = others.get(of) ?? {};
    others.set(of, other);
    other[name] = readCell(setting, field, cell);
    return;
  }
  if (field.type === 'reference' && field.to === 'actors') {
    actors.set(name, { ...actors.get(name), [part ?? 'name']: cell.trim() });
    return;
  }
  if (field.type === 'object' && part !== null) {
    const sub = field.fields[part] as Field;
    record[name] = { ...(record[name] as Values | undefined), [part]: readCell(setting, sub, cell) };
    return;
  }
  if (field.type === 'children') {
    const own = part ?? (Object.keys(field.fields)[0] as string);
    const values = listParts(setting, name, cell).map((each) =>
      readCell(setting, field.fields[own] as Field, each),
    );
    const children = (record[name] ?? values.map(() => ({}))) as Values[];
    if (children.length !== values.length)
      throw new RowFault(
        `${name} has ${children.length} entries in one column and ${values.length} in another`,
      );
    record[name] = children.map((child, n) => ({ ...child, [own]: values[n] }));
    return;
  }
  record[name] =
    field.type === 'references'
      ? listParts(setting, name, cell).map((id) => id.trim())
      : readCell(setting, field, cell);
}

/** A quotation may hold whatever separates lists: it is cut only where the mapping separates lists by a line's end. */
function listParts({ mapping }: RowSetting, name: string, cell: string): string[] {
  if (mapping.lists === null || (name === 'spans' && mapping.lists.trim() !== '')) return [cell];
  return cell.split(mapping.lists).filter((part) => part.trim() !== '');
}

function readCell({ readDate }: RowSetting, field: Field, cell: string): unknown {
  switch (field.type) {
    case 'date':
      return readDate(cell);
    case 'integer':
      if (!/^\d+$/.test(cell.trim())) throw new RowFault(`"${cell}" is not a whole number`);
      return Number(cell);
    case 'boolean':
      if (!/^(true|false|yes|no|1|0)$/i.test(cell.trim()))
        throw new RowFault(`"${cell}" is neither yes nor no`);
      return /^(true|yes|1)$/i.test(cell.trim());
    case 'text':
      return cell;
    default:
      return cell.trim();
  }
}

function nameActor(
  context: ReaderContext,
  field: string,
  { id, name, ...rest }: AskedActor,
  before: IncomingRecord[],
  wasMeant: (actor: string) => boolean,
): string | null {
  if (id !== undefined) return id;
  if (name === undefined) return null;
  const found = context.resolveActor({ name, ...rest }, wasMeant);
  if ('ambiguous' in found)
    throw new RowFault(
      `${field}: "${name}" may be ${found.ambiguous.join(' or ')}; give the id, in a column for ${field}.id`,
    );
  before.push(...found.records);
  return found.id;
}

/** Of more ways to read a row's names it is not asked which the base holds. */
const MOST_READINGS = 1000;

/** What programs write where there is no name. */
const NOBODY = /^(?:none|null|nan|n\/?a|unknown)$/i;

/** The names that mean one actor first: an id that is made from the content has them all. */
function nameActors(
  setting: RowSetting,
  record: Values,
  actors: ReadonlyMap<string, AskedActor>,
  before: IncomingRecord[],
): void {
  const { context } = setting;
  const open = new Map<string, string[]>();
  for (const [field, asked] of actors) {
    const { id, name, ...rest } = asked;
    if (id === undefined && name !== undefined && NOBODY.test(name))
      setting.tally.add(
        `times "${name}" was taken for a name; \`nothing: ["${name}"]\` in the mapping says that nobody is meant`,
      );
    const meant = id !== undefined || name === undefined ? [] : context.listMeant({ name, ...rest });
    if (meant.length > 1) open.set(field, meant);
    else record[field] = nameActor(context, field, asked, before, () => false);
  }
  const held =
    open.size === 0 ? [] : listReadings(open).filter((reading) => isHeld(setting, record, reading));
  for (const field of open.keys()) {
    const asked = actors.get(field) as AskedActor;
    record[field] = nameActor(context, field, asked, before, (actor) =>
      held.some((reading) => reading[field] === actor),
    );
  }
}

/** Every way to give each field one of its actors; none where these are too many. */
function listReadings(open: ReadonlyMap<string, readonly string[]>): Values[] {
  const count = [...open.values()].reduce((product, { length }) => product * length, 1);
  if (count > MOST_READINGS) return [];
  let readings: Values[] = [{}];
  for (const [field, ids] of open)
    readings = readings.flatMap((reading) => ids.map((id) => ({ ...reading, [field]: id })));
  return readings;
}

/** Whether the base has the row already, with these actors there. */
function isHeld({ mapping, context }: RowSetting, record: Values, actors: Values): boolean {
  const id = record.id ?? deriveId(getResource(mapping.noun).singular, { ...record, ...actors });
  const held = context.findHeld(mapping.noun, String(id));
  return held !== undefined && Object.entries(actors).every(([field, actor]) => held[field] === actor);
}

/** The source of a row: the one that its cells describe, or the table itself. Null where the row names one by its id. */
function describeSource(
  setting: RowSetting,
  sources: ReturnType<typeof keepRecent<Source>>,
  file: string,
  fields: Values,
  named: string | undefined,
): Source | null {
  const { context } = setting;
  if (named !== undefined && Object.keys(fields).length === 0) return null;
  const { text_file: textFile, ...record } = fields;
  if (typeof textFile === 'string') record.text = readText(setting, textFile);
  const title = record.title ?? textFile ?? record.url ?? record.id ?? basename(file);
  if (record.title === undefined) Object.assign(record, { title, title_supplied: true });
  if (context.corpus !== null) record.corpus = context.corpus;
  const id = String(named ?? record.id ?? deriveId('source', record));
  const known = sources.get(id);
  const same =
    known !== undefined && JSON.stringify({ ...record, id }) === JSON.stringify(known.incoming.record);
  if (same) return known;
  const text = typeof record.text === 'string' ? indexCodePoints(record.text) : null;
  const source: Source = {
    incoming: { noun: 'sources' satisfies Noun, record: { ...record, id } },
    text,
    sentences: text === null ? null : indexSentences(text),
  };
  sources.set(id, source);
  return source;
}

function readText({ texts }: RowSetting, name: string): string {
  if (texts === null) throw new Error('a mapping that names files of texts was read without --texts');
  const path = join(texts, name.trim());
  if (relative(texts, path).startsWith('..')) throw new RowFault(`"${name}" lies outside of --texts`);
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw new RowFault(`there is no file "${name}" in --texts`);
  try {
    return readTextFile(path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new RowFault(error.message.replace(/\.$/, ''));
  }
}

type Worded = { exact: string; start?: number; end?: number };

/** Where the source's text is held, the words are looked for in it: they must stand there once, or where the row says. */
function finishQuote(record: Values, source: Source | null, context: ReaderContext): void {
  const given = (record.spans ?? []) as { exact?: string; start?: number; end?: number }[];
  record.kind ??= given.length > 0 ? 'direct' : 'indirect';
  if (source?.text == null || source.sentences === null || record.passage !== undefined) return;
  // Offsets without words are refused with the record.
  const spans = given.filter((span): span is Worded => span.exact !== undefined);
  if (spans.length === 0 || spans.length < given.length) return;
  const text = source.text;
  const placed = spans.map((span) => placeSpan(text, findPlace(text, span, context)));
  const first = placed[0] as (typeof placed)[number];
  const last = placed.at(-1) as (typeof placed)[number];
  record.spans = placed;
  record.passage = source.sentences.widen({ start: first.start, end: last.end });
}

function findPlace(
  text: CodePointIndex,
  span: Worded,
  context: ReaderContext,
): { start: number; end: number } {
  if (span.start !== undefined) {
    const place = {
      exact: span.exact,
      start: span.start,
      end: span.end ?? span.start + countCodePoints(span.exact),
    };
    const { state } = anchorSpan(text, place);
    context.countSpan(state);
    if (state !== 'exact')
      throw new RowFault(describeMisplaced(text.text, place) ?? 'the words do not stand there');
    return place;
  }
  const found = locateExact(text, span.exact);
  context.countSpan(found.state);
  if (found.state === 'exact') return found;
  if (found.state === 'ambiguous')
    throw new RowFault(
      `the words stand ${found.occurrences.length} times in the source; columns for spans.start and spans.end say which is meant`,
    );
  const nearest = findNearestPassage(text, span.exact);
  const hint =
    nearest === null ? '' : `; the nearest passage is [${nearest.start}, ${nearest.end}): “${nearest.text}”`;
  throw new RowFault(`the words do not stand in the source${hint}`);
}
