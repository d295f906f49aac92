import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDay, OPEN_END, OPEN_START, UNDATED } from '../../src/dates/days.ts';
import { EdtfError, parseDay, parseEdtf, parsePeriod } from '../../src/dates/edtf.ts';

function showBounds(input: string): string {
  const { earliest, latest } = parseEdtf(input);
  return `${showDay(earliest)} ${showDay(latest)}`;
}

function showDay(day: number): string {
  if (day === OPEN_START) return '-∞';
  if (day === OPEN_END) return '∞';
  return formatDay(day) ?? String(day);
}

describe('parseEdtf', () => {
  it.each([
    ['2020', '2020-01-01 2020-12-31'],
    ['2020-12', '2020-12-01 2020-12-31'],
    ['2020-02', '2020-02-01 2020-02-29'],
    ['2020-12-20', '2020-12-20 2020-12-20'],
    ['0099-02', '0099-02-01 0099-02-28'],
    ['0000', '0000-01-01 0000-12-31'],
    ['-0349', '-0349-01-01 -0349-12-31'],
    ['-0004-02-29', '-0004-02-29 -0004-02-29'],

    ['2019~', '2019-01-01 2019-12-31'],
    ['2019?', '2019-01-01 2019-12-31'],
    ['2019-12%', '2019-12-01 2019-12-31'],
    ['2019-?12', '2019-12-01 2019-12-31'],

    ['201X', '2010-01-01 2019-12-31'],
    ['20XX', '2000-01-01 2099-12-31'],
    ['XXXX', '-∞ ∞'],
    ['XXXX-12-25', '-∞ ∞'],
    ['-01XX', '-0199-01-01 -0100-12-31'],
    ['-0XXX', '-0999-01-01 0000-12-31'],
    ['156X-12-25', '1560-12-25 1569-12-25'],
    ['201X-02-29', '2012-02-29 2016-02-29'],
    ['2019-XX', '2019-01-01 2019-12-31'],
    ['2019-1X', '2019-10-01 2019-12-31'],
    ['2019-XX-31', '2019-01-31 2019-12-31'],
    ['2019-02-XX', '2019-02-01 2019-02-28'],
    ['2019-12-3X', '2019-12-30 2019-12-31'],

    ['2020-21', '2020-03-01 2020-06-30'],
    ['2020-22', '2020-06-01 2020-09-30'],
    ['2020-23', '2020-09-01 2020-12-31'],
    ['2020-24', '2020-01-01 2021-03-31'],
    ['2020-25', '2020-03-01 2020-06-30'],
    ['2020-29', '2020-09-01 2020-12-31'],
    ['2020-32', '2020-06-01 2020-09-30'],
    ['2020-33', '2020-01-01 2020-03-31'],
    ['2020-36', '2020-10-01 2020-12-31'],
    ['2020-38', '2020-05-01 2020-08-31'],
    ['2020-41', '2020-07-01 2020-12-31'],
    ['2020-22?', '2020-06-01 2020-09-30'],
    ['2020-21/2020-22', '2020-03-01 2020-09-30'],

    ['2019/2020', '2019-01-01 2020-12-31'],
    ['2019-12-20/2020-06', '2019-12-20 2020-06-30'],
    ['201X/2012', '2010-01-01 2012-12-31'],
    ['2019/..', '2019-01-01 ∞'],
    ['2019/', '2019-01-01 ∞'],
    ['../2020', '-∞ 2020-12-31'],
    ['/2020', '-∞ 2020-12-31'],
    ['../..', '-∞ ∞'],

    ['[2019,2020]', '2019-01-01 2020-12-31'],
    ['[2020, 2019]', '2019-01-01 2020-12-31'],
    ['[2019..2020]', '2019-01-01 2020-12-31'],
    ['[2020-12-20..2021-01-20]', '2020-12-20 2021-01-20'],
    ['[1667,1668,1670..1672]', '1667-01-01 1672-12-31'],
    ['[..2020]', '-∞ 2020-12-31'],
    ['[..2018,2020]', '-∞ 2020-12-31'],
    ['[2019..]', '2019-01-01 ∞'],
    ['{2019,2020-06}', '2019-01-01 2020-06-30'],
    ['{..2020}', '-∞ 2020-12-31'],

    ['Y-12000', '-12000-01-01 -12000-12-31'],
    ['Y17E3', '+17000-01-01 +17000-12-31'],
    ['1950S2', '1900-01-01 1999-12-31'],
    ['-1950S2', '-1999-01-01 -1900-12-31'],

    ['2020-12-20T23:10:10Z', '2020-12-20 2020-12-20'],
    ['2020-12-20T23:10:10-05:00', '2020-12-20 2020-12-20'],
    ['2020-12-20T10:10:10/2020-12-22T10:10:10', '2020-12-20 2020-12-22'],
  ])('%s is %s', (input, expected) => {
    expect(showBounds(input)).toBe(expected);
  });

  it('keeps the input as given, trimmed', () => {
    expect(parseEdtf(' [2019,  2020] ').edtf).toBe('[2019,  2020]');
  });

  it.each([
    ...[
      '',
      'tomorrow',
      '2020-13',
      '2019-02-29',
      '2019-02-30',
      '2019-06-31',
      '2020-00',
      '20201220',
      '10000',
      '-0000',
    ],
    ...[
      '20',
      '201',
      'XXX1-02-29',
      '2020/2019',
      '2020-12/2019',
      '[2020..2019]',
      '[]',
      '[2019',
      '2019..2020',
      '..',
    ],
    ...['Y17E8', 'Y-999999', 'Y99999999999999999999', '0x10', '1e2'],
  ])('refuses %j', (input) => {
    expect(() => parseEdtf(input)).toThrow(EdtfError);
  });

  it('refuses an input that is too long to be a date', () => {
    expect(() => parseEdtf(`[${'2019,'.repeat(300)}2020]`)).toThrow(EdtfError);
  });

  it('says what is wrong and what would be right, in one sentence', () => {
    for (const input of ['2019-06-31', '2019-02-29', '2020/2019', '201', 'Y17E8', '[2020..2019]']) {
      expect(() => parseEdtf(input)).toThrow(/^"[^"]+" [^"]+; write for example [^"]+\.$/);
      expect(() => parseEdtf(input)).toThrow(JSON.stringify(input));
    }
    expect(() => parseEdtf('x'.repeat(5000))).toThrow(/^.{1,200}$/);
  });

  it('answers safe integers in order for whatever is a date', () => {
    const date = fc.stringMatching(/^-?[0-9X]{4}(-[01X][0-9X](-[0-3X][0-9X])?)?[~?%]?$/);
    const expression = fc.oneof(
      date,
      fc.tuple(date, date).map(([a, b]) => `${a}/${b}`),
      fc.tuple(date, date).map(([a, b]) => `[${a},${b}]`),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(expression, (input) => {
        try {
          const { earliest, latest } = parseEdtf(input);
          expect(Number.isSafeInteger(earliest) && Number.isSafeInteger(latest)).toBe(true);
          expect(earliest).toBeLessThanOrEqual(latest);
          expect(earliest).toBeGreaterThanOrEqual(OPEN_START);
          expect(latest).toBeLessThanOrEqual(OPEN_END);
        } catch (error) {
          expect(error).toBeInstanceOf(EdtfError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('UNDATED', () => {
  it('sorts last both ways', () => {
    expect(UNDATED.earliest).toBeGreaterThan(OPEN_END);
    expect(UNDATED.latest).toBeLessThan(OPEN_START);
  });
});

describe('parsePeriod', () => {
  it.each([
    ['2019', '2019-01-01 2019-12-31'],
    ['2019-12-20', '2019-12-20 2019-12-20'],
    ['2019..2020-06', '2019-01-01 2020-06-30'],
    ['2019-12..2019', '2019-12-01 2019-12-31'],
    ['..2020', '-∞ 2020-12-31'],
    ['2020..', '2020-01-01 ∞'],
    ['201X', '2010-01-01 2019-12-31'],
    ['../2020', '-∞ 2020-12-31'],
    ['2019/2020-06', '2019-01-01 2020-06-30'],
    ['[2019..2020]', '2019-01-01 2020-12-31'],
    ['-0349..0010', '-0349-01-01 0010-12-31'],
  ])('%s is %s', (input, expected) => {
    const { from, to } = parsePeriod(input);
    expect(`${showDay(from)} ${showDay(to)}`).toBe(expected);
  });

  it.each([
    '',
    '..',
    '2020..2019',
    '2020-07..2020-06',
    '2020/2019',
    'none',
    '2019...2020',
    '2019..2020..2021',
  ])('refuses %j', (input) => {
    expect(() => parsePeriod(input)).toThrow(EdtfError);
  });
});

const anyDay = fc.oneof(
  fc.integer({ min: -72_000_000, max: 72_000_000 }),
  fc.integer({ min: -750_000, max: 80_000 }),
  fc.integer({ min: 0, max: 40_000 }),
);

describe('days', () => {
  it.each([
    [0, '1970-01-01'],
    [-1, '1969-12-31'],
    [11_016, '2000-02-29'],
    [18_616, '2020-12-20'],
    [-719_528, '0000-01-01'],
    [-719_529, '-0001-12-31'],
    [-683_368, '0099-01-01'],
  ])('%i is %s', (day, iso) => {
    expect(formatDay(day)).toBe(iso);
    expect(parseDay(iso)).toBe(day);
  });

  it('go to ISO 8601 and back', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        expect(parseDay(formatDay(day) ?? '')).toBe(day);
      }),
    );
  });

  it("agree with the platform's calendar", () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const date = new Date(day * 86_400_000);
        const parts = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
        const [, year, month, dayOfMonth] = /^([+-]?\d+)-(\d+)-(\d+)$/.exec(formatDay(day) ?? '') ?? [];
        expect([year, month, dayOfMonth].map(Number)).toEqual(parts);
      }),
    );
  });

  it('are null where there is none', () => {
    for (const day of [OPEN_START, OPEN_END, UNDATED.earliest, UNDATED.latest])
      expect(formatDay(day)).toBeNull();
    expect(() => formatDay(0.5)).toThrow(RangeError);
  });

  it.each([
    '',
    '2020',
    '2020-2-1',
    '2019-02-29',
    '2020-00-10',
    '2020-01-00',
    '-0000-01-01',
    '+2020-01-01',
    'x',
  ])('refuse %j', (iso) => {
    expect(() => parseDay(iso)).toThrow(EdtfError);
  });
});
