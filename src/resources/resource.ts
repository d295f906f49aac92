/**
 * What a noun declares. One declaration feeds the seed files' check, the tables' contents, the
 * rendered record, every filter, sort, group and facet, the CSV columns, the contract and the docs.
 *
 * Storage follows from the field's name: a scalar is the column of that name, a reference is
 * `<name>_key`, a date has `<name>_earliest` and `<name>_latest` beside it, an object's fields are
 * `<name>_<field>`, and lists are tables of their own.
 */
import type { WordList } from '../vocabulary.ts';

export type Noun = 'actors' | 'topics' | 'coders' | 'corpora' | 'sources' | 'quotes' | 'stances';

type Described = {
  description: string;
  example?: unknown;
  /** May be absent in a file, and null in a record. */
  nullable?: boolean;
  /** Filled by the loader from the rest of the record: not written in seed files. */
  derived?: boolean;
};

/** What a code must look like: checked at every door by `codes.ts`. */
export type CodeKind = 'language' | 'country' | 'wikidata' | 'sha256' | 'url';

export type TextField = Described & {
  type: 'text';
  /** Keeps `<name>_sort` (case and diacritics folded) beside it, and offers it to `sort`. */
  sort?: boolean;
  /** The record shows it only when `fields` asks for it: it may be as long as a book. */
  on_request?: boolean;
  /** In seed files the key is `<name>_file`, a path beside the file. */
  from_file?: boolean;
  /** In seed files the loader derives it where it is left out. */
  optional_input?: boolean;
};
export type CodeField = Described & { type: 'code'; code: CodeKind; filter?: boolean };
export type WordField = Described & { type: 'word'; list: WordList; filter?: boolean; default?: string };
export type BooleanField = Described & { type: 'boolean'; filter?: boolean; default?: boolean };
export type IntegerField = Described & { type: 'integer'; filter?: boolean; minimum?: number };
/** Kept as it is given, to the last digit that a double holds. */
export type NumberField = Described & { type: 'number'; minimum?: number; maximum?: number };
export type DateField = Described & { type: 'date'; filter?: boolean; sort?: boolean };
export type ReferenceField = Described & {
  type: 'reference';
  to: Noun;
  filter?: boolean;
  /** Offers the target's own filters under `<name>.`. */
  through?: boolean;
  /** The target is a tree, and a filter on it takes in everything narrower. */
  tree?: boolean;
};
export type ReferencesField = Described & {
  type: 'references';
  to: Noun;
  /** The filter's name, and the column's: `topic` → `topic_key`. */
  singular: string;
  table: string;
  owner: string;
  through?: boolean;
  tree?: boolean;
};
export type ObjectField = Described & { type: 'object'; fields: Record<string, PlainField> };
export type ChildrenField = Described & {
  type: 'children';
  /** The filters' prefix, for the fields that filter: `affiliation.organization`. */
  singular: string;
  table: string;
  owner: string;
  fields: Record<string, PlainField | ObjectField>;
  /** Keeps one field of all the children, a line each, in a column of the owner for its full-text index. */
  text_column?: { column: string; from: string };
  /** In seed files the children stand in a file of their own, each naming its owner under this key. */
  own_file?: { file: string; by: string };
};
/**
 * Those children of the record that a reference of this one leads to that certainly hold on every day that a date of this
 * one may mean. Kept nowhere but in the rendered record, and made anew whenever the children change.
 */
export type HoldingField = Described & {
  type: 'holding';
  /** The reference of this record, and the noun that it leads to. */
  of: string;
  to: Noun;
  /** That noun's field with the children, and the children's date. */
  children: string;
  during: string;
  /** The date of this record. */
  at: string;
};
/** Fields that fit in a column or two. */
export type PlainField =
  | TextField
  | CodeField
  | WordField
  | BooleanField
  | IntegerField
  | NumberField
  | DateField
  | ReferenceField;
export type IdField = Described & { type: 'id' };
export type Field = IdField | PlainField | ReferencesField | ObjectField | ChildrenField | HoldingField;

export type SearchDeclaration = {
  /** The FTS5 table; its rowid is the noun's key. */
  table: string;
  /** Its columns in their order, and the record's field each one reads; `lines` for a `text_column`. */
  columns: readonly { column: string; field: string; lines?: boolean }[];
  /** The children that are the actor's own words inside the searched text, by their offsets in it. */
  own_words?: { field: string; children: string; start: string; end: string };
};

/** A column of first code points; or the children that have one, or name a record whose own place is meant. */
export type PlaceDeclaration =
  | { column: string }
  | { children: string; column: string; through: string; source: string };
/** What of a record is a name of it, in any language: by these it is found, whatever the spelling. */
export type NamesDeclaration = {
  /** The table of folded names, kept by the one place that writes; its index is `<table>_fts`. */
  table: string;
  /** The field with the name that others show. */
  main: string;
  /** The children with the other names. */
  others?: { field: string; name: string; language: string };
  /** `any`: transliterations and slips find it too. `as_written`: by its words alone, for what is long. */
  spelling: 'any' | 'as_written';
  /** The fields that tell one bearer of a name from another: what it is, and who or which. */
  kind?: string;
  description?: string;
  /** Offers the parameter `name` in lists. */
  filter?: boolean;
  /** `FOLDING` of evidence/name-folding.ts: another rule makes stored names anew. */
  folding: number;
};

/** A record as a file or an import hands it in, after its fields were checked one by one. */
export type Draft = { id: string } & Record<string, unknown>;

/** A mistake that only the whole record shows; `path` leads to the field at fault. */
export type DraftProblem = { path: (string | number)[]; sentence: string };

/** Looks a draft of the same load up, or a record that the base holds already, as a draft. */
export type FindDraft = (noun: Noun, id: string) => Draft | undefined;

export type Resource = {
  name: Noun;
  singular: string;
  /** A sentence for the contract, and a paragraph. */
  summary: string;
  description: string;
  /** Whether it has addresses of its own, or only appears inside other records. */
  served: boolean;
  /** The field that another record shows of it beside the id; null where the id says enough. */
  label: string | null;
  fields: Record<string, Field>;
  search?: SearchDeclaration;
  names?: NamesDeclaration;
  /** `-` for descending. */
  default_sort: string;
  /** Orders besides those that fields offer: name → column. */
  extra_sorts?: Record<string, { column: string; description: string }>;
  /** The date that `year`, `month`… of `group_by` read. */
  date?: string;
  /** Where a record stands in its source, for reading in the order of the document. */
  place?: PlaceDeclaration;
  /** `/v1/<name>/random` is served. */
  random?: boolean;
  /** The field that makes it a tree, and the table that holds the tree's closure. */
  tree?: { parent: string; closure: string };
  seed_file: { file: string; shared: boolean; single?: boolean };
  /** Fields against which records that refer to this one were checked: an import changes none of them meanwhile. */
  fixed?: readonly string[];
  /** Fills the derived fields of a draft in place, and says what is wrong with it as a whole. */
  complete?: (draft: Draft, find: FindDraft) => DraftProblem[];
  /** What only shows when all drafts of a load are seen together; runs after each was completed. */
  complete_together?: (drafts: readonly Draft[], find: FindDraft) => (DraftProblem & { draft: Draft })[];
};

type Options<F extends Described> = Omit<F, 'type' | 'description'>;

export const id = (description: string, example?: string): IdField => ({ type: 'id', description, example });
export const text = (description: string, options: Options<TextField> = {}): TextField => ({
  type: 'text',
  description,
  ...options,
});
export const code = (
  kind: CodeKind,
  description: string,
  options: Omit<Options<CodeField>, 'code'> = {},
): CodeField => ({
  type: 'code',
  code: kind,
  description,
  ...options,
});
export const word = (
  list: WordList,
  description: string,
  options: Omit<Options<WordField>, 'list'> = {},
): WordField => ({
  type: 'word',
  list,
  description,
  ...options,
});
export const boolean = (description: string, options: Options<BooleanField> = {}): BooleanField => ({
  type: 'boolean',
  description,
  ...options,
});
export const integer = (description: string, options: Options<IntegerField> = {}): IntegerField => ({
  type: 'integer',
  description,
  ...options,
});
export const number = (description: string, options: Options<NumberField> = {}): NumberField => ({
  type: 'number',
  description,
  ...options,
});
export const date = (description: string, options: Options<DateField> = {}): DateField => ({
  type: 'date',
  description,
  nullable: true,
  ...options,
});
export const reference = (
  to: Noun,
  description: string,
  options: Omit<Options<ReferenceField>, 'to'> = {},
): ReferenceField => ({
  type: 'reference',
  to,
  description,
  ...options,
});
export const references = (
  to: Noun,
  description: string,
  options: Omit<Options<ReferencesField>, 'to'>,
): ReferencesField => ({
  type: 'references',
  to,
  description,
  ...options,
});
export const object = (
  description: string,
  fields: ObjectField['fields'],
  options: Options<Described & { fields?: never }> = {},
): ObjectField => ({
  type: 'object',
  description,
  fields,
  ...options,
});
export const children = (description: string, options: Options<ChildrenField>): ChildrenField => ({
  type: 'children',
  description,
  ...options,
});
export const holding = (
  description: string,
  options: Omit<Options<HoldingField>, 'derived'>,
): HoldingField => ({
  type: 'holding',
  description,
  derived: true,
  ...options,
});
