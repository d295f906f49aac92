/** Who said this? By GET for a sentence, by POST for a text that no address can hold. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Attribution, attributeInSteps } from '../../analysis/attribution.ts';
import {
  ANSWERS,
  type AskedQuestion,
  LONGEST_TEXT,
  MOST_ANSWERS,
  type PARAMETERS,
  parseQuestion,
  resolveQuestion,
} from '../../analysis/question.ts';
import type { Db } from '../../db/client.ts';
import { readInTurns } from '../../db/one-state.ts';
import { Refusal } from '../../errors.ts';
import type { RawParams } from '../../query/params.ts';
import { attributionSchema } from '../attribution-schema.ts';
import { chooseFormat, FORMAT_TYPES, MEDIA_TYPES } from '../negotiate.ts';
import { answerOfOneState } from '../one-state-answers.ts';
import { describeAnswers, describePosts, describeRefusals, describeSamples } from '../operations.ts';
import type { JsonSchema } from '../record-schemas.ts';

export function registerAttributions(app: FastifyInstance, db: Db): void {
  app.get('/v1/attributions', { schema: describeGet() }, async (request, reply) => {
    const asked = parseQuestion(request.query as RawParams);
    chooseFormat(null, request, ['json']);
    return answerOfOneState(db, request, reply, {
      canonical: JSON.stringify(['attributions', asked]),
      format: 'json',
      type: MEDIA_TYPES.json,
      find: () => answer(db, asked),
      write: (attribution) => JSON.stringify(attribution),
    });
  });
  app.post('/v1/attributions', { schema: describePost() }, async (request, reply) => {
    const asked = parseQuestion(readBody(request));
    chooseFormat(null, request, ['json']);
    const attribution = await answer(db, asked);
    return reply.header('cache-control', 'no-store').type(MEDIA_TYPES.json).send(JSON.stringify(attribution));
  });
}

/** A long text takes several turns of the event loop. */
function answer(db: Db, asked: AskedQuestion): Promise<Attribution> {
  return readInTurns(db, function* () {
    const { answer } = yield* attributeInSteps(db, resolveQuestion(db, asked));
    return answer;
  });
}

/** The parameters of the address and those of the body; a plain text is the words themselves. */
function readBody(request: FastifyRequest): RawParams {
  const query = request.query as RawParams;
  const fields = readFields(request.body);
  const twice = Object.keys(fields).find((name) => query[name] !== undefined);
  if (twice !== undefined)
    throw new Refusal(
      'repeated_parameter',
      `\`${twice.slice(0, 100)}\` is given in the address and in the body.`,
      {
        parameter: twice.slice(0, 100),
      },
    );
  return { ...query, ...fields };
}

function readFields(body: unknown): RawParams {
  if (typeof body === 'string') return { text: body };
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    throw new Refusal('invalid_body', 'The body is not an object with `text`, nor a form, nor a plain text.');
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (typeof value === 'string' || Array.isArray(value)) return [name, readList(name, value)];
      if (typeof value === 'number') return [name, String(value)];
      if (value === null) return [name, undefined];
      throw refuseType(name);
    }),
  );
}

/** A field of a form that is given several times is a list. */
function readList(name: string, value: unknown): string | string[] {
  if (Array.isArray(value) && value.some((one) => typeof one !== 'string')) throw refuseType(name);
  return value as string | string[];
}

function refuseType(name: string): Refusal {
  const parameter = name.slice(0, 100);
  return new Refusal('invalid_value', `\`${parameter}\` is neither a text nor a number.`, { parameter });
}

const EXAMPLE = 'Russia is no firefighting crew to save things not under our control';

const parameters: Record<(typeof PARAMETERS)[number], JsonSchema> = {
  text: {
    type: 'string',
    minLength: 1,
    maxLength: LONGEST_TEXT,
    description: `The words whose speaker is asked for, as they are remembered: at most ${LONGEST_TEXT} code points.`,
    examples: [EXAMPLE],
  },
  claimed_actor: {
    type: 'string',
    description: 'Id of the actor who is said to have said it: the answer then has a `claim`.',
    examples: ['putin'],
  },
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: MOST_ANSWERS,
    default: ANSWERS,
    description: 'The most candidates.',
  },
};

const DESCRIPTION = `Finds the quotes whose own words a remembered sentence repeats: words left out, added, changed or misspelt, fragments, several quotes run together. Only the actor's own words are matched, never a curator's. Each candidate has a score with its reasons and the differences word by word, and \`none\` says that nothing here resembles it.`;

function describeGet(): JsonSchema {
  return {
    operationId: 'getAttribution',
    summary: 'Who said this?',
    description: DESCRIPTION,
    tags: ['Attributions'],
    querystring: { type: 'object', required: ['text'], properties: parameters },
    response: describeAnswers(
      'A verdict, and the candidates, best first.',
      { [FORMAT_TYPES.json]: attributionSchema },
      ...REFUSALS,
    ),
    'x-codeSamples': describeSamples(`/v1/attributions?${new URLSearchParams({ text: EXAMPLE })}`),
  };
}

const REFUSALS = [
  'unknown_parameter',
  'invalid_value',
  'unknown_id',
  'repeated_parameter',
  'too_much',
  'not_acceptable',
] as const;

function describePost(): JsonSchema {
  const fields = { type: 'object', required: ['text'], properties: parameters };
  return {
    operationId: 'postAttribution',
    summary: 'Who said this, in a long text?',
    description: `${DESCRIPTION} As GET, for texts that are too long for an address; a plain text is the words themselves, and the other parameters may stand in the address.`,
    tags: ['Attributions'],
    body: {
      content: {
        'application/json': { schema: fields },
        'application/x-www-form-urlencoded': { schema: fields },
        'text/plain': { schema: { type: 'string' } },
      },
    },
    response: {
      200: {
        description: 'A verdict, and the candidates, best first.',
        content: { [FORMAT_TYPES.json]: { schema: attributionSchema } },
      },
      ...describeRefusals(...REFUSALS, 'invalid_body', 'payload_too_large', 'unsupported_media_type'),
    },
    'x-codeSamples': describePosts('/v1/attributions', { text: EXAMPLE }),
  };
}
