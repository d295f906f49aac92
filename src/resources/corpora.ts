import { date, id, type Resource, text } from './resource.ts';

export const corpora: Resource = {
  name: 'corpora',
  singular: 'corpus',
  summary: 'Sets of sources, collected and coded for a purpose',
  description:
    'A corpus has a licence, a citation and a codebook that says how borderline cases were decided.',
  served: true,
  label: 'title',
  seed_file: { file: 'corpus.yaml', shared: false, single: true },
  default_sort: 'title',
  fields: {
    id: id('Public, readable and stable; in the seeds, the name of its folder.', 'eftekhari-russia-iran'),
    title: text('Title.', { sort: true }),
    description: text('What was collected, and what for.', { nullable: true }),
    licence: text('Terms under which the coding may be used.', { nullable: true }),
    citation: text('How to cite it.', { nullable: true }),
    coded: date('When it was coded, EDTF.', { example: '2026-11' }),
    codebook: text('The codebook, in Markdown.', { nullable: true, on_request: true, from_file: true }),
  },
  search: {
    table: 'corpora_fts',
    columns: [
      { column: 'title', field: 'title' },
      { column: 'description', field: 'description' },
    ],
  },
};
