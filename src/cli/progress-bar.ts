/** How far a long command is, on the terminal that reads its errors: what it prints may go elsewhere. */
import { SingleBar } from 'cli-progress';

type Progress = { done: number; total: number; what: string };

export function openProgressBar(): { show: (progress: Progress) => void; stop: () => void } {
  if (process.stderr.isTTY !== true) return { show: () => {}, stop: () => {} };
  // The cursor stays: after Ctrl-C nobody would show it again.
  const bar = new SingleBar({ format: '{bar} {percentage}% {what}', clearOnComplete: true });
  return {
    show({ done, total, what }) {
      if (!bar.isActive) bar.start(total, done, { what });
      else bar.update(done, { what });
    },
    stop: () => bar.stop(),
  };
}
