/** A question of who said something, read from parameters: every one known, every value within its bounds. */
import type { Db } from '../db/client.ts';
import { Refusal } from '../errors.ts';
import { countCodePoints } from '../evidence/code-points.ts';
import { readDocuments, type ShownRecord } from '../query/documents.ts';
import { findKey } from '../query/ids.ts';
import { type RawParams, refuseParameter, refuseRepetition } from '../query/params.ts';
import { parseNumber } from '../query/values.ts';
import type { Named } from './claims.ts';

/** Of a text that is asked about, in code points. */
export const LONGEST_TEXT = 10_000;
export const MOST_ANSWERS = 20;
export const ANSWERS = 5;
export const PARAMETERS = ['text', 'claimed_actor', 'limit'] as const;

export type Question = { text: string; claimed_actor: Named | null; limit: number };
/** As it was asked: the id of an actor is not known to exist yet. */
export type AskedQuestion = { text: string; claimed_actor: string | null; limit: number };

/** Throws a Refusal. Asks nothing of the data. */
export function parseQuestion(raw: RawParams): AskedQuestion {
  const given: Partial<Record<string, string>> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    if (!(PARAMETERS as readonly string[]).includes(name))
      throw refuseParameter(name, PARAMETERS, 'attributions');
    if (Array.isArray(value)) throw refuseRepetition(name, value.length);
    given[name] = value;
  }
  const { text = '', claimed_actor = null, limit } = given;
  if (text.trim() === '')
    throw new Refusal(
      'invalid_value',
      '`text` is missing or empty: it holds the words whose speaker is asked for.',
      {
        parameter: 'text',
      },
    );
  const length = countCodePoints(text);
  if (length > LONGEST_TEXT)
    throw new Refusal(
      'too_much',
      `\`text\` has ${length} code points, and one question takes ${LONGEST_TEXT}. Ask for its passages one by one.`,
      { parameter: 'text' },
    );
  return {
    text,
    claimed_actor,
    limit: limit === undefined ? ANSWERS : parseNumber('limit', limit, 1, MOST_ANSWERS),
  };
}

/** Finds the actor of the claim. Throws a Refusal for one that the base does not hold, with the nearest. */
export function resolveQuestion(db: Db, asked: AskedQuestion): Question {
  if (asked.claimed_actor === null) return { ...asked, claimed_actor: null };
  const key = findKey(db, 'actors', 'claimed_actor', asked.claimed_actor);
  const { id, name } = readDocuments(db, 'actors', 'key', [key]).get(key) as ShownRecord & Named;
  return { ...asked, claimed_actor: { id, name } };
}
