/** Requests that ask the data wait for a turn of the event loop. Who would wait too long is refused early, and the last come first. */
import { performance } from 'node:perf_hooks';
import type { FastifyInstance, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { Refusal } from '../errors.ts';
import { doInTurn, readBusyTime } from '../turns.ts';
import { addRefusal } from './operations.ts';
import type { JsonSchema } from './record-schemas.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered at once, because the data is not asked. */
    unqueued?: boolean;
  }
}

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
  let busy_ms = readBusyTime();
  let planned = false;

  function answerNext(): void {
    let next = queue.shift();
    while (next !== undefined && hasLeft(next)) next = queue.shift();
    if (next === undefined) return;
    const now = readBusyTime();
    answer_ms += WEIGHT * (now - busy_ms - answer_ms);
    busy_ms = now;
    next.proceed();
  }

  /** At the end of each turn in which somebody waits. */
  function planRefusals(): void {
    if (planned || longest_wait_ms === 0) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      refuseSome();
      if (queue.length > 0) planRefusals();
    });
  }

  function refuseSome(): void {
    const end = performance.now() + REFUSALS_MS;
    while ((queue.length - 1) * answer_ms > longest_wait_ms && performance.now() < end) {
      queue.pop()?.proceed(
        new Refusal('overloaded', 'More is asked at the moment than can be answered soon.', {
          headers: { 'retry-after': '1' },
        }),
      );
    }
  }

  // Whatever waits may be refused: the contract says so of every operation, and once where HEAD shares it.
  app.addHook('onRoute', (route) => {
    const { schema, config, method } = route;
    if (schema?.response === undefined || config?.unqueued || method === 'HEAD') return;
    const response = addRefusal(schema.response as Record<string, JsonSchema>, 'overloaded');
    route.schema = { ...schema, response };
  });
  app.addHook('preHandler', (request, _reply, proceed) => {
    if (request.routeOptions.config.unqueued) return proceed();
    queue.push({ request, proceed });
    // Where some were refused or have left, the last turns find nobody.
    doInTurn(answerNext);
    planRefusals();
  });
}
