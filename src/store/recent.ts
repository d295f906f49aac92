/** Values used lately, up to a total weight. */
export type Recent<V> = {
  get: (key: string) => V | undefined;
  set: (key: string, value: V) => void;
  delete: (key: string) => void;
  clear: () => void;
};

/**
 * Two generations: what is used is in the young one, and when that holds half of the weight, it becomes the old one. A
 * map from which the oldest entry is deleted each time gets slower with every deletion.
 */
export function keepRecent<V>(mostWeight: number, weigh: (value: V) => number = () => 1): Recent<V> {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  let weight = 0;
  const set = (key: string, value: V) => {
    weight += weigh(value);
    young.set(key, value);
    if (weight * 2 < mostWeight) return;
    old = young;
    young = new Map();
    weight = 0;
  };
  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const found = old.get(key);
      if (found !== undefined) set(key, found);
      return found;
    },
    set,
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
    clear() {
      young = new Map();
      old = new Map();
      weight = 0;
    },
  };
}
