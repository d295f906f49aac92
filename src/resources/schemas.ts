/** zod schemas made from a noun's declaration: of a record as it is handed in, and as it is served. */
import { z } from 'zod';
import { EdtfError, parseEdtf } from '../dates/edtf.ts';
import { listWords } from '../vocabulary.ts';
import { describeBadCode, getCodePattern } from './codes.ts';
import { getHeldList, getResource } from './registry.ts';
import type { Field, Noun, Resource } from './resource.ts';

export const ID_PATTERN = /^[a-z0-9]+(?:[-._][a-z0-9]+)*$/;
/** Words that mean something else where an id stands: `actor=none`, `/v1/quotes/random`. */
const RESERVED = ['none', 'random'];

const LONGEST_ID = 128;

const idSchema = z
  .string()
  .max(LONGEST_ID)
  .regex(
    ID_PATTERN,
    'is not an id: lower-case letters and digits, joined by single hyphens, dots or underscores',
  )
  .refine(
    (id) => !RESERVED.includes(id),
    'is a word with a meaning of its own in addresses, and cannot be an id',
  );

/** The same, for a string. */
export function isId(id: string): boolean {
  return id.length <= LONGEST_ID && ID_PATTERN.test(id) && !RESERVED.includes(id);
}

/**
 * Where a record is handed in. In a seed `file`, long texts and some lists stand in files of their own, and the folder
 * says what a record belongs to; `inline`, as imports have it, everything stands in the record.
 */
export type InputPlace = 'file' | 'inline';

/** The key under which a field is written in a seed file. */
export function getInputKey(name: string, field: Field): string {
  return field.type === 'text' && field.from_file ? `${name}_file` : name;
}

/** The keys a record may have when it is handed in, in the order of the declaration. */
export function listInputKeys(fields: Record<string, Field>, place: InputPlace = 'file'): string[] {
  return Object.entries(fields)
    .filter(([, field]) => isHandedIn(field, place))
    .map(([name, field]) => (place === 'file' ? getInputKey(name, field) : name));
}

/** Derived references are ids of what a seed's folder stands for: without a folder they are written down. */
export function isHandedIn(field: Field, place: InputPlace): boolean {
  if (place === 'inline') return !field.derived || field.type === 'reference';
  return !field.derived && !(field.type === 'children' && field.own_file);
}

/** A record as it is handed in: strict, so that a mistyped key is a mistake and not a silence. */
export function buildInputSchema(resource: Resource, place: InputPlace = 'file'): z.ZodType {
  return buildInputObject(resource.fields, place).meta({ description: resource.description });
}

/** The children that stand in a file of their own, each with the id of its owner. */
export function buildOwnFileSchema(field: Extract<Field, { type: 'children' }>): z.ZodType {
  const by = field.own_file?.by ?? '';
  return buildInputObject(field.fields, 'file').extend({ [by]: idSchema.describe(`Id of the ${by}.`) });
}

function buildInputObject(fields: Record<string, Field>, place: InputPlace): z.ZodObject {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (isHandedIn(field, place))
      shape[place === 'file' ? getInputKey(name, field) : name] = buildInputField(field, place);
  }
  return z.strictObject(shape);
}

function buildInputField(field: Field, place: InputPlace): z.ZodType {
  let schema = buildInputValue(field, place);
  if ('default' in field && field.default !== undefined) schema = schema.default(field.default);
  else if (isOptionalInput(field)) schema = schema.nullish();
  const meta: Record<string, unknown> = { description: field.description };
  if (field.example !== undefined) meta.examples = [field.example];
  return schema.meta(meta);
}

/** May be left out, or be null. */
export function isOptionalInput(field: Field): boolean {
  return (
    field.nullable === true ||
    (field.type === 'text' && (field.optional_input === true || field.from_file === true))
  );
}

function buildInputValue(field: Field, place: InputPlace): z.ZodType {
  switch (field.type) {
    case 'id':
    case 'reference':
      return idSchema;
    case 'references':
      return z.array(idSchema).refine((ids) => new Set(ids).size === ids.length, 'names the same id twice');
    case 'text':
      return z
        .string()
        .min(1, 'is empty; leave the key out instead')
        .refine(isWellFormed, 'holds half of a surrogate pair, or the character NUL');
    case 'code':
      return z
        .string()
        .regex(new RegExp(getCodePattern(field.code)), {
          error: (issue) => describeCode(field.code, issue.input),
          abort: true,
        })
        .refine((value) => describeBadCode(field.code, value) === null, {
          error: (issue) => describeCode(field.code, issue.input),
        });
    case 'word':
      return z.enum(listWords(field.list));
    case 'boolean':
      return z.boolean();
    case 'integer':
      return z.int().min(field.minimum ?? Number.MIN_SAFE_INTEGER);
    case 'number': {
      const { minimum, maximum } = field;
      const atLeast = minimum === undefined ? z.number() : z.number().min(minimum);
      return maximum === undefined ? atLeast : atLeast.max(maximum);
    }
    case 'date':
      return z.string().superRefine((value, context) => {
        try {
          parseEdtf(value);
        } catch (error) {
          if (!(error instanceof EdtfError)) throw error;
          context.addIssue({ code: 'custom', message: error.message });
        }
      });
    case 'object':
      return buildInputObject(field.fields, place);
    case 'children':
      return z.array(buildInputObject(field.fields, place));
    case 'holding':
      throw new Error(`${field.description} Is not handed in.`);
  }
}

function describeCode(kind: Parameters<typeof describeBadCode>[0], value: unknown): string {
  return `"${String(value)}" ${describeBadCode(kind, String(value)) ?? ''}`;
}

/** No half of a surrogate pair, and no NUL. */
export function isWellFormed(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

/** A record as it is served. */
export function buildRecordSchema(resource: Resource): z.ZodObject {
  return buildRecordObject(resource.fields).meta({ description: resource.description });
}

function buildRecordObject(fields: Record<string, Field>): z.ZodObject {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.type === 'text' && field.on_request) {
      shape[name] = describe(
        z.string().nullable().optional(),
        field,
        `${field.description} Given only when \`fields\` names it.`,
      );
      continue;
    }
    const value = buildRecordValue(field);
    shape[name] = describe(field.nullable && !isList(field) ? value.nullable() : value, field);
    if (field.type === 'date') {
      shape[`${name}_earliest`] = describeDay(
        `Earliest possible day of \`${name}\`; null when undated or open.`,
      );
      shape[`${name}_latest`] = describeDay(`Latest possible day of \`${name}\`; null when undated or open.`);
    }
  }
  return z.object(shape);
}

/** Lists are never null in a record: without entries they are empty. */
export function isList(field: Field): boolean {
  return field.type === 'references' || field.type === 'children' || field.type === 'holding';
}

function describe(schema: z.ZodType, field: Field, description = field.description): z.ZodType {
  return schema.meta(
    field.example === undefined || isList(field) || field.type === 'reference'
      ? { description }
      : { description, examples: [field.example] },
  );
}

function describeDay(description: string): z.ZodType {
  return z
    .string()
    .nullable()
    .meta({ description, examples: ['2020-12-20'] });
}

function buildRecordValue(field: Field): z.ZodType {
  switch (field.type) {
    case 'id':
    case 'text':
    case 'date':
      return z.string();
    case 'code':
      return z.string().regex(new RegExp(getCodePattern(field.code)));
    case 'word':
      return z.enum(listWords(field.list));
    case 'boolean':
      return z.boolean();
    case 'integer':
      return z.int();
    case 'number':
      return z.number();
    case 'reference':
      return buildEmbedded(field.to);
    case 'references':
      return z.array(buildEmbedded(field.to));
    case 'object':
      return buildRecordObject(field.fields);
    case 'children':
      return z.array(buildRecordObject(field.fields));
    case 'holding':
      return z.array(buildRecordObject(getHeldList(field).fields));
  }
}

function buildEmbedded(noun: Noun): z.ZodType {
  const { label, singular } = getResource(noun);
  const shape: Record<string, z.ZodType> = { id: z.string().describe(`Id of the ${singular}.`) };
  if (label !== null) shape[label] = z.string().describe(`Its ${label}.`);
  return z.object(shape);
}
