/** What is wrong with a record by itself, said so that whoever wrote it can mend it; and what it refers to. */
import type { z } from 'zod';
import { findNearest, listSome, suggest } from '../nearest.ts';
import type { Field, Noun } from './resource.ts';
import { type InputPlace, listInputKeys } from './schemas.ts';

/** Leads to a value inside a record. */
export type Path = readonly (string | number)[];

/** A mistake in a field; `path` leads to it. */
export type FieldFault = { path: Path; sentence: string };

/** The keys that an object at a path may have. */
export type ListKeys = (path: Path) => string[];

export function listInputKeysIn(fields: Record<string, Field>, place: InputPlace): ListKeys {
  return (path) => {
    let here = fields;
    for (const part of path) {
      const field = typeof part === 'string' ? here[part] : undefined;
      if (field?.type === 'object' || field?.type === 'children') here = field.fields;
    }
    return listInputKeys(here, place);
  };
}

/**
 * The issues that zod found, as sentences. `foreign` knows keys that no field is declared for and that are not slips
 * either: it gives their sentence, and what is missing beside them is what they stand for.
 */
export function describeIssues(
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  listKeys: ListKeys,
  foreign: (path: Path, key: string) => string | null = () => null,
): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const issue of issues) {
    const path = issue.path as (string | number)[];
    if (getAt(value, path) === undefined && hasForeignKeys(value, path.slice(0, -1), foreign)) continue;
    if (issue.code !== 'unrecognized_keys') {
      faults.push({ path, sentence: describeIssue(issue, getAt(value, path)) });
      continue;
    }
    const allowed = listKeys(path);
    for (const key of issue.keys) {
      const sentence =
        foreign(path, key) ??
        `there is no field of this name.${suggest(findNearest(key, allowed))} There are: ${listSome(allowed, 30)}.`;
      faults.push({ path: [...path, key], sentence });
    }
  }
  return faults;
}

function hasForeignKeys(
  value: unknown,
  path: Path,
  foreign: (path: Path, key: string) => string | null,
): boolean {
  return Object.keys(getAt(value, path) ?? {}).some((key) => foreign(path, key) !== null);
}

function getAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, key) => (part as Record<string | number, unknown> | null | undefined)?.[key],
    value,
  );
}

function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'is missing';
  const shown = typeof value === 'string' ? `"${value.slice(0, 80)}"` : JSON.stringify(value)?.slice(0, 80);
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String);
    return `${shown} is not one of ${words.join(', ')}.${suggest(findNearest(String(value), words))}`;
  }
  if (issue.code === 'invalid_type') {
    const hint =
      issue.expected === 'string' && typeof value === 'number' ? `; put it in quotes: "${value}"` : '';
    return `${shown} is not ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}${hint}`;
  }
  if (issue.code === 'too_small' && typeof value === 'number')
    return `${shown} is ${issue.inclusive === false ? 'not more' : 'less'} than ${issue.minimum}`;
  if (issue.code === 'too_big' && typeof value === 'number')
    return `${shown} is ${issue.inclusive === false ? 'not less' : 'more'} than ${issue.maximum}`;
  if (issue.code === 'custom' || (issue.code === 'invalid_format' && issue.message.startsWith('"')))
    return issue.message;
  return `${shown} ${issue.message}`;
}

/** `spans[0].start` */
export function formatPath(path: Path): string {
  return path
    .map((part, n) => (typeof part === 'number' ? `[${part}]` : n === 0 ? part : `.${part}`))
    .join('');
}

/** Calls `visit` for every id by which a record refers to another. */
export function walkReferences(
  fields: Record<string, Field>,
  value: Record<string, unknown>,
  path: Path,
  visit: (noun: Noun, id: string, path: Path) => void,
): void {
  for (const [name, field] of Object.entries(fields)) {
    const part = value[name];
    if (part == null) continue;
    if (field.type === 'reference') visit(field.to, part as string, [...path, name]);
    else if (field.type === 'references')
      (part as string[]).forEach((id, n) => {
        visit(field.to, id, [...path, name, n]);
      });
    else if (field.type === 'object')
      walkReferences(field.fields, part as Record<string, unknown>, [...path, name], visit);
    else if (field.type === 'children') {
      (part as Record<string, unknown>[]).forEach((child, n) => {
        walkReferences(field.fields, child, [...path, name, n], visit);
      });
    }
  }
}
