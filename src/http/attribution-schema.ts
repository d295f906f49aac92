/** The shape of an answer to "who said this?". */
import {
  attributionStatus,
  attributionVerdict,
  claimAnswer,
  listWords,
  searchExtent,
  verification,
  type WordList,
  wordDifference,
} from '../vocabulary.ts';
import type { JsonSchema } from './record-schemas.ts';

function oneOf(list: WordList): JsonSchema {
  return { type: 'string', enum: listWords(list), description: list.description };
}

function allOf(properties: Record<string, JsonSchema>, description?: string): JsonSchema {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties,
    ...(description === undefined ? {} : { description }),
  };
}

function orNull(schema: JsonSchema, description: string): JsonSchema {
  return { anyOf: [schema, { type: 'null' }], description };
}

const text = (description: string): JsonSchema => ({ type: 'string', description });
const count = (description: string): JsonSchema => ({ type: 'number', minimum: 0, description });
const share = (description: string): JsonSchema => ({ type: 'number', minimum: 0, maximum: 1, description });

const named = allOf({ id: { type: 'string' }, name: { type: 'string' } });
const place = allOf({
  start: { type: 'integer', minimum: 0, description: 'First code point.' },
  end: { type: 'integer', minimum: 0, description: 'One past the last.' },
  words: text('What stands there.'),
});

const reasons = allOf(
  {
    fidelity: share('Of the words in the compared stretches, the share that stands in both, in order.'),
    of_sentence: share('How much of the sentence lies in its compared stretch.'),
    of_quote: share('How much of the quote lies in its own.'),
    kept: count('Words kept; in scripts without spaces a character is half a word.'),
    changed: count('Words changed.'),
    missing: count('Words of the quote that the sentence lacks.'),
    added: count('Words of the sentence that the quote lacks.'),
    longest_run: count('The most words kept in a row.'),
    rarity: count('How rare the kept words are together, in natural logarithms.'),
  },
  'What the score is made of. Shares count rare words more.',
);

const candidate = allOf({
  verdict: { type: 'string', enum: listWords(attributionVerdict).filter((word) => word !== 'none') },
  score: share('`fidelity` times the larger of `of_sentence` and `of_quote`; 1 for `exact` alone.'),
  reasons,
  warning: orNull(
    { type: 'string' },
    'What must not be overlooked: that the attribution is disputed or wrong.',
  ),
  actor: orNull(named, 'Who said it; null when the speaker is unknown.'),
  relayed_by: orNull(named, 'Who reports the words inside the source.'),
  on_behalf_of: orNull(named, 'The state or organization for which the source lets the actor speak.'),
  source: allOf({ id: { type: 'string' }, title: { type: 'string' } }),
  attribution_status: oneOf(attributionStatus),
  verification: oneOf(verification),
  said: orNull({ type: 'string' }, 'When it was said, EDTF.'),
  quote: allOf({
    id: { type: 'string' },
    kind: { type: 'string' },
    text: text('As in the record of the quote; `differences` count in it.'),
    spans: { type: 'array', items: { type: 'object' }, description: "The actor's own words in it." },
  }),
  part: { ...place, description: 'The part of the sentence that the quote accounts for.' },
  differences: {
    type: 'array',
    description: 'Word by word, in order, inside the compared stretches.',
    items: allOf({
      kind: oneOf(wordDifference),
      sentence: orNull(place, 'In `text` as it was given; null for a missing word.'),
      quote: orNull(place, 'In `quote.text`; null for an added word.'),
    }),
  },
});

export const attributionSchema: JsonSchema = allOf({
  conflict: orNull(
    allOf({ sentence: { type: 'string' }, actors: { type: 'array', items: named } }),
    'Where the same words stand under several speakers; comes first because it puts every attribution in doubt.',
  ),
  verdict: {
    ...oneOf(attributionVerdict),
    description: `That of the best candidate. ${attributionVerdict.description}`,
  },
  claim: orNull(
    allOf({ actor: named, answer: oneOf(claimAnswer), sentence: { type: 'string' } }),
    'The answer to `claimed_actor`; null when none was given.',
  ),
  words: count('How many words the sentence has. Below 3, only `exact` or `none` is said.'),
  search: oneOf(searchExtent),
  candidates: {
    type: 'array',
    items: candidate,
    description: 'Best first; none where the verdict is `none`.',
  },
  data_version: text('Changes with every change of the data.'),
});
