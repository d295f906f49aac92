/** The mapping file of a table: which column is which field, and what the table does not say. */
import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../../../errors.ts';
import { findNearest, listSome, suggest } from '../../../nearest.ts';
import { describeIssues, type Path } from '../../../resources/check-record.ts';
import { getResource, resources } from '../../../resources/registry.ts';
import type { Field, Noun } from '../../../resources/resource.ts';
import { readTextFile } from '../../../seed/read.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const schema = z.strictObject({
  noun: z.enum(resources.map(({ name }) => name) as [Noun, ...Noun[]]).default('quotes'),
  columns: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  constants: z.record(z.string(), scalar).default({}),
  values: z.record(z.string(), z.record(z.string(), scalar)).default({}),
  dates: z.string().nullish(),
  lists: z.string().min(1).nullish(),
  nothing: z.array(scalar).default([]),
});

/** A field that a cell goes to: of the record of a row, or of a record that it refers to (`of`, its field). */
export type Target = {
  /** As the mapping spells it: `said`, `source.title`, `actor.wikidata`. */
  path: string;
  of: string | null;
  name: string;
  /** A part of an object, of a child, or of the name of an actor. */
  part: string | null;
  field: Field;
};
export type Mapping = {
  noun: Noun;
  columns: { column: string; targets: Target[] }[];
  constants: { target: Target; value: string }[];
  /** By a target's path: what each of these cells means. */
  values: ReadonlyMap<string, ReadonlyMap<string, string>>;
  dates: string | null;
  lists: string | null;
  /** Cells that say that there is nothing. */
  nothing: ReadonlySet<string>;
};

/** What is known of an actor who is named in a cell. */
const ACTOR_PARTS = ['id', 'name', 'kind', 'country', 'wikidata', 'language'];
/** Of a source: the name of a file with its text. */
const TEXT_FILE = 'text_file';

/** Throws UsageError with every mistake. */
export function readMapping(file: string): Mapping {
  let value: unknown;
  try {
    value = parse(readTextFile(file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: the mapping cannot be read: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const keys = Object.keys(schema.shape);
    const faults = describeIssues(value, result.error.issues, (path: Path) =>
      path.length === 0 ? keys : [],
    );
    throw new UsageError(
      faults
        .map(({ path, sentence }) =>
          [file, path.join('.'), sentence].filter((part) => part !== '').join(': '),
        )
        .join('\n'),
    );
  }
  const { noun, columns, constants, values, dates, lists, nothing } = result.data;
  const problems: string[] = [];
  const aim = (path: string): Target[] => {
    const target = findTarget(noun, path);
    if (typeof target !== 'string') return [target];
    problems.push(`${file}: ${target}`);
    return [];
  };
  const mapping: Mapping = {
    noun,
    columns: Object.entries(columns).map(([column, paths]) => ({
      column,
      targets: (typeof paths === 'string' ? [paths] : paths).flatMap(aim),
    })),
    constants: Object.entries(constants).flatMap(([path, constant]) =>
      aim(path).map((target) => ({ target, value: constant })),
    ),
    values: new Map(Object.entries(values).map(([path, meant]) => [path, new Map(Object.entries(meant))])),
    dates: dates ?? null,
    lists: lists ?? null,
    nothing: new Set(nothing),
  };
  for (const path of Object.keys(values)) aim(path);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return mapping;
}

export function namesTextFiles({ columns, constants }: Mapping): boolean {
  const targets = [...columns.flatMap((column) => column.targets), ...constants.map(({ target }) => target)];
  return targets.some(({ of, name }) => of !== null && name === TEXT_FILE);
}

function findTarget(noun: Noun, path: string): Target | string {
  const { fields } = getResource(noun);
  const [first = '', second, ...rest] = path.split('.');
  const field = Object.hasOwn(fields, first) ? fields[first] : undefined;
  const unknown = (names: readonly string[]) =>
    `${noun} have no field "${path}".${suggest(findNearest(path, names))} There are: ${listSome(names, 40)}.`;
  if (field === undefined || rest.length > 0) return unknown(listNames(fields));
  const target = (part: string | null): Target => ({ path, of: null, name: first, part, field });
  if (field.type === 'object' || field.type === 'children') {
    if (field.type === 'children' && second === undefined) return target(null);
    if (second !== undefined && Object.hasOwn(field.fields, second)) return target(second);
    return unknown(Object.keys(field.fields).map((name) => `${first}.${name}`));
  }
  if (field.type === 'reference' && second !== undefined) {
    if (field.to === 'actors')
      return ACTOR_PARTS.includes(second)
        ? target(second)
        : unknown(ACTOR_PARTS.map((part) => `${first}.${part}`));
    const theirs = getResource(field.to).fields;
    const names = [...listNames(theirs), ...(Object.hasOwn(theirs, 'text') ? [TEXT_FILE] : [])];
    if (!names.includes(second)) return unknown(names.map((name) => `${first}.${name}`));
    const aimed: Field = theirs[second] ?? { type: 'text', description: 'A file with the text.' };
    return { path, of: first, name: second, part: null, field: aimed };
  }
  return second === undefined ? target(null) : unknown(listNames(fields));
}

function listNames(fields: Record<string, Field>): string[] {
  return Object.entries(fields)
    .filter(([, field]) => !field.derived || field.type === 'reference')
    .map(([name]) => name);
}
