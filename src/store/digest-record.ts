import { digestText } from '../evidence/digest.ts';

/** SHA-256 of a record as it was handed in; the order of keys, nulls and empty lists make no difference. */
export function digestRecord(value: unknown): string {
  return digestText(writeCanonical(value));
}

function writeCanonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(writeCanonical).join(',')}]`;
  let parts = '';
  for (const key of Object.keys(value).sort()) {
    const part = (value as Record<string, unknown>)[key];
    if (part == null || (Array.isArray(part) && part.length === 0)) continue;
    parts += `${parts === '' ? '' : ','}${JSON.stringify(key)}:${writeCanonical(part)}`;
  }
  return `{${parts}}`;
}
