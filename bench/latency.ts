/**
 * How long every kind of request takes on a large base, and for how long any of them holds the event loop:
 * `npx node bench/latency.ts BASE [--rounds N] [--only TEXT] [--json]`. Requests are asked one at a time, each round with other
 * values and of data that has just changed, in the process that measures; those that hold the loop for longer than 20 ms or have a p99 above 50 ms are marked.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { type Db, migrateDatabase, openDatabase } from '../src/db/client.ts';
import { changeDataVersion } from '../src/db/data-version.ts';

export const MOST_MS = 50;
export const MOST_HELD_MS = 20;

type Values = {
  /** From the commonest down. */
  actors: string[];
  topics: string[];
  sources: string[];
  words: string[];
  rareWords: string[];
  ids: string[];
  /** Names of the actors. */
  names: string[];
  /** What some of the quotes say. */
  texts: string[];
};

/** What the data has most of, and what it hardly has. Reads everything: not part of what is measured. */
function readValues(db: Db): Values {
  const list = (sql: string) => db.prepare(sql).pluck().all() as string[];
  const top = (noun: string, table: string, column: string) =>
    list(
      `SELECT n.id FROM (SELECT ${column} AS key, count(*) AS c FROM ${table} WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY c DESC LIMIT 400) g JOIN ${noun} n ON n.key = g.key ORDER BY g.c DESC`,
    );
  db.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'quotes_fts', 'row')");
  const words = list(
    "SELECT term FROM temp.words WHERE term NOT GLOB '*[0-9]*' ORDER BY doc DESC LIMIT 2000",
  );
  const rareWords = list(
    'SELECT term FROM (SELECT term FROM temp.words WHERE doc BETWEEN 2 AND 40 LIMIT 5000) ORDER BY random() LIMIT 400',
  );
  const most = db.prepare('SELECT max(key) FROM quotes').pluck().get() as number;
  const ids = Array.from({ length: 2000 }, (_, n) => 1 + Math.floor((n * most) / 2000))
    .map((key) => db.prepare('SELECT id FROM quotes WHERE key >= ? LIMIT 1').pluck().get(key) as string)
    .filter(Boolean);
  const actors = top('actors', 'quotes', 'actor_key');
  const readName = db.prepare('SELECT name FROM actors WHERE id = ?').pluck();
  const readText = db.prepare('SELECT text FROM quotes WHERE id = ?').pluck();
  return {
    actors,
    names: actors.map((id) => readName.get(id) as string),
    texts: ids.slice(0, 400).map((id) => readText.get(id) as string),
    topics: top('topics', 'quote_topics', 'topic_key'),
    sources: list('SELECT id FROM sources LIMIT 400'),
    words,
    rareWords,
    ids,
  };
}

/** Each kind of request, with the values of a round. */
function listKinds(v: Values): [name: string, url: (n: number) => string][] {
  const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
  const q = (text: string) => encodeURIComponent(text);
  const some = (list: readonly string[], from: number, count: number) =>
    Array.from({ length: count }, (_, n) => at(list, from + n)).join(',');
  const year = (n: number) => 1990 + (n % 30);
  return [
    ['one by id', (n) => `/v1/quotes/${at(v.ids, n * 7)}`],
    ['one that is not there', (n) => `/v1/quotes/${at(v.ids, n)}x`],
    ['actor that is not there', (n) => `/v1/actors/${at(v.actors, n)}zz`],
    ['base', () => '/v1'],
    ['list of all', (n) => `/v1/quotes?limit=${20 + (n % 50)}`],
    ['list of all, 200', (n) => `/v1/quotes?limit=200&said=${year(n)}..`],
    ['list by actor', (n) => `/v1/quotes?actor=${at(v.actors, n)}`],
    ['list by actor, up', (n) => `/v1/quotes?actor=${at(v.actors, n)}&sort=said`],
    ['list by 100 actors', (n) => `/v1/quotes?actor=${some(v.actors, n, 100)}`],
    ['list by topic', (n) => `/v1/quotes?topic=${at(v.topics, n)}`],
    ['list by topic.only', (n) => `/v1/quotes?topic.only=${at(v.topics, n)}`],
    ['list by 100 topics', (n) => `/v1/quotes?topic=${some(v.topics, n, 100)}`],
    [
      'list by two topics',
      (n) => `/v1/quotes?topic.only=${at(v.topics, n)}&topic.only=${at(v.topics, n + 1)}`,
    ],
    ['actor and topic', (n) => `/v1/quotes?actor=${at(v.actors, n)}&topic=${at(v.topics, n * 3)}`],
    [
      'actor and topic, both common',
      (n) => `/v1/quotes?actor=${at(v.actors, n % 3)}&topic=${at(v.topics, n % 5)}`,
    ],
    ['kin list', (n) => `/v1/actors/${at(v.actors, n)}/quotes?kind=direct`],
    ['by country', (n) => `/v1/quotes?actor.country=${at(['IR', 'RU', 'US', 'BR'], n)}`],
    ['by kind of actor', (n) => `/v1/quotes?actor.kind=${at(['person', 'organization', 'state'], n)}`],
    ['by corpus', (n) => `/v1/quotes?source.corpus=bench&limit=${20 + n}`],
    ['rare kind', (n) => `/v1/quotes?kind=unspecified&limit=${1 + (n % 200)}`],
    ['common kind', (n) => `/v1/quotes?kind=${at(['direct', 'mixed', 'indirect'], n)}`],
    ['negations', (n) => `/v1/quotes?actor=!${at(v.actors, n)}&kind=!indirect&topic=!${at(v.topics, n)}`],
    ['negation of nearly all', (n) => `/v1/quotes?kind=!direct,mixed,indirect&limit=${1 + (n % 200)}`],
    [
      '100 values negated',
      (n) => `/v1/quotes?actor=!${some(v.actors, n, 100)}&topic=!${some(v.topics, n, 100)}`,
    ],
    ['period', (n) => `/v1/quotes?said=${year(n)}-0${1 + (n % 9)}`],
    ['old period, down', (n) => `/v1/quotes?said=${1890 + (n % 12)}`],
    ['old period, up', (n) => `/v1/quotes?said=${1890 + (n % 20)}&sort=said`],
    ['long periods, up', (n) => `/v1/quotes?said=${2015 + (n % 8)}-03-03&sort=said`],
    ['within', (n) => `/v1/quotes?said.within=${year(n)}-0${1 + (n % 9)}`],
    ['actor in a period', (n) => `/v1/quotes?actor=${at(v.actors, n)}&said=${year(n)}`],
    ['undated', (n) => `/v1/quotes?said=none&limit=${20 + (n % 100)}`],
    [
      'undated of an actor, by topic',
      (n) => `/v1/quotes?said=none&actor=${at(v.actors, n)}&topic=${at(v.topics, n)}`,
    ],
    ['ids, 100', (n) => `/v1/quotes?id=${some(v.ids, n * 13, 100)}`],
    [
      'ids, 100, 10 times',
      (n) =>
        `/v1/quotes?${Array(10)
          .fill(`id=${some(v.ids, n * 13, 100)}`)
          .join('&')}`,
    ],
    [
      '16 filters',
      (n) => `/v1/quotes?${Array.from({ length: 16 }, (_, i) => `topic=!${at(v.topics, n + i)}`).join('&')}`,
    ],
    [
      '16 topics',
      (n) => `/v1/quotes?${Array.from({ length: 16 }, (_, i) => `topic=${at(v.topics, n + i)}`).join('&')}`,
    ],
    [
      '16 actors’ countries',
      (n) =>
        `/v1/quotes?${Array.from({ length: 16 }, (_, i) => `actor.country=${at(['IR', 'RU'], n + i)}`).join('&')}`,
    ],
    ['offices', (n) => `/v1/actors?affiliation.organization=${at(v.actors, n)}&affiliation.held=2000..2010`],
    ['offices held', (n) => `/v1/actors?affiliation.held=${year(n)}&affiliation.held=${year(n + 1)}`],
    ['stances by topic', (n) => `/v1/stances?topic=${at(v.topics, n)}&position=oppose`],
    ['sources by corpus', (n) => `/v1/sources?corpus=bench&published=${year(n)}`],
    ['word, commonest', (n) => `/v1/quotes?q=${at(v.words, n % 4)}`],
    ['word, common', (n) => `/v1/quotes?q=${at(v.words, 20 + n)}`],
    ['word, rare', (n) => `/v1/quotes?q=${at(v.rareWords, n)}`],
    ['two common words', (n) => `/v1/quotes?q=${at(v.words, n % 10)}+${at(v.words, (n % 10) + 1 + (n % 7))}`],
    ['common words, by date', (n) => `/v1/quotes?q=${at(v.words, n % 10)}&sort=said`],
    [
      'phrase of common words',
      (n) => `/v1/quotes?q=${q(`"${at(v.words, n % 12)} ${at(v.words, (n * 5 + 3) % 17)}"`)}`,
    ],
    [
      'phrases, 16',
      (n) =>
        `/v1/quotes?q=${q(Array.from({ length: 16 }, (_, i) => `"${at(v.words, (n + i) % 20)} ${at(v.words, (n + 7 * i) % 23)}"`).join(' '))}`,
    ],
    [
      'phrase that is nowhere',
      (n) =>
        `/v1/quotes?q=${q(at(['"alpha omega"', '"omega alpha"', `"${v.words[0]} ${v.words[0]} ${v.words[0]} ${v.words[0]}"`], n))}`,
    ],
    [
      '32 common words',
      (n) => `/v1/quotes?q=${Array.from({ length: 32 }, (_, i) => at(v.words, n + i)).join('+')}`,
    ],
    [
      '32 words with OR',
      (n) => `/v1/quotes?q=${Array.from({ length: 32 }, (_, i) => at(v.words, n + i)).join('+OR+')}`,
    ],
    [
      '32 rare words with OR',
      (n) => `/v1/quotes?q=${Array.from({ length: 32 }, (_, i) => at(v.rareWords, n + i)).join('+OR+')}`,
    ],
    ['rare word and commonest', (n) => `/v1/quotes?q=${at(v.rareWords, n)}+${at(v.words, 0)}`],
    ['excluded words alone', (n) => `/v1/quotes?q=-${at(v.words, n % 5)}`],
    ['common word less commonest', (n) => `/v1/quotes?q=${at(v.words, 1 + (n % 9))}+-${at(v.words, 0)}`],
    ['actor and common word', (n) => `/v1/quotes?actor=${at(v.actors, n)}&q=${at(v.words, n % 30)}`],
    [
      'topic and common words',
      (n) => `/v1/quotes?topic=${at(v.topics, n)}&q=${at(v.words, n % 30)}+${at(v.words, n % 17)}`,
    ],
    ['filters that exclude a common word', (n) => `/v1/quotes?kind=unspecified&q=${at(v.words, n % 30)}`],
    [
      'words of stances',
      (n) => `/v1/stances?q=${q('the statement')}&position=${at(['support', 'oppose'], n)}`,
    ],
    ['group by kind', (n) => `/v1/quotes?group_by=kind${n % 2 ? '&hedge=none' : ''}`],
    ['group by year', () => '/v1/quotes?group_by=year'],
    ['group by actor', () => '/v1/quotes?group_by=actor'],
    ['group by topic', () => '/v1/quotes?group_by=topic'],
    ['group by actor, year', (n) => `/v1/quotes?group_by=actor,year&said=${year(n)}..`],
    ['group by three', (n) => `/v1/quotes?group_by=topic,actor.country,month&limit=${100 + n}`],
    [
      'group by three lists, filled',
      (n) => `/v1/quotes?group_by=topic,kind,month&fill=zero&said.within=${year(n)}&limit=200`,
    ],
    ['group of an actor', (n) => `/v1/quotes?group_by=topic,year&actor=${at(v.actors, n)}`],
    ['group of words', (n) => `/v1/quotes?group_by=actor&q=${at(v.words, n % 30)}`],
    ['group of a phrase', () => `/v1/quotes?group_by=kind&q=${q('"alpha omega"')}`],
    [
      'groups, filter that matches nothing',
      () => '/v1/quotes?group_by=actor,topic,day&attribution_status=disputed',
    ],
    [
      'facets, 10',
      (n) =>
        `/v1/quotes?facets=actor,topic,topic.only,kind,source,language,year,month,actor.country,verification&limit=${1 + n}`,
    ],
    [
      'facets, 10, of a topic',
      (n) =>
        `/v1/quotes?facets=actor,topic,topic.only,kind,source,language,year,month,actor.country,verification&topic=${at(v.topics, n)}`,
    ],
    ['facets of words', (n) => `/v1/quotes?facets=actor,topic,kind&q=${at(v.words, n % 30)}`],
    ['sample', (n) => `/v1/quotes?sample=100&seed=${n}`],
    ['sample, 1000, common filter', (n) => `/v1/quotes?sample=1000&seed=${n}&kind=direct`],
    ['sample, nothing matches', (n) => `/v1/quotes?sample=1000&seed=${n}&attribution_status=disputed`],
    ['sample of words', (n) => `/v1/quotes?sample=100&seed=${n}&q=${at(v.words, n % 30)}`],
    ['sample of a phrase', (n) => `/v1/quotes?sample=100&seed=${n}&q=${q('"alpha omega"')}`],
    ['sample of a topic', (n) => `/v1/quotes?sample=100&seed=${n}&topic=${at(v.topics, n)}`],
    ['suggest', (n) => `/v1/suggest?q=${q(at(v.names, n).slice(0, 3 + (n % 5)))}`],
    [
      'suggest, common words',
      (n) => `/v1/suggest?q=${q(`${at(v.words, n % 12)} ${at(v.words, (n % 12) + 1 + (n % 5))}`)}`,
    ],
    ['actors by name', (n) => `/v1/actors?name=${q(at(v.names, n))}`],
    ['actors by name, with slips', (n) => `/v1/actors?name=${q(at(v.names, n).replace(/[aeiou]/, 'x'))}`],
    [
      'reconcile ten names',
      (n) =>
        `/reconcile?queries=${q(JSON.stringify(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`q${i}`, { query: at(v.names, n + 7 * i) }]))))}`,
    ],
    ['who said a quote', (n) => `/v1/attributions?text=${q(at(v.texts, n))}`],
    [
      'who said half a quote',
      (n) => `/v1/attributions?text=${q(at(v.texts, n).slice(0, at(v.texts, n).length / 2))}`,
    ],
    [
      'who said common words',
      (n) =>
        `/v1/attributions?text=${q(Array.from({ length: 12 }, (_, i) => at(v.words, (n + 3 * i) % 40)).join(' '))}`,
    ],
    ['random', (n) => `/v1/quotes/random${n % 2 ? '?kind=direct' : ''}`],
    ['random of few', () => '/v1/quotes/random?kind=unspecified'],
    ['CSV page', (n) => `/v1/quotes?format=csv&limit=200&actor=${at(v.actors, n)}`],
  ];
}

/** Turns the event loop without a pause, and tells its longest turn in milliseconds. */
function watchLoop(): { stop: () => Promise<number> } {
  let last = performance.now();
  let longest = 0;
  let stopped = false;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!stopped) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      stopped = true;
      return new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(longest))));
    },
  };
}

export type Latency = {
  name: string;
  p50: number;
  p99: number;
  max: number;
  cpu: number;
  held: number;
  answers: string;
};

async function measureKind(
  app: FastifyInstance,
  db: Db,
  rounds: number,
  name: string,
  url: (n: number) => string,
): Promise<Latency> {
  const times: number[] = [];
  const busy: number[] = [];
  const answers = new Map<string, number>();
  let held = 0;
  for (let round = 0; round < rounds; round += 1) {
    // As after a change: nothing is remembered of what was asked before.
    changeDataVersion(db);
    await new Promise((resolve) => setTimeout(resolve, 3));
    const watch = watchLoop();
    const spent = process.cpuUsage();
    const start = performance.now();
    const answer = await app.inject(url(round));
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(spent);
    busy.push((user + system) / 1000);
    held = Math.max(held, await watch.stop());
    const json = /json/.test(String(answer.headers['content-type'])) ? answer.json() : {};
    const said = [answer.statusCode, json.total_is, json.facets_are, json.ranking].filter(Boolean).join(' ');
    answers.set(said, (answers.get(said) ?? 0) + 1);
  }
  times.sort((a, b) => a - b);
  return {
    name,
    p50: times[Math.floor(times.length / 2)] as number,
    p99: times[Math.ceil(times.length * 0.99) - 1] as number,
    max: times.at(-1) as number,
    cpu: busy.sort((a, b) => a - b)[Math.floor(busy.length / 2)] as number,
    held,
    answers: [...answers].map(([what, count]) => `${what} ×${count}`).join(', '),
  };
}

export function isLate({ p99, held }: Latency): boolean {
  return p99 > MOST_MS || held > MOST_HELD_MS;
}

async function measureLatencies(
  path: string,
  { rounds, only = '', say }: { rounds: number; only?: string; say: (latency: Latency) => void },
): Promise<void> {
  const db = openDatabase(path);
  migrateDatabase(db);
  const app = await buildApp({ db, config: readConfig({}, {}) });
  for (const [name, url] of listKinds(readValues(db)))
    if (name.includes(only)) say(await measureKind(app, db, rounds, name, url));
  await app.close();
  db.close();
}

async function runCommand(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '30' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  });
  const [path] = positionals;
  if (path === undefined) throw new Error('Name the base to measure.');
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const head = ['p50', 'p99', 'max', 'cpu', 'held'].map((word) => word.padStart(8)).join('');
  if (!values.json) print(`${'milliseconds'.padEnd(38)}${head}`);
  const latencies: Latency[] = [];
  await measureLatencies(path, {
    rounds: Number(values.rounds),
    only: values.only,
    say(latency) {
      latencies.push(latency);
      if (values.json) return;
      const { p50, p99, max, cpu, held } = latency;
      const cells = [p50, p99, max, cpu, held].map((ms) => ms.toFixed(1).padStart(8)).join('');
      print(
        `${latency.name.padEnd(38)}${cells}${(isLate(latency) ? ' !' : '').padEnd(3)} ${latency.answers}`,
      );
    },
  });
  if (values.json) print(JSON.stringify(latencies));
  else
    print(
      `${latencies.length} kinds of request, ${latencies.filter(isLate).length} beyond ${MOST_MS} ms or holding the loop for ${MOST_HELD_MS} ms`,
    );
}

if (import.meta.main) await runCommand();
