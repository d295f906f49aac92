/** The pages of docs/ that say what the code says: written from its declarations, and compared with them by a test. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listSettings } from '../src/config.ts';
import { catalogue } from '../src/errors.ts';
import { listFilters } from '../src/query/filters.ts';
import { listGroupKeys } from '../src/query/group-keys.ts';
import { listSorts } from '../src/query/sorts.ts';
import { servedResources } from '../src/resources/registry.ts';
import type { Field, Resource } from '../src/resources/resource.ts';
import { isList } from '../src/resources/schemas.ts';
import { wordLists } from '../src/vocabulary.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export function buildDocs(): Map<string, string> {
  return new Map([
    ['docs/errors.md', writeErrors()],
    ['docs/data-dictionary.md', writeDictionary()],
    ['docs/configuration.md', writeConfiguration()],
    ['docs/command-line.md', writeCommandLine()],
    ['.env.example', writeEnvironment()],
  ]);
}

const GENERATED = '<!-- Written by `npm run docs` from the code. Change the declarations, not this page. -->';

function writeErrors(): string {
  const sections = Object.entries(catalogue).map(
    ([code, { status, title, hint }]) => `## ${code}\n\n**${status} ${title}.** ${hint}\n`,
  );
  return `# Errors by code

${GENERATED}

Every answer that is not a success is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), \`application/problem+json\`. Its \`code\` is stable and is what programs should look at; \`detail\` is a sentence for people, and may be worded better in any release. \`parameter\` and \`value\` name what is at fault, \`allowed\` and \`nearest\` what would be right. \`request_id\` finds the request in the server's log, and stands in the header \`X-Request-Id\` of every answer.

A 4xx will be answered the same way again: mend the request. A 5xx is the server's: try again later, and report one that stays, with its \`request_id\`. The same list is served at \`/v1/errors\`.

${sections.join('\n')}`;
}

function writeDictionary(): string {
  const nouns = servedResources.map((resource) => writeNoun(resource));
  const lists = wordLists.map(
    ({ name, description, words }) =>
      `### ${name}\n\n${description}\n\n${table(
        ['word', 'meaning'],
        Object.entries(words).map(([word, meaning]) => [`\`${word}\``, meaning]),
      )}\n`,
  );
  return `# Data dictionary

${GENERATED}

What the records hold, noun by noun. Offsets count Unicode code points, start at 0 and exclude their end. Dates are EDTF; \`…_earliest\` and \`…_latest\` beside one are the first and last day that it may mean, null where it is missing or open. A reference to another record is its \`id\` with its name, label or title. Lists are never null. In CSV, a column is the dotted path of a field, a list of references its ids joined by \`|\`, any other list one cell of JSON.

${nouns.join('\n')}
## Closed word lists

${lists.join('\n')}`;
}

function writeNoun(resource: Resource): string {
  const rows = Object.entries(resource.fields).flatMap(([name, field]) => describeField(name, field));
  const code = (names: Iterable<string>) => [...names].map((name) => `\`${name}\``).join(', ');
  return `## ${resource.name}

${resource.description}

${table(['field', 'type', 'null', 'meaning'], rows)}

Filters: ${code(listFilters(resource).keys())}.

Orders: ${code(listSorts(resource).keys())}; without \`sort\`, \`${resource.default_sort}\`.

Keys of \`group_by\` and \`facets\`: ${code(listGroupKeys(resource).keys())}.
`;
}

function describeField(path: string, field: Field): string[][] {
  const own = [
    `\`${path}\``,
    describeType(field),
    field.nullable && !isList(field) ? 'yes' : '',
    field.description,
  ];
  if (field.type === 'date') {
    return [
      own,
      [`\`${path}_earliest\``, 'day', 'yes', `First day that \`${path}\` may mean.`],
      [`\`${path}_latest\``, 'day', 'yes', `Last day that \`${path}\` may mean.`],
    ];
  }
  if (field.type === 'object' || field.type === 'children') {
    const join = field.type === 'object' ? '.' : '[].';
    return [
      own,
      ...Object.entries(field.fields).flatMap(([name, part]) => describeField(`${path}${join}${name}`, part)),
    ];
  }
  if (field.type === 'text' && field.on_request) own[3] += ' Given only when `fields` names it.';
  return [own];
}

function describeType(field: Field): string {
  switch (field.type) {
    case 'word':
      return `[${field.list.name}](#${field.list.name})`;
    case 'code':
      return `code (${field.code})`;
    case 'date':
      return 'EDTF date';
    case 'reference':
      return `one of [${field.to}](#${field.to})`.replace('one of [coders](#coders)', 'coder');
    case 'references':
      return `list of [${field.to}](#${field.to})`;
    case 'holding':
      return `list, as \`${field.children}\` of [${field.to}](#${field.to})`;
    case 'children':
      return 'list';
    default:
      return field.type;
  }
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function writeConfiguration(): string {
  const rows = listSettings().map(({ name, description, standard }) => [
    `\`${name}\``,
    `\`--${name.toLowerCase().replaceAll('_', '-')}\``,
    `\`${standard}\``,
    description,
  ]);
  return `# Configuration

${GENERATED}

By environment or by flag. A flag wins over the environment, the environment over a file \`.env\` in the checkout (\`.env.example\` is one to copy), and that over the default. Relative defaults are in the checkout. A wrong value is refused at the start, in a sentence that names it.

${table(['variable', 'flag', 'default', 'meaning'], rows)}

Logs go to standard output: JSON lines, or lines for people when that is a terminal.
`;
}

const COMMANDS = ['serve', 'seed', 'import', 'export', 'verify', 'locate', 'openapi'];

function writeCommandLine(): string {
  const pages = COMMANDS.map((command) => `## ${command}\n\n\`\`\`text\n${readHelp(command)}\`\`\`\n`);
  return `# The command line

${GENERATED}

Everything is started through npm, so that it runs on the Node that the project brings: \`npm start\` serves, \`npm run seed\`, \`npm run import\`, \`npm run export\`, \`npm run verify\`, \`npm run locate\` and \`npm run openapi\` are the commands of the same name, with flags after \`--\`: \`npm run verify -- --text article.txt\`. \`npm run verbatim -- --help\` lists them.

Exit codes: 0 for yes, 1 for no (a load that was refused, a check that failed), 2 for what was not understood (an unknown flag, a wrong setting, a file that cannot be read). Results go to standard output, mistakes to standard error. On a terminal, work that takes long shows a bar; elsewhere there are only lines.

${pages.join('\n')}`;
}

function readHelp(command: string): string {
  return spawnSync(process.execPath, [`${ROOT}bin/verbatim.js`, command, '--help'], { encoding: 'utf8' })
    .stdout;
}

function writeEnvironment(): string {
  const lines = listSettings().map(
    ({ name, description, standard }) => `# ${description}\n#${name}=${standard}\n`,
  );
  return `# Copy to .env and take the # off what you want to change. Written by \`npm run docs\`.\n\n${lines.join('\n')}`;
}

if (import.meta.main) {
  for (const [path, text] of buildDocs()) writeFileSync(`${ROOT}${path}`, text);
}
