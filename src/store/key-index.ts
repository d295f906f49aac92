/** Keys by ids in memory, in 12 bytes each and some room: for a load that makes the tables' own indexes afterwards. */
import type { Noun } from '../resources/resource.ts';

export type KeyIndex = {
  /** `isIt` looks into the table, because two ids may share a hash. */
  find: (noun: Noun, id: string, isIt: (key: number) => boolean) => number | undefined;
  add: (noun: Noun, id: string, key: number) => void;
};

type Table = { size: number; slots: Uint32Array; checks: Uint32Array; keys: Uint32Array };

const SMALLEST = 1024;

export function openKeyIndex(): KeyIndex {
  const tables = new Map<Noun, Table>();
  return {
    find(noun, id, isIt) {
      const table = tables.get(noun);
      if (table === undefined) return undefined;
      const [slot, check] = hashId(id);
      const mask = table.keys.length - 1;
      for (let at = slot & mask; table.keys[at] !== 0; at = (at + 1) & mask) {
        const key = table.keys[at] as number;
        if (table.slots[at] === slot && table.checks[at] === check && isIt(key)) return key;
      }
      return undefined;
    },
    add(noun, id, key) {
      let table = tables.get(noun) ?? makeTable(SMALLEST);
      if (table.size * 3 >= table.keys.length * 2) table = grow(table);
      tables.set(noun, table);
      const [slot, check] = hashId(id);
      put(table, slot, check, key);
    },
  };
}

function makeTable(length: number): Table {
  return {
    size: 0,
    slots: new Uint32Array(length),
    checks: new Uint32Array(length),
    keys: new Uint32Array(length),
  };
}

function grow(table: Table): Table {
  const larger = makeTable(table.keys.length * 2);
  table.keys.forEach((key, at) => {
    if (key !== 0) put(larger, table.slots[at] as number, table.checks[at] as number, key);
  });
  return larger;
}

function put(table: Table, slot: number, check: number, key: number): void {
  const mask = table.keys.length - 1;
  let at = slot & mask;
  while (table.keys[at] !== 0) at = (at + 1) & mask;
  table.slots[at] = slot;
  table.checks[at] = check;
  table.keys[at] = key;
  table.size += 1;
}

/** FNV-1a, and the same over the id read with another prime. */
function hashId(id: string): [slot: number, check: number] {
  let slot = 0x811c9dc5;
  let check = 0x9747b28c;
  for (let i = 0; i < id.length; i += 1) {
    const unit = id.charCodeAt(i);
    slot = Math.imul(slot ^ unit, 0x01000193);
    check = Math.imul(check ^ unit, 0x5bd1e995);
    check ^= check >>> 15;
  }
  return [(slot ^ (slot >>> 16)) >>> 0, check >>> 0];
}
