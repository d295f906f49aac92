// Who said this: what people remember, and what the base answers, through the API.
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Attribution } from '../../src/analysis/attribution.ts';
import { ask, buildTestApp, buildUrl, openSeededBase } from '../base.ts';

let app: FastifyInstance;
beforeAll(async () => {
  app = await buildTestApp(openSeededBase());
});
afterAll(() => app.close());

async function whoSaid(text: string, params: Record<string, string> = {}): Promise<Attribution> {
  const answer = await ask(app, buildUrl('/v1/attributions', { text, ...params }));
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as unknown as Attribution;
}

describe('a sentence as it is remembered', () => {
  test.each([
    ['russia is not a firefighting rescue crew to save things that are not fully under our control', 'exact'],
    ['Russia isn’t a fire-fighting crew to save things which aren’t fully under our control', 'near'],
    ['a firefighting rescue crew to save things', 'partial'],
    ['As he put it then: Russia is not a firefighting rescue crew, and that was that for the day', 'partial'],
    ['Rusia is not a firefihgting rescue crew to save thigns not fully under our control', 'near'],
  ])('%s: %s', async (text, verdict) => {
    const { candidates, ...answer } = await whoSaid(text);
    expect(answer).toMatchObject({ verdict, conflict: null, claim: null, search: 'complete' });
    expect(candidates[0]).toMatchObject({ verdict, actor: { id: 'putin' }, verification: 'pinned' });
  });

  test('what nobody said is not found', async () => {
    expect(await whoSaid('Our control of firefighting is not a crew to rescue Russia')).toMatchObject({
      verdict: 'none',
      candidates: [],
    });
  });
});
