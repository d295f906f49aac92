import { FOLDING } from '../evidence/name-folding.ts';
import { children, code, id, type Resource, reference, text } from './resource.ts';

export const topics: Resource = {
  name: 'topics',
  singular: 'topic',
  summary: 'What is spoken about',
  description:
    'Topics form a tree (SKOS broader and narrower). One that people can be for or against carries a proposition: the sentence that "support" agrees with.',
  served: true,
  label: 'label',
  seed_file: { file: 'topics.yaml', shared: true },
  default_sort: 'label',
  tree: { parent: 'broader', closure: 'topics_closure' },
  fields: {
    id: id('Public, readable and stable.', 'jcpoa'),
    label: text('Preferred label, in English.', { sort: true, example: 'Iran nuclear deal (JCPOA)' }),
    description: text('What belongs under this topic.', { nullable: true }),
    proposition: text(
      'The sentence that "support" agrees with; null where there is nothing to be for or against.',
      {
        nullable: true,
      },
    ),
    broader: reference('topics', 'The next broader topic.', { nullable: true, filter: true, tree: true }),
    alt_labels: children('Other labels, in this and other languages.', {
      singular: 'alt_label',
      table: 'topic_labels',
      owner: 'topic_key',
      nullable: true,
      text_column: { column: 'alt_labels_text', from: 'label' },
      fields: {
        label: text('The label.', { example: 'برجام' }),
        language: code('language', 'Its language, BCP 47.', { nullable: true, example: 'fa' }),
      },
    }),
  },
  fixed: ['proposition'],
  names: {
    table: 'topic_name_keys',
    main: 'label',
    others: { field: 'alt_labels', name: 'label', language: 'language' },
    description: 'description',
    spelling: 'any',
    folding: FOLDING,
  },
  search: {
    table: 'topics_fts',
    columns: [
      { column: 'label', field: 'label' },
      { column: 'alt_labels_text', field: 'alt_labels', lines: true },
      { column: 'proposition', field: 'proposition' },
      { column: 'description', field: 'description' },
    ],
  },
};
