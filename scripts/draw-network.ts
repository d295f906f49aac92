/**
 * Draws docs/networks.svg: who takes which position in the seeded corpora, from the answer of `/v1/networks`. Actors on
 * the left, topics on the right, each where most of its neighbours are (barycentres), so that few edges cross.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { migrateDatabase, openDatabase } from '../src/db/client.ts';
import { escapeXml } from '../src/formats/xml.ts';
import { loadSeeds } from '../src/seed/load.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
export const PICTURE = 'docs/networks.svg';
/** The request that is drawn. */
export const DRAWN = '/v1/networks?aggregation=subtract&source=eftekhari-op-ed';

type Node = { id: string; label: string; mode: 'row' | 'column'; statements: number };
type Edge = { row: string; column: string; weight: number; counts: { support: number; oppose: number } };
type Answer = {
  nodes: Node[];
  edges: Edge[];
  statements: { used: number; left_out: { positions: Record<string, number> } };
};

const SUPPORT = '#0b6e99';
const OPPOSE = '#c2410c';
const BOTH = '#6b7280';
const WIDTH = 1080;
const LEFT = 290;
const RIGHT = 660;
const TOP = 96;
const STEP = 26;

export async function buildPicture(): Promise<string> {
  const db = openDatabase(':memory:');
  migrateDatabase(db);
  loadSeeds(db, `${ROOT}seeds`);
  const app = await buildApp({ db, config: readConfig({}, {}) });
  try {
    const answer = await app.inject({ url: DRAWN });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return drawNetwork(answer.json() as Answer);
  } finally {
    await app.close();
    db.close();
  }
}

export function drawNetwork({ nodes, edges, statements }: Answer): string {
  const { rows, columns } = orderNodes(nodes, edges);
  const height = TOP + Math.max(rows.length, columns.length) * STEP + 24;
  const placeRows = spread(rows, height);
  const placeColumns = spread(columns, height);
  const mixed = Object.entries(statements.left_out.positions).map(([word, count]) => `${count} ${word}`);
  const left = mixed.length === 0 ? '' : ` Left out: ${mixed.join(', ')}.`;
  const title = 'Who supports and who opposes what';
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="Helvetica, Arial, sans-serif" font-size="13">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(`Drawn by scripts/draw-network.ts from ${DRAWN}.`)}</desc>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="24" y="34" font-size="20" font-weight="bold" fill="#111827">${escapeXml(title)}</text>`,
    `<text x="24" y="56" fill="#4b5563">${escapeXml(`${statements.used} stances in one op-ed. A line is as thick as support less oppose.${left}`)}</text>`,
    ...drawLegend(),
    ...edges.map((edge) =>
      drawEdge(edge, placeRows.get(edge.row) as number, placeColumns.get(edge.column) as number),
    ),
    ...rows.map((node) => drawNode(node, LEFT, placeRows.get(node.id) as number, 'end')),
    ...columns.map((node) => drawNode(node, RIGHT, placeColumns.get(node.id) as number, 'start')),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

/** Each side by the mean place of its neighbours on the other, in turns; ties by id. */
function orderNodes(nodes: readonly Node[], edges: readonly Edge[]): { rows: Node[]; columns: Node[] } {
  let rows = nodes.filter((node) => node.mode === 'row');
  let columns = nodes.filter((node) => node.mode === 'column');
  for (let turn = 0; turn < 24; turn += 1) {
    columns = sortByNeighbours(columns, rows, (id) =>
      edges.filter(({ column }) => column === id).map(({ row }) => row),
    );
    rows = sortByNeighbours(rows, columns, (id) =>
      edges.filter(({ row }) => row === id).map(({ column }) => column),
    );
  }
  return { rows, columns };
}

function sortByNeighbours(
  side: readonly Node[],
  other: readonly Node[],
  listNeighbours: (id: string) => string[],
): Node[] {
  const places = new Map(other.map((node, n) => [node.id, n / other.length]));
  const means = new Map(
    side.map(({ id }) => {
      const neighbours = listNeighbours(id).map((neighbour) => places.get(neighbour) as number);
      return [id, neighbours.reduce((sum, place) => sum + place, 0) / Math.max(1, neighbours.length)];
    }),
  );
  const mean = ({ id }: Node) => means.get(id) as number;
  return side.toSorted((a, b) => mean(a) - mean(b) || (a.id < b.id ? -1 : 1));
}

function spread(nodes: readonly Node[], height: number): Map<string, number> {
  const step = (height - TOP - 24) / nodes.length;
  return new Map(nodes.map(({ id }, n) => [id, Math.round((TOP + step * (n + 0.5)) * 10) / 10]));
}

function drawLegend(): string[] {
  const words: [word: string, color: string, dash: string][] = [
    ['support', SUPPORT, ''],
    ['oppose', OPPOSE, ' stroke-dasharray="6 3"'],
    ['as much of both', BOTH, ' stroke-dasharray="2 3"'],
  ];
  return words.flatMap(([word, color, dash], n) => {
    const x = 640 + n * 120;
    return [
      `<line x1="${x}" y1="30" x2="${x + 28}" y2="30" stroke="${color}" stroke-width="3"${dash}/>`,
      `<text x="${x + 34}" y="34" fill="#111827">${word}</text>`,
    ];
  });
}

function drawEdge({ row, column, weight, counts }: Edge, from: number, to: number): string {
  const color = weight > 0 ? SUPPORT : weight < 0 ? OPPOSE : BOTH;
  const dash = weight > 0 ? '' : weight < 0 ? ' stroke-dasharray="6 3"' : ' stroke-dasharray="2 3"';
  const middle = (LEFT + RIGHT) / 2;
  const width = 1.2 + 0.9 * Math.min(5, Math.abs(weight));
  const about = `${row}, ${column}: ${counts.support} support, ${counts.oppose} oppose`;
  return `<path d="M${LEFT + 8} ${from}C${middle} ${from} ${middle} ${to} ${RIGHT - 8} ${to}" fill="none" stroke="${color}" stroke-opacity="0.7" stroke-width="${width.toFixed(1)}"${dash}><title>${escapeXml(about)}</title></path>`;
}

function drawNode({ label, mode }: Node, x: number, y: number, anchor: 'start' | 'end'): string {
  const at = anchor === 'end' ? x - 8 : x + 8;
  const weight = mode === 'row' ? ' font-weight="bold"' : '';
  return `<circle cx="${x}" cy="${y}" r="4" fill="#111827"/><text x="${at}" y="${y + 4.5}" text-anchor="${anchor}" fill="#111827"${weight}>${escapeXml(label)}</text>`;
}

if (import.meta.main) writeFileSync(`${ROOT}${PICTURE}`, await buildPicture());
