// The linter holds the walls between the folders (biome.json). This test holds the linter: a pattern that matches
// nothing would pass every check in silence. One run over a small made-up house, because a start costs the most.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

const imports = (specifier: string) => `import { x } from '${specifier}';\nexport const y = x;\n`;
const IMPORT = 'lint/style/noRestrictedImports';

const refused: [path: string, source: string, rule: string][] = [
  ['src/cli.ts', imports('fastify'), IMPORT],
  ['src/server.ts', imports('./cli.ts'), IMPORT],
  ['src/app.ts', imports('./server.ts'), IMPORT],
  ['src/config.ts', imports('./app.ts'), IMPORT],
  ['src/errors.ts', imports('zod'), IMPORT],
  ['src/vocabulary.ts', imports('./errors.ts'), IMPORT],
  ['src/dates/edtf.ts', imports('../errors.ts'), IMPORT],
  ['src/http/to-app.ts', imports('../app.ts'), IMPORT],
  ['src/http/routes/to-app.ts', imports('../../app.ts'), IMPORT],
  ['src/http/to-sql.ts', imports('drizzle-orm'), IMPORT],
  ['src/query/to-http.ts', imports('../http/problems.ts'), IMPORT],
  ['src/query/to-noun.ts', imports('../resources/quotations.ts'), IMPORT],
  ['src/query/to-fastify.ts', imports('@fastify/accept-negotiator'), IMPORT],
  ['src/query/to-environment.ts', imports('../config.ts'), IMPORT],
  ['src/analysis/to-sql.ts', imports('drizzle-orm/sqlite-core'), IMPORT],
  ['src/analysis/to-http.ts', imports('../http/problems.ts'), IMPORT],
  ['src/formats/to-db.ts', imports('../db/client.ts'), IMPORT],
  ['src/formats/to-http.ts', imports('../http/problems.ts'), IMPORT],
  ['src/seed/to-http.ts', imports('../http/problems.ts'), IMPORT],
  ['src/seed/to-sqlite.ts', imports('better-sqlite3'), IMPORT],
  ['src/seed/to-app.ts', imports('../app.ts'), IMPORT],
  ['src/import/to-http.ts', imports('../http/problems.ts'), IMPORT],
  ['src/import/to-compute.ts', imports('../compute/compute.ts'), IMPORT],
  ['src/compute/to-http.ts', imports('../http/problems.ts'), IMPORT],
  ['src/query/to-compute.ts', imports('../compute/compute.ts'), IMPORT],
  ['src/store/to-import.ts', imports('../import/format.ts'), IMPORT],
  ['src/store/to-query.ts', imports('../query/read.ts'), IMPORT],
  ['src/store/to-seed.ts', imports('../seed/load.ts'), IMPORT],
  ['src/store/to-fastify.ts', imports('fastify'), IMPORT],
  ['src/query/to-seed.ts', imports('../seed/load.ts'), IMPORT],
  ['src/formats/to-store.ts', imports('../store/render.ts'), IMPORT],
  ['src/resources/to-store.ts', imports('../store/render.ts'), IMPORT],
  ['src/resources/to-tables.ts', imports('../db/tables.ts'), IMPORT],
  ['src/db/to-store.ts', imports('../store/render.ts'), IMPORT],
  ['src/resources/to-query.ts', imports('../query/read.ts'), IMPORT],
  ['src/resources/to-client.ts', imports('../db/client.ts'), IMPORT],
  ['src/resources/to-sqlite.ts', imports('better-sqlite3'), IMPORT],
  ['src/db/to-resources.ts', imports('../resources/people.ts'), IMPORT],
  ['src/db/to-fastify.ts', imports('fastify'), IMPORT],
  ['src/evidence/to-db.ts', imports('../db/tables.ts'), IMPORT],
  ['src/evidence/to-vocabulary.ts', imports('../vocabulary.ts'), IMPORT],
  ['src/evidence/to-fastify.ts', imports('fastify'), IMPORT],
  ['src/http/to-type.ts', `import type { X } from '../cli.ts';\nexport type Y = X;\n`, IMPORT],
  ['src/analysis/at-run-time.ts', `export const load = () => import('../http/problems.ts');\n`, IMPORT],
  ['src/query/on-the-console.ts', `console.log('hello');\n`, 'lint/suspicious/noConsole'],
  ['src/server-environment.ts', `export const port = process.env.PORT;\n`, 'lint/style/noProcessEnv'],
  [
    'src/query/round.ts',
    `import { trip } from './trip.ts';\nexport const round = () => trip;\n`,
    'lint/suspicious/noImportCycles',
  ],
  [
    'src/query/trip.ts',
    `import { round } from './round.ts';\nexport const trip = () => round;\n`,
    'lint/suspicious/noImportCycles',
  ],
];

const allowed: [path: string, source: string][] = [
  ['src/cli/good.ts', `import { x } from '../server.ts';\nconsole.log(x);\n`],
  ['src/http/good.ts', imports('fastify')],
  ['src/http/routes/good.ts', imports('../../query/read.ts')],
  ['src/query/good.ts', imports('../resources/resource.ts')],
  ['src/query/good-sql.ts', imports('drizzle-orm')],
  ['src/analysis/good.ts', imports('../query/read.ts')],
  ['src/formats/good.ts', imports('csv-stringify')],
  ['src/seed/good.ts', imports('../resources/people.ts')],
  ['src/compute/good.ts', imports('../analysis/networks.ts')],
  ['src/import/good.ts', imports('../analysis/names.ts')],
  ['src/store/good.ts', imports('../resources/registry.ts')],
  ['src/store/good-sql.ts', imports('better-sqlite3')],
  ['src/resources/good-errors.ts', imports('../errors.ts')],
  ['src/db/good.ts', imports('../vocabulary.ts')],
  ['src/db/good-function.ts', imports('../evidence/words.ts')],
  ['src/evidence/good.ts', imports('../errors.ts')],
  ['src/evidence/good-sibling.ts', imports('./locate-span.ts')],
];

let house: string;
const found = new Map<string, string[]>();

beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'verbatim-walls-'));
  for (const name of ['biome.json', '.gitignore']) cpSync(join(root, name), join(house, name));
  for (const [path, source] of [...refused, ...allowed]) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), source);
  }
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: house, encoding: 'utf8' },
  );
  if (!stdout.startsWith('{')) throw new Error(`biome said: ${stdout}${stderr}`);
  for (const { category, location } of JSON.parse(stdout).diagnostics) {
    const path = (location.path?.file ?? location.path).replaceAll('\\', '/').replace(/^\.\//, '');
    found.set(path, [...(found.get(path) ?? []), category]);
  }
}, 60_000);

afterAll(() => rmSync(house, { recursive: true, force: true }));

test.each(refused)('%s is refused: %j', (path, _source, rule) => {
  expect(found.get(path)).toContain(rule);
});

test.each(allowed)('%s is let through: %j', (path) => {
  expect(found.get(path) ?? []).toEqual([]);
});
