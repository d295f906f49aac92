/**
 * Changes to a seed file that leave everything else in it as it was, byte for byte. The YAML document says where things
 * stand and the text is cut there: written out again as a whole, a document comes back with its folded texts, quotation
 * marks and columns set anew.
 */
import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { UsageError } from '../errors.ts';
import type { Path } from '../resources/check-record.ts';
import type { SeedFile } from './read.ts';

export type NewValue = string | number | { [key: string]: NewValue };

type Cut = { from: number; to: number; text: string };
type Change = { path: Path; set: Record<string, NewValue>; remove: readonly string[] };

export class SeedEdits {
  readonly file: SeedFile;
  private readonly cuts: Cut[] = [];
  private readonly changes: Change[] = [];
  private readonly eol: string;

  constructor(file: SeedFile) {
    this.file = file;
    this.eol = file.text.includes('\r\n') ? '\r\n' : '\n';
  }

  get isEmpty(): boolean {
    return this.changes.length === 0;
  }

  /** Whether there is a mapping at the path that can be changed without changing another place with it. */
  canChange(path: Path): boolean {
    return isMap(this.file.document.getIn(path, true));
  }

  /**
   * Sets keys that are absent or null, and removes others, in the mapping at a path; once for each path. New keys go
   * behind those that precede them in `order`, or else into the place of the first key that is removed.
   */
  change(
    path: Path,
    order: readonly string[],
    set: Record<string, NewValue>,
    remove: readonly string[] = [],
  ): void {
    const map = this.file.document.getIn(path, true) as YAMLMap;
    const removed = map.items.filter((pair) => remove.includes(keyOf(pair)));
    const stays = (key: string) => map.items.find((pair) => keyOf(pair) === key && !removed.includes(pair));
    const runs = new Map<Pair | null, string[]>();
    let anchor: Pair | null = null;
    for (const key of order) {
      const pair = stays(key);
      if (pair !== undefined) anchor = pair;
      const value = set[key];
      if (value === undefined) continue;
      if (pair === undefined) runs.set(anchor, [...(runs.get(anchor) ?? []), key]);
      else this.cuts.push({ ...this.findPair(pair), text: this.write(map, [key], set) });
    }
    for (const [after, keys] of runs) {
      if (after !== null) this.insertAfter(map, after, this.write(map, keys, set));
      else this.insertFirst(map, removed.shift(), this.write(map, keys, set));
    }
    for (const pair of removed) this.removePair(map, pair);
    this.changes.push({ path, set, remove });
  }

  /** The file's text with all changes. Throws UsageError where YAML would read something else out of it than was meant. */
  apply(): string {
    let text = this.file.text;
    // From the end, so that places before a cut stay; what is removed and what is put in its place share one.
    const cuts = this.cuts.toSorted((a, b) => b.from - a.from || b.to - a.to);
    for (const { from, to, text: words } of cuts) text = text.slice(0, from) + words + text.slice(to);
    const expected = copy(this.file.document.toJS());
    for (const { path, set, remove } of this.changes) {
      const map = path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], expected);
      for (const key of remove) delete (map as Record<string, unknown>)[key];
      Object.assign(map as Record<string, unknown>, set);
    }
    const document = parseDocument(text, { prettyErrors: false });
    if (document.errors.length > 0 || !isDeepStrictEqual(document.toJS(), expected)) {
      throw new UsageError(
        `${this.file.name} cannot be filled in without changing something else in it (anchors, aliases or tags?). Write block style, or fill it in by hand.`,
      );
    }
    return text;
  }

  private write(map: YAMLMap, keys: readonly string[], set: Record<string, NewValue>): string {
    if (map.flow) return keys.map((key) => `${key}: ${writeFlow(set[key] as NewValue)}`).join(', ');
    const indent = this.findIndent(map);
    const lines = keys.flatMap((key) => writeBlock(key, set[key] as NewValue));
    return lines.join(`${this.eol}${indent}`);
  }

  private insertAfter(map: YAMLMap, pair: Pair, text: string): void {
    const { to } = this.findPair(pair);
    if (map.flow) {
      this.cuts.push({ from: to, to, text: `, ${text}` });
      return;
    }
    const at = this.findNextLine(to);
    const indent = this.findIndent(map);
    const before = this.file.text.endsWith('\n') || at < this.file.text.length ? '' : this.eol;
    this.cuts.push({ from: at, to: at, text: `${before}${indent}${text}${before === '' ? this.eol : ''}` });
  }

  private insertFirst(map: YAMLMap, instead: Pair | undefined, text: string): void {
    if (instead !== undefined) {
      this.cuts.push({ ...this.findPair(instead), text });
      return;
    }
    const first = map.items[0];
    const at = first === undefined ? (map.range?.[0] ?? 0) + 1 : this.findPair(first).from;
    const after = first === undefined ? ' ' : map.flow ? ', ' : `${this.eol}${this.findIndent(map)}`;
    this.cuts.push({ from: at, to: at, text: `${first === undefined ? ' ' : ''}${text}${after}` });
  }

  private removePair(map: YAMLMap, pair: Pair): void {
    const { from, to } = this.findPair(pair);
    const index = map.items.indexOf(pair);
    const before = map.items[index - 1];
    const after = map.items[index + 1];
    if (map.flow) {
      if (before !== undefined) this.cuts.push({ from: this.findPair(before as Pair).to, to, text: '' });
      else
        this.cuts.push({ from, to: after === undefined ? to : this.findPair(after as Pair).from, text: '' });
      return;
    }
    const lineStart = this.file.text.lastIndexOf('\n', from - 1) + 1;
    const rest = /^[ \t]*/.exec(this.file.text.slice(to, this.findNextLine(to)))?.[0].length ?? 0;
    const commented = this.file.text.charAt(to + rest) === '#';
    const alone = this.file.text.slice(lineStart, from).trim() === '';
    if (commented) this.cuts.push({ from, to: to + rest, text: '' });
    else if (alone) this.cuts.push({ from: lineStart, to: this.findNextLine(to), text: '' });
    else this.cuts.push({ from, to: after === undefined ? to : this.findPair(after as Pair).from, text: '' });
  }

  /** From the key to the end of the value; the line break that ends a block of text is not part of it. */
  private findPair(pair: Pair): { from: number; to: number } {
    const key = isScalar(pair.key) ? pair.key.range : undefined;
    const value = (pair.value as { range?: [number, number, number] | null } | null)?.range;
    const from = key?.[0] ?? 0;
    let to = Math.max(value?.[1] ?? 0, key?.[1] ?? 0);
    while (/\s/.test(this.file.text.charAt(to - 1))) to -= 1;
    return { from, to };
  }

  private findIndent(map: YAMLMap): string {
    const first = map.items[0];
    if (first === undefined) return '';
    const { from } = this.findPair(first as Pair);
    return ' '.repeat(from - (this.file.text.lastIndexOf('\n', from - 1) + 1));
  }

  private findNextLine(offset: number): number {
    const newline = this.file.text.indexOf('\n', offset);
    return newline === -1 ? this.file.text.length : newline + 1;
  }
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : '';
}

function writeBlock(key: string, value: NewValue): string[] {
  if (typeof value !== 'object') return [`${key}: ${writeFlow(value)}`];
  const lines = Object.entries(value).flatMap(([name, part]) => writeBlock(name, part));
  return [`${key}:`, ...lines.map((line) => `  ${line}`)];
}

/** A JSON string is a YAML string in double quotes; characters that YAML does not print as they are, or nobody sees, are escaped. */
function writeFlow(value: NewValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    return JSON.stringify(value).replace(
      /[\u007f-\u009f\u2028\u2029\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${writeFlow(part)}`);
  return `{ ${parts.join(', ')} }`;
}

/** An alias is the very object of its anchor: what is meant for one of them must not show in the other. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copy(part)]));
}

/** All of them or none: each is written beside its file first, and only then put in its place. */
export function writeEdits(root: string, edits: readonly SeedEdits[]): string[] {
  const changed = edits.filter((edit) => !edit.isEmpty).map((edit) => ({ edit, text: edit.apply() }));
  const beside = changed.map(({ edit, text }) => {
    // What is put in a link's place would not be in its file's.
    const path = realpathSync(join(root, edit.file.name));
    return { path, temporary: join(dirname(path), `.${basename(path)}.${process.pid}.tmp`), text };
  });
  try {
    for (const { path, temporary, text } of beside) {
      writeFileSync(temporary, text);
      chmodSync(temporary, statSync(path).mode);
    }
    for (const { temporary, path } of beside) renameSync(temporary, path);
  } finally {
    for (const { temporary } of beside) rmSync(temporary, { force: true });
  }
  return changed.map(({ edit }) => edit.file.name);
}
