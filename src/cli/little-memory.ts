/** For commands that go through a whole base and keep little of it. */
import { setFlagsFromString } from 'node:v8';

/**
 * V8 lets its young generation grow to a hundred megabytes where much of what is made is kept for a while, as it is in a
 * batch, and its old one to several times what it holds. Neither makes an import or a check faster.
 */
const FLAGS = ['--semi-space-growth-factor=1', '--heap-growing-percent=20'];

export function holdLittleMemory(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
}
