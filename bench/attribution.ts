/**
 * How well "who said this?" finds what was said, and how rarely it finds what was not. Thresholds are searched for on the
 * sentences of one seed, and the report is on those of another, which no threshold has seen.
 *
 * `npm run eval:attribution -- --quotes 1000000 --cases 3000 --write`: so many altered sentences of each seed, and as
 * many that nobody said. `--file` takes a base that is there.
 */
import { parseArgs } from 'node:util';
import { attribute, compareWithQuotes } from '../src/analysis/attribution.ts';
import { judge, type Reasons, sizeOf, THRESHOLDS, type Thresholds } from '../src/analysis/resemblance.ts';
import { openDatabase } from '../src/db/client.ts';
import { prepare } from '../src/db/statements.ts';
import { joinLetters, nameLetters, splitWords } from '../src/evidence/words.ts';
import { readKeysOfTerm, readSaidStretches } from '../src/query/said-words.ts';
import { type Case, drawCases, HOSTILE, KINDS, NEVER_SAID } from './attribution-cases.ts';
import { ensureBase } from './base.ts';
import { openDraw } from './draw.ts';
import { describeMachine, formatTable, writeResults, writeSection } from './report.ts';

/** What was answered: the place of the right quote among the candidates, from 1, and 0 where it is not. */
type Told = { kind: string; words: number; place: number; false: boolean };
type Outcome = Told & { ms: number; processor: number };
/** A candidate by its verdict and key; the first is the best. */
type Ranked = { verdict: string; key: number };

const STRENGTH: Record<string, number> = { exact: 2, near: 1, partial: 0 };
/** The most false attributions that a choice may show in any kind of sentence: half of what is to be reached. */
const MOST_FALSE = 0.005;
const SEED_TO_CHOOSE = 101;
const SEED_TO_REPORT = 202;

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
const chosen = searchThresholds([...drawCases(db, openDraw(SEED_TO_CHOOSE), Number(values.cases))]);
const cases = [...drawCases(db, openDraw(SEED_TO_REPORT), Number(values.cases))];
// Once unmeasured, so that the disk is out of it.
for (const one of cases) ask(one);
const outcomes = cases.map(ask);
const hostile = [...HOSTILE, ['10,000 characters of quotes', drawLong()] as const].map(([name, text]) => {
  const times = Array.from({ length: 20 }, () => time(text));
  const ms = times.map((one) => one.ms);
  const processor = times.map((one) => one.processor);
  return [
    name,
    String(countRead(text)),
    ...[quantile(ms, 0.5), Math.max(...ms), quantile(processor, 0.5)].map(formatMs),
  ];
});
const report = writeReport(outcomes);
console.log(report);
writeResults('attribution', { thresholds: THRESHOLDS, chosen, outcomes });
if (values.write) writeSection('attribution', report);

function time(text: string) {
  const start = performance.now();
  const before = process.cpuUsage();
  const { answer } = attribute(db, { text, claimed_actor: null, limit: 5 });
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { answer, ms, processor: (user + system) / 1000 };
}

function countRead(text: string): number {
  return attribute(db, { text, claimed_actor: null, limit: 5 }).cost.postings;
}

function drawLong(): string {
  const draw = openDraw(9);
  const highest = prepare(db, 'SELECT max(key) FROM quotes').pluck().get() as number;
  let text = '';
  while (text.length < 10_000)
    text += `${readSaidStretches(db, draw.between(1, highest))
      .map(({ exact }) => exact)
      .join(' ')} `;
  return text.slice(0, 10_000);
}

function ask(one: Case): Outcome {
  const { answer, ms, processor } = time(one.text);
  const keys = prepare(db, 'SELECT key FROM quotes WHERE id = ?').pluck();
  const ranked = answer.candidates.map(({ verdict, quote }) => ({
    verdict,
    key: keys.get(quote.id) as number,
  }));
  return { ...tell(one, ranked), ms, processor };
}

/**
 * A wrong quote in the first place is a false attribution. A sentence made of two halves of quotes truly has a part of
 * each: to say so, `partial`, of either is right; `near`, or another quote, is false.
 */
function tell(one: Case, ranked: readonly Ranked[]): Told {
  const [best] = ranked;
  const right = new Set(one.from.flatMap(listSame));
  const isRight = best !== undefined && right.has(best.key);
  const said = isSaid(one.kind);
  return {
    kind: one.kind,
    words: one.words,
    place: ranked.findIndex(({ key }) => right.has(key)) + 1,
    false: best !== undefined && !(isRight && (said || best.verdict === 'partial')),
  };
}

/** A quote, and the others that have the letters of its first span, of the same speaker: each is right. */
function listSame(key: number): number[] {
  const [span] = readSaidStretches(db, key);
  const letters = joinLetters(splitWords(span?.exact ?? ''));
  const actor = prepare(db, 'SELECT actor_key FROM quotes WHERE key = ?').pluck();
  const same = letters === '' ? [] : readKeysOfTerm(db, nameLetters(letters), 100);
  return [key, ...same.filter((other) => actor.get(other) === actor.get(key))];
}

type Measured = Case & {
  size: number;
  chance: number;
  compared: { key: number; equal: boolean; score: number; reasons: Reasons }[];
};

/** Of all choices with few enough false attributions, the one that finds the most; prints the best ones. */
function searchThresholds(drawn: readonly Case[]): Thresholds {
  const measured = drawn.map((one): Measured => {
    const { words, compared, chance } = compareWithQuotes(db, one.text);
    const listed = compared.map(({ key, equal, resemblance: { score, reasons } }) => ({
      key,
      equal,
      score,
      reasons,
    }));
    return { ...one, size: sizeOf(words), chance, compared: listed };
  });
  const choices: { thresholds: Thresholds; recall: number; worst: number }[] = [];
  for (const score of [0.4, 0.45, 0.5])
    for (const fidelity of [0.55, 0.6, 0.65])
      for (const beyond_chance of [2, 3, 4, 5])
        for (const few_words of [0, 0.5, 1, 2])
          for (const whole of [0.75, 0.85]) {
            const thresholds = { score, fidelity, beyond_chance, few_words, whole };
            const told = measured.map((one) => tell(one, rank(one, thresholds)));
            const said = told.filter(({ kind, words }) => isSaid(kind) && words >= 3);
            const recall = said.filter(({ place }) => place === 1).length / said.length;
            choices.push({ thresholds, recall, worst: findWorst(told) });
          }
  const best = choices
    .toSorted(
      (a, b) =>
        Number(a.worst > MOST_FALSE) - Number(b.worst > MOST_FALSE) ||
        b.recall - a.recall ||
        a.worst - b.worst,
    )
    .slice(0, 10);
  const rows = best.map(({ thresholds, recall, worst }) => [
    ...Object.values(thresholds).map(String),
    recall.toFixed(4),
    worst.toFixed(4),
  ]);
  const head = [...Object.keys(THRESHOLDS), 'recall at 1', 'false, worst kind'];
  console.log(`The best of ${choices.length} choices on ${drawn.length} sentences:\n`);
  console.log(`${formatTable(head, rows)}\n\nIn the code: ${JSON.stringify(THRESHOLDS)}\n`);
  return (best[0] as (typeof best)[number]).thresholds;
}

/** As `attribute` ranks them. Nothing made up is misattributed. */
function rank({ compared, size, chance }: Measured, thresholds: Thresholds): Ranked[] {
  return compared
    .map((one) => ({ ...one, verdict: one.equal ? 'exact' : judge(one, size, chance, thresholds) }))
    .filter(({ verdict }) => verdict !== 'none')
    .sort((a, b) => (STRENGTH[b.verdict] as number) - (STRENGTH[a.verdict] as number) || b.score - a.score);
}

function isSaid(kind: string): boolean {
  return (KINDS as readonly string[]).includes(kind);
}

/** The largest share of false attributions among the kinds and the lengths. */
function findWorst(told: readonly Told[]): number {
  const shares = [true, false].flatMap((long) => {
    const some = told.filter(({ words }) => (long ? words >= 8 : words >= 3 && words < 8));
    const groups = [...NEVER_SAID.map((kind) => some.filter((one) => one.kind === kind))];
    if (long) groups.push(some.filter(({ kind }) => isSaid(kind)));
    return groups.map((group) => group.filter((one) => one.false).length / Math.max(1, group.length));
  });
  return Math.max(...shares);
}

function writeReport(outcomes: readonly Outcome[]): string {
  const asked = outcomes.filter(({ words }) => words >= 8);
  const long = asked.map(({ ms }) => ms);
  const processor = asked.map((one) => one.processor);
  return [
    `\`npm run eval:attribution -- --quotes ${values.quotes} --cases ${values.cases} --write\``,
    '',
    tabulate(outcomes),
    '',
    `All requests with at least 8 words: median ${formatMs(quantile(long, 0.5))} ms, 99 of 100 within ${formatMs(quantile(long, 0.99))} ms, the slowest ${formatMs(Math.max(...long))} ms, in one process. Of processor time: median ${formatMs(quantile(processor, 0.5))} ms, 99 of 100 within ${formatMs(quantile(processor, 0.99))} ms, the most ${formatMs(Math.max(...processor))} ms.`,
    '',
    formatTable(
      ['Unkind text', 'places of the index read', 'median ms', 'slowest ms', 'median ms of processor'],
      hostile,
    ),
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
      const said = isSaid(kind);
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

function formatMs(ms: number): string {
  return ms.toFixed(1);
}
