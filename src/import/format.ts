/**
 * What a format of import files declares. A reader turns files into units and knows nothing of the base; the engine
 * (import.ts) checks each unit, writes it or rejects it, and never knows which format it came from.
 */
import type { Draft, Noun } from '../resources/resource.ts';

/** Where in the files something was read. Lines count from 1. */
export type Place = { file: string; line: number | null };

/**
 * A record as a seed file would hand it in, unchecked, and with everything in it: `text` itself and not a file, a source
 * with its `corpus` (where it is left out, that of `--corpus`) and its `ledger`. Without an `id`, one is made from the
 * content. An object that is handed in again is not checked again.
 */
export type IncomingRecord = { noun: Noun; record: Record<string, unknown> };

/** An id that is never to be used again; `digest` is that of the record that had it, '' where it is not known. */
export type IncomingWithdrawal = { noun: Noun; id: string; reason: string; digest: string };

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
  withdrawals?: IncomingWithdrawal[];
  /** The entry in the format's own spelling, as it can be mended and imported again. */
  raw: string;
};

/** An entry that the reader itself cannot take. */
export type ImportReject = {
  type: 'reject';
  place: Place;
  name: string | null;
  /** Of what it would have been a record, where that is known: it counts as refused. */
  noun?: Noun;
  sentence: string;
  raw: string;
};

/** What was assumed (a delimiter, an encoding), or what has no place here and was counted. */
export type ImportNote = { type: 'note'; sentence: string; count?: number };

/** How a span's words stood in the text they were said to be in; only `exact` enters as verified. */
export type SpanState = 'exact' | 'moved' | 'ambiguous' | 'missing';

/** What the engine lends a reader. */
export type ReaderContext = {
  /** Id of the corpus that everything goes to; null only for a format that `names_corpora`. */
  corpus: string | null;
  /** The format's own flags, as given; each reader checks its own. */
  options: Readonly<Record<string, string | boolean | undefined>>;
  /**
   * The id of the actor of this name; `records` are to go into the unit before what refers to it, and may be empty. Where
   * the name fits several, those of whom `wasMeant` is true are left: an entry that went in when the name fitted one alone
   * goes on meaning that one, though its namesakes came in behind it.
   */
  resolveActor: (
    name: ActorName,
    wasMeant?: (actor: string) => boolean,
  ) => { id: string; records: IncomingRecord[] } | { ambiguous: string[] };
  /** Ids of the actors whom a name may mean, in `resolveActor`'s eyes. */
  listMeant: (name: ActorName) => string[];
  /** The record of this id that is in the base, or was handed in before, as it was handed in. */
  findHeld: (noun: Noun, id: string) => Draft | undefined;
  /** Adds one to the count of spans in this state. */
  countSpan: (state: SpanState) => void;
};

export type ImportFormat = {
  /** The word behind `--from`. */
  name: string;
  description: string;
  /** Its own flags, as commander spells them. */
  flags: readonly { flag: string; description: string }[];
  /** Its records say to which corpus they belong, so that `--corpus` may be left out. */
  names_corpora?: boolean;
  /** Entries may refer to later ones, and wait for them. Without it, a reference to what has not come yet is a mistake. */
  refers_forward?: boolean;
  /** How the name of a rejects file ends, with its dot, where that is not as the files themselves do. */
  rejects_ending?: string;
  /** What stands at the head of a rejects file, such as a CSV header; '' for none. Asked after reading began. */
  rejectsHeader?: () => string;
  /**
   * An entry as it stands in the rejects file, with its place and reason; the reader passes over what is added. Without
   * it, a line `# file:line: reason`, or `# file, name: reason` where there are no lines, stands before the entry, and the reader passes over lines that begin with `# `.
   */
  writeReject?: (reject: Omit<ImportReject, 'type'>) => string;
  /** Throws UsageError for what makes the whole of the files unreadable. Never holds a whole file where it may be large. */
  read: (
    files: readonly string[],
    context: ReaderContext,
  ) => AsyncIterable<ImportUnit | ImportReject | ImportNote>;
};
