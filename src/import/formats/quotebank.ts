/**
 * Quotebank (https://doi.org/10.5281/zenodo.4277311), its quotation-centric files: one quotation a line as JSON, with
 * everything that a model made of it. Nothing in it has a place in a text, so that all of it is `reported`.
 */
import { z } from 'zod';
import { findNearest } from '../../nearest.ts';
import { describeIssues, formatPath } from '../../resources/check-record.ts';
import { ID_PATTERN } from '../../resources/schemas.ts';
import type {
  ImportFormat,
  ImportNote,
  ImportReject,
  ImportUnit,
  IncomingRecord,
  ReaderContext,
} from '../format.ts';
import { deriveId, writeSlug } from '../ids.ts';
import { type Line, readPackedLines } from '../lines.ts';
import { readChoice } from '../options.ts';

import { Tally } from '../tally.ts';
import { recallMeant } from '../was-meant.ts';

export const quotebank: ImportFormat = {
  name: 'quotebank',
  description: 'The quotation-centric files of Quotebank: a quotation a line as JSON, plain, .gz or .zst.',
  flags: [
    {
      flag: '--said <day>',
      description:
        'what `date` says of the day of speaking: `by` that day (default), or `on` about that day, which is your own assertion',
    },
  ],
  rejects_ending: '.json',
  read: readQuotebank,
};

const UNKNOWN = 'None';
const probability = z.union([z.number(), z.string().regex(/^\d*\.?\d+(?:[eE]-?\d+)?$/)]).transform(Number);
const entrySchema = z.looseObject({
  quoteID: z.string().nullish(),
  quotation: z.string(),
  speaker: z.string().nullish(),
  qids: z.array(z.string()).nullish(),
  date: z.string().nullish(),
  numOccurrences: z.int().min(1).nullish(),
  probas: z.array(z.tuple([z.string(), probability])).nullish(),
  urls: z.array(z.string().min(1)),
});
type Entry = z.infer<typeof entrySchema>;

type Run = {
  context: ReaderContext;
  said: 'by' | 'on';
  tally: Tally;
  sources: Map<string, IncomingRecord>;
};

async function* readQuotebank(
  files: readonly string[],
  context: ReaderContext,
): AsyncGenerator<ImportUnit | ImportReject | ImportNote> {
  const said = readChoice(context.options, 'said', ['by', 'on'], 'by');
  const run: Run = { context, said, tally: new Tally(), sources: new Map() };
  for (const file of files) {
    for await (const line of readPackedLines(file)) {
      if (line.raw.trim() === '' || line.raw.startsWith('# ')) continue;
      yield readEntry(run, file, line);
    }
  }
  yield { type: 'note', sentence: 'Quotebank is taken to be in English' };
  yield* run.tally.toNotes();
}

function readEntry(run: Run, file: string, line: Line): ImportUnit | ImportReject {
  const entry = { place: { file, line: line.number }, name: null, raw: line.raw };
  const reject = (sentence: string): ImportReject => ({ type: 'reject', ...entry, noun: 'quotes', sentence });
  if (line.text === null) return reject('the line is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return reject(`the line is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && 'articleID' in value)
    return reject(
      'this is an article of the article-centric files; those that are read are named quotes-YYYY.json',
    );
  const result = entrySchema.safeParse(value);
  if (!result.success) {
    const [fault] = describeIssues(value, result.error.issues, () => []);
    const name = formatPath(fault?.path ?? []);
    const keys = Object.keys(Object(value)).filter((key) => !(key in entrySchema.shape));
    const nearest = fault?.sentence === 'is missing' ? findNearest(name, keys) : undefined;
    const instead = nearest === undefined ? '' : `; the line has "${nearest}"`;
    return reject(`${name === '' ? 'the line' : name}: ${fault?.sentence}${instead}`);
  }
  if (result.data.quotation.trim() === '') return reject('quotation: there are no words in it');
  const name = result.data.quoteID ?? null;
  const built = buildRecords(run, result.data);
  if ('sentence' in built) return { ...reject(built.sentence), name };
  for (const key of Object.keys(result.data))
    if (!(key in entrySchema.shape)) run.tally.add(`values of "${key}" have no place here`);
  return { type: 'unit', ...entry, name, records: built.records };
}

function buildRecords(run: Run, entry: Entry): { records: IncomingRecord[] } | { sentence: string } {
  const sources = [...new Set(entry.urls)].map((url) => buildSource(run, url));
  const [source, ...others] = sources;
  if (source === undefined) return { sentence: 'urls: there are none, and a quote needs a source' };
  const id = chooseId(run, entry);
  const speaker = resolveSpeaker(run, entry, id);
  const day = entry.date == null ? null : readDay(entry.date);
  if (day === undefined)
    return { sentence: `date: "${entry.date}" is not a date such as 2015-08-24 or 2015-08-24 10:30:00` };
  return {
    records: [
      ...sources,
      ...speaker.records,
      {
        noun: 'quotes',
        record: {
          id,
          actor: speaker.actor,
          actor_note: speaker.note,
          attribution_candidates: speaker.candidates,
          source: source.record.id,
          also_in: others.map(({ record }) => record.id),
          occurrences: entry.numOccurrences ?? null,
          kind: 'direct',
          language: 'en',
          said: day === null ? null : run.said === 'on' ? `${day}~` : `[..${day}]`,
          spans: [{ exact: entry.quotation }],
        },
      },
    ],
  };
}

/** Their own key, which counts the quotations of a day, told apart by the corpus. */
function chooseId({ context }: Run, entry: Entry): string {
  const own = `${context.corpus}.${entry.quoteID?.toLowerCase()}`;
  if (entry.quoteID && own.length <= 128 && ID_PATTERN.test(own)) return own;
  const { quotation, speaker, date, urls } = entry;
  return deriveId('quote', { corpus: context.corpus, id: entry.quoteID, quotation, speaker, date, urls });
}

type Candidate = { name?: string; actor?: string; wikidata?: string; probability?: number };
type Speaker = {
  actor: string | null;
  note: string | null;
  candidates: Candidate[];
  records: IncomingRecord[];
};

/**
 * A name with one Wikidata item, or none, is an actor. With several items it is left open who of them spoke, as it is
 * where the name fits several actors of the base.
 */
function resolveSpeaker(run: Run, { speaker, qids, probas }: Entry, quote: string): Speaker {
  const name = speaker?.trim() || UNKNOWN;
  const items = [...new Set(qids ?? [])];
  const candidates = (probas ?? [])
    .toSorted(([, a], [, b]) => b - a)
    .map(
      ([candidate, probability]): Candidate =>
        candidate === UNKNOWN ? { probability } : { name: candidate, probability },
    );
  if (name === UNKNOWN) return { actor: null, note: null, candidates, records: [] };
  if (items.length > 1) {
    run.tally.add('speakers with several Wikidata items: who of them spoke is left open');
    return {
      actor: null,
      note: name,
      candidates: [...candidates, ...items.map((wikidata) => ({ name, wikidata }))],
      records: [],
    };
  }
  const wikidata = items[0];
  const found = run.context.resolveActor(
    { name, kind: 'person', ...(wikidata === undefined ? {} : { wikidata }) },
    recallMeant(run.context, quote, 'actor'),
  );
  if ('ambiguous' in found) {
    run.tally.add('speakers whose name fits several actors: who of them spoke is left open');
    return {
      actor: null,
      note: name,
      candidates: [...candidates, ...found.ambiguous.map((actor) => ({ name, actor }))],
      records: [],
    };
  }
  const chosen = candidates.find((candidate) => candidate.name === name);
  if (chosen !== undefined)
    Object.assign(chosen, { actor: found.id }, wikidata === undefined ? {} : { wikidata });
  return { actor: found.id, note: null, candidates, records: found.records };
}

/** The time of day is that of a crawler. Undefined for what is no date. */
function readDay(date: string): string | undefined {
  const day = /^(\d{4}-\d{2}-\d{2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$/.exec(date.trim())?.[1];
  if (day === undefined) return undefined;
  const time = Date.parse(day);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : undefined;
}

/** Quotations of one article come close together: a record that is handed in again is not checked again. */
const MOST_KEPT = 50_000;

/** An article, of which only the address is known. */
function buildSource({ context, sources, tally }: Run, url: string): IncomingRecord {
  let source = sources.get(url);
  if (source !== undefined) return source;
  const parsed = URL.canParse(url) && /^https?:\/\/\S+$/.test(url) ? new URL(url) : null;
  if (parsed === null) tally.add('addresses that are no URL, kept as the title of their source');
  const publisher = parsed?.hostname.replace(/^www\./, '') ?? null;
  source = {
    noun: 'sources',
    record: {
      id: deriveId(writeSlug(publisher ?? '') || 'source', { corpus: context.corpus, url }),
      title: url,
      title_supplied: true,
      publisher,
      url: parsed === null ? null : url,
      language: 'en',
    },
  };
  if (sources.size >= MOST_KEPT) sources.clear();
  sources.set(url, source);
  return source;
}
