import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareUnitKeys,
  DATE_UNITS,
  EdtfError,
  formatDay,
  listUnitsBetween,
  OPEN_END,
  OPEN_START,
  parseDay,
  parseEdtf,
  parsePeriod,
  UNDATED,
  unitBounds,
  unitOfRange,
} from '../src/edtf.ts';

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

describe('units', () => {
  it.each([
    ['2020-12-20', ['2020', '2020-Q4', '2020-12', '2020-W51', '2020-12-20']],
    ['2021-01-03', ['2021', '2021-Q1', '2021-01', '2020-W53', '2021-01-03']],
    ['2018-12-31', ['2018', '2018-Q4', '2018-12', '2019-W01', '2018-12-31']],
    ['2005-01-01', ['2005', '2005-Q1', '2005-01', '2004-W53', '2005-01-01']],
    ['2008-12-29', ['2008', '2008-Q4', '2008-12', '2009-W01', '2008-12-29']],
    ['-0349-04-01', ['-0349', '-0349-Q2', '-0349-04', '-0349-W13', '-0349-04-01']],
    ['+12000-01-01', ['+12000', '+12000-Q1', '+12000-01', '+11999-W52', '+12000-01-01']],
  ])('%s lies in %j', (iso, keys) => {
    const day = parseDay(iso);
    expect(DATE_UNITS.map((unit) => unitOfRange(day, day, unit))).toEqual(keys);
  });

  it.each([
    ['2020-12', ['2020', '2020-Q4', '2020-12', null, null]],
    ['2020', ['2020', null, null, null, null]],
    ['[2020-12-20..2021-01-20]', [null, null, null, null, null]],
    ['2020-12-31/2021-01-01', [null, null, null, '2020-W53', null]],
    ['2020/..', [null, null, null, null, null]],
    ['../2020', [null, null, null, null, null]],
  ])('the range %s lies in %j', (input, keys) => {
    const { earliest, latest } = parseEdtf(input);
    expect(DATE_UNITS.map((unit) => unitOfRange(earliest, latest, unit))).toEqual(keys);
  });

  it('hold no record without a date', () => {
    for (const unit of DATE_UNITS) expect(unitOfRange(UNDATED.earliest, UNDATED.latest, unit)).toBeNull();
  });

  it('partition the days', () => {
    fc.assert(
      fc.property(anyDay, fc.constantFrom(...DATE_UNITS), (day, unit) => {
        const key = unitOfRange(day, day, unit) as string;
        const { from, to } = unitBounds(key, unit);
        expect(from).toBeLessThanOrEqual(day);
        expect(to).toBeGreaterThanOrEqual(day);
        expect(unitOfRange(from, to, unit)).toBe(key);
        const before = unitOfRange(from - 1, from - 1, unit) as string;
        const after = unitOfRange(to + 1, to + 1, unit) as string;
        expect(unitBounds(before, unit).to).toBe(from - 1);
        expect(unitBounds(after, unit).from).toBe(to + 1);
        expect(compareUnitKeys(before, key)).toBeLessThan(0);
        expect(compareUnitKeys(after, key)).toBeGreaterThan(0);
        expect(compareUnitKeys(key, key)).toBe(0);
        expect(listUnitsBetween(before, after, unit, 3)).toEqual([before, key, after]);
      }),
    );
  });

  it('are listed in order, both ends included', () => {
    expect(listUnitsBetween('2019-Q3', '2020-Q1', 'quarter', 10)).toEqual(['2019-Q3', '2019-Q4', '2020-Q1']);
    expect(listUnitsBetween('2020-W52', '2021-W01', 'week', 10)).toEqual([
      '2020-W52',
      '2020-W53',
      '2021-W01',
    ]);
    expect(listUnitsBetween('-0001', '0001', 'year', 3)).toEqual(['-0001', '0000', '0001']);
  });

  it('are listed up to a limit and never backwards', () => {
    expect(() => listUnitsBetween('0001-01-01', '9999-12-31', 'day', 1000)).toThrow(RangeError);
    expect(() => listUnitsBetween('2020', '2019', 'year', 10)).toThrow(RangeError);
  });

  it.each([
    ['2020-W54', 'week'],
    ['2021-W53', 'week'],
    ['2020-W00', 'week'],
    ['2020-Q5', 'quarter'],
    ['2020-13', 'month'],
    ['2019-02-29', 'day'],
    ['-0000', 'year'],
    ['+2020', 'year'],
    ['2020', 'month'],
    ['', 'year'],
  ] as const)('refuse %j as a %s', (key, unit) => {
    expect(() => unitBounds(key, unit)).toThrow(RangeError);
  });
});
