import { countCodePoints } from '../evidence/code-points.ts';
import { digestText } from '../evidence/digest.ts';
import { FOLDING } from '../evidence/name-folding.ts';
import { ledgerReason, sourceMedium } from '../vocabulary.ts';
import {
  boolean,
  children,
  code,
  type Draft,
  type DraftProblem,
  date,
  id,
  integer,
  object,
  type Resource,
  reference,
  text,
  word,
} from './resource.ts';

export const sources: Resource = {
  name: 'sources',
  singular: 'source',
  summary: 'Documents in which statements are reported',
  description: 'A source is identified by bibliographic data and by the SHA-256 of its text.',
  served: true,
  label: 'title',
  seed_file: { file: 'sources.yaml', shared: false },
  default_sort: '-published',
  date: 'published',
  fields: {
    id: id('Public, readable and stable.', 'eftekhari-op-ed'),
    corpus: reference('corpora', 'The corpus it belongs to; in the seeds, that of its folder.', {
      filter: true,
      derived: true,
    }),
    title: text('Title.', { sort: true }),
    title_supplied: boolean('True where the copy bears no title and the curator wrote one.', {
      default: false,
      filter: true,
    }),
    authors: children('Who wrote it, in order.', {
      singular: 'author',
      table: 'source_authors',
      owner: 'source_key',
      nullable: true,
      fields: {
        name: text('The name as printed.'),
        actor: reference('actors', 'The actor this is.', { nullable: true, filter: true }),
      },
    }),
    publisher: text('Publisher.', { nullable: true }),
    medium: word(sourceMedium, 'Kind of document.', {
      nullable: true,
      filter: true,
      example: 'article-newspaper',
    }),
    url: code('url', 'Where it was read.', { nullable: true }),
    language: code('language', 'Its language, BCP 47.', { nullable: true, filter: true, example: 'en' }),
    published: date('Day of publication, EDTF.', { filter: true, sort: true, example: '2020-12-20' }),
    text: text('The text itself; null where it may not be redistributed.', {
      nullable: true,
      on_request: true,
      from_file: true,
    }),
    text_sha256: code('sha256', 'SHA-256 of the text in UTF-8.', { nullable: true, filter: true }),
    text_length: integer('Length of the text in code points.', { nullable: true, filter: true, minimum: 0 }),
    licence: text('Terms of the document itself.', { nullable: true }),
    note: text('How the copy looks that was coded.', { nullable: true }),
    ledger: children(
      'Passages in quotation marks that are no span of a quote: offsets and reasons, no words.',
      {
        singular: 'ledger',
        table: 'ledger_passages',
        owner: 'source_key',
        nullable: true,
        own_file: { file: 'passages.yaml', by: 'source' },
        fields: {
          start: integer('First code point inside the marks.', { minimum: 0 }),
          end: integer('One past the last.', { minimum: 1 }),
          reason: word(ledgerReason, 'Why it is no span.', { filter: true }),
          of: object(
            'The span whose words it repeats or echoes.',
            {
              quote: reference('quotes', 'The quote.', { nullable: true }),
              span: integer('Which of its spans, from 1.', { nullable: true, minimum: 1 }),
            },
            { nullable: true },
          ),
        },
      },
    ),
  },
  fixed: ['text', 'text_sha256', 'text_length'],
  names: {
    table: 'source_name_keys',
    main: 'title',
    kind: 'medium',
    description: 'publisher',
    spelling: 'as_written',
    folding: FOLDING,
  },
  search: {
    table: 'sources_fts',
    columns: [
      { column: 'title', field: 'title' },
      { column: 'note', field: 'note' },
    ],
  },
  complete: completeSource,
};

type LedgerEntry = { start: number; end: number; reason: string; of?: { quote?: string | null } | null };

function completeSource(draft: Draft): DraftProblem[] {
  const problems: DraftProblem[] = [];
  if (typeof draft.text === 'string') {
    const digest = digestText(draft.text);
    const length = countCodePoints(draft.text);
    if (draft.text_sha256 != null && draft.text_sha256 !== digest) {
      problems.push({ path: ['text_sha256'], sentence: `the text that is held has the SHA-256 ${digest}` });
    }
    if (draft.text_length != null && draft.text_length !== length) {
      problems.push({ path: ['text_length'], sentence: `the text that is held has ${length} code points` });
    }
    draft.text_sha256 = digest;
    draft.text_length = length;
  }
  const ledger = (draft.ledger ?? []) as LedgerEntry[];
  ledger.forEach((entry, n) => {
    if (entry.end <= entry.start) {
      problems.push({
        path: ['ledger', n, 'end'],
        sentence: `ends at ${entry.end}, before it starts (${entry.start})`,
      });
    }
    if (entry.reason === 'repeat' && entry.of?.quote == null) {
      problems.push({
        path: ['ledger', n, 'of'],
        sentence: 'a repeat says which quote and span it repeats (of: { quote, span })',
      });
    }
    const before = ledger[n - 1];
    if (before !== undefined && entry.start < before.end) {
      problems.push({
        path: ['ledger', n, 'start'],
        sentence: `starts at ${entry.start}, inside the entry before it [${before.start}, ${before.end}); keep the ledger in the order of the document`,
      });
    }
  });
  return problems;
}
