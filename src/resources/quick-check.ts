/**
 * What the schema of a record that is handed in says, as plain functions made from the same declarations: an import
 * reads a million records, and zod costs more than writing them. Only a yes counts: for a record that is not taken here,
 * the schema decides, and words what is wrong.
 */
import { EdtfError, parseEdtf } from '../dates/edtf.ts';
import { listWords } from '../vocabulary.ts';
import { describeBadCode, getCodePattern } from './codes.ts';
import type { Draft, Field, Resource } from './resource.ts';
import { type InputPlace, isHandedIn, isId, isOptionalInput, isWellFormed } from './schemas.ts';

/** A copy of what the schema would give, or REFUSED. */
type Read = (value: unknown) => unknown;

const REFUSED = Symbol('refused');

/** A copy of a record that is sound, with the defaults filled in; null where the schema is to be asked. */
export type QuickCheck = (value: unknown) => Draft | null;

export function buildQuickCheck(resource: Resource, place: InputPlace): QuickCheck {
  const read = readObject(resource.fields, place);
  return (value) => {
    const draft = read(value);
    return draft === REFUSED ? null : (draft as Draft);
  };
}

function readObject(fields: Record<string, Field>, place: InputPlace): Read {
  const parts = new Map(
    Object.entries(fields)
      .filter(([, field]) => isHandedIn(field, place))
      .map(([name, field]) => [name, readField(field, place)]),
  );
  return (value) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return REFUSED;
    for (const key in value) if (!parts.has(key)) return REFUSED;
    const copy: Record<string, unknown> = {};
    for (const [name, read] of parts) {
      const part = read((value as Record<string, unknown>)[name]);
      if (part === REFUSED) return REFUSED;
      if (part !== undefined) copy[name] = part;
    }
    return copy;
  };
}

function readField(field: Field, place: InputPlace): Read {
  const read = readValue(field, place);
  const fallback = 'default' in field ? field.default : undefined;
  if (fallback !== undefined) return (value) => (value === undefined ? fallback : read(value));
  if (isOptionalInput(field)) return (value) => (value == null ? value : read(value));
  return read;
}

function readValue(field: Field, place: InputPlace): Read {
  switch (field.type) {
    case 'id':
    case 'reference':
      return take((value) => typeof value === 'string' && isId(value));
    case 'references':
      return (value) => {
        if (!Array.isArray(value) || new Set(value).size !== value.length) return REFUSED;
        return value.every((id) => typeof id === 'string' && isId(id)) ? [...value] : REFUSED;
      };
    case 'text':
      return take((value) => typeof value === 'string' && value !== '' && isWellFormed(value));
    case 'code': {
      const pattern = new RegExp(getCodePattern(field.code));
      return take(
        (value) =>
          typeof value === 'string' && pattern.test(value) && describeBadCode(field.code, value) === null,
      );
    }
    case 'word': {
      const words = new Set<unknown>(listWords(field.list));
      return take((value) => words.has(value));
    }
    case 'boolean':
      return take((value) => typeof value === 'boolean');
    case 'integer': {
      const minimum = field.minimum ?? Number.MIN_SAFE_INTEGER;
      return take((value) => Number.isSafeInteger(value) && (value as number) >= minimum);
    }
    case 'number': {
      const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = field;
      return take(
        (value) => Number.isFinite(value) && (value as number) >= minimum && (value as number) <= maximum,
      );
    }
    case 'date':
      return take((value) => typeof value === 'string' && isDate(value));
    case 'object':
      return readObject(field.fields, place);
    case 'children': {
      const read = readObject(field.fields, place);
      return (value) => {
        if (!Array.isArray(value)) return REFUSED;
        const copies: unknown[] = [];
        for (const child of value) {
          const copy = read(child);
          if (copy === REFUSED) return REFUSED;
          copies.push(copy);
        }
        return copies;
      };
    }
    // Derived, so never handed in.
    case 'holding':
      return () => REFUSED;
  }
}

function take(isSound: (value: unknown) => boolean): Read {
  return (value) => (isSound(value) ? value : REFUSED);
}

function isDate(value: string): boolean {
  try {
    parseEdtf(value);
    return true;
  } catch (error) {
    if (error instanceof EdtfError) return false;
    throw error;
  }
}
