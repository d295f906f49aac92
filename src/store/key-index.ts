/** Keys by ids in memory, in 8 bytes each and some room: for a load that makes the tables' own indexes afterwards. */
import type { Noun } from '../resources/resource.ts';

export type KeyIndex = {
  /** `isIt` looks into the table, because two ids may share a hash. */
  find: (noun: Noun, id: string, isIt: (key: number) => boolean) => number | undefined;
  add: (noun: Noun, id: string, key: number) => void;
};

/** Keys count from 1: 0 is a free place. */
type Table = { size: number; hashes: Uint32Array; keys: Uint32Array };

const SMALLEST = 64;
/** Tables of each noun, chosen by the upper bits of a hash: only one of them at a time is held twice to grow. */
const PARTS = 64;

export function openKeyIndex(): KeyIndex {
  const nouns = new Map<Noun, Table[]>();
  return {
    find(noun, id, isIt) {
      const parts = nouns.get(noun);
      if (parts === undefined) return undefined;
      const hash = hashId(id);
      const { hashes, keys } = parts[choosePart(hash)] as Table;
      const mask = keys.length - 1;
      for (let at = hash & mask; keys[at] !== 0; at = (at + 1) & mask) {
        const key = keys[at] as number;
        if (hashes[at] === hash && isIt(key)) return key;
      }
      return undefined;
    },
    add(noun, id, key) {
      let parts = nouns.get(noun);
      if (parts === undefined) {
        parts = Array.from({ length: PARTS }, () => makeTable(SMALLEST));
        nouns.set(noun, parts);
      }
      const hash = hashId(id);
      const part = choosePart(hash);
      let table = parts[part] as Table;
      if (table.size * 4 >= table.keys.length * 3) {
        table = grow(table);
        parts[part] = table;
      }
      put(table, hash, key);
    },
  };
}

function choosePart(hash: number): number {
  return Math.floor(hash / (2 ** 32 / PARTS));
}

function makeTable(length: number): Table {
  return { size: 0, hashes: new Uint32Array(length), keys: new Uint32Array(length) };
}

function grow(table: Table): Table {
  const larger = makeTable(table.keys.length * 2);
  table.keys.forEach((key, at) => {
    if (key !== 0) put(larger, table.hashes[at] as number, key);
  });
  return larger;
}

function put(table: Table, hash: number, key: number): void {
  const mask = table.keys.length - 1;
  let at = hash & mask;
  while (table.keys[at] !== 0) at = (at + 1) & mask;
  table.hashes[at] = hash;
  table.keys[at] = key;
  table.size += 1;
}

/** FNV-1a, its bits mixed at the end as MurmurHash3 does: both ends of the number are used. */
function hashId(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
