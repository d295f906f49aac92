/**
 * What a format of import files declares. A reader turns files into units and knows nothing of the base; the engine
 * (import.ts) checks each unit, writes it or rejects it, and never knows which format it came from.
 */
import type { Noun } from '../resources/resource.ts';

/** Where in the files something was read. Lines count from 1. */
export type Place = { file: string; line: number | null };

/** A record as a seed file would hand it in, unchecked. An object that is handed in again is not checked again. */
export type IncomingRecord = { noun: Noun; record: Record<string, unknown> };

/** Who spoke, as the file names them: the engine finds the actor whom this fits, or makes one. */
export type ActorName = {
  name: string;
  language?: string | null;
  kind?: string | null;
  country?: string | null;
  wikidata?: string | null;
};

/** One entry of a file. It goes in whole (its records in their order) or into the rejects, whole. */
export type ImportUnit = {
  type: 'unit';
  place: Place;
  /** What the entry calls itself, for messages; null where it has no name. */
  name: string | null;
  records: IncomingRecord[];
  /** The entry in the format's own spelling, as it can be mended and imported again. */
  raw: string;
};

/** An entry that the reader itself cannot take. */
export type ImportReject = {
  type: 'reject';
  place: Place;
  name: string | null;
  sentence: string;
  raw: string;
};

/** What was assumed (a delimiter, an encoding), or what has no place here and was counted. */
export type ImportNote = { type: 'note'; sentence: string; count?: number };

/** How a span's words stood in the text they were said to be in; only `exact` enters as verified. */
export type SpanState = 'exact' | 'moved' | 'ambiguous' | 'missing';

/** What the engine lends a reader. */
export type ReaderContext = {
  /** Id of the corpus that everything goes to. */
  corpus: string;
  /** The format's own flags, as given; each reader checks its own. */
  options: Readonly<Record<string, string | boolean | undefined>>;
  /** The id of the actor of this name; `records` are to go into the unit before what refers to it, and may be empty. */
  resolveActor: (name: ActorName) => { id: string; records: IncomingRecord[] } | { ambiguous: string[] };
  /** Adds one to the count of spans in this state. */
  countSpan: (state: SpanState) => void;
};

export type ImportFormat = {
  /** The word behind `--from`. */
  name: string;
  description: string;
  /** Its own flags, as commander spells them. */
  flags: readonly { flag: string; description: string }[];
  /** What stands at the head of a rejects file, such as a CSV header; '' for none. Asked after reading began. */
  rejectsHeader?: () => string;
  /** Throws UsageError for what makes the whole of the files unreadable. Never holds a whole file where it may be large. */
  read: (
    files: readonly string[],
    context: ReaderContext,
  ) => AsyncIterable<ImportUnit | ImportReject | ImportNote>;
};
