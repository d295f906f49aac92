/** How far coders agree beyond chance. Pure arithmetic on counts; a coefficient that is not defined says why. */

export type Coefficient = {
  /** Null where it is not defined. */
  value: number | null;
  why: string | null;
  /** Observed and expected: disagreement for alpha, agreement for kappa. */
  observed: number | null;
  expected: number | null;
};

/** Squares of counts, row after row: `cells[c * size + k]`. */
export type Table = { size: number; cells: Float64Array };

export function makeTable(size: number): Table {
  return { size, cells: new Float64Array(size * size) };
}

/**
 * Adds a unit to a coincidence matrix: `values` are the categories that its coders gave it, one each. A unit with one
 * value has nothing to be paired with, and adds nothing. Each of the m(m − 1) ordered pairs counts 1/(m − 1)
 * (Krippendorff 2004, Content Analysis, 2nd edition, chapter 11; 2011, Computing Krippendorff's Alpha-Reliability).
 */
export function addUnit({ size, cells }: Table, values: readonly number[]): void {
  if (values.length < 2) return;
  const counts = new Float64Array(size);
  for (const value of values) counts[value] = (counts[value] as number) + 1;
  for (let c = 0; c < size; c += 1) {
    for (let k = 0; k < size; k += 1) {
      const pairs = (counts[c] as number) * ((counts[k] as number) - (c === k ? 1 : 0));
      cells[c * size + k] = (cells[c * size + k] as number) + pairs / (values.length - 1);
    }
  }
}

export type Metric = 'nominal' | 'ordinal';

/**
 * Krippendorff's alpha, 1 − D_o/D_e, of a coincidence matrix; its categories are in order where the metric is ordinal.
 * With n_c the sum of row c, and n all of them: D_o = Σ o_ck δ²_ck / n, D_e = Σ n_c n_k δ²_ck / n(n − 1). The nominal
 * δ² is 1 for any two categories, the ordinal (Σ from c to k of n_g − (n_c + n_k)/2)².
 */
export function computeAlpha(table: Table, metric: Metric): Coefficient {
  const { size, cells } = table;
  const sums = Array.from({ length: size }, (_, c) =>
    cells.slice(c * size, (c + 1) * size).reduce((sum, cell) => sum + cell, 0),
  );
  const n = sums.reduce((sum, one) => sum + one, 0);
  if (n === 0) return explain('No unit was coded by two coders.');
  let observed = 0;
  let expected = 0;
  for (let c = 0; c < size; c += 1) {
    for (let k = 0; k < size; k += 1) {
      if (c === k) continue;
      const distance = metric === 'nominal' ? 1 : measureRanks(sums, c, k);
      observed += ((cells[c * size + k] as number) * distance) / n;
      expected += ((sums[c] as number) * (sums[k] as number) * distance) / (n * (n - 1));
    }
  }
  if (expected === 0)
    return explain(
      'Every coding that can be paired says the same: without variation, agreement cannot be told from chance.',
    );
  return { value: 1 - observed / expected, why: null, observed, expected };
}

function measureRanks(sums: readonly number[], c: number, k: number): number {
  const [low, high] = c < k ? [c, k] : [k, c];
  const between = sums.slice(low, high + 1).reduce((sum, one) => sum + one, 0);
  return (between - ((sums[c] as number) + (sums[k] as number)) / 2) ** 2;
}

/**
 * Cohen's kappa, (p_o − p_e)/(1 − p_e), of a table of units: rows are the first coder's categories, columns the
 * second's (Cohen 1960, A Coefficient of Agreement for Nominal Scales).
 */
export function computeKappa({ size, cells }: Table): Coefficient {
  const n = cells.reduce((sum, cell) => sum + cell, 0);
  if (n === 0) return explain('No unit was coded by both.');
  let agreed = 0;
  let chance = 0;
  for (let c = 0; c < size; c += 1) {
    let row = 0;
    let column = 0;
    for (let k = 0; k < size; k += 1) {
      row += cells[c * size + k] as number;
      column += cells[k * size + c] as number;
    }
    agreed += cells[c * size + c] as number;
    chance += row * column;
  }
  // In whole numbers, so that certain agreement by chance is exactly that.
  if (chance === n * n)
    return explain(
      'Both gave every unit the same position: without variation, agreement cannot be told from chance.',
    );
  const [observed, expected] = [agreed / n, chance / (n * n)];
  return { value: (observed - expected) / (1 - expected), why: null, observed, expected };
}

function explain(why: string): Coefficient {
  return { value: null, why, observed: null, expected: null };
}
