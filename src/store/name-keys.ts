/** The folded names by which records are found: written with each record, so that they are always those of the record. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { foldName } from '../evidence/name-folding.ts';
import type { NamesDeclaration, Resource } from '../resources/resource.ts';

type NameRow = {
  ordinal: number;
  plain: string;
  joined: string;
  words: string;
  sounds: string;
  backwards: string;
};

/** Of a record as it was handed in, or as it is served: 0 for the main name, then the others in their order. */
export function listNameRows(names: NamesDeclaration, record: Record<string, unknown>): NameRow[] {
  const { others } = names;
  const written = [
    record[names.main],
    ...(((others === undefined ? null : record[others.field]) as Record<string, unknown>[] | null) ?? []).map(
      (child) => child[others?.name ?? ''],
    ),
  ];
  return written.slice(0, MOST_NAMES).map((name, ordinal) => fillNameRow(names, String(name ?? ''), ordinal));
}

function fillNameRow(names: NamesDeclaration, name: string, ordinal: number): NameRow {
  const { plain, joined, words, sounds } = foldName(name);
  const any = names.spelling === 'any';
  return {
    ordinal,
    plain,
    joined,
    words: words.join(' '),
    sounds: any ? sounds.join(' ') : '',
    backwards: any ? words.map(reverseWord).join(' ') : '',
  };
}

/** Of a word in ASCII. */
export function reverseWord(word: string): string {
  return [...word].reverse().join('');
}

/** A record's rows have keys of a range of their own, so that they are found while a base is loaded without indexes. */
const MOST_NAMES = 4096;

/** Of a new record, or of one whose names were deleted. */
export function insertNameRows(
  db: Db,
  { names }: Resource,
  owner: number,
  record: Record<string, unknown>,
): void {
  if (names === undefined) return;
  const insert = prepare(
    db,
    `INSERT INTO ${names.table} (key, owner_key, ordinal, plain, joined, words, sounds, backwards) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { ordinal, plain, joined, words, sounds, backwards } of listNameRows(names, record))
    insert.run(owner * MOST_NAMES + ordinal, owner, ordinal, plain, joined, words, sounds, backwards);
}

export function deleteNameRows(db: Db, { names }: Resource, owner: number): void {
  if (names === undefined) return;
  const from = owner * MOST_NAMES;
  prepare(db, `DELETE FROM ${names.table} WHERE key >= ? AND key < ?`).run(from, from + MOST_NAMES);
}

/** Makes all names of a noun anew from its stored documents. */
export function rebuildNames(db: Db, resource: Resource): void {
  if (resource.names === undefined) return;
  prepare(db, `DELETE FROM ${resource.names.table}`).run();
  const next = prepare(db, `SELECT key, document FROM ${resource.name} WHERE key > ? ORDER BY key LIMIT 500`);
  let last = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = next.all(last) as { key: number; document: string }[];
    if (rows.length === 0) return;
    for (const { key, document } of rows) insertNameRows(db, resource, key, JSON.parse(document));
    last = rows.at(-1)?.key as number;
  }
}
