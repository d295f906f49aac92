/** The contract, generated from the routes; the reference page that shows it. */
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance } from 'fastify';
import { RELEASE } from '../release.ts';
import { servedResources } from '../resources/registry.ts';
import { describeRefusals, describeSamples } from './operations.ts';
import { buildComponents, nameTag } from './record-schemas.ts';

const DESCRIPTION = `Who said what, about what, and where they stand. Every quote is pinned, character by character, to the document it was read in, and every stance names its evidence.

One grammar holds for every list: \`actor=putin\` equals, \`actor=putin,zarif\` any of, \`actor=!putin\` none of, a repeated parameter both, \`actor.country=IR\` through a relation, \`said=2019..2020-06\` a period that overlaps, \`said=none\` where there is nothing. Nothing is ignored: an unknown parameter, word or id is refused, with the nearest right one.

Keys may be added to answers in any release; none is taken away or changes its meaning within \`/v1\`.`;

export async function registerContract(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Verbatim',
        version: RELEASE,
        description: DESCRIPTION,
        license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      },
      servers: [{ url: '/', description: 'The server that gave you this document.' }],
      security: [],
      tags: [
        ...servedResources.map((resource) => ({
          name: nameTag(resource),
          description: `${resource.summary}. ${resource.description}`,
        })),
        {
          name: 'Comparisons',
          description:
            'Where actors agree and conflict, when positions changed, and how far coders agree, each with the words behind it.',
        },
        {
          name: 'Networks',
          description:
            'Who speaks on what, and who agrees with whom, each edge with the statements behind it.',
        },
        {
          name: 'Attributions',
          description: 'Who said this? A remembered sentence, and the quotes whose words it repeats.',
        },
        { name: 'Names', description: 'Whom a name means, however it is spelt.' },
        { name: 'House', description: 'What is here, whether it is well, and what its words mean.' },
      ],
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, n) => String(json.$id ?? `def-${n}`) },
  });
  for (const component of buildComponents()) app.addSchema(component);
}

export function registerReference(app: FastifyInstance): void {
  app.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getContract',
        summary: 'This document',
        description: 'The contract, OpenAPI 3.1.',
        tags: ['House'],
        response: {
          200: {
            description: 'The contract.',
            content: { 'application/json': { schema: { type: 'object' } } },
          },
          ...describeRefusals('bad_request'),
        },
        'x-codeSamples': describeSamples('/openapi.json'),
      } as object,
    },
    (_request, reply) =>
      reply
        .header('cache-control', 'no-cache')
        .type('application/json; charset=utf-8')
        .send(writeContract(app)),
  );
  const schema = { hide: true } as object;
  app.get('/docs', { schema }, (_request, reply) => reply.redirect('/docs/', 301));
  let opened: Promise<FastifyInstance> | null = null;
  for (const url of REFERENCE_URLS)
    app.get(url, { schema }, async (request, reply) => {
      opened ??= openReference();
      const page = await (await opened).inject({ url: request.url, headers: { host: request.host } });
      return reply.type(String(page.headers['content-type'])).send(page.rawPayload);
    });
}

const REFERENCE_URLS = ['/docs/', '/docs/js/scalar.js'];

/** An app of its own, because a plugin cannot come later: it takes 40 MB, and most servers are never asked for the page. */
async function openReference(): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference');
  const app = Fastify();
  await app.register(reference, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      theme: 'default',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
      metaData: { title: 'Verbatim API reference' },
    } as object,
  });
  return app;
}

const contracts = new WeakMap<FastifyInstance, string>();

/** The contract as it is committed: two spaces, a line break at the end. */
export function writeContract(app: FastifyInstance): string {
  let contract = contracts.get(app);
  if (contract === undefined) {
    contract = `${JSON.stringify(app.swagger(), null, 2)}\n`;
    contracts.set(app, contract);
  }
  return contract;
}
