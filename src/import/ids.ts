/** Ids for records that come without one: made from the content, so that importing twice changes nothing. */
import { digestRecord } from '../store/digest-record.ts';

/** 80 bits: two of a billion records share one with a probability of one in two million. */
const DIGITS = 20;

/** `quote-4a5a19e0b7c3d2f1a9b8`: the same for the same content, whatever the order of its keys. */
export function deriveId(prefix: string, content: unknown): string {
  return `${prefix}-${digestRecord(content).slice(0, DIGITS)}`;
}

const LONGEST_SLUG = 60;

/** A name in the letters of an id, '' where none of its letters are Latin or digits. */
export function writeSlug(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_SLUG)
    .replace(/^-+|-+$/g, '');
}
