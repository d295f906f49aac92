/**
 * Who does what in a turn of the event loop. Node handles everything that has arrived in one turn, and whatever reads
 * the base does so at once: here that is put off, and a turn gives it a few milliseconds. Between two turns Node takes
 * what has arrived meanwhile, so that what needs no base is answered soon however many wait.
 */
import { performance } from 'node:perf_hooks';

type Job = () => void;

/** Milliseconds of a turn. The job that is begun is finished. */
const TURN_MS = 5;

const begun: Job[] = [];
const waiting: Job[] = [];
const slices: Job[] = [];
let planned = false;
let busy_ms = 0;

/** Resolves in a later turn, before anything new is begun: what is begun goes on in the order in which it paused. */
export function awaitTurn(): Promise<void> {
  return new Promise((resolve) => {
    begun.push(resolve);
    planTurn();
  });
}

/** For what reads without an end: of all who do, one has a slice in each turn, and the others' jobs come after it. */
export function awaitSlice(): Promise<void> {
  return new Promise((resolve) => {
    slices.push(resolve);
    planTurn();
  });
}

/** Has `job` done in a turn, behind those that wait already. */
export function doInTurn(job: Job): void {
  waiting.push(job);
  planTurn();
}

/** Milliseconds that jobs have taken since the process began. */
export function readBusyTime(): number {
  return busy_ms;
}

function planTurn(): void {
  if (planned) return;
  planned = true;
  setImmediate(takeTurn);
}

function takeTurn(): void {
  const start = performance.now();
  let last = start;
  const goOn = () => {
    const now = performance.now();
    busy_ms += now - last;
    last = now;
    const next = now - start < TURN_MS ? (begun.shift() ?? waiting.shift()) : undefined;
    if (next !== undefined) return doJob(next);
    planned = false;
    if (begun.length + waiting.length + slices.length > 0) planTurn();
  };
  const doJob = (job: Job) => {
    job();
    // A job ends in promises: the next tick that is asked for among them comes after all of them.
    queueMicrotask(() => process.nextTick(goOn));
  };
  doJob((slices.shift() ?? begun.shift() ?? waiting.shift()) as Job);
}
