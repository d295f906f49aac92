import { hash } from 'node:crypto';

/** SHA-256 of the text's UTF-8 bytes, in lowercase hexadecimal. Nothing is normalised before. */
export function digestText(text: string): string {
  return hash('sha256', text, 'hex');
}
