/** Values of parameters: read, or refused in a sentence that names the nearest right one. */
import { EdtfError, parsePeriod } from '../dates/edtf.ts';
import { Refusal } from '../errors.ts';
import { findNearest, listSome, suggest } from '../nearest.ts';
import { describeBadCode } from '../resources/codes.ts';
import type { Resource } from '../resources/resource.ts';
import { listWords } from '../vocabulary.ts';
import type { Condition, FilterValue } from './conditions.ts';
import type { Filter } from './filters.ts';

export const MOST_VALUES = 100;

/** Whole numbers in plain digits: neither `1e2` nor `0x10` nor ` 1`. */
export function parseNumber(parameter: string, value: string, minimum: number, maximum: number): number {
  const number = /^(0|[1-9][0-9]{0,14})$/.test(value) ? Number(value) : Number.NaN;
  if (number >= minimum && number <= maximum) return number;
  throw new Refusal(
    'invalid_value',
    `\`${parameter}=${value.slice(0, 40)}\` is not a whole number from ${minimum} to ${maximum}.`,
    {
      parameter,
      value: value.slice(0, 40),
      nearest: String(Number.isNaN(number) ? minimum : Math.min(Math.max(number, minimum), maximum)),
    },
  );
}

/** Names of a closed set, joined by commas. */
export function parseNames(
  parameter: string,
  value: string,
  allowed: readonly string[],
  most: number,
): string[] {
  const names = [...new Set(value.split(',').map((name) => name.trim()))];
  for (const name of names) {
    if (allowed.includes(name)) continue;
    const nearest = findNearest(name, allowed);
    throw new Refusal(
      'unknown_field',
      `\`${parameter}\` does not know "${name.slice(0, 100)}".${suggest(nearest)}`,
      {
        parameter,
        value: name.slice(0, 100),
        allowed,
        ...(nearest === undefined ? {} : { nearest }),
      },
    );
  }
  if (names.length > most) {
    throw new Refusal(
      'too_much',
      `\`${parameter}\` names ${names.length}; at most ${most} may be asked for at once.`,
      { parameter },
    );
  }
  return names;
}

export function parseCondition(resource: Resource, filter: Filter, value: string): Condition {
  const negated = value.startsWith('!');
  const items = splitValues(filter, negated ? value.slice(1) : value);
  if (items.length > MOST_VALUES) {
    throw new Refusal(
      'too_much',
      `\`${filter.name}\` names ${items.length} values; at most ${MOST_VALUES} may be given at once.`,
      { parameter: filter.name },
    );
  }
  const kept = [...new Set(items)].sort();
  const none = kept.includes('none') && !isWord(filter, 'none');
  if (none && !filter.nullable) {
    throw new Refusal(
      'invalid_value',
      `Every one of the ${resource.name} has a value for \`${filter.name}\`, so \`none\` asks for nothing.`,
      {
        parameter: filter.name,
        value: 'none',
      },
    );
  }
  const values = kept.filter((item) => !(none && item === 'none')).map((item) => parseValue(filter, item));
  return { filter, values, none, negated, text: `${filter.name}=${negated ? '!' : ''}${kept.join(',')}` };
}

/** At commas; in a date, not at those inside an EDTF set such as `[2019,2020]`. */
function splitValues(filter: Filter, value: string): string[] {
  const isDate = filter.kind === 'date' || filter.kind === 'date_within';
  return value.split(isDate ? /,(?![^[\]{}]*[\]}])/ : ',').map((item) => item.trim());
}

/** `hedge=none` is a word of its list, and not "where there is nothing". */
function isWord(filter: Filter, value: string): boolean {
  return filter.list !== undefined && Object.hasOwn(filter.list.words, value);
}

export function parseValue(filter: Filter, value: string): FilterValue {
  const parameter = filter.name;
  const shown = value.slice(0, 100);
  if (value === '') {
    throw new Refusal(
      'invalid_value',
      `\`${parameter}\` has an empty value.${filter.nullable ? ' Where there is nothing is asked for as `none`.' : ''}`,
      { parameter, value },
    );
  }
  switch (filter.kind) {
    case 'id':
    case 'reference':
      return value;
    case 'word':
      return parseWord(parameter, value, listWords(filter.list as NonNullable<Filter['list']>));
    case 'boolean':
      return parseWord(parameter, value, ['true', 'false']) === 'true' ? 1 : 0;
    case 'code': {
      const wrong = describeBadCode(filter.code as NonNullable<Filter['code']>, value);
      if (wrong === null) return value;
      throw new Refusal('invalid_value', `\`${parameter}=${shown}\`: "${shown}" ${wrong}.`, {
        parameter,
        value: shown,
      });
    }
    case 'integer':
      return parseRange(parameter, value);
    default:
      try {
        return parsePeriod(value);
      } catch (error) {
        if (!(error instanceof EdtfError)) throw error;
        throw new Refusal('invalid_value', `\`${parameter}=${shown}\`: ${error.message}`, {
          parameter,
          value: shown,
        });
      }
  }
}

export function parseWord(parameter: string, value: string, words: readonly string[]): string {
  if (words.includes(value)) return value;
  const nearest = findNearest(value, words);
  throw new Refusal(
    'unknown_word',
    `\`${parameter}=${value.slice(0, 100)}\` is not one of ${listSome(words, 30)}.${suggest(nearest)}`,
    {
      parameter,
      value: value.slice(0, 100),
      allowed: words,
      ...(nearest === undefined ? {} : { nearest }),
    },
  );
}

function parseRange(parameter: string, value: string): { from: number; to: number } {
  const found = /^(?:(\d{1,15})|(\d{1,15})?\.\.(\d{1,15})?)$/.exec(value);
  const [, one, from, to] = found ?? [];
  const range =
    one === undefined
      ? { from: Number(from ?? 0), to: Number(to ?? Number.MAX_SAFE_INTEGER) }
      : { from: Number(one), to: Number(one) };
  if (found !== null && value !== '..' && range.from <= range.to) return range;
  throw new Refusal(
    'invalid_value',
    `\`${parameter}=${value.slice(0, 40)}\` is not a whole number or a range of them, such as \`100..500\`, \`100..\` or \`..500\`.`,
    {
      parameter,
      value: value.slice(0, 40),
    },
  );
}
