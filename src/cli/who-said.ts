/** `verbatim who-said` */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Attribution, attribute, type Candidate } from '../analysis/attribution.ts';
import { ANSWERS, MOST_ANSWERS, parseQuestion, resolveQuestion } from '../analysis/question.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../db/client.ts';
import { countCodePoints } from '../evidence/code-points.ts';
import { requireThisRelease } from '../store/declarations.ts';
import { addSettings, readFlags } from './settings.ts';

const NO = 1;

export function addWhoSaid(program: Command): void {
  addSettings(
    program
      .command('who-said')
      .description(
        'Find the quotes whose own words a remembered sentence repeats; exits with 1 where there is none.',
      )
      .argument('<text>', 'the sentence; - reads it from standard input'),
    'DATABASE',
  )
    .option('--claimed-actor <id>', 'answer first whether this actor said it')
    .option('--limit <number>', `the most candidates, up to ${MOST_ANSWERS} (default ${ANSWERS})`)
    .option('--json', 'print the answer as the API gives it')
    .action(async (text: string, options) => {
      const asked = parseQuestion({
        text: text === '-' ? readFileSync(0, 'utf8') : text,
        claimed_actor: options.claimedActor,
        limit: options.limit,
      });
      const db = openDatabase(readConfig(readFlags(options)).DATABASE, { readonly: true });
      try {
        requireThisRelease(db);
        const { answer } = attribute(db, resolveQuestion(db, asked));
        console.log(
          options.json ? JSON.stringify(answer, null, 2) : listAnswerLines(answer, asked.text).join('\n'),
        );
        if (answer.verdict === 'none') process.exitCode = NO;
      } finally {
        db.close();
      }
    });
}

function listAnswerLines(answer: Attribution, text: string): string[] {
  const lines: string[] = [];
  if (answer.conflict !== null) lines.push(`CONFLICT: ${answer.conflict.sentence}`);
  if (answer.claim !== null)
    lines.push(`${answer.claim.actor.name}: ${answer.claim.answer}. ${answer.claim.sentence}`);
  if (answer.verdict === 'none')
    lines.push(
      answer.search === 'complete'
        ? 'none: nothing in this base resembles it.'
        : 'none: nothing was found, but its words are too common here to look at every quote that has them.',
    );
  const length = countCodePoints(text.trim());
  for (const [n, candidate] of answer.candidates.entries())
    lines.push(...listCandidateLines(candidate, n + 1, length));
  return lines;
}

function listCandidateLines(candidate: Candidate, number: number, length: number): string[] {
  const { actor, quote, source, reasons, part } = candidate;
  const facts = [
    `${candidate.verdict} ${candidate.score.toFixed(2)}`,
    candidate.verification,
    ...(candidate.said === null ? [] : [`said ${candidate.said}`]),
    ...(candidate.relayed_by === null ? [] : [`relayed by ${candidate.relayed_by.name}`]),
  ];
  const behalf = candidate.on_behalf_of === null ? '' : `, on behalf of ${candidate.on_behalf_of.name}`;
  return [
    `${number}. ${actor?.name ?? 'an unknown speaker'}${behalf} (${facts.join(', ')})`,
    ...(candidate.warning === null ? [] : [`   WARNING: ${candidate.warning}`]),
    `   ${quote.text}`,
    `   quote ${quote.id}, in ${source.title} (${source.id})`,
    `   ${reasons.kept} words kept, ${reasons.changed} changed, ${reasons.missing} missing, ${reasons.added} added`,
    ...(part.end - part.start < length ? [`   of your words: ${part.words}`] : []),
    ...(candidate.verdict === 'exact' ? [] : [`   ${markDifferences(candidate)}`]),
  ];
}

/** As wdiff writes: `[-what the quote has-]`, `{+what the sentence has instead+}`. */
function markDifferences({ differences }: Candidate): string {
  return differences
    .map(({ kind, sentence, quote }) => {
      if (kind === 'kept') return quote?.words;
      return [quote === null ? '' : `[-${quote.words}-]`, sentence === null ? '' : `{+${sentence.words}+}`]
        .filter(Boolean)
        .join(' ');
    })
    .join(' ');
}
