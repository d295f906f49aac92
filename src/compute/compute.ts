/**
 * Asks costly questions in processes of their own. better-sqlite3 answers in the thread that asks, and a query that runs
 * cannot be cancelled from inside its process, nor by ending a worker thread: a process can be ended at any moment, and
 * one that only reads leaves nothing behind.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Db } from '../db/client.ts';
import { Refusal } from '../errors.ts';
import type { Question, Reply } from './child.ts';
import { runTask, type TaskAnswer, type TaskArgs, type TaskName } from './tasks.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
/** A process that nobody asked anything for so long is ended; the next question starts another. */
const IDLE_MS = 30_000;
/** So many questions may wait for each process; more are refused. */
const WAITING_EACH = 8;

export type ComputeOptions = {
  /** Most processes at a time. */
  processes: number;
  /** Most milliseconds from the asking to the answer, waiting included. */
  deadline_ms: number;
};
export type Compute = {
  /** Throws the task's own Refusal, `deadline_exceeded`, or `overloaded` where too many wait. */
  ask<N extends TaskName>(
    name: N,
    args: TaskArgs<N>,
    options?: { deadline_ms?: number; signal?: AbortSignal },
  ): Promise<TaskAnswer<N>>;
  close(): void;
};

/** A process that a signal ends had no memory left, or somebody had it ended: the question was too much for it. */
const KILLED: Reply = {
  ok: false,
  refusal: {
    code: 'deadline_exceeded',
    sentence: 'The process that was to answer ended before it was ready. Filter more, or ask for less.',
    details: { headers: { 'retry-after': '30' } },
  },
};

type Job = { question: Question; settle: (reply: Reply) => void; worker: Worker | null };
type Worker = { child: ChildProcess; job: Job | null; idle: NodeJS.Timeout | null };

/** A base in memory is in this process alone: there, questions are answered here and now. */
export function openCompute(db: Db, options: ComputeOptions): Compute {
  if (db.memory) return { ask: (name, args) => runTask(db, name, args), close: () => {} };
  const workers = new Set<Worker>();
  const waiting: Job[] = [];

  function start(): Worker {
    const child = fork(CHILD, [db.name], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const worker: Worker = { child, job: null, idle: null };
    workers.add(worker);
    child.on('message', (reply: Reply) => finish(worker, reply));
    child.on('error', () => {});
    child.on('exit', (status, signal) => {
      workers.delete(worker);
      finish(worker, signal === null ? { ok: false, fault: `the process ended with ${status}` } : KILLED);
    });
    return worker;
  }

  function finish(worker: Worker, reply: Reply): void {
    const { job } = worker;
    worker.job = null;
    job?.settle(reply);
    next();
    if (worker.job === null) worker.idle ??= setTimeout(() => worker.child.kill(), IDLE_MS).unref();
  }

  function next(): void {
    while (waiting.length > 0) {
      const free =
        [...workers].find((worker) => worker.job === null && worker.child.connected) ??
        (workers.size < options.processes ? start() : undefined);
      if (free === undefined) return;
      const job = waiting.shift() as Job;
      if (free.idle !== null) clearTimeout(free.idle);
      free.idle = null;
      free.job = job;
      job.worker = free;
      free.child.send(job.question);
    }
  }

  /** Nobody waits for the answer any more. */
  function drop(job: Job): void {
    const at = waiting.indexOf(job);
    if (at !== -1) waiting.splice(at, 1);
    if (job.worker?.job === job) {
      job.worker.job = null;
      workers.delete(job.worker);
      job.worker.child.kill('SIGKILL');
      next();
    }
  }

  return {
    ask(name, args, { deadline_ms = options.deadline_ms, signal } = {}) {
      if (waiting.length >= WAITING_EACH * options.processes) {
        return Promise.reject(
          new Refusal('overloaded', 'Too many costly questions are waiting already. Ask again shortly.', {
            headers: { 'retry-after': '5' },
          }),
        );
      }
      return new Promise((resolve, reject) => {
        const give = (settle: () => void) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          settle();
        };
        const job: Job = {
          question: { name, args },
          worker: null,
          settle: (reply) =>
            give(() => {
              if (reply.ok) resolve(reply.answer as never);
              else if ('refusal' in reply)
                reject(new Refusal(reply.refusal.code, reply.refusal.sentence, reply.refusal.details));
              else reject(new Error(`${name}: ${reply.fault}`));
            }),
        };
        const end = (error: Error) => {
          drop(job);
          give(() => reject(error));
        };
        const abort = () => end(new Error(`${name}: nobody waits for the answer`));
        const timer = setTimeout(
          () =>
            end(
              new Refusal(
                'deadline_exceeded',
                `The answer was not ready after ${deadline_ms / 1000} seconds. Filter more, or ask for less.`,
                { headers: { 'retry-after': '30' } },
              ),
            ),
          deadline_ms,
        );
        if (signal?.aborted) return abort();
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(job);
        next();
      });
    },
    close() {
      waiting.length = 0;
      for (const { child } of workers) child.kill('SIGKILL');
    },
  };
}
