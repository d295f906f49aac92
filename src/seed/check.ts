/** From files to drafts: every record checked field by field, then as a whole, then against the others. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type FileProblem, LoadRefusal, UsageError } from '../errors.ts';
import { findNearest, suggest } from '../nearest.ts';
import {
  describeIssues,
  formatPath,
  listInputKeysIn,
  type Path,
  walkReferences,
} from '../resources/check-record.ts';
import { getResource, resources } from '../resources/registry.ts';
import type { ChildrenField, Draft, Field, FindDraft, Noun, Resource } from '../resources/resource.ts';
import { buildInputSchema, buildOwnFileSchema, getInputKey } from '../resources/schemas.ts';
import type { Withdrawal } from '../store/write.ts';
import { listCorpusFolders, listStrayFiles, readNeighbour, SeedFile } from './read.ts';
import { isTransient } from './transient.ts';

export type CheckedSeeds = { loads: Map<Noun, Draft[]>; withdrawals: Withdrawal[] };

/** What the base holds besides the seeds, and what it has withdrawn: seeds may refer to the first and not to the second. */
export type BaseView = { find: FindDraft; findWithdrawal: (noun: Noun, id: string) => string | undefined };

/** Where a draft was written, so that what is found wrong later can still be shown there. */
type Origin = { file: SeedFile; path: Path };
type Load = {
  root: string;
  problems: FileProblem[];
  drafts: Map<Noun, Draft[]>;
  origins: Map<Draft | object, Origin>;
  withdrawals: Withdrawal[];
};

const inputSchemas = new Map<Noun, z.ZodType>();

/** Throws LoadRefusal with every mistake that was found. */
export function checkSeeds(root: string, base: BaseView): CheckedSeeds {
  const load: Load = {
    root,
    problems: [],
    drafts: new Map(resources.map((resource) => [resource.name, []])),
    origins: new Map(),
    withdrawals: [],
  };
  refuseStrayFiles(load);
  const single = resources.find((resource) => resource.seed_file.single) as Resource;
  for (const resource of resources.filter((candidate) => candidate.seed_file.shared))
    readNoun(load, resource, root);
  readWithdrawals(load, root);
  for (const folder of listCorpusFolders(root, single.seed_file.file)) {
    for (const resource of resources.filter((candidate) => !candidate.seed_file.shared))
      readNoun(load, resource, folder);
    readWithdrawals(load, folder);
  }
  refuse(load);
  if ([...load.drafts.values()].every((drafts) => drafts.length === 0)) {
    throw new UsageError(`There are no seed files in ${root}: loading it would withdraw every record.`);
  }
  checkIds(load);
  refuse(load);
  checkReferences(load, base);
  for (const resource of resources) checkTree(load, resource);
  refuse(load);
  completeDrafts(load, base);
  refuse(load);
  return { loads: load.drafts, withdrawals: load.withdrawals };
}

const WITHDRAWN = 'withdrawn.yaml';

function refuseStrayFiles(load: Load): void {
  const shared = new Set([WITHDRAWN]);
  const own = new Set([WITHDRAWN]);
  for (const { seed_file, fields } of resources) {
    (seed_file.shared ? shared : own).add(seed_file.file);
    for (const field of Object.values(fields))
      if (field.type === 'children' && field.own_file) own.add(field.own_file.file);
  }
  for (const file of listStrayFiles(load.root, shared, own)) {
    const nearest = findNearest(file.split('/').at(-1) ?? '', [...shared, ...own]);
    const sentence = `no loader reads a file of this name in this place.${suggest(nearest)} A folder is a corpus when it holds a corpus.yaml.`;
    load.problems.push({ file, line: null, record: null, field: null, sentence });
  }
}

function refuse(load: Load): void {
  if (load.problems.length > 0) throw new LoadRefusal(load.problems);
}

function readNoun(load: Load, resource: Resource, folder: string): void {
  const path = join(folder, resource.seed_file.file);
  if (!existsSync(path)) return;
  const file = openFile(load, path);
  if (file === null) return;
  const value: unknown = file.readValue();
  const entries = resource.seed_file.single ? [value] : value;
  if (value === null && !resource.seed_file.single) return;
  if (!Array.isArray(entries)) {
    addProblem(
      load,
      { file, path: [] },
      null,
      [],
      `a list of ${resource.name} is expected here, each beginning with "- id: …"`,
    );
    return;
  }
  const schema = getInputSchema(resource);
  const drafts = load.drafts.get(resource.name) as Draft[];
  entries.forEach((entry, n) => {
    const origin: Origin = { file, path: resource.seed_file.single ? [] : [n] };
    const withText = readTextFiles(load, resource, origin, entry);
    const result = schema.safeParse(withText);
    if (!result.success) {
      reportIssues(load, origin, resource.fields, withText, result.error.issues);
      return;
    }
    const draft = moveTexts(resource, result.data as Draft);
    load.origins.set(draft, origin);
    drafts.push(draft);
  });
  if (resource.fields.corpus?.type === 'reference') {
    const corpus = load.drafts.get('corpora')?.at(-1)?.id ?? basename(folder);
    for (const draft of drafts) draft.corpus ??= corpus;
  }
  for (const [name, field] of Object.entries(resource.fields)) {
    if (field.type === 'children' && field.own_file) readOwnFile(load, resource, folder, name, field, drafts);
  }
}

function getInputSchema(resource: Resource): z.ZodType {
  let schema = inputSchemas.get(resource.name);
  if (schema === undefined) {
    schema = buildInputSchema(resource);
    inputSchemas.set(resource.name, schema);
  }
  return schema;
}

function openFile(load: Load, path: string): SeedFile | null {
  const file = new SeedFile(load.root, path);
  if (file.problems.length === 0) file.readValue();
  load.problems.push(...file.problems);
  return file.problems.length === 0 ? file : null;
}

/** `<field>_file: path` stands for the file's text. The key is kept for the schema, which knows it by that name. */
function readTextFiles(load: Load, resource: Resource, origin: Origin, entry: unknown): unknown {
  if (entry === null || typeof entry !== 'object') return entry;
  const read: Record<string, unknown> = { ...entry };
  for (const [name, field] of Object.entries(resource.fields)) {
    const key = getInputKey(name, field);
    if (key === name || typeof read[key] !== 'string') continue;
    try {
      read[key] = readNeighbour(load.root, origin.file.folder, read[key]);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      addProblem(load, origin, getId(entry), [key], error.message);
    }
  }
  return read;
}

function moveTexts(resource: Resource, draft: Draft): Draft {
  for (const [name, field] of Object.entries(resource.fields)) {
    const key = getInputKey(name, field);
    if (key === name || !(key in draft)) continue;
    draft[name] = draft[key];
    delete draft[key];
  }
  return draft;
}

function readOwnFile(
  load: Load,
  resource: Resource,
  folder: string,
  name: string,
  field: ChildrenField,
  drafts: Draft[],
): void {
  const { file: fileName, by } = field.own_file as { file: string; by: string };
  const path = join(folder, fileName);
  if (!existsSync(path)) return;
  const file = openFile(load, path);
  if (file === null) return;
  const entries: unknown = file.readValue() ?? [];
  if (!Array.isArray(entries)) {
    addProblem(load, { file, path: [] }, null, [], `a list is expected here, each entry naming its ${by}`);
    return;
  }
  const schema = buildOwnFileSchema(field);
  entries.forEach((entry, n) => {
    const origin: Origin = { file, path: [n] };
    const result = schema.safeParse(entry);
    if (!result.success) {
      reportIssues(
        load,
        origin,
        { ...field.fields, [by]: { type: 'id', description: '' } },
        entry,
        result.error.issues,
      );
      return;
    }
    const { [by]: owner, ...child } = result.data as Record<string, unknown>;
    const draft = drafts.find((candidate) => candidate.id === owner);
    if (draft === undefined) {
      const nearest = findNearest(
        String(owner),
        drafts.map((candidate) => candidate.id),
      );
      addProblem(
        load,
        origin,
        null,
        [by],
        `there is no ${resource.singular} "${owner}" in this corpus.${suggest(nearest)}`,
      );
      return;
    }
    const list = (draft[name] ?? []) as object[];
    draft[name] = list;
    list.push(child);
    load.origins.set(child, origin);
  });
}

function readWithdrawals(load: Load, folder: string): void {
  const path = join(folder, WITHDRAWN);
  if (!existsSync(path)) return;
  const file = openFile(load, path);
  if (file === null) return;
  const schema = z.array(withdrawalSchema).nullable();
  const value: unknown = file.readValue();
  const result = schema.safeParse(value);
  if (result.success) {
    load.withdrawals.push(...((result.data ?? []) as Withdrawal[]));
    return;
  }
  for (const issue of result.error.issues) {
    const nouns = resources.map((resource) => resource.name).join(', ');
    addProblem(
      load,
      { file, path: [] },
      null,
      issue.path as Path,
      `an entry is { noun: one of ${nouns}; id; reason }: ${issue.message}`,
    );
  }
}

export const withdrawalSchema = z
  .strictObject({
    noun: z
      .enum(resources.map((resource) => resource.name) as [Noun, ...Noun[]])
      .describe('The noun of the record.'),
    id: z.string().describe('Its id, which is never used again.'),
    reason: z.string().min(1).describe('Why it was withdrawn, as readers will see it.'),
  })
  .describe('A record that was served once and has been taken out of its file.');

function checkIds(load: Load): void {
  for (const [noun, drafts] of load.drafts) {
    const first = new Map<string, Draft>();
    for (const draft of drafts) {
      const other = first.get(draft.id);
      if (other === undefined) {
        first.set(draft.id, draft);
        continue;
      }
      const place = load.origins.get(other) as Origin;
      const line = place.file.findLine([...place.path, 'id']);
      addProblem(
        load,
        load.origins.get(draft) as Origin,
        draft.id,
        ['id'],
        `this id stands already at ${place.file.name}:${line}; ids of ${noun} are unique over all files`,
      );
    }
    for (const withdrawal of load.withdrawals) {
      const draft = withdrawal.noun === noun ? first.get(withdrawal.id) : undefined;
      if (draft === undefined) continue;
      addProblem(
        load,
        load.origins.get(draft) as Origin,
        draft.id,
        ['id'],
        'withdrawn.yaml names this record as withdrawn, and it is still in its file',
      );
    }
  }
}

function checkReferences(load: Load, base: BaseView): void {
  const known = new Map(
    [...load.drafts].map(([noun, drafts]) => [noun, new Set(drafts.map((draft) => draft.id))]),
  );
  for (const resource of resources) {
    for (const draft of load.drafts.get(resource.name) ?? []) {
      walkReferences(resource.fields, draft, [], (noun, id, path) => {
        if (known.get(noun)?.has(id)) return;
        if (base.find(noun, id) !== undefined) return;
        const reason = base.findWithdrawal(noun, id);
        const nearest = findNearest(id, [...(known.get(noun) ?? [])]);
        const sentence =
          reason === undefined
            ? `there is no ${getResource(noun).singular} "${id}".${suggest(nearest)}`
            : `"${id}" was withdrawn: ${reason}`;
        addProblem(load, load.origins.get(draft) as Origin, draft.id, path, sentence, draft);
      });
    }
  }
}

function checkTree(load: Load, resource: Resource): void {
  if (resource.tree === undefined) return;
  const { parent } = resource.tree;
  const drafts = new Map((load.drafts.get(resource.name) ?? []).map((draft) => [draft.id, draft]));
  const told = new Set<string>();
  for (const draft of drafts.values()) {
    const above = [draft.id];
    for (let next = draft[parent]; typeof next === 'string'; next = drafts.get(next)?.[parent]) {
      if (next === draft.id && !told.has(draft.id)) {
        const sentence = `the ${resource.name} go round in a circle: ${[...above, next].join(' > ')}`;
        addProblem(load, load.origins.get(draft) as Origin, draft.id, [parent], sentence);
        for (const id of above) told.add(id);
      }
      if (above.includes(next)) break;
      above.push(next);
    }
  }
}

function completeDrafts(load: Load, base: BaseView): void {
  const byId = new Map<Noun, Map<string, Draft>>();
  for (const [noun, drafts] of load.drafts) byId.set(noun, new Map(drafts.map((draft) => [draft.id, draft])));
  const find: FindDraft = (noun, id) => byId.get(noun)?.get(id) ?? base.find(noun, id);
  for (const resource of resources) {
    const before = load.problems.length;
    for (const draft of load.drafts.get(resource.name) ?? []) {
      const origin = load.origins.get(draft) as Origin;
      const problems = resource.complete?.(draft, find) ?? [];
      for (const { path, sentence } of problems) addProblem(load, origin, draft.id, path, sentence, draft);
      if (problems.length === 0 && draft.verification === 'reported') {
        addProblem(
          load,
          origin,
          draft.id,
          ['passage'],
          'a seed record has its place in its source: start, end and hash; `verbatim locate` fills them in',
        );
      }
    }
    // Beside records that are wrong in themselves, sound ones would look wrong.
    if (load.problems.length > before) continue;
    const together = resource.complete_together?.(load.drafts.get(resource.name) ?? [], find) ?? [];
    for (const { draft, path, sentence } of together) {
      const origin = load.origins.get(draft);
      if (origin !== undefined) addProblem(load, origin, draft.id, path, sentence, draft);
      // A record that the base holds from elsewhere, and the seeds do not agree with.
      else
        load.problems.push({
          file: resource.seed_file.file,
          line: null,
          record: draft.id,
          field: formatPath(path),
          sentence,
        });
    }
  }
}

/** Children from a file of their own are shown there, not in their owner's file. */
function addProblem(
  load: Load,
  origin: Origin,
  record: string | null,
  path: Path,
  sentence: string,
  draft?: Draft,
): void {
  let place = origin;
  let rest = path;
  const [list, n] = path;
  if (draft !== undefined && typeof list === 'string' && typeof n === 'number') {
    const child = (draft[list] as object[] | undefined)?.[n];
    const own = typeof child === 'object' ? load.origins.get(child) : undefined;
    if (own !== undefined) {
      place = own;
      rest = path.slice(2);
    }
  }
  load.problems.push({
    file: place.file.name,
    line: place.file.findLine([...place.path, ...rest]),
    record,
    field: rest.length === 0 ? null : formatPath(rest),
    sentence,
  });
}

function getId(entry: unknown): string | null {
  const id = (entry as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : null;
}

function reportIssues(
  load: Load,
  origin: Origin,
  fields: Record<string, Field>,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): void {
  const keys = listInputKeysIn(fields, 'file');
  for (const { path, sentence } of describeIssues(value, issues, keys, describeTransient))
    addProblem(load, origin, getId(value), path, sentence);
}

function describeTransient(path: Path, key: string): string | null {
  return isTransient(path, key)
    ? 'stands for offsets that are not filled in yet; run `verbatim locate`'
    : null;
}
