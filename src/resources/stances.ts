import { countCodePoints, sliceCodePoints } from '../evidence/code-points.ts';
import { digestText } from '../evidence/digest.ts';
import {
  confidence,
  findWeakestVerification,
  stanceBasis,
  stancePosition,
  verification,
} from '../vocabulary.ts';
import {
  children,
  code,
  type Draft,
  type DraftProblem,
  date,
  type FindDraft,
  id,
  integer,
  number,
  object,
  type Resource,
  reference,
  text,
  word,
} from './resource.ts';

export const stances: Resource = {
  name: 'stances',
  singular: 'stance',
  summary: 'Where actors stand, and which words prove it',
  description: "An actor's position on a topic's proposition, with its evidence and the coder who decided.",
  served: true,
  label: null,
  seed_file: { file: 'stances.yaml', shared: false },
  default_sort: '-held',
  date: 'held',
  place: { children: 'evidence', column: 'passage_start', through: 'quote', source: 'source' },
  fields: {
    id: id('Public, readable and stable.', 'khamenei-on-missile-programme'),
    actor: reference('actors', 'Whose position it is.', { filter: true, through: true, example: 'khamenei' }),
    on_behalf_of: reference('actors', 'The state or organization the actor speaks for in it.', {
      nullable: true,
      filter: true,
      through: true,
    }),
    topic: reference('topics', 'The topic whose proposition is supported or opposed.', {
      filter: true,
      tree: true,
    }),
    position: word(stancePosition, 'The position.', { filter: true, example: 'oppose' }),
    scale_value: number(
      "Its value on the data set's own scale, where the position was read from one; `statement` says how.",
      { nullable: true },
    ),
    basis: word(stanceBasis, 'What it rests on.', { filter: true }),
    statement: text("The position in one sentence of the coder's."),
    source: reference('sources', 'The document it was read in.', { filter: true, through: true }),
    held: date('When it was held, EDTF.', { filter: true, sort: true }),
    coder: reference('coders', 'Who coded it.', { nullable: true, filter: true }),
    confidence: word(confidence, 'How sure the coder is.', { nullable: true, filter: true }),
    relayed_by: reference('actors', 'Who ascribes this stance to the actor, inside the source.', {
      nullable: true,
      filter: true,
    }),
    evidence: children('Quotes and passages that prove it.', {
      singular: 'evidence',
      table: 'stance_evidence',
      owner: 'stance_key',
      fields: {
        quote: reference('quotes', "A quote of the actor's, or one made on the actor's behalf.", {
          nullable: true,
          filter: true,
        }),
        passage: object(
          "A passage of the stance's source.",
          {
            start: integer('First code point.', { minimum: 0 }),
            end: integer('One past the last.', { minimum: 1 }),
            sha256: code('sha256', 'SHA-256 of the passage in UTF-8.', { nullable: true }),
            exact: text('Its words, where the source may be redistributed.', {
              nullable: true,
              derived: true,
            }),
          },
          { nullable: true },
        ),
      },
    }),
    verification: word(verification, 'How far its evidence is proven, the weakest of it.', {
      derived: true,
      filter: true,
    }),
  },
  search: { table: 'stances_fts', columns: [{ column: 'statement', field: 'statement' }] },
  complete: completeStance,
};

type Passage = { start: number; end: number; sha256?: string | null; exact: string | null };
type StanceDraft = Draft & {
  actor: string;
  topic: string;
  source: string;
  basis: string;
  evidence: { quote?: string | null; passage?: Passage | null }[];
};

function completeStance(draft: Draft, find: FindDraft): DraftProblem[] {
  const stance = draft as StanceDraft;
  const problems: DraftProblem[] = [];
  if (find('topics', stance.topic)?.proposition == null) {
    problems.push({
      path: ['topic'],
      sentence: `"${stance.topic}" has no proposition, so there is nothing to support or oppose`,
    });
  }
  if (stance.evidence.length === 0) {
    problems.push({
      path: ['evidence'],
      sentence: 'a stance names its evidence: at least one quote or passage',
    });
  }
  const states: string[] = [];
  let ownWords = false;
  stance.evidence.forEach((item, n) => {
    if ((item.quote == null) === (item.passage == null)) {
      problems.push({
        path: ['evidence', n],
        sentence: 'a piece of evidence is either a quote or a passage',
      });
    } else if (item.quote != null) {
      const quote = find('quotes', item.quote);
      if (quote === undefined) return;
      if (quote.actor !== stance.actor && quote.on_behalf_of !== stance.actor) {
        problems.push({
          path: ['evidence', n, 'quote'],
          sentence: `"${item.quote}" is neither a quote of "${stance.actor}" nor one made on behalf of "${stance.actor}"`,
        });
      }
      if (((quote.spans ?? []) as unknown[]).length > 0) ownWords = true;
      states.push(String(quote.verification));
    } else if (item.passage != null) {
      const source = find('sources', stance.source);
      const text = (source?.text ?? null) as string | null;
      const sentence = completePassage(item.passage, text, (source?.text_length ?? null) as number | null);
      if (sentence !== null) problems.push({ path: ['evidence', n, 'passage'], sentence });
      states.push(text === null ? 'pinned' : 'verified');
    }
  });
  if (stance.basis === 'quoted' && stance.evidence.length > 0 && !ownWords) {
    problems.push({
      path: ['basis'],
      sentence: 'a stance on the basis "quoted" needs a quote with the actor\'s own words among its evidence',
    });
  }
  stance.verification = findWeakestVerification(states) ?? 'reported';
  return problems;
}

function completePassage(
  passage: Passage,
  sourceText: string | null,
  knownLength: number | null,
): string | null {
  if (passage.end <= passage.start)
    return `the passage ends at ${passage.end}, before it starts (${passage.start})`;
  const length = sourceText === null ? knownLength : countCodePoints(sourceText);
  if (length !== null && passage.end > length)
    return `the passage ends at ${passage.end}, and the source has ${length} code points`;
  passage.exact = null;
  if (sourceText === null) {
    return passage.sha256 == null
      ? 'a passage whose source is not held needs its SHA-256; `verbatim locate` fills it in'
      : null;
  }
  passage.exact = sliceCodePoints(sourceText, passage.start, passage.end);
  const digest = digestText(passage.exact);
  if (passage.sha256 != null && passage.sha256 !== digest) {
    return `the source has at [${passage.start}, ${passage.end}) a passage with the SHA-256 ${digest}`;
  }
  passage.sha256 = digest;
  return null;
}
