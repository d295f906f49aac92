/**
 * What one would write by hand over the same tables: Fastify without plugins, prepared statements that join, one
 * JSON.stringify. Its records and totals are those of Verbatim (a test compares them); it has no tags, no request
 * ids, no refusals and one address for each question.
 */
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const [path = '', ...rest] = process.argv.slice(2);
const PAGE = 20;
const MOST_COUNTED = Number(rest[0] ?? 10_000);

export function buildHandler(path: string) {
  const db = new Database(path, { readonly: true });
  const columns = `q.key, q.id, q.kind, q.passage_start, q.passage_end, q.passage_sha256, q.passage_exact, q.text, q.text_by, q.language,
    q.cue_exact, q.cue_start, q.cue_end, q.hedge, q.said, q.said_earliest, q.said_latest, q.place, q.occasion, q.addressee_note, q.outlet_note,
    q.attribution_status, q.context, q.verification, q.actor_note, q.occurrences, q.actor_key, q.on_behalf_of_key, q.addressee_key, q.outlet_key, q.relayed_by_key,
    a.id AS actor_id, a.name AS actor_name, b.id AS behalf_id, b.name AS behalf_name, s.id AS source_id, s.title AS source_title,
    d.id AS addressee_id, d.name AS addressee_name, o.id AS outlet_id, o.name AS outlet_name, r.id AS relay_id, r.name AS relay_name`;
  const joins = `LEFT JOIN actors a ON a.key = q.actor_key LEFT JOIN actors b ON b.key = q.on_behalf_of_key LEFT JOIN sources s ON s.key = q.source_key
    LEFT JOIN actors d ON d.key = q.addressee_key LEFT JOIN actors o ON o.key = q.outlet_key LEFT JOIN actors r ON r.key = q.relayed_by_key`;
  const findActor = db.prepare('SELECT key FROM actors WHERE id = ?').pluck();
  const countQuotes = db
    .prepare(`SELECT count(*) FROM (SELECT 1 FROM quotes WHERE actor_key = ? LIMIT ${MOST_COUNTED + 1})`)
    .pluck();
  const listQuotes = db.prepare(
    `SELECT ${columns} FROM quotes q ${joins} WHERE q.actor_key = ? AND (q.said_latest, q.key) < (?, ?) ORDER BY q.said_latest DESC, q.key DESC LIMIT ${PAGE + 1}`,
  );
  const getQuote = db.prepare(`SELECT ${columns} FROM quotes q ${joins} WHERE q.id = ?`);
  const listTopics = db.prepare(
    'SELECT t.id, t.label FROM quote_topics l JOIN topics t ON t.key = l.topic_key WHERE l.quote_key = ? ORDER BY l.ordinal',
  );
  const listCandidates = db.prepare(
    'SELECT c.name, c.wikidata, c.probability, a.id, a.name AS actor_name FROM attribution_candidates c LEFT JOIN actors a ON a.key = c.actor_key WHERE c.quote_key = ? ORDER BY c.ordinal',
  );
  const listAlsoIn = db.prepare(
    'SELECT s.id, s.title FROM quote_also_in l JOIN sources s ON s.key = l.also_in_key WHERE l.quote_key = ? ORDER BY l.ordinal',
  );
  const listSpans = db.prepare(
    'SELECT exact, start, "end", prefix, suffix, text_start, text_end FROM spans WHERE quote_key = ? ORDER BY ordinal',
  );
  const formatDay = (day: number) =>
    Math.abs(day) > 10_000_000 ? null : new Date(day * 86_400_000).toISOString().slice(0, 10);

  // biome-ignore lint/suspicious/noExplicitAny: rows as they come
  const shapeCandidate = ({ name, wikidata, probability, id, actor_name }: any) => ({
    name,
    actor: id === null ? null : { id, name: actor_name },
    wikidata,
    probability,
  });

  // biome-ignore lint/suspicious/noExplicitAny: rows as they come
  function shape(row: any) {
    const actor = (key: unknown, id: string, name: string) => (key === null ? null : { id, name });
    return {
      id: row.id,
      actor: actor(row.actor_key, row.actor_id, row.actor_name),
      on_behalf_of: actor(row.on_behalf_of_key, row.behalf_id, row.behalf_name),
      actor_note: row.actor_note,
      attribution_candidates: listCandidates.all(row.key).map(shapeCandidate),
      also_in: listAlsoIn.all(row.key),
      occurrences: row.occurrences,
      source: { id: row.source_id, title: row.source_title },
      kind: row.kind,
      passage:
        row.passage_start === null
          ? null
          : {
              start: row.passage_start,
              end: row.passage_end,
              sha256: row.passage_sha256,
              exact: row.passage_exact,
            },
      text: row.text,
      text_by: row.text_by,
      language: row.language,
      cue: row.cue_exact === null ? null : { exact: row.cue_exact, start: row.cue_start, end: row.cue_end },
      hedge: row.hedge,
      said: row.said,
      said_earliest: formatDay(row.said_earliest),
      said_latest: formatDay(row.said_latest),
      place: row.place,
      occasion: row.occasion,
      addressee: actor(row.addressee_key, row.addressee_id, row.addressee_name),
      addressee_note: row.addressee_note,
      outlet: actor(row.outlet_key, row.outlet_id, row.outlet_name),
      outlet_note: row.outlet_note,
      relayed_by: actor(row.relayed_by_key, row.relay_id, row.relay_name),
      attribution_status: row.attribution_status,
      context: row.context,
      topics: listTopics.all(row.key),
      spans: listSpans.all(row.key),
      verification: row.verification,
    };
  }

  const app = Fastify();
  app.get('/quotes', (request, reply) => {
    const { actor, latest, key } = request.query as { actor: string; latest?: string; key?: string };
    const actorKey = findActor.get(actor);
    const rows = listQuotes.all(
      actorKey,
      Number(latest ?? Number.MAX_SAFE_INTEGER),
      Number(key ?? Number.MAX_SAFE_INTEGER),
      // biome-ignore lint/suspicious/noExplicitAny: rows as they come
    ) as any[];
    const total = countQuotes.get(actorKey) as number;
    const last = rows[PAGE - 1];
    reply.header('content-type', 'application/json; charset=utf-8');
    return JSON.stringify({
      total: Math.min(total, MOST_COUNTED),
      total_is: total > MOST_COUNTED ? 'at_least' : 'exact',
      next_cursor: rows.length > PAGE ? `${last.said_latest},${last.key}` : null,
      results: rows.slice(0, PAGE).map(shape),
    });
  });
  app.get('/quotes/:id', (request, reply) => {
    const row = getQuote.get((request.params as { id: string }).id);
    if (row === undefined) return reply.status(404).send();
    reply.header('content-type', 'application/json; charset=utf-8');
    return JSON.stringify(shape(row));
  });
  return app;
}

if (import.meta.main)
  process.stdout.write(`${await buildHandler(path).listen({ port: 0, host: '127.0.0.1' })}\n`);
