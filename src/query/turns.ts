/** Whoever reads for long does it in slices, and of all who do, one has a slice in each turn of the event loop. */

const waiting: (() => void)[] = [];

/** Resolves in a later turn, behind those who waited before: others are answered meanwhile, however many wait. */
export function awaitTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(giveTurn);
  });
}

function giveTurn(): void {
  waiting[0]?.();
  waiting.shift();
  if (waiting.length > 0) setImmediate(giveTurn);
}
