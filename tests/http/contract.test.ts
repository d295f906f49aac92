// The contract: committed, sound by the rules of others, and true of every example in it.
import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../src/errors.ts';
import { writeContract } from '../../src/http/openapi.ts';
import { servedResources } from '../../src/resources/registry.ts';
import { ask, buildTestApp, buildUrl, openSeededBase } from '../base.ts';
import { buildCheck, listOperations, readContract } from './contract.ts';

const app = await buildTestApp(openSeededBase());
const contract = readContract(app);
const operations = listOperations(contract);
const check = buildCheck(contract);

// Words of a network that only `mode=one` takes.
const ONE_MODE = ['congruence', 'conflict', 'average', 'jaccard', 'cosine'];

test('openapi/openapi.json is what the code generates', () => {
  const committed = readFileSync(new URL('../../openapi/openapi.json', import.meta.url), 'utf8');
  expect(committed === writeContract(app), 'run `npm run openapi -- --write`').toBe(true);
});

test('is served as it is committed', async () => {
  const answer = await ask(app, '/openapi.json');
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.text).toBe(writeContract(app));
  expect(contract.openapi).toBe('3.1.0');
});

test('the reference page shows it', async () => {
  const page = await ask(app, '/docs/');
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.text).toContain('/openapi.json');
  const short = await ask(app, '/docs?theme=x');
  expect([short.status, short.headers.location]).toEqual([301, '/docs/']);
  const script = /<script src="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const code = await ask(app, new URL(script, 'http://localhost/docs/').pathname);
  expect(code.headers['content-type']).toMatch(/^application\/javascript/);
  expect(code.text.length).toBeGreaterThan(1_000_000);
});

describe("Redocly's recommended rules", async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const lint = (document: unknown) =>
    lintFromString({ source: JSON.stringify(document), config, absoluteRef: 'openapi.json' });

  test('find neither an error nor a warning', async () => {
    const problems = await lint(contract);
    expect(problems.map((problem) => `${problem.ruleId}: ${problem.message}`)).toEqual([]);
  });

  test('would find one', async () => {
    const broken = structuredClone(contract) as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    const operation = broken.paths['/v1/quotes']?.get;
    delete operation?.operationId;
    delete operation?.summary;
    const rules = (await lint(broken)).map((problem) => problem.ruleId);
    expect(rules).toContain('operation-operationId');
    expect(rules).toContain('operation-summary');
  });
});

describe.each(operations)('$method $path', ({ path, method, operation }) => {
  test('says what it is for', () => {
    expect(operation.operationId).toMatch(/^(list|get|post)[A-Z][A-Za-z]+$/);
    expect(operation.summary).toMatch(/^[A-Z]/);
    expect(operation.description).toMatch(/\.$/);
    expect(operation.tags).toHaveLength(1);
    expect(contract.tags.map((tag) => tag.name)).toContain(operation.tags[0]);
    for (const parameter of operation.parameters ?? []) expect(parameter.description).toMatch(/\S/);
  });

  test('declares its refusals as problem documents, and 500', () => {
    const refusals = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    expect(refusals.map(([status]) => status)).toContain('500');
    for (const [, response] of refusals)
      expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json']);
  });

  test('says that it may be refused while too many wait, where it waits', () => {
    const { description } = operation.responses['503'] ?? {};
    const waits = !['/healthz', '/readyz'].includes(path);
    expect((description ?? '').split(catalogue.overloaded.title).length - 1).toBe(waits ? 1 : 0);
  });

  test('its example runs, and answers what it declares', async () => {
    const [sample] = operation['x-codeSamples'];
    expect(sample?.label).toBe('curl');
    const [, url = '', type, body] =
      /^curl 'http:\/\/127\.0\.0\.1:3000(\/[^']*)'(?: -H 'Content-Type: ([^']+)' -d '([^']+)')?$/.exec(
        sample?.source ?? '',
      ) ?? [];
    expect(body === undefined ? 'get' : 'post').toBe(method);
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?|$)`);
    expect(url).toMatch(pattern);
    const answer =
      type === undefined ? await ask(app, url) : await ask(app, url, { 'content-type': type }, 'POST', body);
    expect(answer.status).toBe(200);
    expect(check(operation, answer)).toBeNull();
    expect(operation.responses['304'] !== undefined).toBe(answer.headers.etag !== undefined);
    const { results } = answer.json();
    // The seeds hold one document, in which nobody changes position.
    if (Array.isArray(results) && !path.endsWith('/shifts')) expect(results.length).toBeGreaterThan(0);
    for (const other of operation['x-codeSamples']) expect(other.source).toContain(url);
  });

  const parameters = operation.parameters ?? [];
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    String(parameters.find((parameter) => parameter.name === name && parameter.in === 'path')?.example),
  );
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const required = Object.fromEntries(
    inQuery.filter((parameter) => parameter.required).map(({ name, example }) => [name, String(example)]),
  );
  const examples = inQuery.flatMap(({ name, schema }) => {
    const item = (schema.items ?? schema) as Record<string, unknown>;
    const values = [...((item.examples as unknown[]) ?? []), ...((item.enum as unknown[]) ?? [])];
    return values.map((value) => [name, String(value)] as const);
  });
  test.runIf(method === 'get')('the examples of its parameters run', async () => {
    expect((await ask(app, buildUrl(at, required))).status).toBe(200);
    for (const [name, value] of examples) {
      const params: Record<string, string> = { ...required, [name]: value };
      // What these need beside them.
      if (value === 'relevance') params.q = 'iran';
      if (name === 'fill') params.group_by = 'year';
      if (ONE_MODE.includes(value)) params.mode = 'one';
      if (params.mode === 'one' && required.column !== undefined) params.column = 'iran';
      if (name === 'window' && required.column !== undefined) params.start = '2020-12-01';
      if (['rows', 'guard', 'table'].includes(name)) params.format = 'csv';
      const answer = await ask(app, buildUrl(at, params));
      const none = path.endsWith('/random') && answer.status === 404;
      expect(none ? 200 : answer.status, `${name}=${value}: ${answer.text.slice(0, 300)}`).toBe(200);
      expect(check(operation, answer)).toBeNull();
    }
  });
});

test('every operation has a name of its own', () => {
  const names = operations.map(({ operation }) => operation.operationId);
  expect(names.length).toBe(new Set(names).size);
});

test('every address that is served is in it, and no other', async () => {
  const served = app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .filter((line) => line.includes('(GET'));
  expect(served.length).toBeGreaterThan(servedResources.length * 2);
  for (const { path, method } of operations) {
    expect(
      app.hasRoute({ method: method === 'post' ? 'POST' : 'GET', url: path.replaceAll(/\{(\w+)\}/g, ':$1') }),
    ).toBe(true);
  }
});

describe('trap: named schemas', () => {
  const names = Object.keys(contract.components.schemas);
  const text = JSON.stringify(contract);

  test('none ends in Input, which the generator would publish twice', () => {
    expect(names.filter((name) => name.endsWith('Input'))).toEqual([]);
  });

  test('none is unused', () => {
    expect(names.filter((name) => !text.includes(`"#/components/schemas/${name}"`))).toEqual([]);
  });

  test('none is published under two names', () => {
    const bodies = Object.values(contract.components.schemas).map(({ title: _, ...body }) =>
      JSON.stringify(body),
    );
    expect(bodies.length).toBe(new Set(bodies).size);
  });

  test('every reference leads somewhere', () => {
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    const known = names.map((name) => `#/components/schemas/${name}`);
    expect(references.filter((reference) => !known.includes(reference as string))).toEqual([]);
  });

  test('none says that keys may not be added', () => {
    expect(text).not.toContain('"additionalProperties":false');
  });
});
