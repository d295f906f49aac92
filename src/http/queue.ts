/**
 * Requests that ask the data wait in a queue, and a turn of the event loop answers only as many as fit into a few
 * milliseconds: between two turns Node takes what has arrived meanwhile, so that what costs nothing (health, answers
 * kept in memory) is answered soon however many wait. Who would wait too long is refused early, and the last come first.
 */
import type { FastifyInstance, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { Refusal } from '../errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered at once, because the data is not asked. */
    unqueued?: boolean;
  }
}

/** Milliseconds of a turn that go to answers. The one that is begun is finished. */
const ANSWERS_MS = 10;
/** Milliseconds of a turn that go to refusals. */
const REFUSALS_MS = 5;
/** How much the newest answer tells of what an answer takes, beside all before it. */
const WEIGHT = 0.05;

type Waiting = { request: FastifyRequest; proceed: HookHandlerDoneFunction };

const hasLeft = ({ request }: Waiting) => request.raw.socket.destroyed;

/** `longest_wait_ms` is compared with what is to be expected from the answers before; 0 refuses nobody. */
export function registerQueue(app: FastifyInstance, longest_wait_ms: number): void {
  const queue: Waiting[] = [];
  let answer_ms = 0;
  let planned = false;

  const planTurn = () => {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      answerSome();
    });
  };

  function answerSome(): void {
    const start = performance.now();
    let last = start;
    const step = () => {
      const now = performance.now();
      if (now > last) answer_ms += WEIGHT * (now - last - answer_ms);
      last = now;
      if (queue.length > 0 && now - start < ANSWERS_MS) return answerNext();
      refuseSome();
      if (queue.length > 0) planTurn();
    };
    const answerNext = () => {
      let next = queue.shift();
      while (next !== undefined && hasLeft(next)) next = queue.shift();
      next?.proceed();
      // An answer ends in promises: the next tick that is asked for among them comes after all of them.
      queueMicrotask(() => process.nextTick(step));
    };
    answerNext();
  }

  function refuseSome(): void {
    if (longest_wait_ms === 0) return;
    const end = performance.now() + REFUSALS_MS;
    while (queue.length * answer_ms > longest_wait_ms && performance.now() < end) {
      queue.pop()?.proceed(
        new Refusal('overloaded', 'More is asked at the moment than can be answered soon.', {
          headers: { 'retry-after': '1' },
        }),
      );
    }
  }

  app.addHook('preHandler', (request, _reply, proceed) => {
    if (request.routeOptions.config.unqueued) return proceed();
    queue.push({ request, proceed });
    planTurn();
  });
}
