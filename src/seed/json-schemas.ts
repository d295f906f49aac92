/** JSON Schemas of the seed files, by which an editor completes and checks them while one types. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { resources } from '../resources/registry.ts';
import { buildInputSchema, buildOwnFileSchema } from '../resources/schemas.ts';
import { withdrawalSchema } from './check.ts';
import { transientKeys } from './transient.ts';

type JsonSchema = { [key: string]: unknown };

/** File name → JSON text, the same on every run. */
export function buildSeedSchemas(): Map<string, string> {
  const schemas = new Map<string, string>();
  for (const resource of resources) {
    const record = addTransientKeys(toJsonSchema(buildInputSchema(resource)));
    const { single } = resource.seed_file;
    schemas.set(resource.name, write(resource.summary, single ? record : { type: 'array', items: record }));
    for (const field of Object.values(resource.fields)) {
      if (field.type !== 'children' || field.own_file === undefined) continue;
      const name = field.own_file.file.replace('.yaml', '');
      const entry = toJsonSchema(buildOwnFileSchema(field));
      schemas.set(name, write(field.description, { type: 'array', items: entry }));
    }
  }
  const withdrawn = { type: 'array', items: toJsonSchema(withdrawalSchema) };
  schemas.set('withdrawn', write('Records that were served once and are so no more', withdrawn));
  return new Map([...schemas].map(([name, text]) => [`${name}.schema.json`, text]));
}

/** Writes them to `schemas/` in the seeds' folder; answers the names of the files that changed. */
export function writeSeedSchemas(root: string): string[] {
  const folder = join(root, 'schemas');
  mkdirSync(folder, { recursive: true });
  const changed: string[] = [];
  for (const [name, text] of buildSeedSchemas()) {
    const path = join(folder, name);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    writeFileSync(path, text);
    changed.push(name);
  }
  return changed;
}

/** Draft 7, because that is what the editors' language server for YAML reads. */
function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema;
  return json;
}

function write(title: string, schema: JsonSchema): string {
  const whole = { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schema };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/**
 * An editor must not call wrong what `verbatim locate` is about to replace: the keys that stand in for offsets are
 * known, and offsets may be missing meanwhile.
 */
function addTransientKeys(schema: JsonSchema): JsonSchema {
  const visit = (part: unknown, key: string | null): unknown => {
    if (Array.isArray(part)) return part.map((entry) => visit(entry, key));
    if (part === null || typeof part !== 'object') return part;
    const node = part as JsonSchema;
    const own =
      key !== null && Object.hasOwn(transientKeys, key)
        ? transientKeys[key as keyof typeof transientKeys]
        : null;
    if (own !== null && typeof node.properties === 'object') {
      const located = ['start', 'end'];
      const required = ((node.required ?? []) as string[]).filter((name) => !located.includes(name));
      const { required: _, ...rest } = node;
      const added = Object.entries(own).map(([name, description]) => [
        name,
        {
          type: name === 'nth' ? 'integer' : 'string',
          description: `${description} Replaced by \`verbatim locate\`.`,
        },
      ]);
      return {
        ...rest,
        properties: { ...(node.properties as JsonSchema), ...Object.fromEntries(added) },
        ...(required.length > 0 ? { required } : {}),
      };
    }
    return Object.fromEntries(
      Object.entries(node).map(([name, value]) => [
        name,
        name === 'properties'
          ? Object.fromEntries(
              Object.entries(value as JsonSchema).map(([field, sub]) => [field, visit(sub, field)]),
            )
          : visit(value, key),
      ]),
    );
  };
  return visit(schema, null) as JsonSchema;
}
