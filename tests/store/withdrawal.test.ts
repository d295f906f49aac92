import { expect, test } from 'vitest';
import type { Draft, Noun } from '../../src/resources/resource.ts';
import { ask, buildTestApp, draftQuote, importRecords, openEmptyBase, surroundings } from '../base.ts';

const everything: Record<string, Draft[]> = {
  ...(surroundings as Record<string, Draft[]>),
  quotes: [draftQuote({ id: 'said', text: 'Something was said.' })],
};
// In an order in which nothing refers to what is taken out any more.
const nouns: Noun[] = ['quotes', 'sources', 'corpora', 'topics', 'actors'];

test('a record of any noun can be withdrawn, answers 410, and leaves its lists', async () => {
  const db = openEmptyBase();
  importRecords(db, everything);
  const app = await buildTestApp(db);
  const left = { ...everything };
  for (const noun of nouns) {
    const gone = (left[noun] ?? []).at(-1)?.id;
    left[noun] = (left[noun] ?? []).slice(0, -1);
    const report = importRecords(db, left);
    expect(report.get(noun)).toMatchObject({ withdrawn: 1 });
    const answer = await ask(app, `/v1/${noun}/${gone}`);
    expect([answer.status, answer.json().code]).toEqual([410, 'withdrawn']);
    expect((await ask(app, `/v1/${noun}?id=${gone}`)).json()).toMatchObject({ code: 'unknown_id' });
    expect((await ask(app, `/v1/${noun}`)).json()).toMatchObject({ total: left[noun].length });
  }
  await app.close();
  db.close();
});
