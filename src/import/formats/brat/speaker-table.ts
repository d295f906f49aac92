/** A table that says who is meant where the words of a text are no name: words, name, kind, country, wikidata. */
import { UsageError } from '../../../errors.ts';
import { findNearest, suggest } from '../../../nearest.ts';
import { actorKind, listWords } from '../../../vocabulary.ts';
import type { ActorName } from '../../format.ts';
import { readTable } from '../../table.ts';

export type SpeakerTable = ReadonlyMap<string, ActorName>;

/** Throws UsageError with the line of a mistake. */
export function readSpeakerTable(path: string): SpeakerTable {
  const { columns, rows } = readTable(path);
  for (const column of ['words', 'name'])
    if (!columns.includes(column))
      throw new UsageError(`${path} has no column "${column}"; it has: ${columns.join(', ')}.`);
  const kinds = listWords(actorKind);
  return new Map(
    rows.map(({ values, line }) => {
      const [words, name, kind] = ['words', 'name', 'kind'].map((column) => (values[column] ?? '').trim());
      if (!words || !name) throw new UsageError(`${path}:${line}: a line has words and a name.`);
      if (kind && !kinds.includes(kind))
        throw new UsageError(
          `${path}:${line}: kind: "${kind}" is not one of ${kinds.join(', ')}.${suggest(findNearest(kind, kinds))}`,
        );
      const optional = { kind, country: values.country?.trim(), wikidata: values.wikidata?.trim() };
      return [words, { name, ...dropEmpty(optional) }];
    }),
  );
}

function dropEmpty(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => !!entry[1]));
}
