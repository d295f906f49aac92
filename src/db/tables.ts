/**
 * The tables, as drizzle-kit reads them. What it cannot express (full-text indexes, triggers)
 * stands in hand-written migrations made with `drizzle-kit generate --custom`.
 *
 * Conventions: `key` is the row's number inside this file and never leaves it; `id` is public.
 * A reference to another noun is `<field>_key`; an EDTF date `<field>` has `<field>_earliest` and
 * `<field>_latest` beside it, in days since 1970-01-01, never null (see dates/days.ts for the undated).
 * Lists inside a record are tables of their own with an `ordinal`. No cascades: drizzle's migrator
 * deletes child rows with them when it rebuilds a table (drizzle-orm#5782).
 */
import { type SQL, sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import {
  actorKind,
  attributionStatus,
  confidence,
  hedge,
  ledgerReason,
  listWords,
  origin,
  quoteKind,
  sourceMedium,
  stanceBasis,
  stancePosition,
  textBy,
  verification,
  type WordList,
} from '../vocabulary.ts';

/** `text({ enum })` makes no constraint in SQL: this does. NULL passes, as CHECK has it. */
function oneOf(name: string, column: AnySQLiteColumn, list: WordList) {
  const words = listWords(list).map((word) => `'${word.replaceAll("'", "''")}'`);
  return check(name, sql`${column} IN (${sql.raw(words.join(', '))})`);
}

function holds(name: string, condition: SQL) {
  return check(name, condition);
}

/**
 * The entries beyond the first eight of lists that filters look into: mostly none, so that a list which is long, and
 * how long, is known at no cost (query/weigh.ts).
 */
function indexLong(table: string, owner: AnySQLiteColumn, ordinal: AnySQLiteColumn) {
  return index(`${table}_long`).on(owner).where(sql`${ordinal} > 8`);
}

/**
 * Words that say in which blocks of the full-text index a row stands, a fine and a coarse one, so that it can be read
 * block by block (query/words.ts).
 */
const buildBlock = () =>
  text().notNull().generatedAlwaysAs(sql`('f' || (key >> 8) || ' c' || (key >> 13))`, { mode: 'virtual' });

/** A row's columns that the engine needs, whatever the noun; made anew for each table, as a builder serves only one. */
const buildRecordColumns = () => ({
  key: integer().primaryKey(),
  id: text().notNull().unique(),
  origin: text().notNull(),
  /** SHA-256 of the record as it was handed in: equal digest, unchanged record. */
  digest: text().notNull(),
  /** The record as it is served, rendered once per change. */
  document: text().notNull(),
});

export const corpora = sqliteTable(
  'corpora',
  {
    ...buildRecordColumns(),
    block: buildBlock(),
    title: text().notNull(),
    title_sort: text().notNull(),
    description: text(),
    licence: text(),
    citation: text(),
    coded: text(),
    coded_earliest: integer().notNull(),
    coded_latest: integer().notNull(),
    codebook: text(),
  },
  (t) => [index('corpora_title_sort').on(t.title_sort), oneOf('corpora_origin', t.origin, origin)],
);

export const coders = sqliteTable('coders', { ...buildRecordColumns(), name: text().notNull() }, (t) => [
  oneOf('coders_origin', t.origin, origin),
]);

export const actors = sqliteTable(
  'actors',
  {
    ...buildRecordColumns(),
    block: buildBlock(),
    name: text().notNull(),
    name_sort: text().notNull(),
    kind: text().notNull(),
    description: text(),
    country: text(),
    wikidata: text(),
    /** All names of the list, a line each: what the full-text index reads. */
    names_text: text().notNull(),
  },
  (t) => [
    index('actors_name_sort').on(t.name_sort),
    index('actors_kind').on(t.kind, t.name_sort),
    index('actors_country').on(t.country, t.name_sort),
    index('actors_wikidata').on(t.wikidata),
    oneOf('actors_origin', t.origin, origin),
    oneOf('actors_kind_word', t.kind, actorKind),
    holds('actors_country_code', sql`${t.country} GLOB '[A-Z][A-Z]'`),
    holds('actors_wikidata_qid', sql`${t.wikidata} GLOB 'Q[1-9]*'`),
  ],
);

/** The names of a noun's records, folded: what finds them by any spelling. Written with the record. */
function nameKeysTable(name: string, owner: () => AnySQLiteColumn) {
  return sqliteTable(
    name,
    {
      key: integer().primaryKey(),
      owner_key: integer().notNull().references(owner),
      /** 0 for the main name, else that of the child. */
      ordinal: integer().notNull(),
      plain: text().notNull(),
      joined: text().notNull(),
      /** The rest is read by the full-text index: words, their sounds, and the words from right to left. */
      words: text().notNull(),
      sounds: text().notNull(),
      backwards: text().notNull(),
    },
    (t) => [
      index(`${name}_joined`).on(t.joined, t.owner_key),
      index(`${name}_owner`).on(t.owner_key, t.ordinal),
    ],
  );
}

export const actor_name_keys = nameKeysTable('actor_name_keys', () => actors.key);
export const topic_name_keys = nameKeysTable('topic_name_keys', () => topics.key);
export const source_name_keys = nameKeysTable('source_name_keys', () => sources.key);

export const actor_names = sqliteTable(
  'actor_names',
  {
    actor_key: integer()
      .notNull()
      .references(() => actors.key),
    ordinal: integer().notNull(),
    name: text().notNull(),
    language: text(),
  },
  (t) => [primaryKey({ columns: [t.actor_key, t.ordinal] })],
);

export const affiliations = sqliteTable(
  'affiliations',
  {
    actor_key: integer()
      .notNull()
      .references(() => actors.key),
    ordinal: integer().notNull(),
    organization_key: integer()
      .notNull()
      .references(() => actors.key),
    role: text(),
    held: text(),
    held_earliest: integer().notNull(),
    held_latest: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.actor_key, t.ordinal] }),
    indexLong('affiliations', t.actor_key, t.ordinal),
    index('affiliations_organization').on(t.organization_key, t.actor_key),
  ],
);

export const topics = sqliteTable(
  'topics',
  {
    ...buildRecordColumns(),
    block: buildBlock(),
    label: text().notNull(),
    label_sort: text().notNull(),
    description: text(),
    proposition: text(),
    broader_key: integer().references((): AnySQLiteColumn => topics.key),
    alt_labels_text: text().notNull(),
  },
  (t) => [
    index('topics_label_sort').on(t.label_sort),
    index('topics_broader').on(t.broader_key, t.label_sort),
    oneOf('topics_origin', t.origin, origin),
  ],
);

export const topic_labels = sqliteTable(
  'topic_labels',
  {
    topic_key: integer()
      .notNull()
      .references(() => topics.key),
    ordinal: integer().notNull(),
    label: text().notNull(),
    language: text(),
  },
  (t) => [primaryKey({ columns: [t.topic_key, t.ordinal] })],
);

/** Every topic with itself and all its narrower ones, kept by the one place that writes topics. */
export const topics_closure = sqliteTable(
  'topics_closure',
  {
    ancestor_key: integer()
      .notNull()
      .references(() => topics.key),
    descendant_key: integer()
      .notNull()
      .references(() => topics.key),
  },
  (t) => [
    primaryKey({ columns: [t.ancestor_key, t.descendant_key] }),
    index('topics_closure_descendant').on(t.descendant_key, t.ancestor_key),
  ],
);

export const sources = sqliteTable(
  'sources',
  {
    ...buildRecordColumns(),
    block: buildBlock(),
    corpus_key: integer()
      .notNull()
      .references(() => corpora.key),
    title: text().notNull(),
    title_sort: text().notNull(),
    title_supplied: integer({ mode: 'boolean' }).notNull(),
    publisher: text(),
    medium: text(),
    url: text(),
    language: text(),
    published: text(),
    published_earliest: integer().notNull(),
    published_latest: integer().notNull(),
    /** Null where it may not be redistributed. */
    text: text(),
    text_sha256: text(),
    text_length: integer(),
    licence: text(),
    note: text(),
  },
  (t) => [
    index('sources_title_sort').on(t.title_sort),
    index('sources_published_earliest').on(t.published_earliest),
    index('sources_published_latest').on(t.published_latest),
    index('sources_corpus_earliest').on(t.corpus_key, t.published_earliest),
    index('sources_corpus_latest').on(t.corpus_key, t.published_latest),
    oneOf('sources_origin', t.origin, origin),
    oneOf('sources_medium_word', t.medium, sourceMedium),
    holds(
      'sources_published_range',
      sql`${t.published} IS NULL OR ${t.published_earliest} <= ${t.published_latest}`,
    ),
    holds(
      'sources_text_hashed',
      sql`${t.text} IS NULL OR (${t.text_sha256} IS NOT NULL AND ${t.text_length} = length(${t.text}))`,
    ),
  ],
);

export const source_authors = sqliteTable(
  'source_authors',
  {
    source_key: integer()
      .notNull()
      .references(() => sources.key),
    ordinal: integer().notNull(),
    name: text().notNull(),
    actor_key: integer().references(() => actors.key),
  },
  (t) => [
    primaryKey({ columns: [t.source_key, t.ordinal] }),
    indexLong('source_authors', t.source_key, t.ordinal),
    index('source_authors_actor').on(t.actor_key, t.source_key),
  ],
);

/** Passages in quotation marks that are no span of a quote: offsets and reasons, no words. */
export const ledger_passages = sqliteTable(
  'ledger_passages',
  {
    source_key: integer()
      .notNull()
      .references(() => sources.key),
    ordinal: integer().notNull(),
    start: integer().notNull(),
    end: integer().notNull(),
    reason: text().notNull(),
    of_quote_key: integer().references(() => quotes.key),
    of_span: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.source_key, t.ordinal] }),
    indexLong('ledger_passages', t.source_key, t.ordinal),
    index('ledger_passages_of_quote').on(t.of_quote_key),
    oneOf('ledger_passages_reason_word', t.reason, ledgerReason),
    holds('ledger_passages_place', sql`${t.start} >= 0 AND ${t.start} < ${t.end}`),
  ],
);

/** What lists of quotes are mostly tested on. */
function listTested(t: Record<TestedColumn, AnySQLiteColumn>): AnySQLiteColumn[] {
  return [
    ...[t.actor_key, t.source_key, t.on_behalf_of_key, t.kind, t.text_by],
    ...[t.language, t.hedge, t.attribution_status, t.verification],
  ];
}
type TestedColumn =
  | ('actor_key' | 'source_key' | 'on_behalf_of_key' | 'kind' | 'text_by')
  | ('language' | 'hedge' | 'attribution_status' | 'verification');

export const quotes = sqliteTable(
  'quotes',
  {
    ...buildRecordColumns(),
    block: buildBlock(),
    actor_key: integer().references(() => actors.key),
    actor_note: text(),
    on_behalf_of_key: integer().references(() => actors.key),
    source_key: integer()
      .notNull()
      .references(() => sources.key),
    occurrences: integer(),
    kind: text().notNull(),
    passage_start: integer(),
    passage_end: integer(),
    passage_sha256: text(),
    passage_exact: text(),
    /** A NOT NULL key for reading in the order of the source; quotes without a place come last. */
    passage_order: integer()
      .notNull()
      .generatedAlwaysAs(sql`(coalesce(passage_start, 9007199254740991))`, { mode: 'virtual' }),
    text: text().notNull(),
    text_by: text().notNull(),
    language: text(),
    cue_exact: text(),
    cue_start: integer(),
    cue_end: integer(),
    hedge: text().notNull(),
    said: text(),
    said_earliest: integer().notNull(),
    said_latest: integer().notNull(),
    place: text(),
    occasion: text(),
    addressee_key: integer().references(() => actors.key),
    addressee_note: text(),
    outlet_key: integer().references(() => actors.key),
    outlet_note: text(),
    relayed_by_key: integer().references(() => actors.key),
    attribution_status: text().notNull(),
    context: text(),
    verification: text().notNull(),
  },
  (t) => [
    // With what rows are tested on behind the order and its ties, so that those that fail are not looked up.
    index('quotes_said_earliest').on(t.said_earliest, t.key, t.said_latest, ...listTested(t)),
    index('quotes_said_latest').on(t.said_latest, t.key, t.said_earliest, ...listTested(t)),
    index('quotes_actor_earliest').on(t.actor_key, t.said_earliest, t.key, t.said_latest, t.kind),
    index('quotes_actor_latest').on(t.actor_key, t.said_latest, t.key, t.said_earliest, t.kind),
    index('quotes_passage_order').on(t.passage_order),
    index('quotes_source_passage').on(t.source_key, t.passage_order),
    index('quotes_source_earliest').on(t.source_key, t.said_earliest),
    index('quotes_source_latest').on(t.source_key, t.said_latest),
    index('quotes_on_behalf_of').on(t.on_behalf_of_key, t.said_latest),
    index('quotes_addressee').on(t.addressee_key),
    index('quotes_outlet').on(t.outlet_key),
    index('quotes_relayed_by').on(t.relayed_by_key),
    oneOf('quotes_origin', t.origin, origin),
    oneOf('quotes_kind_word', t.kind, quoteKind),
    oneOf('quotes_text_by_word', t.text_by, textBy),
    oneOf('quotes_hedge_word', t.hedge, hedge),
    oneOf('quotes_attribution_status_word', t.attribution_status, attributionStatus),
    oneOf('quotes_verification_word', t.verification, verification),
    holds('quotes_said_range', sql`${t.said} IS NULL OR ${t.said_earliest} <= ${t.said_latest}`),
    holds(
      'quotes_has_its_place',
      sql`${t.verification} = 'reported' OR (${t.passage_start} >= 0 AND ${t.passage_start} < ${t.passage_end} AND length(${t.passage_sha256}) = 64)`,
    ),
    holds(
      'quotes_passage_words',
      sql`${t.passage_exact} IS NULL OR length(${t.passage_exact}) = ${t.passage_end} - ${t.passage_start}`,
    ),
    holds(
      'quotes_cue_inside_passage',
      sql`${t.cue_start} IS NULL OR (${t.cue_start} >= ${t.passage_start} AND ${t.cue_end} <= ${t.passage_end} AND length(${t.cue_exact}) = ${t.cue_end} - ${t.cue_start})`,
    ),
  ],
);

export const spans = sqliteTable(
  'spans',
  {
    quote_key: integer()
      .notNull()
      .references(() => quotes.key),
    ordinal: integer().notNull(),
    exact: text().notNull(),
    start: integer(),
    end: integer(),
    prefix: text(),
    suffix: text(),
    text_start: integer().notNull(),
    text_end: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.quote_key, t.ordinal] }),
    holds('spans_place', sql`${t.start} IS NULL OR length(${t.exact}) = ${t.end} - ${t.start}`),
    holds('spans_text_place', sql`length(${t.exact}) = ${t.text_end} - ${t.text_start}`),
    holds(
      'spans_selectors',
      sql`coalesce(length(${t.prefix}), 0) <= 32 AND coalesce(length(${t.suffix}), 0) <= 32`,
    ),
  ],
);

/** Who may have said a quote, as a data set weighs them. */
export const attribution_candidates = sqliteTable(
  'attribution_candidates',
  {
    quote_key: integer()
      .notNull()
      .references(() => quotes.key),
    ordinal: integer().notNull(),
    name: text(),
    actor_key: integer().references(() => actors.key),
    wikidata: text(),
    probability: real(),
  },
  (t) => [
    primaryKey({ columns: [t.quote_key, t.ordinal] }),
    indexLong('attribution_candidates', t.quote_key, t.ordinal),
    index('attribution_candidates_actor').on(t.actor_key, t.quote_key),
    holds('attribution_candidates_probability', sql`${t.probability} BETWEEN 0 AND 1`),
    holds('attribution_candidates_wikidata_qid', sql`${t.wikidata} GLOB 'Q[1-9]*'`),
  ],
);

/** Other documents that report the words of a quote. */
export const quote_also_in = sqliteTable(
  'quote_also_in',
  {
    quote_key: integer()
      .notNull()
      .references(() => quotes.key),
    ordinal: integer().notNull(),
    also_in_key: integer()
      .notNull()
      .references(() => sources.key),
  },
  (t) => [
    primaryKey({ columns: [t.quote_key, t.ordinal] }),
    indexLong('quote_also_in', t.quote_key, t.ordinal),
    uniqueIndex('quote_also_in_source').on(t.also_in_key, t.quote_key),
  ],
);

export const quote_topics = sqliteTable(
  'quote_topics',
  {
    quote_key: integer()
      .notNull()
      .references(() => quotes.key),
    ordinal: integer().notNull(),
    topic_key: integer()
      .notNull()
      .references(() => topics.key),
  },
  (t) => [
    primaryKey({ columns: [t.quote_key, t.ordinal] }),
    indexLong('quote_topics', t.quote_key, t.ordinal),
    uniqueIndex('quote_topics_topic').on(t.topic_key, t.quote_key),
  ],
);

export const stances = sqliteTable(
  'stances',
  {
    ...buildRecordColumns(),
    block: buildBlock(),
    actor_key: integer()
      .notNull()
      .references(() => actors.key),
    on_behalf_of_key: integer().references(() => actors.key),
    topic_key: integer()
      .notNull()
      .references(() => topics.key),
    position: text().notNull(),
    scale_value: real(),
    basis: text().notNull(),
    statement: text().notNull(),
    source_key: integer()
      .notNull()
      .references(() => sources.key),
    held: text(),
    held_earliest: integer().notNull(),
    held_latest: integer().notNull(),
    coder_key: integer().references(() => coders.key),
    confidence: text(),
    relayed_by_key: integer().references(() => actors.key),
    verification: text().notNull(),
  },
  (t) => [
    index('stances_held_earliest').on(t.held_earliest),
    index('stances_held_latest').on(t.held_latest),
    index('stances_actor_earliest').on(t.actor_key, t.held_earliest),
    index('stances_actor_latest').on(t.actor_key, t.held_latest),
    index('stances_topic_earliest').on(t.topic_key, t.held_earliest),
    index('stances_topic_latest').on(t.topic_key, t.held_latest),
    index('stances_source').on(t.source_key, t.held_latest),
    index('stances_on_behalf_of').on(t.on_behalf_of_key),
    index('stances_coder').on(t.coder_key),
    index('stances_relayed_by').on(t.relayed_by_key),
    oneOf('stances_origin', t.origin, origin),
    oneOf('stances_position_word', t.position, stancePosition),
    oneOf('stances_basis_word', t.basis, stanceBasis),
    oneOf('stances_confidence_word', t.confidence, confidence),
    oneOf('stances_verification_word', t.verification, verification),
    holds('stances_held_range', sql`${t.held} IS NULL OR ${t.held_earliest} <= ${t.held_latest}`),
  ],
);

export const stance_evidence = sqliteTable(
  'stance_evidence',
  {
    stance_key: integer()
      .notNull()
      .references(() => stances.key),
    ordinal: integer().notNull(),
    quote_key: integer().references(() => quotes.key),
    passage_start: integer(),
    passage_end: integer(),
    passage_sha256: text(),
    passage_exact: text(),
  },
  (t) => [
    primaryKey({ columns: [t.stance_key, t.ordinal] }),
    indexLong('stance_evidence', t.stance_key, t.ordinal),
    index('stance_evidence_quote').on(t.quote_key),
    holds('stance_evidence_one_of_two', sql`(${t.quote_key} IS NULL) <> (${t.passage_start} IS NULL)`),
    holds(
      'stance_evidence_place',
      sql`${t.passage_start} IS NULL OR (${t.passage_start} >= 0 AND ${t.passage_start} < ${t.passage_end} AND length(${t.passage_sha256}) = 64)`,
    ),
  ],
);

/** Ids that were public once: they answer 410 and are never given to anything else. */
export const withdrawn = sqliteTable(
  'withdrawn',
  {
    noun: text().notNull(),
    id: text().notNull(),
    reason: text().notNull(),
    origin: text().notNull(),
    digest: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.noun, t.id] }),
    // Nothing else says what these rows were: the file's own check compares them with this copy.
    index('withdrawn_copy').on(t.noun, t.id, t.reason, t.origin, t.digest),
    oneOf('withdrawn_origin', t.origin, origin),
  ],
);

/** `data_version`, and the hash of the seeds that are loaded. */
export const facts = sqliteTable(
  'facts',
  {
    name: text().primaryKey(),
    value: text().notNull(),
  },
  // As with the withdrawn.
  (t) => [index('facts_copy').on(t.name, t.value)],
);
