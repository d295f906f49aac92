/** Keys by ids in memory, in 6 bytes each and a few MB: for a load that makes the tables' own indexes afterwards. */
import type { Noun } from '../resources/resource.ts';

export type KeyIndex = {
  /** `isIt` looks into the table, because two ids may share a hash. */
  find: (noun: Noun, id: string, isIt: (key: number) => boolean) => number | undefined;
  add: (noun: Noun, id: string, key: number) => void;
  /** Forgets all, and gives the memory back at once. */
  clear: () => void;
};

/** Those added lately, found by their hashes. Keys count from 1: 0 is a free place. */
type Recent = { size: number; hashes: Uint32Array; keys: Uint32Array };
/** All others, in the order of the upper halves of their hashes: of a hash its lower half is kept. */
type Settled = { begins: Uint32Array; lows: Uint16Array; keys: Uint32Array };
type Table = { recent: Recent; settled: Settled | null };

const SMALLEST = 64;
/** Places for those added lately: a power of two. */
const LARGEST = 1 << 19;
const HALVES = 1 << 16;
/** Of one noun. Memory is reserved for so many, and taken for those that there are: nothing is copied to grow. */
const MOST_RECORDS = 2 ** 29;

export function openKeyIndex(largest = LARGEST): KeyIndex {
  const tables = new Map<Noun, Table>();
  return {
    find(noun, id, isIt) {
      const table = tables.get(noun);
      if (table === undefined) return undefined;
      const hash = hashId(id);
      return findRecent(table.recent, hash, isIt) ?? findSettled(table.settled, hash, isIt);
    },
    add(noun, id, key) {
      let table = tables.get(noun);
      if (table === undefined) {
        table = { recent: makeRecent(SMALLEST), settled: null };
        tables.set(noun, table);
      }
      if (table.recent.size * 4 >= table.recent.keys.length * 3) makeRoom(table, largest);
      put(table.recent, hashId(id), key);
    },
    clear() {
      for (const { settled } of tables.values())
        for (const { buffer } of settled === null ? [] : [settled.lows, settled.keys])
          (buffer as ArrayBuffer).resize(0);
      tables.clear();
    },
  };
}

function findRecent(
  { hashes, keys }: Recent,
  hash: number,
  isIt: (key: number) => boolean,
): number | undefined {
  const mask = keys.length - 1;
  for (let at = hash & mask; keys[at] !== 0; at = (at + 1) & mask) {
    const key = keys[at] as number;
    if (hashes[at] === hash && isIt(key)) return key;
  }
  return undefined;
}

function findSettled(
  settled: Settled | null,
  hash: number,
  isIt: (key: number) => boolean,
): number | undefined {
  if (settled === null) return undefined;
  const { begins, lows, keys } = settled;
  const [high, low] = [hash >>> 16, hash & 0xffff];
  const end = begins[high + 1] as number;
  for (let at = begins[high] as number; at < end; at += 1)
    if (lows[at] === low && isIt(keys[at] as number)) return keys[at];
  return undefined;
}

function makeRoom(table: Table, largest: number): void {
  const { recent } = table;
  if (recent.keys.length < largest) {
    table.recent = makeRecent(recent.keys.length * 2);
    recent.keys.forEach((key, at) => {
      if (key !== 0) put(table.recent, recent.hashes[at] as number, key);
    });
    return;
  }
  table.settled ??= {
    begins: new Uint32Array(HALVES + 1),
    lows: new Uint16Array(new ArrayBuffer(0, { maxByteLength: 2 * MOST_RECORDS })),
    keys: new Uint32Array(new ArrayBuffer(0, { maxByteLength: 4 * MOST_RECORDS })),
  };
  settle(table.settled, recent);
  recent.keys.fill(0);
  recent.size = 0;
}

/** Moves what is settled apart, from its end, and puts what is new between. */
function settle({ begins, lows, keys }: Settled, recent: Recent): void {
  const counts = new Uint32Array(HALVES);
  const size = begins[HALVES] as number;
  recent.keys.forEach((key, at) => {
    const high = (recent.hashes[at] as number) >>> 16;
    if (key !== 0) counts[high] = (counts[high] as number) + 1;
  });
  (lows.buffer as ArrayBuffer).resize(2 * (size + recent.size));
  (keys.buffer as ArrayBuffer).resize(4 * (size + recent.size));
  let before = recent.size;
  begins[HALVES] = size + before;
  /** Where the next new one goes. */
  const places = new Uint32Array(HALVES);
  let end = size;
  for (let high = HALVES - 1; high >= 0; high -= 1) {
    const begin = begins[high] as number;
    before -= counts[high] as number;
    if (before > 0) {
      lows.copyWithin(begin + before, begin, end);
      keys.copyWithin(begin + before, begin, end);
    }
    places[high] = end + before;
    begins[high] = begin + before;
    end = begin;
  }
  recent.keys.forEach((key, at) => {
    if (key === 0) return;
    const hash = recent.hashes[at] as number;
    const place = places[hash >>> 16] as number;
    places[hash >>> 16] = place + 1;
    lows[place] = hash & 0xffff;
    keys[place] = key;
  });
}

function makeRecent(length: number): Recent {
  return { size: 0, hashes: new Uint32Array(length), keys: new Uint32Array(length) };
}

function put(recent: Recent, hash: number, key: number): void {
  const mask = recent.keys.length - 1;
  let at = hash & mask;
  while (recent.keys[at] !== 0) at = (at + 1) & mask;
  recent.hashes[at] = hash;
  recent.keys[at] = key;
  recent.size += 1;
}

/** FNV-1a, its bits mixed at the end as MurmurHash3 does: both ends of the number are used. */
function hashId(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
