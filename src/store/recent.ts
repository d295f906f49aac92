/** The values used last, up to a total weight. */
export type Recent<V> = {
  get: (key: string) => V | undefined;
  set: (key: string, value: V) => void;
  delete: (key: string) => void;
  clear: () => void;
};

export function keepRecent<V>(mostWeight: number, weigh: (value: V) => number = () => 1): Recent<V> {
  const kept = new Map<string, { value: V; weight: number }>();
  let total = 0;
  const remove = (key: string) => {
    total -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
  };
  return {
    get(key) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      kept.delete(key);
      kept.set(key, found);
      return found.value;
    },
    set(key, value) {
      remove(key);
      const weight = weigh(value);
      kept.set(key, { value, weight });
      total += weight;
      while (total > mostWeight && kept.size > 1) remove(kept.keys().next().value as string);
    },
    delete: remove,
    clear() {
      kept.clear();
      total = 0;
    },
  };
}
