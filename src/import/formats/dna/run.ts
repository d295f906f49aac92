import type { IncomingRecord, ReaderContext } from '../../format.ts';
import { Tally } from '../../tally.ts';
import type { Roles } from './roles.ts';

/** What was settled before the first record of a DNA project is read. */
export type DnaSettings = {
  file: string;
  context: ReaderContext;
  roles: Roles;
  kind: 'unspecified' | 'direct';
  language: string | null;
};

/** The reading of one DNA project. */
export type DnaRun = DnaSettings & {
  /** What has no place here. */
  tally: Tally;
  repeats: Map<string, number>;
  /** One object for each, by its words, because an object that is handed in again is not checked again. */
  topics: Map<string, IncomingRecord>;
  coders: Map<string, IncomingRecord>;
};

export function startRun(settings: DnaSettings): DnaRun {
  return { ...settings, tally: new Tally(), repeats: new Map(), topics: new Map(), coders: new Map() };
}

/** 0 for the first record of its content, 1 for the next: two that say the same are still two. */
export function countRepeat(run: DnaRun, content: string): number {
  const before = run.repeats.get(content) ?? 0;
  run.repeats.set(content, before + 1);
  return before;
}
