/**
 * Every closed word list, once: zod checks it at the doors, a CHECK constraint in the database,
 * and `/v1/vocabulary` serves it with its meanings.
 */

export type WordList = {
  readonly name: string;
  readonly description: string;
  /** word → what it means; the order is the order of presentation, and of strength where there is one. */
  readonly words: Readonly<Record<string, string>>;
};

export const actorKind: WordList = {
  name: 'actor_kind',
  description: 'What an actor is.',
  words: {
    person: 'A human being who speaks in their own name or for an office.',
    organization: 'A body with members or staff: an agency, a company, a party, a union of states.',
    state: 'A country acting as one. A capital that "announces" is its state.',
    media: 'A newspaper, agency or broadcaster that speaks in its own name.',
    group: 'People who share a position without being one organization: a camp, a faction, critics.',
  },
};

export const quoteKind: WordList = {
  name: 'quote_kind',
  description: "How much of what is reported is in the actor's own words.",
  words: {
    direct: "The actor's own words throughout.",
    mixed: "A sentence that is not the actor's, with words of the actor's in it.",
    indirect: "A paraphrase: no words of the actor's own.",
    unspecified:
      "A passage that another data set attributes to the actor without telling the speaker's words from the reporter's.",
  },
};

export const textBy: WordList = {
  name: 'text_by',
  description: "Whose sentence a quote's `text` is.",
  words: {
    speaker: "The actor's own words, spans joined by an ellipsis.",
    source: "The source's words, given where they may be redistributed.",
    curator: "A curator's sentence, with each span of the actor's words in quotation marks.",
  },
};

export const hedge: WordList = {
  name: 'hedge',
  description: 'Whether the source itself is sure of what it reports.',
  words: {
    none: 'The source reports it as a fact that this was said.',
    reportedly: 'The source passes it on without vouching for it.',
    implicitly: 'The source says that it was meant rather than said.',
  },
};

export const attributionStatus: WordList = {
  name: 'attribution_status',
  description: "Whether the source's attribution holds.",
  words: {
    attributed: 'The source attributes it, and nothing in the base speaks against that.',
    disputed: 'Somebody with standing contests that the actor said it.',
    misattributed: 'It is known that the actor did not say it.',
  },
};

export const attributionVerdict: WordList = {
  name: 'attribution_verdict',
  description: 'How a sentence stands to the own words of a quote.',
  words: {
    exact:
      'The same letters in the same order, of the whole quote or of one of its spans: only case, punctuation, spaces and diacritics may differ.',
    near: 'Most of the sentence and most of the quote are the same words in the same order.',
    partial: 'A part of the sentence is a part of the quote: a fragment of it, or more words around it.',
    none: 'Nothing in the base resembles the sentence enough.',
  },
};

export const claimAnswer: WordList = {
  name: 'claim_answer',
  description: 'Whether an actor said the words that are claimed to be theirs.',
  words: {
    confirmed:
      'A quote of this actor, or on behalf of this actor, has these words, as well as any other quote has them.',
    said_by_someone_else: 'The base has these words of another speaker, and not of this one.',
    not_found: 'The base has no such words, or does not know whose they are.',
  },
};

export const wordDifference: WordList = {
  name: 'word_difference',
  description: 'What became of a word between a quote and the sentence that repeats it.',
  words: {
    kept: 'In both, apart from case, punctuation and diacritics.',
    changed: 'In both, in another form; or another word stands in its place.',
    missing: 'In the quote, and not in the sentence.',
    added: 'In the sentence, and not in the quote.',
  },
};

export const searchExtent: WordList = {
  name: 'search_extent',
  description: 'How far the base was searched for a sentence.',
  words: {
    complete: 'Enough of its rarest words were looked up completely.',
    limited:
      'Its words are too common to be looked up completely within the bound: what was not found may be there.',
  },
};

export const verification: WordList = {
  name: 'verification',
  description: 'How far the place of the words is proven, strongest first.',
  words: {
    verified: "The source's text is held here, and the words stand in it at the given offsets.",
    pinned:
      'The text may not be held here: offsets, hashes and selectors are, and whoever has the document can prove them.',
    reported: 'Another data set says so, without offsets or text.',
  },
};

export const stancePosition: WordList = {
  name: 'stance_position',
  description: "Where an actor stands on a topic's proposition.",
  words: {
    support: 'Agrees with the proposition.',
    oppose: 'Disagrees with the proposition.',
    mixed: 'Agrees with it in part or under conditions, and disagrees otherwise.',
    neutral: 'Speaks about it and takes no side.',
  },
};

export const stanceBasis: WordList = {
  name: 'stance_basis',
  description: 'What a stance rests on.',
  words: {
    quoted: "The actor's own words.",
    reported: 'The source says that the actor holds it.',
    inferred: "The coder's reading of the source.",
  },
};

export const confidence: WordList = {
  name: 'confidence',
  description: 'How sure the coder is of a stance.',
  words: {
    high: 'Another coder would hardly decide otherwise.',
    medium: 'The likeliest reading.',
    low: 'Defensible, and so is another reading.',
  },
};

/** A subset of CSL 1.0.2 item types: those in which statements are usually reported. */
export const sourceMedium: WordList = {
  name: 'source_medium',
  description: 'The kind of document, by its CSL item type.',
  words: {
    article: 'A self-contained work of no narrower kind, such as a preprint.',
    'article-journal': 'An article in a scholarly journal.',
    'article-magazine': 'An article in a magazine.',
    'article-newspaper': 'An article in a newspaper.',
    bill: 'A proposed piece of legislation.',
    book: 'A book or pamphlet.',
    broadcast: 'A programme on radio or television.',
    chapter: 'A part of a book.',
    dataset: 'A collection of data.',
    hearing: 'A hearing by a government body.',
    interview: 'An interview.',
    legislation: 'A law or resolution in force.',
    manuscript: 'An unpublished manuscript.',
    motion_picture: 'A film or video.',
    pamphlet: 'A fascicle, leaflet or campaign paper.',
    personal_communication: 'A letter, a message or an e-mail.',
    post: 'A post on a social network or forum.',
    'post-weblog': 'A post on a weblog.',
    'press-release': 'A statement handed to the press.',
    report: 'A report of an organization.',
    song: 'A sound recording.',
    speech: 'A speech or talk.',
    treaty: 'A treaty between states.',
    webpage: 'A page on a web site.',
  },
};

export const ledgerReason: WordList = {
  name: 'ledger_reason',
  description: 'Why a passage in quotation marks is no span of a quote.',
  words: {
    repeat: 'The same words stand earlier as a span: one quote, at its first place.',
    echo: "Words taken up from somebody's quote and used by the author in a sentence of his own.",
    unattributed: 'Reported words of which the document does not say whose they are.',
    slogan: 'The name or motto of a policy, said by many.',
    scare_quote: 'The author keeps a distance from a word of his own.',
    term: 'A technical or political term, named as such.',
  },
};

export const origin: WordList = {
  name: 'origin',
  description: 'By which door a record came in.',
  words: {
    seed: 'The files under seeds/.',
    import: 'A bulk import.',
  },
};

export const totalIs: WordList = {
  name: 'total_is',
  description: 'How to read a total.',
  words: {
    exact: 'This many match.',
    at_least: 'At least this many match: an exact count would have cost more than one request may.',
  },
};

export const ranking: WordList = {
  name: 'ranking',
  description: 'How the results of a text search are ordered by `sort=relevance`.',
  words: {
    bm25: 'All matches were ranked by Okapi BM25.',
    name: 'By how well the name fits; `name_match` of each record says why.',
    newest:
      'The words are so common that ranking would cost too much: all matches come, those that were added last first.',
  },
};

export const verdict: WordList = {
  name: 'verdict',
  description: 'How the positions of two actors on one proposition compare.',
  words: {
    conflict: 'One supports it and the other opposes it.',
    agree: 'Both support it, or both oppose it.',
    open: 'One of them at least is mixed or neutral: neither agreement nor conflict follows.',
    varying: 'One of them at least held different positions, and the verdict depends on which is taken.',
    silent: 'One of them at least has no position that was asked for.',
  },
};

export const networkMode: WordList = {
  name: 'network_mode',
  description: 'What the two ends of an edge are.',
  words: {
    two: 'A row and a column, such as an actor and a topic.',
    one: 'Two rows that meet in a column, such as two actors who speak on one topic.',
  },
};

export const networkAggregation: WordList = {
  name: 'network_aggregation',
  description: "How positions make an edge's weight.",
  words: {
    ignore: 'All statements count alike, whatever the position.',
    congruence: 'One mode: pairs of statements that take the same side.',
    conflict: 'One mode: pairs of statements that take opposite sides.',
    subtract: 'Two modes: support less oppose. One mode: congruence less conflict.',
    combine: 'Two modes: 1 for support alone, 2 for oppose alone, 3 for both.',
  },
};

export const networkNormalization: WordList = {
  name: 'network_normalization',
  description: 'What weights are divided by.',
  words: {
    no: 'Nothing.',
    activity: "Two modes: the row's statements.",
    prominence: "Two modes: the column's statements.",
    average: 'One mode: the mean of the statements of both rows.',
    jaccard: 'One mode: what either row says, with what both say multiplied.',
    cosine: "One mode: the product of the statements of both rows. The name is DNA's.",
  },
};

export const networkDuplicates: WordList = {
  name: 'network_duplicates',
  description: 'Within what a statement that is made again counts only once.',
  words: {
    include: 'Every statement counts.',
    document: 'Within a source.',
    week: 'Within an ISO 8601 week of its year.',
    month: 'Within a month of its year.',
    year: 'Within a year.',
    acrossrange: 'Within the whole network, or the whole window.',
  },
};

export const shiftOrder: WordList = {
  name: 'shift_order',
  description: 'Whether it is known which of two positions was held first.',
  words: {
    known: 'Whatever days their dates may mean, the one ends before the other begins.',
    overlapping: 'The days that their dates may mean overlap: which was first cannot be known.',
    undated: 'One of them at least has no date: which was first cannot be known.',
  },
};

export const nameReason: WordList = {
  name: 'name_reason',
  description: 'Why a name is taken to fit a stored one as well as its score says.',
  words: {
    same: 'The same but for case, diacritics, punctuation and spaces.',
    transliterated: 'The same when letters of one script are written in the other.',
    joined: 'Two words of the one stand as a single word in the other.',
    spelling: 'A word is spelt otherwise and has the same consonants, as transliterations of one name do.',
    typo: 'A word differs by a letter, or a long one by two.',
    initial: 'A word is given by its first letter.',
    other_order: 'The words come in another order.',
    missing_words: 'The stored name has words that were not given.',
    extra_words: 'Words were given that the stored name lacks.',
    other_words: 'Each has words that the other lacks.',
    wikidata: 'The Wikidata item is the same.',
    other_wikidata: 'The Wikidata item is another.',
    other_kind: 'It is of another kind.',
    other_country: 'The country is another.',
  },
};

export const wordLists: readonly WordList[] = [
  actorKind,
  quoteKind,
  textBy,
  hedge,
  attributionStatus,
  attributionVerdict,
  claimAnswer,
  wordDifference,
  searchExtent,
  verification,
  stancePosition,
  stanceBasis,
  confidence,
  sourceMedium,
  ledgerReason,
  origin,
  totalIs,
  ranking,
  verdict,
  networkMode,
  networkAggregation,
  networkNormalization,
  networkDuplicates,
  shiftOrder,
  nameReason,
];

export function listWords(list: WordList): [string, ...string[]] {
  return Object.keys(list.words) as [string, ...string[]];
}

/** The weakest of several states of verification; null when there are none. */
export function findWeakestVerification(states: readonly string[]): string | null {
  const order = listWords(verification);
  let weakest = -1;
  for (const state of states) weakest = Math.max(weakest, order.indexOf(state));
  return order[weakest] ?? null;
}
