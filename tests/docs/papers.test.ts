// What the papers name must be there: links, headings, files, folders, npm scripts, programs, settings and codes.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { listSettings } from '../../src/config.ts';
import { listPapers, ROOT, readPaper, readRows, readSection } from './markdown.ts';

const papers = listPapers().map((path) => readPaper(path));
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(papers.map((paper) => [paper.path, paper] as const))(
  '%s: links lead to files and headings',
  (_, paper) => {
    for (const { target, line } of paper.links) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#', 2);
      const path = file === '' ? paper.path : normalize(join(dirname(paper.path), file));
      expect(existsSync(join(ROOT, path)), `line ${line}: ${target}`).toBe(true);
      if (anchor === undefined) continue;
      const anchors = readPaper(path).headings.map((heading) => heading.anchor);
      expect(anchors, `line ${line}: ${target}`).toContain(anchor);
    }
  },
);

// Places that a checkout has; `seeds/<corpus>` and other placeholders are left out, and so is what git ignores.
const PLACE = /^(?:src|tests|docs|scripts|seeds|migrations|openapi|bin|\.ci)\/[^\s<*{…]*$/;

test.each(papers.map((paper) => [paper.path, paper] as const))(
  '%s: places that are named exist',
  (_, paper) => {
    for (const { codes, number } of paper.lines) {
      for (const code of codes.filter((candidate) => PLACE.test(candidate)))
        expect(existsSync(join(ROOT, code)), `line ${number}: ${code}`).toBe(true);
    }
  },
);

test.each(papers.map((paper) => [paper.path, paper] as const))('%s: commands are there', (_, paper) => {
  const commands = [
    ...paper.fences.filter(({ language }) => language === 'sh').map(({ text }) => text),
    ...paper.lines.flatMap(({ codes }) => codes),
  ];
  for (const command of commands) {
    for (const [, script = ''] of command.matchAll(/\bnpm run ([a-z][a-z:]*)/g))
      expect(Object.keys(scripts), command).toContain(script);
    for (const [, verb = ''] of command.matchAll(/\bnpm (?!run\b)([a-z]+)/g))
      expect(['ci', 'start', 'test', 'install'], command).toContain(verb);
    for (const [, program = ''] of command.matchAll(/\bnpx ([a-z-]+)/g))
      expect(existsSync(join(ROOT, 'node_modules/.bin', program)), command).toBe(true);
  }
});

test('every paper is led to by another', () => {
  const led = new Set(
    papers.flatMap((paper) =>
      paper.links.flatMap(({ target }) => {
        const path = normalize(join(dirname(paper.path), target.split('#', 1)[0] ?? ''));
        if (!existsSync(join(ROOT, path)) || !statSync(join(ROOT, path)).isDirectory()) return [path];
        return readdirSync(join(ROOT, path)).map((name) => join(path, name));
      }),
    ),
  );
  for (const { path } of papers)
    if (path !== 'README.md' && !path.endsWith('CODEBOOK.md')) expect(led).toContain(path);
});

test('the code map names every folder and file of src, and nothing else', () => {
  const rows = readRows(readSection(readPaper('ARCHITECTURE.md'), 'Code map').lines).slice(1);
  const named = rows.map(([place = '']) => place.replaceAll('`', ''));
  const there = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`,
  );
  expect(named.toSorted()).toEqual(there.toSorted());
});

// ARCHITECTURE.md tells of files by their folder in src: `query/plan.ts`, and `group.ts` after it.
test('files that the architecture tells of are in src', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const names = files.map((file) => file.replaceAll('\\', '/'));
  for (const { codes, number } of readPaper('ARCHITECTURE.md').lines) {
    for (const code of codes.filter((candidate) => /^[a-z/-]+\.ts$/.test(candidate)))
      expect(
        names.some((name) => `src/${name}` === code || name === code || name.endsWith(`/${code}`)),
        `line ${number}: ${code}`,
      ).toBe(true);
  }
});

test('the walls are told as the linter has them', () => {
  const biome = readFileSync(join(ROOT, 'biome.json'), 'utf8');
  const chain = /Imports run one way: ([a-z, >]+)\./.exec(biome)?.[1]?.replaceAll('>', '→');
  expect(readPaper('ARCHITECTURE.md').text).toContain(`Imports run one way: \`${chain}\``);
});

test('decisions are numbered without gaps, and each tells background, decision and consequences', () => {
  const names = readdirSync(join(ROOT, 'docs/decisions')).toSorted();
  names.forEach((name, n) => {
    expect(name).toMatch(new RegExp(`^${String(n + 1).padStart(4, '0')}-[a-z-]+\\.md$`));
    const { text, headings } = readPaper(`docs/decisions/${name}`);
    expect(headings[0]?.text).toMatch(new RegExp(`^${name.slice(0, 4)} `));
    expect(text.match(/^\*\*(Background|Decision|Consequences)\.\*\*/gm)).toHaveLength(3);
  });
});

test('names in capitals are settings, or constants of the code', () => {
  const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n');
  const settings: string[] = listSettings().map(({ name }) => name);
  for (const { path, lines } of papers) {
    for (const { codes, number } of lines) {
      for (const code of codes.filter((candidate) =>
        /^[A-Z]+(_[A-Z]+)+$|^(HOST|PORT|SEEDS)$/.test(candidate),
      ))
        expect(
          settings.includes(code) || source.includes(`const ${code}`),
          `${path}:${number}: ${code}`,
        ).toBe(true);
    }
  }
});

test('the example for the environment can be read, and changes nothing', () => {
  const lines = readFileSync(join(ROOT, '.env.example'), 'utf8').split('\n');
  const named = lines.flatMap((line) => /^#([A-Z_]+)=(.*)$/.exec(line)?.[1] ?? []);
  expect(named).toEqual(listSettings().map(({ name }) => name));
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});

test('the index of docs leads to everything in it', () => {
  const index = readPaper('docs/README.md').links.map(({ target }) => target);
  for (const name of readdirSync(join(ROOT, 'docs')).filter((name) => name !== 'README.md'))
    expect(index.map((target) => target.replace(/\/$/, ''))).toContain(name);
});
