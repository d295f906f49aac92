/**
 * How long a name takes to be found among so many actors (`--actors`, 100,000): made-up people with names that are as
 * unevenly common as real ones, every third with a name in another script. Prints p50, p99 and the slowest of each kind
 * of question, in milliseconds of one process that does nothing else.
 */
import { parseArgs } from 'node:util';
import { migrateDatabase, openDatabase } from '../src/db/client.ts';
import { findNames } from '../src/query/names.ts';
import { suggestRecords } from '../src/query/suggest.ts';
import { actors } from '../src/resources/actors.ts';
import { getResource } from '../src/resources/registry.ts';
import type { Draft, NamesDeclaration } from '../src/resources/resource.ts';
import { replaceRecords } from '../src/store/write.ts';

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
  options: { actors: { type: 'string', default: '100000' }, runs: { type: 'string', default: '500' } },
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
  'three letters': () => someName().slice(0, 3),
  'half a name': () => someName().slice(0, 8),
  'a name and a letter': () => `${pick(COMMON)} ${pick(family).charAt(0)}`,
  'a slip': () => alter(someName()),
};

function measure(
  what: string,
  questions: Record<string, () => string>,
  ask: (text: string) => unknown,
): void {
  console.log(`\n${what.padEnd(30)} ${'p50'.padStart(8)} ${'p99'.padStart(8)} ${'slowest'.padStart(8)}`);
  for (const [kind, draw] of Object.entries(questions)) {
    const texts = Array.from({ length: Number(values.runs) }, draw);
    for (const text of texts.slice(0, 20)) ask(text);
    const times = texts.map((text) => {
      const start = performance.now();
      ask(text);
      return performance.now() - start;
    });
    times.sort((a, b) => a - b);
    const at = (share: number) =>
      (times[Math.min(times.length - 1, Math.floor(times.length * share))] as number).toFixed(2);
    console.log(`${kind.padEnd(30)} ${at(0.5).padStart(8)} ${at(0.99).padStart(8)} ${at(1).padStart(8)}`);
  }
}

console.log(`${values.actors} actors, ${values.runs} questions of each kind, milliseconds`);
const served = (['actors', 'topics', 'sources'] as const).map(getResource);
measure('/v1/actors?name=', QUESTIONS, (text) => findNames(db, actors.names as NamesDeclaration, text));
measure('/v1/suggest?q=', TYPED, (text) => suggestRecords(db, served, text, 10));
