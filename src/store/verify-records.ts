/** Whether each record is what was handed in, and everything that is stored beside it what follows from it. */
import type { Db } from '../db/client.ts';
import { prepare } from '../db/statements.ts';
import { indexCodePoints } from '../evidence/code-points.ts';
import type { Field, NamesDeclaration, Resource } from '../resources/resource.ts';
import { findWeakestVerification } from '../vocabulary.ts';
import { listListFields, planRow, type Row, type SqlValue } from './columns.ts';
import { digestRecord } from './digest-record.ts';
import { listNameRows } from './name-keys.ts';
import { renderDraft } from './render.ts';
import { type Names, openNames, type Reread, rereadRows } from './reread.ts';

/** Few: what is kept while others are made is what a collection of garbage costs. */
const BATCH = 20;

/** The faults of each record, in batches; a record that cannot be read is one. */
export function* checkRecords(
  db: Db,
  resource: Resource,
): Generator<{ records: number; failures: string[] }> {
  const next = prepare(db, `SELECT * FROM ${resource.name} WHERE key > ? ORDER BY key LIMIT ${BATCH}`);
  const names = openNames(db);
  let last = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = next.all(last) as Row[];
    if (rows.length === 0) return;
    const failures: string[] = [];
    for (const record of rereadRows(db, resource, rows, names)) {
      const say = (sentence: string) => failures.push(`${resource.singular} "${record.row.id}": ${sentence}`);
      try {
        for (const sentence of listFaults(db, resource, record, names)) say(sentence);
      } catch (error) {
        say(`cannot be read: ${(error as Error).message}`);
      }
    }
    last = rows.at(-1)?.key as number;
    yield { records: rows.length, failures };
  }
}

function* listFaults(db: Db, resource: Resource, record: Reread, names: Names): Generator<string> {
  const { row, draft } = record;
  if (JSON.stringify(renderDraft(resource, draft, names)) !== row.document)
    yield 'the stored document is not what its columns say';
  if (digestRecord(draft) !== row.digest) yield 'is not what was handed in: its digest is another';
  yield* listColumnFaults(resource.fields, draft, row, names);
  for (const [name, field] of listListFields(resource)) {
    const rows = record.lists.get(name) ?? [];
    for (const [n, child] of rows.entries()) {
      if (child.ordinal !== n + 1) yield `${name}: entry ${n + 1} has the number ${child.ordinal}`;
      if (field.type !== 'children') continue;
      const value = (draft[name] as Record<string, unknown>[])[n] as Record<string, unknown>;
      for (const sentence of listColumnFaults(field.fields, value, child, names))
        yield `${name} ${n + 1}: ${sentence}`;
    }
  }
  if (resource.names !== undefined) yield* listNameFaults(db, resource.names, row, draft);
  if (resource.name === 'quotes') yield* listQuoteFaults(db, record);
  if (resource.name === 'stances') yield* listStanceFaults(db, row);
}

/** Among the columns are those that the writer fills from others, for sorting, periods and search. */
function* listColumnFaults(
  fields: Record<string, Field>,
  values: Record<string, unknown>,
  row: Row,
  names: Names,
): Generator<string> {
  const { columns, fill } = planRow(fields);
  const expected: SqlValue[] = [];
  fill(values, expected, names.findKey);
  for (const [n, column] of columns.entries())
    if (row[column] !== expected[n]) yield `${column} is not what follows from the record`;
}

function* listNameFaults(
  db: Db,
  declared: NamesDeclaration,
  row: Row,
  draft: Reread['draft'],
): Generator<string> {
  const stored = prepare(
    db,
    `SELECT ordinal, plain, joined, words, sounds, backwards FROM ${declared.table} WHERE owner_key = ? ORDER BY ordinal`,
  ).all(row.key);
  if (JSON.stringify(stored) !== JSON.stringify(listNameRows(declared, draft)))
    yield `${declared.table} does not hold its names`;
}

function* listQuoteFaults(db: Db, { row, lists }: Reread): Generator<string> {
  const spans = lists.get('spans') ?? [];
  const text = indexCodePoints(String(row.text));
  for (const span of spans) {
    const [start, end] = [span.text_start as number, span.text_end as number];
    const stands = start >= 0 && start <= end && end <= text.length && text.slice(start, end) === span.exact;
    if (!stands) yield `span ${span.ordinal} does not stand at [${start}, ${end}) of the text`;
    if ((span.start === null) !== (row.passage_start === null))
      yield `span ${span.ordinal} and the quote do not both have a place`;
  }
  const quotesWords = row.kind === 'direct' || row.kind === 'mixed';
  if (quotesWords && spans.length === 0) yield `a ${row.kind} quote has spans, and this one has none`;
  if (row.kind === 'indirect' && spans.length > 0) yield 'an indirect quote has no spans, and this one has';
  const expected = row.passage_start === null ? 'reported' : nameProof(db, row);
  if (row.verification !== expected) yield `is ${expected} and says it is ${row.verification}`;
}

/** What a place in the record's source is, by whether its text is held. */
function nameProof(db: Db, row: Row): 'verified' | 'pinned' {
  const held = prepare(db, 'SELECT text IS NOT NULL FROM sources WHERE key = ?').pluck();
  return held.get(row.source_key) === 1 ? 'verified' : 'pinned';
}

function* listStanceFaults(db: Db, row: Row): Generator<string> {
  const evidence = prepare(
    db,
    `SELECT e.ordinal, q.id, q.actor_key, q.on_behalf_of_key, q.verification,
       EXISTS (SELECT 1 FROM spans s WHERE s.quote_key = q.key) AS spans
     FROM stance_evidence e LEFT JOIN quotes q ON q.key = e.quote_key WHERE e.stance_key = ? ORDER BY e.ordinal`,
  ).all(row.key) as Row[];
  if (evidence.length === 0) yield 'has no evidence';
  const states = evidence.map((item) => String(item.verification ?? nameProof(db, row)));
  const weakest = findWeakestVerification(states);
  if (weakest !== null && row.verification !== weakest)
    yield `is ${weakest} and says it is ${row.verification}`;
  for (const item of evidence) {
    if (item.id === null || item.actor_key === row.actor_key || item.on_behalf_of_key === row.actor_key)
      continue;
    yield `evidence ${item.ordinal}, quote "${item.id}", is not the actor's and not made on the actor's behalf`;
  }
  if (row.basis === 'quoted' && !evidence.some((item) => item.spans === 1))
    yield 'rests on quoted words, and its evidence has none';
}
