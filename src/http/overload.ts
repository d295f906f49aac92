/**
 * More requests than can be answered soon are refused early. In one turn of the event loop Node takes every request that
 * has arrived, one behind the other: those that find the turn older than a few milliseconds are refused, so that the
 * turn ends, and what costs nothing (health, 304, refusals) is answered soon after however many wait.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';

/** So many of a turn are answered however long they take: one slow answer is no crowd. */
const ALWAYS_ADMITTED = 8;

type Turn = { most_ms: number; start: number | null; admitted: number };

declare module 'fastify' {
  interface FastifyInstance {
    turn: Turn;
  }
}

/** `most_ms` 0 refuses nothing. */
export function registerTurns(app: FastifyInstance, most_ms: number): void {
  app.decorate('turn', { most_ms, start: null, admitted: 0 });
}

/** To be called before the data is asked. Throws `overloaded` where this turn has taken long enough and answers enough. */
export function refuseInLongTurn({ server: { turn } }: FastifyRequest): void {
  if (turn.most_ms === 0) return;
  const now = performance.now();
  if (turn.start === null) {
    turn.start = now;
    setImmediate(() => {
      turn.start = null;
    });
    turn.admitted = 1;
  } else if (now - turn.start <= turn.most_ms || turn.admitted < ALWAYS_ADMITTED) {
    turn.admitted += 1;
  } else {
    throw new Refusal('overloaded', 'More is asked at the moment than can be answered soon.', {
      headers: { 'retry-after': '1' },
    });
  }
}
