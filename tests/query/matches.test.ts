// Places of words: the same in a text that is searched in parts as in one that is searched whole, and few at once.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runSteps } from '../../src/db/one-state.ts';
import { sliceCodePoints } from '../../src/evidence/code-points.ts';
import { MATCHES_LIMIT, PARTS_SIZE } from '../../src/query/budget.ts';
import { findRecords } from '../../src/query/finish.ts';
import { describeMatches, findPlaces, type Match } from '../../src/query/matches.ts';
import { parseParams } from '../../src/query/params.ts';
import { parseWordSearch, TOKENIZER } from '../../src/query/search.ts';
import { actors } from '../../src/resources/actors.ts';
import type { SearchDeclaration } from '../../src/resources/resource.ts';
import { askPage, buildTestApp, buildUrl, importRecords, type Json, openEmptyBase } from '../base.ts';

const search = actors.search as SearchDeclaration;
const draft = (texts: { name: string; names: string[]; description: string }) => ({
  id: 'one',
  kind: 'person',
  ...texts,
  names: texts.names.map((name) => ({ name })),
});

describe('of texts in parts', () => {
  const db = openEmptyBase();
  db.exec(`CREATE VIRTUAL TABLE temp.whole USING fts5(a, b, c, tokenize='${TOKENIZER}')`);
  const OPEN = '\u{FDD0}';
  const CLOSE = '\u{FDD1}';

  /** As FTS5 marks them in the whole texts, asked with the whole search; null where the texts do not match. */
  function markWhole(texts: readonly string[], match: string): Match[] | null {
    db.prepare('DELETE FROM temp.whole').run();
    db.prepare('INSERT INTO temp.whole VALUES (?, ?, ?)').run(texts);
    const columns = texts.map((_, n) => `highlight(whole, ${n}, '${OPEN}', '${CLOSE}')`).join(', ');
    const marked = db.prepare(`SELECT ${columns} FROM temp.whole WHERE whole MATCH ?`).raw().get(match);
    if (marked === undefined) return null;
    return (marked as string[]).flatMap((text, n) => readMarked(text, search.columns[n]));
  }

  function readMarked(text: string, column: SearchDeclaration['columns'][number] | undefined): Match[] {
    const { field = '', lines = false } = column ?? {};
    const matches: Match[] = [];
    let [index, at, start, open] = [0, 0, 0, false];
    const end = () => matches.push({ field, ...(lines ? { index } : {}), start, end: at });
    for (const character of text) {
      if (character === OPEN) [open, start] = [true, at];
      else if (character === CLOSE) open = end() < 0;
      else if (lines && character === '\n') {
        if (open) end();
        [index, at, start] = [index + 1, 0, 0];
      } else at += 1;
    }
    return matches;
  }

  function findInParts(q: string, size: number): Match[] {
    const keys = db.prepare('SELECT key FROM actors').pluck().all() as number[];
    const found = runSteps(findPlaces(db, actors, parseWordSearch(q), keys, size));
    return [...found.values()].flatMap((texts) => describeMatches(search, {}, texts).matches);
  }

  const MIXED = `talk Talks talking crew cre\u0301w n\u0303\u0331 x\u{10400} 2019 crew's x.y a b می‌خواهم روسیه کِتابِ Россия России всё й 核协议 😀 🫠 🇮🇷`;
  // Phrases of these overlap wherever they stand.
  const FEW = 'a b c';
  const inLine = fc.constantFrom(
    ...[' ', ' ', ' ', ', ', '. ', '-', ' – ', '\u200c', '\u00a0', '، ', '。', ' 😀 ', '…'],
  );
  const anywhere = fc.oneof({ weight: 6, arbitrary: inLine }, fc.constantFrom('\n', '\r\n', '\n\n'));

  /** Texts of these words, what is asked for, and stretches of the texts that are asked for as phrases. */
  const draw = (words: string) => {
    const word = fc.constantFrom(...words.split(' '));
    const line = (between: fc.Arbitrary<string>, maxLength: number) =>
      fc.array(fc.tuple(word, between), { maxLength }).map((pieces) => pieces.flat().join(''));
    const phrase = fc.array(word, { minLength: 1, maxLength: 6 }).map((all) => `"${all.join(' ')}"`);
    const either = fc
      .array(fc.oneof(word, phrase), { minLength: 1, maxLength: 4 })
      .map((all) => all.join(' OR '));
    return fc.record({
      name: line(anywhere, 5),
      names: fc.array(line(inLine, 4), { maxLength: 12 }),
      description: line(anywhere, 60),
      terms: fc.array(fc.oneof(word, phrase, either, fc.constantFrom('-absent', '-"b b b b b"')), {
        minLength: 1,
        maxLength: 4,
      }),
      stretches: fc.array(fc.tuple(fc.nat(), fc.nat(8)), { maxLength: 3 }),
      size: fc.integer({ min: 1, max: 60 }),
    });
  };

  test('they are where the whole search finds them in the whole texts', () => {
    fc.assert(
      fc.property(fc.oneof(draw(MIXED), draw(FEW)), ({ terms, stretches, size, ...texts }) => {
        const words = `${texts.names.join(' ')} ${texts.description}`.split(/\s+/);
        const phrases = stretches.map(([from, count]) => {
          const first = from % words.length;
          return `"${words.slice(first, first + count).join(' ')}"`;
        });
        const q = [...phrases, ...terms].join(size % 2 === 0 ? ' OR ' : ' ');
        const { match } = parseWordSearch(q);
        fc.pre(match !== null);
        const whole = markWhole([texts.name, texts.names.join('\n'), texts.description], match);
        fc.pre(whole !== null);
        importRecords(db, { actors: [draft(texts)] });
        expect(findInParts(q, size)).toEqual(whole);
        expect(findInParts(q, Number.POSITIVE_INFINITY)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('trap: a character at which texts are cut is none of a word to a tokenizer with an older Unicode', () => {
    const characters = Array.from({ length: 0xd800 }, (_, n) => n + 1).map((n) => String.fromCharCode(n));
    const rows = Array.from({ length: 14 }, (_, n) => characters.slice(n * 4096, (n + 1) * 4096));
    importRecords(db, {
      actors: rows.map((row, n) => ({
        ...draft({ name: '-', names: [], description: row.map((one) => `a${one}a`).join(' ') }),
        id: `row-${n}`,
      })),
    });
    const whole = findInParts('a', Number.POSITIVE_INFINITY);
    expect(whole.length).toBeGreaterThan(3000);
    expect(findInParts('a', 1)).toEqual(whole);
  });
});

describe('in one long text', () => {
  // 120,000 times `talks`, and 6,001 times `crew`, the first and the last word.
  const description = `${`crew ${'talks 😀 '.repeat(20)}`.repeat(6000)}crew`;
  const db = openEmptyBase();
  importRecords(db, { actors: [draft({ name: 'Crew', names: ['The crew'], description })] });
  const app = buildTestApp(db);
  const find = async (q: string) => {
    const [actor] = (await askPage(await app, buildUrl('/v1/actors', { q }))).results as [Json];
    return actor as { matches: Match[]; matches_are: string };
  };

  test('they are right from its beginning to its end', async () => {
    const every = 5 + 20 * 8;
    const all = Array.from({ length: 6001 }, (_, n) => ({
      field: 'description',
      start: n * every,
      end: n * every + 4,
    }));
    const { matches, matches_are } = await find('crew');
    expect(matches).toEqual([
      { field: 'name', start: 0, end: 4 },
      { field: 'names', index: 0, start: 4, end: 8 },
      ...all,
    ]);
    expect(matches_are).toBe('exact');
    expect(sliceCodePoints(description, 6000 * every, 6000 * every + 4)).toBe('crew');
    const across = (await find('"talks crew talks"')).matches;
    expect(across).toEqual(
      all.slice(1, -1).map(({ field, start, end }) => ({ field, start: start - 8, end: end + 6 })),
    );
  });

  test('the first are given, and it is said that there are more', async () => {
    const { matches, matches_are } = await find('talks');
    expect(matches).toHaveLength(MATCHES_LIMIT);
    expect(matches_are).toBe('at_least');
    expect(matches[0]).toEqual({ field: 'description', start: 5, end: 10 });
    expect(matches.at(-1)).toEqual({ field: 'description', start: 499 * 165 + 157, end: 499 * 165 + 162 });
  });

  test('the event loop has its turn while they are looked for', () => {
    const keys = db.prepare('SELECT key FROM actors').pluck().all() as number[];
    const steps = findRecords(db, parseParams(actors, { q: 'crew' }, { page_size_max: 200 }), keys);
    let turns = 0;
    while (!steps.next().done) turns += 1;
    expect(turns).toBeGreaterThan(description.length / (1.5 * PARTS_SIZE));
    // Other requests may use the tables in between.
    expect(db.prepare('SELECT count(*) FROM temp.parts').pluck().get()).toBe(0);
  });
});
