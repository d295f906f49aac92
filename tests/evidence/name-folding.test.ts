import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldName, MOST_WORDS, splitName } from '../../src/evidence/name-folding.ts';
import { compareNames, differInGeneration } from '../../src/evidence/name-similarity.ts';
import { soundWord } from '../../src/evidence/name-sounds.ts';
import { nameReason } from '../../src/vocabulary.ts';

const compare = (asked: string, stored: string) => compareNames(foldName(asked), foldName(stored));

describe('folding', () => {
  test.each([
    ['Thích Nhất Hạnh', 'thichnhathanh', 'thichnhathanh'],
    ['Хаменеи', 'хаменеи', 'khamenei'],
    ['Ευάγγελος', 'ευαγγελος', 'eyaggelos'],
    ['ნიკოლ', 'ნიკოლ', 'nikol'],
    ['Նիկոլ', 'նիկոլ', 'nikol'],
    ['習近平', '習近平', 'xijinping'],
    ['O’Neill', 'oneill', 'oneill'],
    ['Jørgen Đặng', 'jorgendang', 'jorgendang'],
    ['😀', '', ''],
  ])('%s', (name, plain, joined) => {
    expect(foldName(name)).toMatchObject({ plain, joined });
  });

  test('yeh and kaf of Arabic and of Persian are one, and a joiner is nothing', () => {
    const folded = ['علی خامنه‌ای', 'علی خامنه ای', 'علی خامنهای', 'علي خامنه‌اي'].map(foldName);
    expect(new Set(folded.map(({ plain }) => plain)).size).toBe(1);
    expect(foldName('كريم').plain).toBe(foldName('کریم').plain);
  });

  test('vowel signs of Indian scripts make another name', () => {
    expect(foldName('मोदी').plain).not.toBe(foldName('मद').plain);
  });

  test('words say where they stand, in code points', () => {
    expect(splitName('😀 Ali‑Akbar Salehi')).toEqual([
      { text: 'ali', start: 2, end: 5 },
      { text: 'akbar', start: 6, end: 11 },
      { text: 'salehi', start: 12, end: 18 },
    ]);
  });

  test.each([
    ['Mohammad', 'Muhammed', 'Mehmed', 'Mohamed'],
    ['Khrushchev', 'Chruschtschow'],
    ['Tchaikovsky', 'Tschaikowski', 'Chaykovskiy'],
    ['Gorbachev', 'Gorbatschow', 'Gorbachyov'],
    ['Hossein', 'Hussein', 'Husayn'],
    ['Qasem', 'Ghassem', 'Kassem'],
    ['Zhukov', 'Schukow'],
  ])('%s and %s sound alike', (...spellings) => {
    expect(new Set(spellings.map((word) => soundWord(word.toLowerCase()))).size).toBe(1);
  });
});

describe('how well names fit', () => {
  test.each([
    ['ali khamenei', 'Ali Khamenei', 1, ['same']],
    ['Khamenei, Ali', 'Ali Khamenei', 0.98, ['other_order']],
    ['习近平', 'Xi Jinping', 0.98, ['transliterated']],
    ['A. Khamenei', 'Ali Khamenei', 0.875, ['initial']],
    ['Khamenei', 'Ali Khamenei', 0.8, ['missing_words']],
    ['Ayatollah Ali Khamenei', 'Ali Khamenei', 0.8, ['extra_words']],
    ['Mohammadjavad Zarif', 'Mohammad Javad H. Zarif', 0.885, ['joined', 'missing_words']],
  ])('%s for %s', (asked, stored, score, reasons) => {
    expect(compare(asked, stored)).toEqual({ score, reasons });
  });

  test('another given name is no fit, however alike the rest', () => {
    expect(compare('Ali Larijani', 'Ali Khamenei').score).toBeLessThan(0.5);
  });

  test('junior is not senior, and Jr. is junior', () => {
    const [junior, senior] = ['Oliver Wendell Holmes Jr.', 'Oliver Wendell Holmes Sr.'];
    expect(compare('Oliver Wendell Holmes, junior', junior).score).toBe(1);
    expect(compare(junior, senior).reasons).toContain('other_words');
    expect(differInGeneration(foldName('Oliver Wendell Holmes'), foldName(senior))).toBe(true);
    expect(differInGeneration(foldName(junior), foldName(senior))).toBe(true);
    expect(differInGeneration(foldName(junior), foldName(junior))).toBe(false);
  });

  const names = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(fc.constantFrom('Ali', 'علی', 'Али', 'O’Neill', 'jr', 'ß', 'a', '१', '́', '\ud83d'), {
        maxLength: 20,
      })
      .map((words) => words.join(' ')),
  );

  test('nothing throws, scores lie between 0 and 1, every name fits itself, reasons are of their list', () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        const [one, other] = [foldName(a), foldName(b)];
        expect(one.words.length).toBeLessThanOrEqual(MOST_WORDS);
        const { score, reasons } = compareNames(one, other);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(Object.keys(nameReason.words)).toEqual(expect.arrayContaining(reasons));
        if (one.plain !== '') expect(compareNames(one, one)).toEqual({ score: 1, reasons: ['same'] });
        for (const { start, end } of splitName(a)) expect([...a].slice(start, end).join('')).not.toBe('');
      }),
      { numRuns: 300 },
    );
  });
});
