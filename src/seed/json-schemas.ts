/** JSON Schemas of the seed files, by which an editor completes and checks them while one types. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { resources } from '../resources/registry.ts';
import type { Field, Noun } from '../resources/resource.ts';
import { buildInputSchema, buildOwnFileSchema, getInputKey } from '../resources/schemas.ts';
import { withdrawalSchema } from './check.ts';
import { transientKeys } from './transient.ts';

type JsonSchema = { [key: string]: unknown; properties?: Record<string, JsonSchema> };

/** File name → JSON text, the same on every run. */
export function buildSeedSchemas(): Map<string, string> {
  const schemas = new Map<string, string>();
  for (const resource of resources) {
    const record = toJsonSchema(buildInputSchema(resource), resource.fields);
    const { single } = resource.seed_file;
    schemas.set(resource.name, write(resource.summary, single ? record : { type: 'array', items: record }));
    for (const field of Object.values(resource.fields)) {
      if (field.type !== 'children' || field.own_file === undefined) continue;
      const name = field.own_file.file.replace('.yaml', '');
      const entry = toJsonSchema(buildOwnFileSchema(field), field.fields);
      schemas.set(name, write(field.description, { type: 'array', items: entry }));
    }
  }
  const withdrawn = { type: 'array', items: toJsonSchema(withdrawalSchema, {}) };
  schemas.set('withdrawn', write('Records that were served once and are so no more', withdrawn));
  return new Map([...schemas].map(([name, text]) => [`${name}.schema.json`, text]));
}

/** Writes them to `schemas/` in the seeds' folder; answers the names of the files that changed. */
export function writeSeedSchemas(root: string): string[] {
  const folder = join(root, 'schemas');
  mkdirSync(folder, { recursive: true });
  const changed: string[] = [];
  for (const [name, text] of buildSeedSchemas()) {
    const path = join(folder, name);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    writeFileSync(path, text);
    changed.push(name);
  }
  return changed;
}

/** Draft 7, because that is what the editors' language server for YAML reads best. */
function toJsonSchema(schema: z.ZodType, fields: Record<string, Field>): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema;
  return addMeanings(json, fields);
}

function write(title: string, schema: JsonSchema): string {
  const whole = { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** What the declarations say and zod's schemas do not: it is what an editor shows beside the words it offers. */
function addMeanings(schema: JsonSchema, fields: Record<string, Field>): JsonSchema {
  if (schema.properties === undefined) return schema;
  const properties = { ...schema.properties };
  for (const [name, field] of Object.entries(fields)) {
    const key = getInputKey(name, field);
    const property = properties[key];
    if (property !== undefined) properties[key] = describeField(property, name, key, field);
  }
  return { ...schema, properties };
}

function describeField(property: JsonSchema, name: string, key: string, field: Field): JsonSchema {
  const { description, examples, default: standard, ...rest } = property;
  const { shape, isNullable } = splitNull(rest);
  const about = { description: [description, explainField(field, key !== name)].filter(Boolean).join(' ') };
  const shown = {
    ...about,
    ...(field.type === 'date' ? { examples: DATES } : examples === undefined ? {} : { examples }),
    ...(standard === undefined ? {} : { default: standard }),
  };
  const inner = describeShape(shape, name, field);
  if (!isNullable) return { ...shown, ...inner };
  // One type for both is easier on an editor than a choice between two; a closed list has to name its null.
  if (typeof inner.type !== 'string') return { ...shown, anyOf: [inner, { type: 'null' }] };
  const { type, enum: words, enumDescriptions: meanings, ...others } = inner;
  const list = Array.isArray(words)
    ? {
        enum: [...words, null],
        enumDescriptions: [...(meanings as string[]), 'Not known, or nothing to say.'],
      }
    : {};
  return { ...shown, type: [type, 'null'], ...list, ...others };
}

const DATES = ['2020-12-20', '2020-12', '2019~', '[2020-12-20..2021-01-20]', '[..2020-11-03]', '2013/2021'];

function explainField(field: Field, fromFile: boolean): string {
  if (fromFile) return 'Here the path of a text file beside this one.';
  switch (field.type) {
    case 'date':
      return 'In quotation marks: a day, month or year; ~ for about; [a..b] or [a,b] for one unknown day among several; a/b only for what lasted.';
    case 'reference':
      return `Id of a record in ${nameFile(field.to)}.`;
    case 'references':
      return `Ids of records in ${nameFile(field.to)}.`;
    default:
      return '';
  }
}

function nameFile(noun: Noun): string {
  return resources.find((resource) => resource.name === noun)?.seed_file.file ?? noun;
}

function splitNull(schema: JsonSchema): { shape: JsonSchema; isNullable: boolean } {
  const options = schema.anyOf as JsonSchema[] | undefined;
  const shape = options?.find((option) => option.type !== 'null');
  if (shape === undefined || options?.length !== 2) return { shape: schema, isNullable: false };
  const { anyOf: _, ...rest } = schema;
  return { shape: { ...rest, ...shape }, isNullable: true };
}

function describeShape(shape: JsonSchema, name: string, field: Field): JsonSchema {
  switch (field.type) {
    case 'word':
      // Not of the standard: the editors' language servers show these beside the words.
      return { ...shape, enumDescriptions: Object.values(field.list.words) };
    case 'integer': {
      const { maximum: _, ...rest } = shape;
      return rest;
    }
    case 'object':
      return addTransientKeys(addMeanings(shape, field.fields), name);
    case 'children': {
      const items = addMeanings(shape.items as JsonSchema, field.fields);
      return { ...shape, items: addTransientKeys(items, name) };
    }
    default:
      return shape;
  }
}

/**
 * An editor must not call wrong what `verbatim locate` is about to replace: the keys that stand in for offsets are
 * known, and offsets may be missing meanwhile.
 */
function addTransientKeys(schema: JsonSchema, name: string): JsonSchema {
  if (!Object.hasOwn(transientKeys, name)) return schema;
  const own = transientKeys[name as keyof typeof transientKeys];
  const added = Object.entries(own).map(([key, description]) => [
    key,
    {
      description: `${description} Replaced by \`verbatim locate\`.`,
      ...(key === 'nth' ? { type: 'integer', minimum: 1 } : { type: 'string', minLength: 1 }),
    },
  ]);
  const { required, ...rest } = schema;
  const left = ((required ?? []) as string[]).filter((key) => key !== 'start' && key !== 'end');
  return {
    ...rest,
    properties: { ...schema.properties, ...Object.fromEntries(added) },
    ...(left.length > 0 ? { required: left } : {}),
  };
}
