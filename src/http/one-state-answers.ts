/** Answers with a tag that are made of one state of the data. */
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Db } from '../db/client.ts';
import { readDataVersion } from '../db/data-version.ts';
import { sendKept } from './keep-answers.ts';
import { tagAnswer } from './negotiate.ts';

type Asked<A> = {
  /** The whole question, however it was spelt. */
  canonical: string;
  format: string;
  /** The header of the answer. */
  type: string;
  /** Reads one state of the data, of which `data_version` is the version. */
  find: () => A | Promise<A>;
  write: (answer: A) => string | Readable;
};

/** Answers 304 or what is kept, where the caller or the memory has it; else `find` is asked. */
export async function answerOfOneState<A extends { data_version: string }>(
  db: Db,
  request: FastifyRequest,
  reply: FastifyReply,
  { canonical, format, type, find, write }: Asked<A>,
): Promise<FastifyReply> {
  if (tagAnswer(request, reply, readDataVersion(db), canonical, format)) return reply.status(304).send();
  const kept = sendKept(reply);
  if (kept !== null) return kept;
  const answer = await find();
  // The tag is that of the state of the data which was read: it may be a later one than when the request came.
  tagAnswer(request, reply, answer.data_version, canonical, format);
  return reply.type(type).send(write(answer));
}
