/** Markdown as the tests of the papers need it: headings, fences, links and code in a line. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

export interface Fence {
  /** The first word behind the opening marks. */
  language: string;
  /** What stands behind it, as `key=value`. */
  notes: Record<string, string>;
  text: string;
  /** Of the opening marks, from 1. */
  line: number;
}

export interface Heading {
  level: number;
  /** As it is written, marks of code left out. */
  text: string;
  /** As a link names it. */
  anchor: string;
  line: number;
}

export interface Line {
  number: number;
  text: string;
  /** Code in the line, without its marks. */
  codes: string[];
}

export interface Paper {
  /** From the root, with forward slashes. */
  path: string;
  text: string;
  headings: Heading[];
  fences: Fence[];
  /** What stands outside fences. */
  lines: Line[];
  links: { target: string; line: number }[];
}

const TOP = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];

/** Every paper of the house, and the codebooks of its corpora. */
export function listPapers(): string[] {
  const inFolder = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name).replaceAll('\\', '/'));
  return [...TOP, ...inFolder('docs'), ...inFolder('seeds')];
}

export function readPaper(path: string): Paper {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const paper: Paper = {
    path: relative(ROOT, join(ROOT, path)).replaceAll('\\', '/'),
    text,
    headings: [],
    fences: [],
    lines: [],
    links: [],
  };
  let open: Fence | null = null;
  text.split('\n').forEach((line, n) => {
    const number = n + 1;
    const marks = /^\s*```(.*)$/.exec(line);
    if (marks !== null && open === null) {
      const [language = '', ...notes] = (marks[1] ?? '').trim().split(/\s+/);
      open = {
        language,
        notes: Object.fromEntries(notes.map((note) => note.split('=', 2) as [string, string])),
        text: '',
        line: number,
      };
    } else if (marks !== null && open !== null) {
      paper.fences.push(open);
      open = null;
    } else if (open !== null) {
      open.text += `${line}\n`;
    } else {
      readLine(paper, line, number);
    }
  });
  if (open !== null) throw new Error(`${path}: a fence is not closed`);
  return paper;
}

function readLine(paper: Paper, line: string, number: number): void {
  const heading = /^(#{1,6}) (.*)$/.exec(line);
  if (heading !== null) {
    const text = (heading[2] ?? '').replaceAll('`', '').trim();
    paper.headings.push({
      level: (heading[1] ?? '').length,
      text,
      anchor: makeAnchor(
        text,
        paper.headings.map((other) => other.anchor),
      ),
      line: number,
    });
  }
  // A pipe inside code has a backslash in a table.
  const codes = [...line.matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? '').replaceAll('\\|', '|'));
  paper.lines.push({ number, text: line, codes });
  const bare = line.replace(/`[^`]*`/g, '');
  for (const match of bare.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g))
    paper.links.push({ target: match[1] ?? '', line: number });
}

/** As GitHub makes them: lower case, punctuation left out, hyphens for spaces, numbered where one is taken. */
function makeAnchor(text: string, taken: readonly string[]): string {
  const anchor = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
  let unique = anchor;
  for (let n = 1; taken.includes(unique); n += 1) unique = `${anchor}-${n}`;
  return unique;
}

/** The part of a paper under a heading, up to the next heading of its level or above. */
export function readSection(paper: Paper, heading: string): Paper {
  const start = paper.headings.find((candidate) => candidate.text === heading);
  if (start === undefined) throw new Error(`${paper.path} has no heading "${heading}"`);
  const next = paper.headings.find(
    (candidate) => candidate.line > start.line && candidate.level <= start.level,
  );
  const inside = (line: number) => line > start.line && line < (next?.line ?? Number.POSITIVE_INFINITY);
  return {
    ...paper,
    headings: paper.headings.filter(({ line }) => inside(line)),
    fences: paper.fences.filter(({ line }) => inside(line)),
    lines: paper.lines.filter(({ number }) => inside(number)),
    links: paper.links.filter(({ line }) => inside(line)),
  };
}

/** The cells of each row of a table, rows of dashes left out. */
export function readRows(lines: readonly Line[]): string[][] {
  return lines
    .filter(({ text }) => text.startsWith('|') && !/^\|[\s|:-]+\|$/.test(text))
    .map(({ text }) =>
      text
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
}
