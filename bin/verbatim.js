#!/usr/bin/env node
// Plain JavaScript that an old Node can still read: everything else in the project is TypeScript, and an old
// Node would answer that with a stack. Keep it free of new syntax and of static imports from src/.
import module from 'node:module';
import { refuseOldNode } from './refuse-old-node.js';

const refusal = refuseOldNode(process.versions.node);
if (refusal === null) {
  // Types are stripped and modules compiled once, and not again at every start.
  module.enableCompileCache?.();
  import('../src/cli.ts');
} else {
  console.error(refusal);
  process.exitCode = 1;
}
