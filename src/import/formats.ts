/** Every format that `verbatim import` reads. */
import type { ImportFormat } from './format.ts';
import { brat } from './formats/brat/brat.ts';
import { csv } from './formats/csv/csv.ts';
import { dna } from './formats/dna/dna.ts';
import { quotebank } from './formats/quotebank.ts';
import { verbatim } from './formats/verbatim.ts';
import { w3c } from './formats/w3c/w3c.ts';

export const importFormats: readonly ImportFormat[] = [verbatim, csv, quotebank, brat, w3c, dna];

export type FormatFlag = { flag: string; description: string };

/** The formats' own flags, each once: those that share one say what it is to each of them. */
export function listFormatFlags(): FormatFlag[] {
  const flags = new Map<string, string[]>();
  for (const { name, flags: own } of importFormats)
    for (const { flag, description } of own)
      flags.set(flag, [...(flags.get(flag) ?? []), `${name}: ${description}`]);
  return [...flags].map(([flag, descriptions]) => ({ flag, description: descriptions.join('; ') }));
}
