import { FOLDING } from '../evidence/name-folding.ts';
import { actorKind } from '../vocabulary.ts';
import { children, code, date, id, type Resource, reference, text, word } from './resource.ts';

export const actors: Resource = {
  name: 'actors',
  singular: 'actor',
  summary: 'Who speaks or takes a position',
  description:
    'People, organizations, states, media and groups, with their names in other spellings and scripts, and the offices they hold.',
  served: true,
  label: 'name',
  seed_file: { file: 'actors.yaml', shared: true },
  default_sort: 'name',
  fields: {
    id: id('Public, readable and stable.', 'zarif'),
    name: text('The usual English spelling.', { sort: true, example: 'Mohammad Javad Zarif' }),
    kind: word(actorKind, 'What the actor is.', { filter: true, example: 'person' }),
    description: text('Who this is, in one sentence.', { nullable: true }),
    country: code('country', 'Country, ISO 3166-1 alpha-2.', { nullable: true, filter: true, example: 'IR' }),
    wikidata: code('wikidata', 'Wikidata item.', { nullable: true, filter: true, example: 'Q7747' }),
    names: children('Other spellings, and the name in its own script.', {
      singular: 'name',
      table: 'actor_names',
      owner: 'actor_key',
      nullable: true,
      text_column: { column: 'names_text', from: 'name' },
      fields: {
        name: text('The name as it is written there.', { example: 'محمدجواد ظریف' }),
        language: code('language', 'Language of this spelling, BCP 47.', { nullable: true, example: 'fa' }),
      },
    }),
    affiliations: children('Offices the actor holds in other actors.', {
      singular: 'affiliation',
      table: 'affiliations',
      owner: 'actor_key',
      nullable: true,
      fields: {
        organization: reference('actors', 'The organization or state.', { filter: true, example: 'iran' }),
        role: text('The office, in words.', { nullable: true, example: 'Minister of Foreign Affairs' }),
        held: date('When the office was held, an EDTF interval.', { filter: true, example: '2013/2021' }),
      },
    }),
  },
  names: {
    table: 'actor_name_keys',
    main: 'name',
    others: { field: 'names', name: 'name', language: 'language' },
    kind: 'kind',
    description: 'description',
    filter: true,
    spelling: 'any',
    folding: FOLDING,
  },
  search: {
    table: 'actors_fts',
    columns: [
      { column: 'name', field: 'name' },
      { column: 'names_text', field: 'names', lines: true },
      { column: 'description', field: 'description' },
    ],
  },
};
