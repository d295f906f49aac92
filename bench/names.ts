/**
 * How long a name takes to be found among so many actors (`--actors`, 100,000): made-up people with names that are as
 * unevenly common as real ones, every third with a name in another script. Prints the median, the 99th of 100 and the
 * slowest of each kind of question, in milliseconds of processor time of one process that does nothing else.
 *
 * `npm run bench:names -- --write` puts it into docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { migrateDatabase, openDatabase } from '../src/db/client.ts';
import { findNames } from '../src/query/names.ts';
import { suggestRecords } from '../src/query/suggest.ts';
import { actors } from '../src/resources/actors.ts';
import { getResource } from '../src/resources/registry.ts';
import type { Draft, NamesDeclaration } from '../src/resources/resource.ts';
import { replaceRecords } from '../src/store/write.ts';
import { describeMachine, formatTable, writeResults, writeSection } from './report.ts';

const SYLLABLES = 'ka me ni ro ha sa li do ta vu che zi an el mir gor kha shi ow itz ber man ov ik'.split(
  ' ',
);
const COMMON = ['Mohammad', 'Ali', 'John', 'Maria', 'Ivan', 'Wei', 'Anna', 'David', 'Fatima', 'Jose'];
const SURNAMES = ['Khan', 'Smith', 'Ivanov', 'Garcia', 'Nguyen', 'Li', 'Hosseini', 'Müller', 'Kim', 'Silva'];
const CYRILLIC = 'ка ме ни ро ха са ли до та ву че зи ан эл мир гор хай ши ов иц бер ман ев ик'.split(' ');

/** A small generator with a seed (mulberry32, public domain), so that each run asks the same. */
function openRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = openRandom(7);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
/** The first of a list far more often than the last. */
const pickUnevenly = <T>(list: readonly T[]): T => list[Math.floor(random() ** 3 * list.length)] as T;
const spell = (syllables: readonly string[], count: number) =>
  Array.from({ length: count }, () => pick(syllables)).join('');
const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

const given = [...COMMON, ...Array.from({ length: 3000 }, () => capitalize(spell(SYLLABLES, 2)))];
const family = [...SURNAMES, ...Array.from({ length: 40_000 }, () => capitalize(spell(SYLLABLES, 3)))];

function draftActor(n: number): Draft {
  const middle = random() < 0.3 ? ` ${pickUnevenly(given)}` : '';
  const names =
    n % 3 === 0 ? [{ name: `${capitalize(spell(CYRILLIC, 2))} ${capitalize(spell(CYRILLIC, 3))}` }] : [];
  return {
    id: `a-${n}`,
    name: `${pickUnevenly(given)}${middle} ${pickUnevenly(family)}`,
    kind: 'person',
    names,
  };
}

const { values } = parseArgs({
  options: {
    actors: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '500' },
    write: { type: 'boolean', default: false },
  },
});
const db = openDatabase(':memory:');
migrateDatabase(db);
const drafts = Array.from({ length: Number(values.actors) }, (_, n) => draftActor(n));
replaceRecords(db, new Map([['actors', drafts]]), {
  origin: 'import',
  withdrawals: [],
  defaultReason: 'not generated',
  facts: {},
});

const someName = () => String(pick(drafts).name);
const alter = (name: string) => {
  const at = 1 + Math.floor(random() * (name.length - 2));
  return pick([
    `${name.slice(0, at)}${name.slice(at + 1)}`,
    `${name.slice(0, at)}x${name.slice(at)}`,
    `${name.slice(0, at)}${name[at + 1] ?? ''}${name[at]}${name.slice(at + 2)}`,
  ]);
};
const QUESTIONS: Record<string, () => string> = {
  'the name as stored': someName,
  'family name first': () => someName().split(' ').reverse().join(', '),
  'family name alone': () => String(someName().split(' ').at(-1)),
  'common names': () => `${pick(COMMON)} ${pick(SURNAMES)}`,
  'one common name': () => pick([...COMMON, ...SURNAMES]),
  'an initial': () => `${someName().charAt(0)}. ${someName().split(' ').at(-1)}`,
  'a slip': () => alter(someName()),
  'a slip in each word': () => someName().split(' ').map(alter).join(' '),
  'another script': () => `${capitalize(spell(CYRILLIC, 2))} ${capitalize(spell(CYRILLIC, 3))}`,
  nobody: () => `${spell(['qua', 'xo', 'wyn', 'dru'], 3)} ${spell(['qua', 'xo', 'wyn', 'dru'], 4)}`,
  'twelve words': () => Array.from({ length: 12 }, () => pick(given)).join(' '),
  'a paste of 10,000 characters': () => 'Mohammad Khan '.repeat(715),
};
const TYPED: Record<string, () => string> = {
  'one letter': () => someName().charAt(0),
  'two letters': () => someName().slice(0, 2),
  'three letters': () => someName().slice(0, 3),
  'half a name': () => someName().slice(0, 8),
  'the name as stored': someName,
  'a name and a letter': () => `${pick(COMMON)} ${pick(family).charAt(0)}`,
  'one common name': () => pick([...COMMON, ...SURNAMES]),
  'common names': () => `${pick(COMMON)} ${pick(SURNAMES)}`,
  'a slip': () => alter(someName()),
  'a slip in each word': () => someName().split(' ').map(alter).join(' '),
  'another script': () => `${capitalize(spell(CYRILLIC, 2))} ${capitalize(spell(CYRILLIC, 1))}`,
  nobody: () => `${spell(['qua', 'xo', 'wyn', 'dru'], 3)} ${spell(['qua', 'xo', 'wyn', 'dru'], 4)}`,
  'twelve words': () => Array.from({ length: 12 }, () => pick(given)).join(' '),
  'two hundred characters': () => 'Mohammad Khan '.repeat(15).slice(0, 200),
};

type Line = { door: string; kind: string; median: number; p99: number; slowest: number; wall_p99: number };

function measure(
  door: string,
  questions: Record<string, () => string>,
  ask: (text: string) => unknown,
): Line[] {
  return Object.entries(questions).map(([kind, draw]) => {
    const texts = Array.from({ length: Number(values.runs) }, draw);
    for (const text of texts.slice(0, 20)) ask(text);
    const times = texts.map((text) => {
      const start = performance.now();
      const before = process.cpuUsage();
      ask(text);
      const { user, system } = process.cpuUsage(before);
      return { processor: (user + system) / 1000, wall: performance.now() - start };
    });
    const sort = (list: number[]) => list.toSorted((a, b) => a - b);
    const processor = sort(times.map((time) => time.processor));
    const at = (sorted: number[], share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
    return {
      door,
      kind,
      median: at(processor, 0.5),
      p99: at(processor, 0.99),
      slowest: at(processor, 1),
      wall_p99: at(sort(times.map((time) => time.wall)), 0.99),
    };
  });
}

const served = (['actors', 'topics', 'sources'] as const).map(getResource);
const lines = [
  ...measure('a suggestion', TYPED, (text) => suggestRecords(db, served, text, 10)),
  ...measure('actors by name', QUESTIONS, (text) => findNames(db, actors.names as NamesDeclaration, text)),
];
const report = [
  `\`npm run bench:names -- --actors ${values.actors} --runs ${values.runs} --write\``,
  '',
  formatTable(
    ['Asked', 'what is given', 'median ms', '99 of 100 within', 'slowest', '99 of 100 on the clock'],
    lines.map(({ door, kind, median, p99, slowest, wall_p99 }) => [
      door,
      kind,
      ...[median, p99, slowest, wall_p99].map((ms) => ms.toFixed(2)),
    ]),
  ),
  '',
  `${describeMachine()}.`,
].join('\n');
console.log(report);
if (values.write) {
  writeResults('names', lines);
  writeSection('names', report);
}
