/** Dates as tables write them, to EDTF. */
import { EdtfError, parseEdtf } from '../../../dates/edtf.ts';
import { UsageError } from '../../../errors.ts';

/** The EDTF date of a cell; throws EdtfError with a sentence for one that cannot be read, or in two ways. */
export type ReadDate = (cell: string) => string;

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
type Part = 'year' | 'month' | 'day';
const TOKENS: ReadonlyMap<string, { part: Part; pattern: string }> = new Map([
  ['yyyy', { part: 'year', pattern: '(\\d{4})' }],
  ['MMMM', { part: 'month', pattern: '(\\p{L}+)' }],
  ['MMM', { part: 'month', pattern: '(\\p{L}{3,})\\.?' }],
  ['MM', { part: 'month', pattern: '(\\d{2})' }],
  ['M', { part: 'month', pattern: '(\\d{1,2})' }],
  ['dd', { part: 'day', pattern: '(\\d{2})' }],
  ['d', { part: 'day', pattern: '(\\d{1,2})' }],
]);

/**
 * Reads dates by a pattern of Unicode's date fields: `dd/MM/yyyy`, `d MMMM yyyy` (English months), `MM/yyyy`. What is
 * EDTF is read with and without a pattern; a time of day behind a day is cut off. Throws UsageError.
 */
export function openDateReader(pattern: string | null): ReadDate {
  const custom = pattern === null ? null : compilePattern(pattern);
  return (cell) => {
    const text = cell.trim();
    const own = custom?.(text) ?? null;
    if (own !== null) return own;
    const day = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}/.exec(text)?.[1];
    try {
      return parseEdtf(day ?? text).edtf;
    } catch (error) {
      if (!(error instanceof EdtfError)) throw error;
      throw new EdtfError(describe(text, pattern) ?? error.message);
    }
  };
}

function compilePattern(pattern: string): (text: string) => string | null {
  const parts: Part[] = [];
  const source = pattern.replace(/y+|M+|d+|[^yMd]+/g, (piece) => {
    const token = TOKENS.get(piece);
    if (token !== undefined) {
      parts.push(token.part);
      return token.pattern;
    }
    if (/[a-zA-Z]/.test(piece))
      throw new UsageError(
        `dates: ${pattern}: "${piece}" is no part of a date; write for example dd/MM/yyyy, d MMMM yyyy or MM/yyyy.`,
      );
    return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  if (!parts.includes('year') || (parts.includes('day') && !parts.includes('month')))
    throw new UsageError(`dates: ${pattern}: a date has a year, and a day belongs to a month.`);
  const shape = new RegExp(`^${source}$`, 'u');
  return (text) => {
    const found = shape.exec(text);
    if (found === null) return null;
    const values: Partial<Record<Part, string>> = {};
    parts.forEach((part, n) => {
      values[part] =
        part === 'month' ? readMonth(found[n + 1] as string) : (found[n + 1] as string).padStart(2, '0');
    });
    return parseEdtf([values.year, values.month, values.day].filter((value) => value !== undefined).join('-'))
      .edtf;
  };
}

function namesMonth(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return words.some((word) => MONTHS.some((month) => month.startsWith(word)));
}

function readMonth(text: string): string {
  if (/^\d+$/.test(text)) return text.padStart(2, '0');
  const name = text.toLowerCase();
  const n = MONTHS.findIndex((month) => month === name || (name.length >= 3 && month.startsWith(name)));
  if (n === -1) throw new EdtfError(`"${text}" is no English month.`);
  return String(n + 1).padStart(2, '0');
}

function describe(text: string, pattern: string | null): string | null {
  if (pattern === null && /^(?=.*\d{4})(?=.*\p{L}{3})[\p{L}\d.,\s]+$/u.test(text) && namesMonth(text))
    return `"${text}" is not an EDTF date; the mapping says how dates are written (for example dates: d MMMM yyyy).`;
  const [, first, mark, second] = /^(\d{1,2})([./-])(\d{1,2})\2\d{4}$/.exec(text) ?? [];
  if (first === undefined || mark === undefined) return null;
  if (pattern !== null) return `"${text}" does not fit the pattern ${pattern}.`;
  const ways = `dates: dd${mark}MM${mark}yyyy or dates: MM${mark}dd${mark}yyyy`;
  return Number(first) <= 12 && Number(second) <= 12
    ? `"${text}" can be read in two ways; the mapping says which (${ways}).`
    : `"${text}" is not an EDTF date; the mapping says how dates are written (${ways}).`;
}
