#!/usr/bin/env node
// Plain JavaScript that an old Node can still read: everything else in the project is TypeScript, and an old
// Node would answer that with a stack. Keep it free of new syntax and of static imports from src/.
import { refuseOldNode } from './refuse-old-node.js';

const refusal = refuseOldNode(process.versions.node);
if (refusal === null) {
  import('../src/cli.ts');
} else {
  console.error(refusal);
  process.exitCode = 1;
}
