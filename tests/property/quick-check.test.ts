// The quick check of imports must take nothing that the schema refuses, and give what the schema gives.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateRecords } from '../../bench/data.ts';
import { buildQuickCheck } from '../../src/resources/quick-check.ts';
import { getResource, resources } from '../../src/resources/registry.ts';
import type { Field } from '../../src/resources/resource.ts';
import { buildInputSchema, isHandedIn } from '../../src/resources/schemas.ts';
import { listWords } from '../../src/vocabulary.ts';

const odd = fc.constantFrom<unknown>(
  ...[null, undefined, '', 'half \ud83d', 'nul \0', '😀', 'none', 'a--b', 'x'.repeat(129), 'zz-zz', 'Q1'],
  ...[
    -1,
    0,
    -0,
    1,
    1.5,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    '2020-02-30',
    '2020-13',
    {},
    [],
  ],
);

/** Mostly sound, so that records are taken often enough. */
function drawField(field: Field): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 60, arbitrary: drawSound(field) }, { weight: 1, arbitrary: odd });
}

function drawSound(field: Field): fc.Arbitrary<unknown> {
  const ids = fc.constantFrom('a', 'b-c', 'd.e_f', 'x'.repeat(128));
  switch (field.type) {
    case 'id':
    case 'reference':
      return ids;
    case 'references':
      return fc.oneof(fc.uniqueArray(ids), fc.uniqueArray(ids), fc.array(ids));
    case 'text':
      return fc.constantFrom('سلام', 'да', '👩🏽‍🚀', 'words');
    case 'code': {
      const codes = {
        language: ['en', 'fa', 'sr-Cyrl'],
        country: ['NO', 'IR'],
        wikidata: ['Q7747'],
        sha256: ['0'.repeat(64)],
        url: ['https://example.org/a?b=c'],
      };
      return fc.constantFrom(...codes[field.code]);
    }
    case 'word':
      return fc.constantFrom(...listWords(field.list));
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: field.minimum ?? -5, max: 1000 });
    case 'number':
      return fc.double({ min: field.minimum ?? -5, max: field.maximum ?? 5, noNaN: true });
    case 'date':
      return fc.constantFrom('2020-12-20', '2020-12', '198X', '2004-06/2006-08', '../1985');
    case 'object':
      return drawObject(field.fields);
    case 'children':
      return fc.array(drawObject(field.fields), { maxLength: 3 });
    case 'holding':
      throw new Error('what is derived is never handed in');
  }
}

function drawObject(fields: Record<string, Field>): fc.Arbitrary<Record<string, unknown>> {
  const handedIn = Object.entries(fields).filter(([, field]) => isHandedIn(field, 'inline'));
  const required = handedIn
    .filter(([, field]) => !field.nullable && !('default' in field && field.default !== undefined))
    .map(([name]) => name);
  const sound = fc.record(Object.fromEntries(handedIn.map(([name, field]) => [name, drawField(field)])), {
    requiredKeys: required,
  });
  const key = fc.constantFrom(...handedIn.map(([name]) => name), 'txet');
  const mutated = fc
    .tuple(sound, key, odd)
    .map(([record, name, value]) => ({ ...record, [name]: value }) as Record<string, unknown>);
  return fc.oneof({ weight: 60, arbitrary: sound }, { weight: 1, arbitrary: mutated });
}

test.each(resources.map((resource) => resource.name))(
  'the quick check of %s agrees with their schema',
  (noun) => {
    const resource = getResource(noun);
    const quick = buildQuickCheck(resource, 'inline');
    const schema = buildInputSchema(resource, 'inline');
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(drawObject(resource.fields), (record) => {
        const before = structuredClone(record);
        const result = schema.safeParse(record);
        const draft = quick(record);
        expect(draft !== null).toBe(result.success);
        if (draft !== null) expect(draft).toEqual(result.data);
        expect(record).toEqual(before);
        if (draft === null) refused += 1;
        else taken += 1;
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(30);
    // A noun of two fields is seldom wrong.
    expect(refused).toBeGreaterThan(0);
  },
);

test('records as an archive has them need no schema', () => {
  const checks = new Map(resources.map((resource) => [resource.name, buildQuickCheck(resource, 'inline')]));
  for (const { noun, record } of generateRecords({ quotes: 50 }))
    expect(checks.get(noun)?.(record)).not.toBeNull();
});
