/**
 * Our own NDJSON, as `verbatim export` writes it: a record a line, which says its noun first. An id that was withdrawn
 * is a line too: `{"noun":"quotes","id":"…","withdrawn":"the reason","digest":"…"}`.
 */
import { z } from 'zod';
import { findNearest, suggest } from '../../nearest.ts';
import { resources } from '../../resources/registry.ts';
import type { Noun } from '../../resources/resource.ts';
import { ID_PATTERN } from '../../resources/schemas.ts';
import type { ImportFormat, ImportReject, ImportUnit, Place } from '../format.ts';
import { readLines } from '../lines.ts';

export const verbatim: ImportFormat = {
  name: 'verbatim',
  description: 'our own NDJSON, a record a line, as `verbatim export` writes it',
  flags: [],
  names_corpora: true,
  refers_forward: true,
  async *read(files) {
    for (const file of files) {
      for (const { number, text, raw } of readLines(file)) {
        if (raw.trim() === '' || raw.startsWith('# ')) continue;
        const place = { file, line: number };
        if (text === null) yield reject(place, raw, 'the line is not UTF-8');
        else yield readEntry(place, text);
      }
    }
  },
};

function reject(place: Place, raw: string, sentence: string, name: string | null = null): ImportReject {
  return { type: 'reject', place, name, sentence, raw };
}

const nouns = resources.map((resource) => resource.name as string);
const withdrawalSchema = z.strictObject({
  id: z.string().regex(ID_PATTERN, 'is not an id'),
  withdrawn: z.string().min(1),
  digest: z
    .string()
    .regex(/^([0-9a-f]{64})?$/, 'is not a SHA-256')
    .default(''),
});

function readEntry(place: Place, raw: string): ImportUnit | ImportReject {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    return reject(place, raw, `the line is not JSON: ${(error as Error).message}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return reject(place, raw, 'the line is no record, which is an object of JSON: {"noun":"quotes", …}');
  const { noun, ...record } = value as Record<string, unknown>;
  const name = typeof record.id === 'string' ? record.id : null;
  if (typeof noun !== 'string' || !nouns.includes(noun)) {
    const what = noun === undefined ? 'noun: is missing' : `noun: "${String(noun)}" is none`;
    const nearest = suggest(findNearest(String(noun), nouns));
    return reject(
      place,
      raw,
      `${what}; a record says which of ${nouns.join(', ')} it is one of.${nearest}`,
      name,
    );
  }
  if (record.withdrawn === undefined)
    return { type: 'unit', place, name, records: [{ noun: noun as Noun, record }], raw };
  const withdrawal = withdrawalSchema.safeParse(record);
  if (!withdrawal.success) {
    const sentence =
      'a withdrawn id is {"noun", "id", "withdrawn": the reason, "digest": that of the record or ""}';
    return { ...reject(place, raw, sentence, name), noun: noun as Noun };
  }
  const { id, withdrawn: reason, digest } = withdrawal.data;
  return {
    type: 'unit',
    place,
    name,
    records: [],
    withdrawals: [{ noun: noun as Noun, id, reason, digest }],
    raw,
  };
}
