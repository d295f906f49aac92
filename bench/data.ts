/**
 * A base of any size that looks like one made from news: lengths of sentences and quotations, Zipf-distributed actors,
 * topics and words, decades of dates of which some are vague and some missing, several scripts. The same number of
 * quotes gives the same records, byte for byte. Nobody in it exists.
 *
 * `npx node bench/data.ts --quotes 100000 --out FILE` writes it in the import format `verbatim`, a record a line.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { countCodePoints } from '../src/evidence/code-points.ts';
import type { IncomingRecord } from '../src/import/format.ts';
import { buildZipf, type Draw, openDraw } from './draw.ts';
import { buildWords, capitalize, type Language, type Words } from './words.ts';

export const CORPUS = 'bench';
/** To be raised with every change of what is generated: built bases are told apart by it. */
export const DATA_VERSION = 1;

const COUNTRIES =
  'US CN RU IR IN BR DE FR GB JP TR EG NG ZA MX SA IL UA PL SE ID PK KR IT ES CA AU AR GR KE'.split(' ');
const MEDIA = [
  'article-newspaper',
  'article-newspaper',
  'article-newspaper',
  'article-magazine',
  'broadcast',
];
const CUES = ['said', 'said', 'said', 'told reporters', 'added', 'warned', 'insisted', 'announced', 'argued'];
const FIRST_DAY = Date.UTC(1980, 0, 1) / 86_400_000;
const LAST_DAY = Date.UTC(2024, 11, 31) / 86_400_000;

type Named = { id: string; name: string; kind: string };
type World = {
  draw: Draw;
  words: Words;
  actors: Named[];
  arguable: Set<string>;
  drawActor: () => Named;
  drawTopic: () => string;
};
type Passage = { start: number; end: number; sha256: string };
type Span = { exact: string; start: number | null; end: number | null; prefix?: string; suffix?: string };

/** Actors, topics, the corpus, then each source with its quotes behind it, and stances on some of these. */
export function* generateRecords(options: { quotes: number; seed?: number }): Generator<IncomingRecord> {
  const draw = openDraw(options.seed ?? 1);
  const words = buildWords(draw);
  yield {
    noun: 'corpora',
    record: {
      id: CORPUS,
      title: 'Made-up news',
      description: 'Generated, to measure with.',
      licence: 'CC0-1.0',
    },
  };
  yield { noun: 'coders', record: { id: 'generator', name: 'The generator' } };
  const actors = draftActors(draw, words, Math.min(50_000, Math.max(40, Math.round(options.quotes / 50))));
  for (const record of actors) yield { noun: 'actors', record };
  const topics = draftTopics(draw, words, Math.min(200, Math.max(12, Math.round(options.quotes / 100))));
  for (const record of topics) yield { noun: 'topics', record };
  const rankActor = buildZipf(draw, actors.length, 1);
  const rankTopic = buildZipf(draw, topics.length, 0.8);
  const world: World = {
    draw,
    words,
    actors,
    arguable: new Set(topics.filter((topic) => topic.proposition !== null).map((topic) => topic.id)),
    drawActor: () => actors[rankActor()] as Named,
    drawTopic: () => (topics[rankTopic()] as { id: string }).id,
  };
  let made = 0;
  for (let n = 1; made < options.quotes; n += 1) {
    const { source, quotes } = draftArticle(world, n, options.quotes - made);
    yield { noun: 'sources', record: source };
    for (const record of quotes) yield { noun: 'quotes', record };
    for (const quote of quotes) {
      const stance = draw.chance(0.03) ? draftStance(world, source, quote) : null;
      if (stance !== null) yield { noun: 'stances', record: stance };
    }
    made += quotes.length;
  }
}

type ActorRecord = Named & Record<string, unknown>;

/** The first are states and organizations, in which later ones hold offices; ranks are shuffled by Zipf's own draw. */
function draftActors(draw: Draw, words: Words, count: number): ActorRecord[] {
  const states = Math.min(30, Math.round(count / 4));
  return Array.from({ length: count }, (_, n) => {
    const kind =
      n % 7 === 0 && n / 7 < states
        ? 'state'
        : draw.pick(['person', 'person', 'person', 'person', 'organization', 'media', 'group']);
    const base =
      kind === 'person'
        ? words.drawName('en')
        : `${words.drawName('en')} ${{ state: 'Republic', organization: 'Agency', media: 'Times', group: 'Movement' }[kind]}`;
    const id = `${base.toLowerCase().replaceAll(' ', '-')}-${n + 1}`;
    const names = (['ru', 'fa'] as const)
      .filter(() => draw.chance(0.3))
      .map((language) => ({ name: words.drawName(language), language }));
    return {
      id,
      name: base,
      kind,
      country: draw.chance(0.8) ? draw.pick(COUNTRIES) : null,
      names,
      affiliations: [] as unknown[],
    };
  }).map((actor, n, all) => {
    if (actor.kind !== 'person' || !draw.chance(0.4)) return actor;
    const organization = all[draw.between(0, Math.floor((all.length - 1) / 7)) * 7] as ActorRecord;
    if (organization.kind === 'person' || n === 0) return actor;
    const from = draw.between(1980, 2018);
    const held = `${from}/${from + draw.between(1, 8)}`;
    return {
      ...actor,
      affiliations: [{ organization: organization.id, role: capitalize(words.drawWords('en', 3)), held }],
    };
  });
}

type TopicRecord = { id: string } & Record<string, unknown>;

function draftTopics(draw: Draw, words: Words, count: number): TopicRecord[] {
  const topics: TopicRecord[] = [];
  for (let n = 0; n < count; n += 1) {
    const label = capitalize(words.drawWords('en', draw.between(1, 3)));
    // A tree some four levels deep, whose first twelve are its roots.
    const broader =
      n < 12
        ? null
        : (topics[draw.between(Math.max(0, Math.floor(n / 4) - 6), Math.floor(n / 2) - 1)] as TopicRecord).id;
    const proposition = draw.chance(0.5) ? `${capitalize(words.drawWords('en', 8))}.` : null;
    topics.push({
      id: `topic-${n + 1}`,
      label,
      broader,
      proposition,
      alt_labels: draw.chance(0.2) ? [{ label: words.drawWords('fa', 2), language: 'fa' }] : [],
    });
  }
  return topics;
}

type SourceRecord = { id: string; text: string | null; text_length: number | null } & Record<string, unknown>;
type QuoteRecord = {
  id: string;
  actor: string | null;
  passage: Passage | null;
  topics: string[];
  said: string | null;
} & Record<string, unknown>;

/** A text that grows by sentences and knows the code points of what it holds. */
type Growing = { text: string; length: number };

function append(growing: Growing, piece: string): { start: number; end: number } {
  const start = growing.length;
  growing.text += piece;
  growing.length += countCodePoints(piece);
  return { start, end: growing.length };
}

function draftArticle(
  world: World,
  number: number,
  most: number,
): { source: SourceRecord; quotes: QuoteRecord[] } {
  const { draw, words } = world;
  const state = draw.pick([
    'verified',
    'verified',
    'verified',
    'verified',
    'verified',
    'pinned',
    'reported',
    'reported',
    'reported',
    'reported',
  ]);
  const language: Language = draw.chance(0.92) ? 'en' : draw.pick(['ru', 'fa']);
  // The archive grows: later years have more.
  const published = FIRST_DAY + Math.floor((LAST_DAY - FIRST_DAY) * Math.sqrt(draw.fraction()));
  const id = `article-${number}`;
  const growing: Growing = { text: '', length: 0 };
  append(growing, `${capitalize(words.drawWords(language, draw.between(8, 30)))}.\n\n`);
  const quotes: QuoteRecord[] = [];
  const count = Math.min(most, draw.length(8, 0.7, 1, 60));
  for (let n = 1; n <= count; n += 1) {
    quotes.push(draftQuote(world, { id: `${id}-q${n}`, source: id, state, language, published }, growing));
    append(
      growing,
      draw.chance(0.5) ? ` ${capitalize(words.drawWords(language, draw.between(6, 25)))}.\n` : '\n',
    );
  }
  const located = state !== 'reported';
  const source: SourceRecord = {
    id,
    corpus: CORPUS,
    title: capitalize(words.drawWords(language, draw.between(4, 11))),
    title_supplied: false,
    publisher: `${capitalize(words.drawWord('en'))} ${draw.pick(['Times', 'Post', 'Daily', 'Agency'])}`,
    medium: draw.pick(MEDIA),
    url: `https://news.example/${number}`,
    language,
    published: draw.chance(0.97) ? formatDay(published) : null,
    text: state === 'verified' ? growing.text : null,
    text_sha256: located ? digest(growing.text) : null,
    text_length: located ? growing.length : null,
    authors: draw.chance(0.5) ? [{ name: words.drawName('en') }] : [],
  };
  return { source, quotes };
}

type Frame = { id: string; source: string; state: string; language: Language; published: number };

function draftQuote(world: World, frame: Frame, growing: Growing): QuoteRecord {
  const { draw, words } = world;
  const { language, state } = frame;
  const actor = draw.chance(0.04) ? null : world.drawActor();
  const kind = draw.pick([
    'direct',
    'direct',
    'direct',
    'mixed',
    'mixed',
    'mixed',
    'indirect',
    'indirect',
    'indirect',
    state === 'verified' ? 'unspecified' : 'indirect',
  ]);
  const speech = () =>
    words.drawWords(language, draw.length(16, 0.5, 3, 80)) + (draw.chance(0.003) ? ' 🕊️' : '');
  const who = actor?.name ?? 'An official';
  const cueWord = draw.pick(CUES);
  const start = growing.length;
  const spans: Span[] = [];
  const quoteSpan = (exact: string) => {
    append(growing, '“');
    spans.push({ exact, ...append(growing, exact) });
    append(growing, '”');
  };
  const textStart = growing.text.length;
  let cue: { exact: string; start: number | null; end: number | null } | null = null;
  const setCue = () => {
    cue = { exact: cueWord, ...append(growing, cueWord) };
  };
  if (kind === 'direct') {
    quoteSpan(`${capitalize(speech())},`);
    append(growing, ` ${who} `);
    setCue();
    if (draw.chance(0.25)) {
      append(growing, '. ');
      quoteSpan(`${capitalize(speech())}.`);
    } else append(growing, '.');
  } else {
    append(growing, `${who} `);
    setCue();
    append(growing, ` that ${words.drawWords(language, draw.length(kind === 'mixed' ? 8 : 24, 0.5, 3, 60))}`);
    if (kind === 'mixed') {
      append(growing, ' ');
      quoteSpan(words.drawWords(language, draw.length(9, 0.6, 1, 50)));
      append(growing, ` ${words.drawWords(language, draw.between(2, 8))}`);
    }
    append(growing, '.');
  }
  const passageText = growing.text.slice(textStart);
  const located = state !== 'reported';
  if (!located) {
    for (const span of spans) Object.assign(span, { start: null, end: null });
    if (cue !== null) Object.assign(cue, { start: null, end: null });
  }
  const curated = kind !== 'direct' && state !== 'verified' && !(state === 'reported' && spans.length > 0);
  return {
    id: frame.id,
    actor: actor?.id ?? null,
    on_behalf_of: null,
    source: frame.source,
    kind,
    passage: located ? { start, end: growing.length, sha256: digest(passageText) } : null,
    text: curated ? passageText : null,
    language,
    cue,
    hedge: draw.chance(0.05) ? 'reportedly' : 'none',
    said: draftSaid(draw, frame.published),
    attribution_status: 'attributed',
    place: draw.chance(0.1) ? capitalize(words.drawWord('en')) : null,
    context: draw.chance(0.05) ? `${capitalize(words.drawWords('en', 12))}.` : null,
    topics: [...new Set(Array.from({ length: draw.pick([0, 1, 1, 1, 2, 2, 3]) }, world.drawTopic))],
    spans,
  };
}

/** Mostly a day or two before the paper; sometimes vague, sometimes nothing. */
function draftSaid(draw: Draw, published: number): string | null {
  const day = formatDay(published - draw.pick([0, 0, 1, 1, 2, 3, 6]));
  const sort = draw.fraction();
  if (sort < 0.7) return day;
  if (sort < 0.78) return day.slice(0, 7);
  if (sort < 0.82) return day.slice(0, 4);
  if (sort < 0.86) return `[${formatDay(published - draw.between(7, 2000))}..${day}]`;
  return sort < 0.87 ? `[..${day}]` : null;
}

function draftStance(world: World, source: SourceRecord, quote: QuoteRecord): Record<string, unknown> | null {
  const { draw, words } = world;
  const topic = quote.topics.find((one) => world.arguable.has(one));
  if (quote.actor === null || topic === undefined) return null;
  return {
    id: `${quote.id}-stance`,
    actor: quote.actor,
    topic,
    position: draw.pick(['support', 'support', 'oppose', 'oppose', 'mixed', 'neutral']),
    basis: quote.kind === 'direct' || quote.kind === 'mixed' ? 'quoted' : 'reported',
    statement: `${capitalize(words.drawWords('en', 10))}.`,
    source: source.id,
    held: quote.said,
    coder: 'generator',
    confidence: draw.pick(['low', 'medium', 'high']),
    evidence: [{ quote: quote.id }],
  };
}

function formatDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Resolves when the file is whole. */
export async function writeRecords(path: string, quotes: number): Promise<void> {
  const out = createWriteStream(path);
  let lines: string[] = [];
  for (const { noun, record } of generateRecords({ quotes })) {
    lines.push(JSON.stringify({ noun, ...record }));
    if (lines.length < 1000) continue;
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain');
    lines = [];
  }
  out.end(lines.length === 0 ? '' : `${lines.join('\n')}\n`);
  await once(out, 'finish');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { quotes: { type: 'string', default: '1000' }, out: { type: 'string' } },
  });
  await writeRecords(values.out ?? '/dev/stdout', Number(values.quotes));
}
