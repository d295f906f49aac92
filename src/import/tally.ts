import type { ImportNote } from './format.ts';

/** Counts what has no place here, by what it is, so that nothing is left out in silence. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(what: string, count = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  *toNotes(): Generator<ImportNote> {
    for (const [sentence, count] of this.counts) yield { type: 'note', sentence, count };
  }
}
