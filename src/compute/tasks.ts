/**
 * Questions that may cost more than a request may. Each is a plain function of a base and of arguments that survive
 * JSON, and its answer survives JSON too. Loaded when first asked, because the server itself needs none of them.
 */
import type { Db } from '../db/client.ts';

type Task<Args, Answer> = (db: Db, args: Args) => Answer | Promise<Answer>;

export const tasks = {
  answer_exactly: async () => (await import('./exact.ts')).answerExactly,
  count_served: async () => (await import('./exact.ts')).countServed,
  compare_actors: async () => (await import('../analysis/comparisons.ts')).compareAsked,
  draw_network: async () => (await import('./networks.ts')).drawNetwork,
  find_shifts: async () => (await import('../analysis/shifts.ts')).findAskedShifts,
  measure_agreement: async () => (await import('../analysis/agreement.ts')).measureAsked,
  list_evidence: async () => (await import('../analysis/networks/evidence.ts')).listAskedEvidence,
} as const satisfies Record<string, () => Promise<Task<never, unknown>>>;

type TaskFunctions = { [N in keyof typeof tasks]: Awaited<ReturnType<(typeof tasks)[N]>> };
export type TaskName = keyof TaskFunctions;
export type TaskArgs<N extends TaskName> = Parameters<TaskFunctions[N]>[1];
export type TaskAnswer<N extends TaskName> = Awaited<ReturnType<TaskFunctions[N]>>;

/** Runs a task here and now, on one state of the data. */
export async function runTask<N extends TaskName>(
  db: Db,
  name: N,
  args: TaskArgs<N>,
): Promise<TaskAnswer<N>> {
  const task = (await tasks[name]()) as unknown as Task<TaskArgs<N>, TaskAnswer<N>>;
  if (db.inTransaction) return task(db, args);
  db.exec('BEGIN');
  try {
    return await task(db, args);
  } finally {
    db.exec('COMMIT');
  }
}
