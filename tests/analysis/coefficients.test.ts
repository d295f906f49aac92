// Against worked examples that others published, and against a second way to the same number.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addUnit,
  computeAlpha,
  computeKappa,
  type Metric,
  makeTable,
} from '../../src/analysis/coefficients.ts';

/** Units as columns of coders' values; a dot is a unit that was not coded. */
function readUnits(rows: readonly string[], letters: string): number[][] {
  const coders = rows.map((row) => row.split(' '));
  return (coders[0] as string[]).map((_, unit) =>
    coders.flatMap((values) => (values[unit] === '.' ? [] : [letters.indexOf(values[unit] as string)])),
  );
}

function measure(units: readonly number[][], size: number, metric: Metric) {
  const table = makeTable(size);
  for (const unit of units) addUnit(table, unit);
  return computeAlpha(table, metric);
}

describe("Krippendorff, Computing Krippendorff's Alpha-Reliability (2011)", () => {
  // Section C: four observers, twelve units, values missing.
  const four = readUnits(
    [
      '1 2 3 3 2 1 4 1 2 . . .',
      '1 2 3 3 2 2 4 1 2 5 . 3',
      '. 3 3 3 2 3 4 2 2 5 1 .',
      '1 2 3 3 2 4 4 1 2 5 1 .',
    ],
    '12345',
  );
  test('A: two observers, two categories', () => {
    const units = readUnits(['0 1 0 0 0 0 0 0 1 0', '1 1 1 0 0 1 0 0 0 0'], '01');
    expect(measure(units, 2, 'nominal').value).toBeCloseTo(0.095, 3);
  });
  test('B: two observers, five categories', () => {
    const units = readUnits(['a a b b d c c c e d d a', 'b a b b b c c c e d d d'], 'abcde');
    expect(measure(units, 5, 'nominal').value).toBeCloseTo(0.692, 3);
  });
  test('C: many observers, values missing', () => {
    expect(measure(four, 5, 'nominal').value).toBeCloseTo(0.743, 3);
    expect(measure(four, 5, 'ordinal').value).toBeCloseTo(0.815, 3);
  });
});

describe('Cohen, A Coefficient of Agreement for Nominal Scales (1960)', () => {
  const table = (...cells: number[]) => ({ size: 3, cells: Float64Array.from(cells) });
  test('less than chance', () => {
    const kappa = computeKappa(table(25, 13, 12, 12, 2, 16, 3, 15, 2));
    expect(kappa).toMatchObject({ observed: 0.29, why: null });
    expect(kappa.expected).toBeCloseTo(0.35, 9);
    expect(kappa.value).toBeCloseTo(-0.092, 3);
  });
  test('more than chance', () => {
    const kappa = computeKappa(table(88, 10, 2, 14, 40, 6, 18, 10, 12));
    expect(kappa).toMatchObject({ observed: 0.7 });
    expect(kappa.expected).toBeCloseTo(0.41, 9);
    expect(kappa.value).toBeCloseTo(0.492, 3);
  });
});

describe('what is not defined is null, and says why', () => {
  test.each([
    ['nothing coded', []],
    ['nothing coded twice', [[0], [1]]],
    [
      'no variation',
      [
        [1, 1],
        [1, 1, 1],
      ],
    ],
  ])('alpha: %s', (_, units) => {
    for (const metric of ['nominal', 'ordinal'] as const) {
      const alpha = measure(units, 3, metric);
      expect(alpha).toMatchObject({ value: null, observed: null, expected: null });
      expect(alpha.why).toMatch(/\.$/);
    }
  });
  test('kappa: nothing in common, and no variation', () => {
    expect(computeKappa(makeTable(4))).toMatchObject({ value: null, why: expect.stringMatching(/both/) });
    const table = makeTable(4);
    table.cells[5] = 7;
    expect(computeKappa(table)).toMatchObject({ value: null, why: expect.stringMatching(/variation/) });
  });
});

const codings = fc.array(fc.array(fc.nat(3), { maxLength: 5 }), { maxLength: 12 });

test('alpha is what its definition over pairs of values says', () => {
  fc.assert(
    fc.property(codings, fc.constantFrom('nominal' as const, 'ordinal' as const), (units, metric) => {
      const pairable = units.filter((values) => values.length > 1);
      const values = pairable.flat();
      const n = (c: number) => values.filter((value) => value === c).length;
      const distance = (a: number, b: number): number => {
        if (a === b) return 0;
        if (metric === 'nominal') return 1;
        let sum = 0;
        for (let g = Math.min(a, b); g <= Math.max(a, b); g += 1) sum += n(g);
        return (sum - (n(a) + n(b)) / 2) ** 2;
      };
      const sumPairs = (list: readonly number[]) =>
        list.reduce((sum, a) => sum + list.reduce((inner, b) => inner + distance(a, b), 0), 0);
      const observed =
        pairable.reduce((sum, unit) => sum + sumPairs(unit) / (unit.length - 1), 0) / values.length;
      const expected = sumPairs(values) / (values.length * (values.length - 1));
      const alpha = measure(units, 4, metric);
      if (!(expected > 0)) expect(alpha.value).toBeNull();
      else expect(alpha.value).toBeCloseTo(1 - observed / expected, 9);
    }),
  );
});

test('agreement without exception is 1, and neither coefficient is ever more, or no number', () => {
  fc.assert(
    fc.property(codings, (units) => {
      for (const metric of ['nominal', 'ordinal'] as const) {
        const { value } = measure(units, 4, metric);
        if (value !== null) expect(value).toBeLessThanOrEqual(1);
        const same = units.map((values) => values.map(() => values[0] as number));
        const perfect = measure(same, 4, metric).value;
        if (perfect !== null) expect(perfect).toBe(1);
      }
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 9, maxLength: 9 }), (cells) => {
      const kappa = computeKappa({ size: 3, cells: Float64Array.from(cells) });
      const turned = computeKappa({
        size: 3,
        cells: Float64Array.from(cells.map((_, n) => cells[(n % 3) * 3 + Math.floor(n / 3)] as number)),
      });
      if (kappa.value === null) expect(turned.value).toBeNull();
      else {
        expect(kappa.value).toBeLessThanOrEqual(1);
        expect(turned.value).toBeCloseTo(kappa.value, 12);
      }
    }),
  );
});
