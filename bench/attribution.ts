/**
 * How well "who said this?" finds what was said, and how rarely it finds what was not. Thresholds are chosen on the first
 * half of the cases, and the table is that of the second.
 *
 * `npm run eval:attribution -- --quotes 1000000 --cases 3000 --write`
 */
import { parseArgs } from 'node:util';
import { attribute } from '../src/analysis/attribution.ts';
import { THRESHOLDS } from '../src/analysis/resemblance.ts';
import { type Db, openDatabase } from '../src/db/client.ts';
import { prepare } from '../src/db/statements.ts';
import { readSaidStretches } from '../src/query/said-words.ts';
import { type Case, drawCases, HOSTILE, KINDS, NEVER_SAID } from './attribution-cases.ts';
import { ensureBase } from './base.ts';
import { openDraw } from './draw.ts';
import { describeMachine, formatTable, writeResults, writeSection } from './report.ts';

type Outcome = {
  kind: string;
  words: number;
  verdict: string;
  /** The place of the right quote among the candidates, from 1; 0 where it is not. */
  place: number;
  false: boolean;
  ms: number;
};

const { values } = parseArgs({
  options: {
    quotes: { type: 'string', default: '1000000' },
    cases: { type: 'string', default: '3000' },
    data: { type: 'string' },
    file: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const path = values.file ?? ensureBase(Number(values.quotes), values.data);
const db = openDatabase(path, { readonly: true });
const cases = [...drawCases(db, openDraw(4), Number(values.cases))];
const half = Math.floor(cases.length / 2);
// Once unmeasured, so that the disk is out of it.
for (const one of cases) ask(one);
const chosen = cases.slice(0, half).map(ask);
const checked = cases.slice(half).map(ask);
const hostile = [...HOSTILE, ['10,000 characters of quotes', drawLong()] as const].map(([name, text]) => {
  const times = Array.from({ length: 20 }, () => time(text).ms).toSorted((a, b) => a - b);
  return [name, String(countRead(text)), formatMs(times[10]), formatMs(times.at(-1))];
});
const report = writeReport(checked);
console.log(`On the first half, which thresholds are chosen on:\n\n${tabulate(chosen)}\n\n${report}`);
writeResults('attribution', { thresholds: THRESHOLDS, chosen, checked });
if (values.write) writeSection('attribution', report);

function time(text: string) {
  const start = performance.now();
  const { answer } = attribute(db, { text, claimed_actor: null, limit: 5 });
  return { answer, ms: performance.now() - start };
}

function countRead(text: string): number {
  return attribute(db, { text, claimed_actor: null, limit: 5 }).cost.postings;
}

function drawLong(): string {
  const draw = openDraw(9);
  let text = '';
  while (text.length < 10_000)
    text += `${readSaidStretches(db, draw.between(1, Number(values.quotes)))
      .map(({ exact }) => exact)
      .join(' ')} `;
  return text.slice(0, 10_000);
}

function ask(one: Case): Outcome {
  const { answer, ms } = time(one.text);
  const same = new Set(one.from.slice(0, 1).flatMap((key) => listSame(db, key)));
  const place = answer.candidates.findIndex(({ quote }) => same.has(quote.id)) + 1;
  return {
    kind: one.kind,
    words: one.words,
    verdict: answer.verdict,
    place,
    false: isFalse(
      one,
      answer.verdict,
      answer.candidates.map(({ quote }) => quote.id),
    ),
    ms,
  };
}

/** A quote's id, and those of quotes with the same words: either is right. */
function listSame(base: Db, key: number): string[] {
  return prepare(base, 'SELECT id FROM quotes WHERE key = ?').pluck().all(key) as string[];
}

/**
 * A sentence that nobody said is attributed falsely where a verdict is given. One made of two halves of quotes truly has
 * a part of each: to say so, \`partial\`, of either is right; \`near\`, or another quote, is false.
 */
function isFalse(one: Case, verdict: string, ids: readonly string[]): boolean {
  if ((KINDS as readonly string[]).includes(one.kind)) {
    const right = new Set(one.from.flatMap((key) => listSame(db, key)));
    return verdict !== 'none' && !right.has(ids[0] as string);
  }
  if (verdict === 'none') return false;
  const own = new Set(one.from.flatMap((key) => listSame(db, key)));
  return verdict !== 'partial' || !own.has(ids[0] as string);
}

function writeReport(outcomes: readonly Outcome[]): string {
  const long = outcomes.filter(({ words }) => words >= 8).map(({ ms }) => ms);
  return [
    `\`npm run eval:attribution -- --quotes ${values.quotes} --cases ${values.cases} --write\``,
    '',
    tabulate(outcomes),
    '',
    `All requests with at least 8 words: median ${formatMs(quantile(long, 0.5))} ms, 99 of 100 within ${formatMs(quantile(long, 0.99))} ms, the slowest ${formatMs(Math.max(...long))} ms, in one process.`,
    '',
    formatTable(['Unkind text', 'places of the index read', 'median ms', 'slowest ms'], hostile),
    '',
    `${describeMachine()}.`,
  ].join('\n');
}

function tabulate(outcomes: readonly Outcome[]): string {
  const bands: [string, (words: number) => boolean][] = [
    ['3 to 7', (words) => words >= 3 && words < 8],
    ['8 and more', (words) => words >= 8],
  ];
  const rows = [...KINDS, ...NEVER_SAID].flatMap((kind) =>
    bands.map(([band, within]) => {
      const some = outcomes.filter((one) => one.kind === kind && within(one.words));
      const said = (KINDS as readonly string[]).includes(kind);
      const share = (test: (one: Outcome) => boolean) =>
        some.length === 0 ? '' : (some.filter(test).length / some.length).toFixed(3);
      return [
        kind,
        band,
        String(some.length),
        said ? share(({ place }) => place === 1) : '',
        said ? share(({ place }) => place >= 1) : '',
        share((one) => one.false),
        some.length === 0
          ? ''
          : formatMs(
              quantile(
                some.map(({ ms }) => ms),
                0.5,
              ),
            ),
        some.length === 0
          ? ''
          : formatMs(
              quantile(
                some.map(({ ms }) => ms),
                0.99,
              ),
            ),
      ];
    }),
  );
  return formatTable(
    [
      'Sentence',
      'words left',
      'asked',
      'recall at 1',
      'recall at 5',
      'false attributions',
      'median ms',
      'p99 ms',
    ],
    rows,
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

function formatMs(ms: number | undefined): string {
  return (ms ?? 0).toFixed(1);
}
