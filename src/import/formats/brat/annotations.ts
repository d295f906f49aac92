/**
 * The lines of a stand-off annotation file of brat (https://brat.nlplab.org/standoff.html): text-bound annotations (T),
 * events (E), relations (R), normalizations (N), attributes (A, M), notes (#) and equivalences (*).
 */

/** Code points, end exclusive. */
export type Fragment = { start: number; end: number };

export type TextBound = {
  id: string;
  type: string;
  /** In the order in which the file has them, which need not be that of the text. */
  fragments: Fragment[];
  /** Its words as the file repeats them: fragments joined by a space, line breaks written as spaces. */
  words: string;
  line: number;
  raw: string;
};
export type Argument = { role: string; target: string };
export type Tie = {
  id: string;
  type: string;
  trigger: string | null;
  arguments: Argument[];
  line: number;
  raw: string;
};

export type Annotations = {
  textBounds: Map<string, TextBound>;
  /** Events and relations. */
  ties: Tie[];
  /** Text-bound annotation → what it was linked to, such as `Wikidata:Q76`, and the name there. */
  normalizations: Map<string, { reference: string; name: string }>;
  /** What is not read further, by what it is. */
  others: Map<string, number>;
  faults: { line: number; raw: string; sentence: string }[];
};

export type NumberedLine = { number: number; text: string };

const TEXT_BOUND = /^(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?$/;
const EVENT = /^(E\S+)\t([^\s:]+):(\S+)((?: \S+:\S+)*) ?$/;
const RELATION = /^(R\S+)\t(\S+)((?: \S+:\S+)+) ?\t?$/;
const NORMALIZATION = /^(N\S+)\tReference (\S+) ([^\t]+)(?:\t(.*))?$/;

export function parseAnnotations(lines: readonly NumberedLine[]): Annotations {
  const read: Annotations = {
    textBounds: new Map(),
    ties: [],
    normalizations: new Map(),
    others: new Map(),
    faults: [],
  };
  for (const line of lines) {
    const sentence = parseLine(read, line);
    if (sentence !== null) read.faults.push({ line: line.number, raw: line.text, sentence });
  }
  return read;
}

function parseLine(read: Annotations, { number: line, text: raw }: NumberedLine): string | null {
  if (raw.trim() === '') return null;
  switch (raw.charAt(0)) {
    case 'T': {
      const [, id, type, places, words] = TEXT_BOUND.exec(raw) ?? [];
      if (id === undefined || type === undefined || places === undefined)
        return 'this is no text-bound annotation such as "T1", tab, "Source 10 20", tab, and the words';
      const fragments = places.split(';').map((place) => {
        const [start = 0, end = 0] = place.split(' ').map(Number);
        return { start, end };
      });
      if (read.textBounds.has(id)) return `there is another ${id} before`;
      const empty = fragments.find(({ start, end }) => end <= start);
      if (empty !== undefined) return `[${empty.start}, ${empty.end}) ends before it begins`;
      read.textBounds.set(id, { id, type, fragments, words: words ?? '', line, raw });
      return null;
    }
    case 'E': {
      const [, id, type, trigger, rest] = EVENT.exec(raw) ?? [];
      if (id === undefined || type === undefined || trigger === undefined)
        return 'this is no event such as "E1", tab, "Cue:T2 Source:T1 Content:T3"';
      read.ties.push({ id, type, trigger, arguments: parseArguments(rest ?? ''), line, raw });
      return null;
    }
    case 'R': {
      const [, id, type, rest] = RELATION.exec(raw) ?? [];
      if (id === undefined || type === undefined)
        return 'this is no relation such as "R1", tab, "Speaker Arg1:T1 Arg2:T3"';
      read.ties.push({ id, type, trigger: null, arguments: parseArguments(rest ?? ''), line, raw });
      return null;
    }
    case 'N': {
      const [, , target, reference, name] = NORMALIZATION.exec(raw) ?? [];
      if (target !== undefined && reference !== undefined)
        read.normalizations.set(target, { reference, name: name ?? '' });
      else count(read, 'normalizations that cannot be read');
      return null;
    }
    case 'A':
    case 'M':
      count(read, `attributes "${raw.split('\t')[1]?.split(' ')[0] ?? ''}"`);
      return null;
    case '#':
      count(read, 'notes of annotators');
      return null;
    case '*':
      count(read, 'lines that say which annotations are equivalent');
      return null;
    default:
      return 'this is no line of an annotation file of brat';
  }
}

function parseArguments(text: string): Argument[] {
  return text
    .trim()
    .split(' ')
    .filter((part) => part !== '')
    .map((part) => {
      const colon = part.indexOf(':');
      return { role: part.slice(0, colon), target: part.slice(colon + 1) };
    });
}

function count(read: Annotations, what: string): void {
  read.others.set(what, (read.others.get(what) ?? 0) + 1);
}
