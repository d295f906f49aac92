/** Which characters open and close a quotation, and the passages they enclose. */
import { indexCodePoints } from './code-points.ts';

/** Words between quotation marks, the marks left out. Code points, end exclusive. */
export interface QuotedPassage {
  start: number;
  end: number;
  /** 0 for the outermost marks, 1 for a quotation inside a quotation, and so on. */
  level: number;
}

/** For every mark that can open a quotation, those that can close it. */
export const QUOTATION_MARKS: Readonly<Record<string, string>> = {
  '“': '”',
  '‘': '’',
  '„': '“”',
  '‚': '‘’',
  '”': '”',
  '’': '’',
  '«': '»',
  '»': '«»',
  '‹': '›',
  '›': '‹›',
  '"': '"',
  "'": "'",
  '「': '」',
  '『': '』',
  '｢': '｣',
};

/** French sets a space, mostly one that does not break, between guillemets and the words. */
const GUILLEMETS = '«»‹›';
const INNER_SPACE = /[ \u00a0\u2009\u202f]/;

/**
 * Whether quotation marks that belong together stand directly around `text[start, end)`, in guillemets with a space
 * between where that is the custom. UTF-16 offsets.
 */
export function isEnclosed(text: string, start: number, end: number): boolean {
  if (closes(text.charAt(start - 1), text.charAt(end))) return true;
  const before = INNER_SPACE.test(text.charAt(start - 1)) ? start - 2 : start - 1;
  const after = INNER_SPACE.test(text.charAt(end)) ? end + 1 : end;
  const opening = text.charAt(before);
  return opening !== '' && GUILLEMETS.includes(opening) && closes(opening, text.charAt(after));
}

function closes(opening: string, closing: string): boolean {
  return closing !== '' && (QUOTATION_MARKS[opening]?.includes(closing) ?? false);
}

/** A mark that has opened; `end` is null until it closes. */
interface Opening {
  mark: string;
  /** After the mark, in UTF-16 units, as `end` is before the closing one. */
  start: number;
  end: number | null;
  parent: Opening | null;
}

interface Scan {
  text: string;
  /** Where the paragraph ends. */
  limit: number;
  /** Open marks, the innermost last. */
  stack: Opening[];
  /** Straight double marks still to come in the paragraph that do not follow a digit. */
  straightLeft: number;
}

/** Nobody nests so deep: bounds the cost of a text made of opening marks. */
const MAX_DEPTH = 16;

const BLANK_LINE = /\n[^\S\n]*\n\s*|\u2029\s*/g;
const ANY_MARK = /["“”„‘’‚«»‹›「」『』｢｣]/g;

/**
 * The passages between quotation marks, in the order in which they open. Marks are paired within a paragraph: a blank
 * line ends the search, and a mark without its partner yields nothing. Only where the next paragraph begins with the
 * same opening mark again, the custom for a quotation of several paragraphs, the first ends with its paragraph, and the
 * rest is a passage of its own. White space inside guillemets is left out as typography.
 *
 * Not taken for quotation marks: apostrophes and possessives (don’t, Russia’s, the workers’ plan), inches (5"), and
 * straight single marks, which nothing tells from apostrophes.
 */
export function findQuotedPassages(text: string): QuotedPassage[] {
  const found: Opening[] = [];
  let from = 0;
  for (const gap of [...text.matchAll(BLANK_LINE), null]) {
    const limit = gap ? gap.index : text.length;
    const next = gap ? gap.index + gap[0].length : text.length;
    scanParagraph(text, from, limit, text.charAt(next), found);
    from = next;
  }
  const indexed = indexCodePoints(text);
  const passages: QuotedPassage[] = [];
  for (const opening of found) {
    const { start, end } = trimGuillemets(text, opening);
    if (end === null || text.slice(start, end).trim() === '') continue;
    passages.push({
      start: indexed.toCodePoint(start),
      end: indexed.toCodePoint(end),
      level: countClosedParents(opening),
    });
  }
  return passages;
}

/** `nextMark` is the first character of the next paragraph. */
function scanParagraph(text: string, from: number, limit: number, nextMark: string, found: Opening[]): void {
  const paragraph = text.slice(from, limit);
  const scan: Scan = { text, limit, stack: [], straightLeft: paragraph.match(/(?<!\d)"/g)?.length ?? 0 };
  for (const match of paragraph.matchAll(ANY_MARK)) {
    const mark = match[0];
    const at = from + match.index;
    if (mark === '"' && !isDigit(text.charAt(at - 1))) scan.straightLeft--;
    const action = decideMark(scan, mark, at);
    if (action === 'open' && scan.stack.length < MAX_DEPTH) {
      const opening = { mark, start: at + 1, end: null, parent: scan.stack.at(-1) ?? null };
      scan.stack.push(opening);
      found.push(opening);
    } else if (action === 'close') {
      closeInnermost(scan.stack, mark, at);
    }
  }
  const outermost = scan.stack[0];
  if (outermost && outermost.mark === nextMark) outermost.end = from + paragraph.trimEnd().length;
}

/** Marks opened inside the one that closes, and still open, have no partner. */
function closeInnermost(stack: Opening[], mark: string, at: number): void {
  const index = stack.findLastIndex((opening) => closes(opening.mark, mark));
  const opening = stack[index];
  if (!opening) return;
  opening.end = at;
  stack.length = index;
}

function decideMark(scan: Scan, mark: string, at: number): 'open' | 'close' | 'neither' {
  const opens = looksOpening(scan.text, at);
  switch (mark) {
    case '"':
      return decideStraight(scan, at);
    case '“':
      return isOpen(scan, '„') && !opens ? 'close' : 'open';
    case '”':
      return isOpen(scan, '“„”') ? 'close' : opens ? 'open' : 'neither';
    case '‘':
      if (scan.stack.at(-1)?.mark === '‚' && !opens) return 'close';
      return opens && !ELISION.test(scan.text.slice(at, at + 6)) ? 'open' : 'neither';
    case '’':
      return closesSingle(scan, at) ? 'close' : 'neither';
    case '«':
    case '»':
      return decideGuillemet(scan, mark, '«»', opens);
    case '‹':
    case '›':
      return decideGuillemet(scan, mark, '‹›', opens);
    case '」':
    case '』':
    case '｣':
      return 'close';
    case '‚':
      return opens ? 'open' : 'neither';
    default:
      return 'open';
  }
}

/** `‘` where an apostrophe was meant. */
const ELISION = /^‘(?:\d0s|tis|twas|em)(?![\p{L}\p{N}])/iu;

function decideStraight(scan: Scan, at: number): 'open' | 'close' | 'neither' {
  const open = isOpen(scan, '"');
  if (isDigit(scan.text.charAt(at - 1))) {
    // With the marks that are left still to pair up among themselves, this one is the closing mark and not an inch.
    return open && scan.straightLeft % 2 === 0 ? 'close' : 'neither';
  }
  if (open) return 'close';
  return isBlank(scan.text.charAt(at + 1)) ? 'neither' : 'open';
}

function decideGuillemet(
  scan: Scan,
  mark: string,
  pair: string,
  opens: boolean,
): 'open' | 'close' | 'neither' {
  const innermost = scan.stack.findLast((opening) => pair.includes(opening.mark))?.mark;
  if (innermost !== undefined && innermost !== mark) return 'close';
  const pointsRight = mark === pair.charAt(1);
  if (innermost === mark && pointsRight && !opens) return 'close';
  return opens || !pointsRight ? 'open' : 'neither';
}

const LOOKAHEAD = 500;

/** Whether `’` closes a quotation and is not an apostrophe. */
function closesSingle(scan: Scan, at: number): boolean {
  const innermost = scan.stack.at(-1)?.mark;
  if ((innermost !== '‘' && innermost !== '‚') || !mayClose(scan.text, at)) return false;
  if (!mayBePossessive(scan.text, at)) return true;
  // ‘the workers’ plan’: a possessive, if a mark that can be nothing else closes the quotation further on.
  const limit = Math.min(scan.limit, at + LOOKAHEAD);
  for (let i = at + 1; i < limit; i++) {
    const mark = scan.text.charAt(i);
    if (mark === '‘' && looksOpening(scan.text, i)) return true;
    if (scan.stack.some((opening) => opening.mark !== innermost && closes(opening.mark, mark))) return true;
    if (mark === '’' && mayClose(scan.text, i) && !mayBePossessive(scan.text, i)) return false;
  }
  return true;
}

function mayClose(text: string, at: number): boolean {
  return !isBlank(text.charAt(at - 1)) && !isWordCharacter(text.charAt(at + 1));
}

function mayBePossessive(text: string, at: number): boolean {
  return (
    /s/i.test(text.charAt(at - 1)) && text.charAt(at + 1) === ' ' && isWordCharacter(text.charAt(at + 2))
  );
}

/** Words follow, and none stand before. */
function looksOpening(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  return !isBlank(text.charAt(at + 1)) && !isWordCharacter(before) && !/[.,;:!?…”’»›)\]]/.test(before);
}

function isOpen(scan: Scan, marks: string): boolean {
  return scan.stack.some((opening) => marks.includes(opening.mark));
}

function trimGuillemets(text: string, opening: Opening): { start: number; end: number | null } {
  let { start, end } = opening;
  if (end === null || !GUILLEMETS.includes(opening.mark)) return { start, end };
  while (start < end && INNER_SPACE.test(text.charAt(start))) start++;
  while (end > start && INNER_SPACE.test(text.charAt(end - 1))) end--;
  return { start, end };
}

function countClosedParents(opening: Opening): number {
  let level = 0;
  for (let parent = opening.parent; parent; parent = parent.parent) if (parent.end !== null) level++;
  return level;
}

/** The edge of the text counts as blank. */
function isBlank(character: string): boolean {
  return character.trim() === '';
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}\p{M}]/u.test(character);
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}
