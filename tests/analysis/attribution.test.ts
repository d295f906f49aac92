// Who said this: what people remember, and what the base answers, through the API.
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openDraw } from '../../bench/draw.ts';
import {
  type Attribution,
  attribute,
  attributeInSteps,
  CELLS_BUDGET,
} from '../../src/analysis/attribution.ts';
import { MOST_CANDIDATES, POSTINGS_BUDGET, WALKED_BUDGET } from '../../src/analysis/candidates.ts';
import { LONGEST_TEXT, MOST_ANSWERS } from '../../src/analysis/question.ts';
import type { Db } from '../../src/db/client.ts';
import { readKeysOfTerm, readKeysOfTermAmong, readSaidStretches } from '../../src/query/said-words.ts';
import {
  ask,
  buildTestApp,
  buildUrl,
  draftQuote,
  importRecords,
  openEmptyBase,
  openSeededBase,
  surroundings,
} from '../base.ts';

vi.mock('../../src/query/said-words.ts', { spy: true });

let app: FastifyInstance;
let db: Db;
beforeAll(async () => {
  db = openSeededBase();
  app = await buildTestApp(db);
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
    [
      'As he put it then: “Russia is not a firefighting rescue crew”, and that was that for the day',
      'partial',
    ],
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

  test('every difference stands where it says, in both texts', async () => {
    const text = '🎉 Russia isn’t a fire-fighting crew to save any thing not under our own control';
    const [best] = (await whoSaid(text)).candidates;
    const slice = (of: string, { start, end }: { start: number; end: number }) =>
      [...of].slice(start, end).join('');
    expect(best?.differences.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['kept', 'changed', 'missing', 'added']),
    );
    for (const { sentence, quote } of best?.differences ?? []) {
      if (sentence !== null) expect(slice(text, sentence)).toBe(sentence.words);
      if (quote !== null) expect(slice(best?.quote.text ?? '', quote)).toBe(quote.words);
    }
    expect(best?.differences).toContainEqual({
      kind: 'kept',
      sentence: { start: 17, end: 30, words: 'fire-fighting' },
      quote: { start: 16, end: 28, words: 'firefighting' },
    });
  });

  test('fewer than three words are exact or nothing', async () => {
    expect(await whoSaid('Buckle!')).toMatchObject({ verdict: 'exact', words: 1 });
    expect(await whoSaid('rescue crew')).toMatchObject({ verdict: 'none', words: 2, candidates: [] });
  });
});

test('a claim is confirmed, said by someone else, or not found; an unknown actor is refused', async () => {
  const text = 'Russia is not a firefighting rescue crew to save things';
  const answer = async (claimed_actor: string, of = text) =>
    (await whoSaid(of, { claimed_actor })).claim?.answer;
  expect(await answer('putin')).toBe('confirmed');
  expect(await answer('zarif')).toBe('said_by_someone_else');
  expect(await answer('putin', 'The moon is made of green cheese, my friends')).toBe('not_found');
  const refused = await ask(app, buildUrl('/v1/attributions', { text, claimed_actor: 'putni' }));
  expect([refused.status, refused.json()]).toMatchObject([400, { code: 'unknown_id', nearest: 'putin' }]);
});

describe('the corpus', () => {
  const alterations = ['drop', 'swap', 'replace', 'case', 'typo'] as const;
  const quotes = () =>
    db
      .prepare(
        "SELECT q.id, a.id AS actor, group_concat(s.exact, ' ' ORDER BY s.ordinal) AS words FROM quotes q JOIN spans s ON s.quote_key = q.key JOIN actors a ON a.key = q.actor_key GROUP BY q.key",
      )
      .all() as { id: string; actor: string; words: string }[];

  test.each(alterations)('every quote of at least 8 words is found by its words: %s', (alteration) => {
    const draw = openDraw(alterations.indexOf(alteration) + 1);
    const long = quotes().filter(({ words }) => words.split(/\s+/).length >= 8);
    expect(long.length).toBeGreaterThan(10);
    for (const quote of long) {
      for (let n = 0; n < 3; n += 1) {
        const words = quote.words.split(/\s+/);
        for (let change = Math.ceil(words.length / 6); change > 0; change -= 1) {
          const at = draw.between(0, words.length - 2);
          const word = words[at] as string;
          if (alteration === 'drop') words.splice(at, 1);
          else if (alteration === 'swap') words.splice(at, 2, words[at + 1] as string, word);
          else if (alteration === 'replace') words[at] = draw.pick(['indeed', 'perhaps', 'nothing']);
          else if (alteration === 'case') words[at] = `«${word.toUpperCase()}»`;
          else words[at] = word.slice(0, 2) + word.slice(3);
        }
        const { answer } = attribute(db, { text: words.join(' '), claimed_actor: null, limit: 1 });
        expect([answer.candidates[0]?.actor?.id, words.join(' ')]).toEqual([quote.actor, words.join(' ')]);
      }
    }
  });

  test('a sentence of its vocabulary that nobody said is not', () => {
    const draw = openDraw(11);
    const all = quotes().flatMap(({ words }) => words.split(/\s+/));
    for (let n = 0; n < 100; n += 1) {
      const text = Array.from({ length: draw.between(8, 20) }, () => draw.pick(all)).join(' ');
      expect([attribute(db, { text, claimed_actor: null, limit: 1 }).answer.verdict, text]).toEqual([
        'none',
        text,
      ]);
    }
  });
});

describe('whatever is asked', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .tuple(fc.constantFrom('a', 'the ', 'iran ', '我', 'می‌', '🎉', '“', '\u0301', '\ud800'), fc.nat(3000))
      .map(([one, n]) => one.repeat(n).slice(0, LONGEST_TEXT)),
    fc
      .array(
        fc.constantFrom(
          ...'Russia is not a firefighting rescue crew Iran Tehran knows very well billions of dollars'.split(
            ' ',
          ),
        ),
        { maxLength: 400 },
      )
      .map((words) => words.join(' ')),
  );

  test('nothing throws, and the work stays within its bounds', () => {
    fc.assert(
      fc.property(texts, (text) => {
        vi.mocked(readKeysOfTerm).mockClear();
        vi.mocked(readKeysOfTermAmong).mockClear();
        const steps = attributeInSteps(db, { text, claimed_actor: null, limit: MOST_ANSWERS });
        const quotesOfSteps: number[] = [];
        let step: ReturnType<typeof steps.next>;
        do {
          vi.mocked(readSaidStretches).mockClear();
          step = steps.next();
          quotesOfSteps.push(vi.mocked(readSaidStretches).mock.calls.length);
        } while (!step.done);
        const { answer, cost } = step.value;
        // Other requests are answered between two quotes.
        expect(Math.max(...quotesOfSteps)).toBeLessThanOrEqual(1);
        // Each looks up one term, so that the index walks over no place which it does not return.
        const { calls, results } = vi.mocked(readKeysOfTerm).mock;
        expect(calls.every(([, term, most]) => !/[\s"]/.test(term) && most > 0)).toBe(true);
        const all = [...results, ...vi.mocked(readKeysOfTermAmong).mock.results];
        const read = all.reduce((sum, { value }) => sum + (value as number[]).length, 0);
        expect(cost.walked).toBeLessThanOrEqual(WALKED_BUDGET);
        expect(cost.postings).toBe(read);
        expect(cost.postings).toBeLessThanOrEqual(POSTINGS_BUDGET + 100);
        expect(cost.compared).toBeLessThanOrEqual(MOST_CANDIDATES + 100);
        expect(cost.cells).toBeLessThanOrEqual(CELLS_BUDGET);
        expect(answer.candidates.length === 0).toBe(answer.verdict === 'none');
        for (const { score } of answer.candidates) expect(score >= 0 && score <= 1).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('punctuation and case change no verdict', () => {
    const spans = db.prepare('SELECT exact FROM spans').pluck().all() as string[];
    const marks = fc.constantFrom('', ',', '.', ' –', '…', '!', '”', '»', ')');
    const sentence = fc
      .tuple(fc.constantFrom(...spans), fc.constantFrom(...spans), fc.nat(), fc.boolean())
      .map(([a, b, n, both]) => {
        const words = `${a} ${both ? b : ''}`.trim().split(/\s+/);
        return words.toSpliced(n % words.length, words.length > 4 ? 1 : 0);
      });
    const ends = fc.infiniteStream(fc.tuple(marks, fc.constantFrom('', '“', '(', '«', "'"), fc.boolean()));
    fc.assert(
      fc.property(sentence, ends, (words, stream) => {
        const dressed = words.map((word) => {
          const [end, start, upper] = stream.next().value as [string, string, boolean];
          return `${start}${upper ? word.toUpperCase() : word.toLowerCase()}${end}`;
        });
        const judge = (text: string) => {
          const { answer } = attribute(db, { text, claimed_actor: null, limit: 3 });
          return [answer.verdict, answer.candidates.map(({ score, quote }) => [score, quote.id])];
        };
        expect(judge(dressed.join(' '))).toEqual(judge(words.join(' ')));
      }),
      { numRuns: 100 },
    );
  });
});

describe('other bases', () => {
  const span = (exact: string) => ({
    exact,
    start: null,
    end: null,
    text_start: 0,
    text_end: [...exact].length,
  });
  const draft = (id: string, actor: string | null, exact: string, more: Record<string, unknown> = {}) =>
    draftQuote({ id, actor, kind: 'direct', text: exact, text_by: 'speaker', spans: [span(exact)], ...more });
  const open = (...quotes: ReturnType<typeof draft>[]) => {
    const base = openEmptyBase();
    importRecords(base, { ...surroundings, quotes });
    return (text: string, claimed: string | null = null) =>
      attribute(base, {
        text,
        claimed_actor: claimed === null ? null : { id: claimed, name: claimed },
        limit: 5,
      }).answer;
  };
  const WORDS = 'We shall never bow before threats from anyone.';

  test('the same words under two speakers are a conflict, which is said first', () => {
    const who = open(draft('one', 'speaker', WORDS), draft('two', 'minister', WORDS.toUpperCase()));
    for (const text of [WORDS, 'never bow before threats', 'We shall never bow before any threats']) {
      const answer = who(text, 'minister');
      expect(Object.keys(answer)[0]).toBe('conflict');
      expect(answer.conflict?.actors.map(({ id }) => id).toSorted(), text).toEqual(['minister', 'speaker']);
      expect(answer.claim?.answer).toBe('confirmed');
    }
  });

  test('who only passes words on does not conflict with who said them', () => {
    const outer = `He told me: ‘${WORDS}’ I believed him at once.`;
    const who = open(
      draft('outer', 'speaker', outer),
      draft('inner', 'minister', WORDS, { relayed_by: 'speaker' }),
    );
    const answer = who(WORDS);
    expect(answer).toMatchObject({ verdict: 'exact', conflict: null });
    expect(answer.candidates.map(({ quote }) => quote.id)).toEqual(['inner', 'outer']);
  });

  test('what the base calls misattributed is shown with a warning, and confirms nothing', () => {
    const who = open(draft('wrong', 'speaker', WORDS, { attribution_status: 'misattributed' }));
    const answer = who(WORDS, 'speaker');
    expect(answer.candidates[0]).toMatchObject({
      attribution_status: 'misattributed',
      warning: expect.stringContaining('misattributed'),
    });
    expect(answer.claim?.answer).toBe('not_found');
  });

  test('what is misattributed is no measure for a quote that is not', () => {
    const who = open(
      draft('wrong', 'minister', WORDS, { attribution_status: 'misattributed' }),
      draft('right', 'speaker', 'We shall never bow our heads before threats from anyone.'),
    );
    expect(who(WORDS, 'speaker').claim).toMatchObject({
      answer: 'confirmed',
      sentence: expect.stringContaining('"right" of speaker has nearly these words'),
    });
    const wrong = who(WORDS, 'minister').claim;
    expect(wrong?.answer).toBe('said_by_someone_else');
    expect(wrong?.sentence).toMatch(
      /under minister, and calls them misattributed.*nearly these words of Some/,
    );
    expect(who(WORDS, 'ministry').claim?.answer).toBe('said_by_someone_else');
    const only = open(draft('wrong', 'minister', WORDS, { attribution_status: 'misattributed' }));
    expect(only(WORDS, 'speaker').claim).toMatchObject({
      answer: 'not_found',
      sentence: 'The base has these words under others alone, and calls them misattributed.',
    });
  });

  test('a disputed quote confirms, and says both times that it is disputed', () => {
    const who = open(draft('one', 'speaker', WORDS, { attribution_status: 'disputed' }));
    const answer = who(WORDS, 'speaker');
    expect(answer.claim?.sentence).toBe(
      'The quote "one" of speaker has these words. The attribution is disputed.',
    );
    expect(answer.candidates[0]?.warning).toContain('disputed');
  });

  test('words on behalf of a ministry confirm a claim about it, and are in no conflict with it', () => {
    const who = open(
      draft('spoken', 'minister', WORDS, { on_behalf_of: 'ministry' }),
      draft('written', 'ministry', WORDS.toUpperCase()),
    );
    expect(who(WORDS)).toMatchObject({ conflict: null, candidates: [{}, {}] });
    const alone = open(draft('spoken', 'minister', WORDS, { on_behalf_of: 'ministry' }));
    expect(alone(WORDS, 'ministry')).toMatchObject({
      claim: {
        answer: 'confirmed',
        sentence: 'The quote "spoken" of A minister on behalf of ministry has these words.',
      },
      candidates: [{ on_behalf_of: { id: 'ministry', name: 'A ministry' } }],
    });
    expect(alone(WORDS, 'speaker').claim?.answer).toBe('said_by_someone_else');
  });

  test.each([
    ['guillemets', '« We shall never bow before threats from anyone »'],
    ['German marks', '„We shall never bow before threats from anyone.“'],
    ['single marks', '‹We shall never bow before threats from anyone›'],
    ['a hyphen at the end of a line', 'We shall never bow be-\nfore threats from any-\r\none.'],
    ['soft hyphens and joiners', 'We sh\u00adall ne\u200dver bo\ufeffw be\u200bfore threats from anyone'],
    ['directions', '\u202bWe shall never bow before threats from anyone\u202c'],
    ['a NUL and a lone surrogate', 'We shall\0never bow \ud800 before threats from anyone\udfff'],
    ['wide letters', 'Ｗｅ ｓｈａｌｌ ｎｅｖｅｒ ｂｏｗ ｂｅｆｏｒｅ ｔｈｒｅａｔｓ ｆｒｏｍ ａｎｙｏｎｅ'],
  ])('%s make no difference', (_, text) => {
    expect(open(draft('one', 'speaker', WORDS))(text)).toMatchObject({ verdict: 'exact' });
  });

  test.each([
    ['tags', '<blockquote class="big"><p>We shall <b>never</b> bow before threats</p></blockquote>'],
    ['entities', '&ldquo;We&nbsp;shall never bow before threats from anyone.&rdquo;'],
    ['a quote in a quote', 'They wrote: “He said ‘We shall never bow before threats from anyone’ and left.”'],
  ])('what stands in %s is found', (_, text) => {
    const { verdict, candidates } = open(draft('one', 'speaker', WORDS))(text);
    expect([verdict, candidates[0]?.quote.id]).toEqual([expect.stringMatching(/partial|near/), 'one']);
  });

  test.each([
    [
      'ما در سال ۱۴۰۰ هرگز در برابر تهدید سر خم نمی‌کنیم',
      '«ما در سال 1400 هرگز در برابر تهديد سر خم نميكنيم»',
    ],
    ['لَنْ نَنْحَنِيَ أَبَدًا أَمَامَ تَهْدِيدَاتِ الْعَدُوِّ', 'لن ننحني ابدا امام تهديدات العدو'],
  ])('digits, vowel marks and joiners of Persian and Arabic make no difference: %s', (exact, text) => {
    expect(open(draft('one', 'speaker', exact))(text)).toMatchObject({ verdict: 'exact' });
  });

  test('several quotes run together are found, each with its part', () => {
    const other = 'The harvest of this valley feeds forty villages all winter.';
    const who = open(draft('one', 'speaker', WORDS), draft('two', 'minister', other));
    const { candidates, conflict } = who(`${WORDS} ${other}`);
    expect(conflict).toBeNull();
    expect(candidates.map(({ quote, part }) => [quote.id, part.words]).toSorted()).toEqual([
      ['one', WORDS.slice(0, -1)],
      ['two', other.slice(0, -1)],
    ]);
  });

  test('words too common to be read find a quote together, in the midst of a long text', () => {
    const draw = openDraw(5);
    const vocabulary = Array.from({ length: 60 }, (_, n) => `word${n}`);
    // A word of 60 stands in a fifth of 2,500 quotes of 12 words.
    const quotes = Array.from({ length: 2500 }, (_, n) => {
      const words = Array.from({ length: 12 }, () => draw.pick(vocabulary));
      if (n === 1700) words[11] = 'peregrine';
      return draft(`q${n}`, 'speaker', words.join(' '));
    });
    const base = openEmptyBase();
    importRecords(base, { ...surroundings, quotes });
    const other = (from: number) => Array.from({ length: 500 }, (_, n) => `other${from + n}`).join(' ');
    for (const wanted of [900, 1700]) {
      const text = `${other(0)} ${quotes[wanted]?.text} ${other(1000)}`;
      const { answer, cost } = attribute(base, { text, claimed_actor: null, limit: 5 });
      expect(answer.candidates.map(({ quote }) => quote.id)).toEqual([`q${wanted}`]);
      expect(cost.walked).toBeGreaterThan(0);
      expect(cost.walked).toBeLessThanOrEqual(WALKED_BUDGET);
    }
  });

  test.each([
    [
      'Persian',
      'ما هرگز در برابر تهدید سر خم نمی‌کنیم و عقب نمی‌نشینیم',
      'ما هرگز در برابر تهديد سر خم نمي كنيم و عقب نمي نشينيم',
    ],
    [
      'Cyrillic',
      'Мы никогда не отступим перед угрозами соседей',
      'мы никогда не отступим перед УГРОЗАМИ соседей',
    ],
    ['Chinese', '我们绝不会在任何威胁面前低头让步', '我们,绝不会在任何威胁面前低头让步。'],
    ['Vietnamese', 'Chúng tôi không bao giờ cúi đầu', 'chung toi khong bao gio cui dau'],
    ['emoji', '🎉🎉 🇮🇷', '🎉 🎉 🇮🇷'],
  ])('%s: other spellings of the same words are exact', (_, exact, text) => {
    const who = open(draft('one', 'speaker', exact), draft('two', 'minister', WORDS));
    expect(who(text)).toMatchObject({ verdict: 'exact', candidates: [{ quote: { id: 'one' }, score: 1 }] });
  });

  test('a part of a Chinese sentence is a part of it', () => {
    const who = open(
      draft('one', 'speaker', '我们绝不会在任何威胁面前低头让步'),
      draft('two', 'minister', WORDS),
    );
    expect(who('任何威胁面前低头')).toMatchObject({
      verdict: 'partial',
      candidates: [{ quote: { id: 'one' } }],
    });
  });

  test("a curator's words are nobody's", () => {
    const text = 'The speaker made clear that nobody would ever bow before threats.';
    const who = open(
      draftQuote({ id: 'told', text }),
      draft('one', 'speaker', 'Quite other words stand here.'),
    );
    expect(who(text)).toMatchObject({ verdict: 'none' });
  });
});

describe('refusals', () => {
  const send = (body: string, type = 'application/json', url = '/v1/attributions') =>
    ask(app, url, { 'content-type': type }, 'POST', body);
  test.each([
    ['/v1/attributions', 'invalid_value', 'text'],
    ['/v1/attributions?text=%20', 'invalid_value', 'text'],
    ['/v1/attributions?text=a&limit=21', 'invalid_value', 'limit'],
    ['/v1/attributions?text=a&claimed=putin', 'unknown_parameter', 'claimed'],
    ['/v1/attributions?text=a&text=b', 'repeated_parameter', 'text'],
  ])('%s', async (url, code, parameter) => {
    const answer = await ask(app, url);
    expect([answer.status, answer.json()]).toMatchObject([400, { code, parameter }]);
  });

  test('a text is taken as JSON, as a form and as it is, up to its bound', async () => {
    const text = 'a firefighting rescue crew to save things';
    for (const answer of [
      await send(JSON.stringify({ text, limit: 1 })),
      await send(String(new URLSearchParams({ text })), 'application/x-www-form-urlencoded'),
      await send(text, 'text/plain', '/v1/attributions?claimed_actor=putin'),
    ])
      expect([answer.status, answer.json()]).toMatchObject([200, { verdict: 'partial' }]);
    expect((await send('ش'.repeat(LONGEST_TEXT), 'text/plain')).status).toBe(200);
    const long = await send('ش'.repeat(LONGEST_TEXT + 1), 'text/plain');
    expect([long.status, long.json()]).toMatchObject([400, { code: 'too_much', parameter: 'text' }]);
    for (const body of ['[]', 'null', '{"text":{}}', '{"text":["a"]}'])
      expect((await send(body)).status, body).toBe(400);
  });

  test.each([
    'Russia is «not» a fire-\nfighting <b>crew</b> to save things',
    '\u202bروسیه\u202c \0 crew',
    '!?…',
    'никто 我们 🎉',
  ])('GET and POST give the same answer: %s', async (text) => {
    const got = await ask(app, buildUrl('/v1/attributions', { text, claimed_actor: 'russia' }));
    const posted = await send(JSON.stringify({ text, claimed_actor: 'russia' }));
    expect([got.status, posted.status, posted.text]).toEqual([200, 200, got.text]);
    expect((await send(JSON.stringify({ text: `\ud800${text}` }))).status).toBe(200);
  });

  test('a caller who has the answer gets 304', async () => {
    const url = '/v1/attributions?text=a+firefighting+rescue+crew';
    const { etag = '' } = (await ask(app, url)).headers;
    expect((await ask(app, url, { 'if-none-match': etag })).status).toBe(304);
  });
});
