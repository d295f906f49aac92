/** The only reader of the environment. A flag wins over a variable, a variable over the default. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UsageError } from './errors.ts';

const CHECKOUT = fileURLToPath(new URL('../', import.meta.url));
const fromCheckout = (path: string) => join(CHECKOUT, path);

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, `is not between ${minimum} and ${maximum}`);

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const schema = z.object({
  HOST: z.string().min(1, 'is empty').default('127.0.0.1').describe('Address to listen on.'),
  PORT: wholeNumber(0, 65_535).default(3000).describe('Port to listen on; 0 takes any free one.'),
  DATABASE: z
    .string()
    .min(1, 'is empty')
    .default(fromCheckout('data/verbatim.sqlite'))
    .describe('Path of the SQLite file.'),
  SEEDS: z.string().min(1, 'is empty').default(fromCheckout('seeds')).describe('Folder of the seed files.'),
  LOG_LEVEL: z
    .enum(LOG_LEVELS, `is not one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('Least important level that is logged; requests are logged at debug, slow ones at warn.'),
  LOG_SLOW_MS: wholeNumber(0, 600_000)
    .default(500)
    .describe('A request that takes longer, in milliseconds, is logged as slow.'),
  CORS_ORIGINS: z
    .string()
    .default('*')
    .refine(
      (value) => value === '*' || value.split(',').every(isOrigin),
      'is neither `*` nor a list of origins such as `https://example.org`, joined by commas',
    )
    .describe('Who may read from a browser: `*`, or origins joined by commas.'),
  WORKERS: wholeNumber(1, 256)
    .default(1)
    .describe(
      'Processes that serve the same file at the same port; each has its own memory, so CACHE_BYTES and COMPUTE_PROCESSES are for each.',
    ),
  COMPUTE_PROCESSES: wholeNumber(1, 64)
    .default(1)
    .describe(
      'Most processes in which costly questions are answered; they start when asked and end when idle.',
    ),
  COMPUTE_DEADLINE_MS: wholeNumber(1, 600_000)
    .default(20_000)
    .describe('After so many milliseconds a costly question is given up, and answered with 503.'),
  CACHE_BYTES: wholeNumber(0, 999_999_999)
    .default(67_108_864)
    .describe(
      'Most bytes of answers that are kept in memory, to be given again until the data changes; 0 keeps none.',
    ),
  LONGEST_WAIT_MS: wholeNumber(0, 60_000)
    .default(500)
    .describe(
      'Where so many requests wait that the last would wait longer than this, in milliseconds, it is refused with 503; 0 refuses none.',
    ),
  PAGE_SIZE: wholeNumber(1, 1000).default(20).describe('Records on a page when `limit` is not given.'),
  PAGE_SIZE_MAX: wholeNumber(1, 10_000).default(200).describe('Highest `limit`.'),
});

export type Config = z.infer<typeof schema>;
export type ConfigName = keyof Config;

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

/** What each variable means and what it is without one (paths from the checkout): for `--help`, `.env.example` and the docs. */
export function listSettings(): { name: ConfigName; description: string; standard: string }[] {
  return Object.entries(schema.shape).map(([name, field]) => ({
    name: name as ConfigName,
    description: field.description ?? '',
    standard: String((field as z.ZodDefault).def.defaultValue).replace(CHECKOUT, ''),
  }));
}

/** Adds the variables of the checkout's `.env`, where there is one; those that are set already win. */
export function loadEnvironmentFile(): void {
  const path = fromCheckout('.env');
  if (existsSync(path)) process.loadEnvFile(path);
}

/** Throws a UsageError with one sentence for each wrong value. */
export function readConfig(
  flags: Partial<Record<ConfigName, string>> = {},
  environment: NodeJS.ProcessEnv = process.env,
): Config {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape) as ConfigName[]) {
    const value = flags[name] ?? environment[name];
    if (value !== undefined) given[name] = value;
  }
  const result = schema.safeParse(given);
  if (!result.success) {
    throw new UsageError(
      result.error.issues
        .map((issue) => `${String(issue.path[0])}="${given[String(issue.path[0])]}" ${issue.message}.`)
        .join('\n'),
    );
  }
  if (result.data.PAGE_SIZE > result.data.PAGE_SIZE_MAX) {
    throw new UsageError(
      `PAGE_SIZE="${result.data.PAGE_SIZE}" is more than PAGE_SIZE_MAX="${result.data.PAGE_SIZE_MAX}".`,
    );
  }
  return result.data;
}
