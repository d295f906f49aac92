/** The process in which tasks run: opens the base for reading, answers one question after the other, ends with its parent. */
import { openDatabase } from '../db/client.ts';
import { Refusal } from '../errors.ts';
import { runTask, type TaskName } from './tasks.ts';

export type Question = { name: TaskName; args: unknown };
export type Reply =
  | { ok: true; answer: unknown }
  | { ok: false; refusal: { code: Refusal['code']; sentence: string; details: Refusal['details'] } }
  | { ok: false; fault: string };

const db = openDatabase(process.argv[2] as string, { readonly: true });

process.on('message', async ({ name, args }: Question) => {
  process.send?.(await answer(name, args));
});
process.on('disconnect', () => process.exit());

async function answer(name: TaskName, args: unknown): Promise<Reply> {
  try {
    return { ok: true, answer: await runTask(db, name, args as never) };
  } catch (error) {
    if (!(error instanceof Refusal)) return { ok: false, fault: (error as Error).stack ?? String(error) };
    return { ok: false, refusal: { code: error.code, sentence: error.message, details: error.details } };
  }
}
