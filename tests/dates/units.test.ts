import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNDATED } from '../../src/dates/days.ts';
import { parseDay, parseEdtf } from '../../src/dates/edtf.ts';
import {
  compareUnitKeys,
  DATE_UNITS,
  listUnitsBetween,
  unitBounds,
  unitOfRange,
} from '../../src/dates/units.ts';

const anyDay = fc.oneof(
  fc.integer({ min: -72_000_000, max: 72_000_000 }),
  fc.integer({ min: -750_000, max: 80_000 }),
  fc.integer({ min: 0, max: 40_000 }),
);

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
