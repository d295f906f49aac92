// The picture in docs/ is drawn from what the API answers, and shows all of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildPicture, DRAWN, PICTURE } from '../../scripts/draw-network.ts';
import { escapeXml } from '../../src/formats/xml.ts';
import { ask, buildTestApp, openSeededBase } from '../base.ts';

test('is what the script draws, with every node and every edge', async () => {
  const drawn = await buildPicture();
  expect(readFileSync(join(import.meta.dirname, '../..', PICTURE), 'utf8'), 'run `npm run docs`').toBe(drawn);
  const app = await buildTestApp(openSeededBase());
  const { nodes, edges } = (await ask(app, DRAWN)).json() as { nodes: { label: string }[]; edges: unknown[] };
  await app.close();
  expect(drawn.match(/<path /g)).toHaveLength(edges.length);
  for (const { label } of nodes) expect(drawn).toContain(`>${escapeXml(label)}</text>`);
});

test('is the same each time', async () => {
  expect(await buildPicture()).toBe(await buildPicture());
});
