/** The contract as tests read it: its operations, and checks of answers against what it declares. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';

type Schema = Record<string, unknown>;
export type Parameter = {
  name: string;
  in: string;
  required?: boolean;
  example?: unknown;
  schema: Schema;
  description?: string;
};
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters?: Parameter[];
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>;
  'x-codeSamples': { lang: string; label: string; source: string }[];
};
export type Contract = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
  tags: { name: string; description: string }[];
};

export function readContract(app: FastifyInstance): Contract {
  return app.swagger() as unknown as Contract;
}

export function listOperations(contract: Contract): { path: string; method: string; operation: Operation }[] {
  return Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** Says what is wrong with an answer by the contract; null when nothing is. */
export type Check = (
  operation: Operation,
  answer: { status: number; headers: Record<string, string>; text: string },
) => string | null;

export function buildCheck(contract: Contract): Check {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'contract', ...contract } as Schema);
  const compiled = new Map<Schema, ValidateFunction>();
  const compile = (schema: Schema): ValidateFunction => {
    let validate = compiled.get(schema);
    if (validate === undefined) {
      const text = JSON.stringify(schema).replaceAll('"#/', '"contract#/');
      validate = ajv.compile(JSON.parse(text) as Schema);
      compiled.set(schema, validate);
    }
    return validate;
  };
  return (operation, { status, headers, text }) => {
    const declared = operation.responses[status];
    if (declared === undefined)
      return `${operation.operationId} does not declare ${status}: ${text.slice(0, 200)}`;
    const type = headers['content-type']?.split(';', 1)[0];
    if (declared.content === undefined)
      return text === '' ? null : `${operation.operationId} declares no content for ${status}`;
    const content = declared.content[type ?? ''];
    if (content === undefined) return `${operation.operationId} does not declare ${type} for ${status}`;
    if (!type?.endsWith('json') || type === 'application/x-ndjson') return null;
    const validate = compile(content.schema);
    return validate(JSON.parse(text))
      ? null
      : `${operation.operationId}, ${status}: ${ajv.errorsText(validate.errors?.slice(0, 5))}`;
  };
}
