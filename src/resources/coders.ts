import { id, type Resource, text } from './resource.ts';

export const coders: Resource = {
  name: 'coders',
  singular: 'coder',
  summary: 'Who coded a stance',
  description: 'People or programs that read sources and code stances. Served inside the stances they coded.',
  served: false,
  label: 'name',
  seed_file: { file: 'coders.yaml', shared: false },
  default_sort: 'id',
  fields: {
    id: id('Public, readable and stable.', 'verbatim-editors'),
    name: text('Name.'),
  },
};
