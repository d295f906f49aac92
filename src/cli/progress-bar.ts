/** How far a long command is, on the terminal that reads its errors: what it prints may go elsewhere. */
import { SingleBar } from 'cli-progress';

type Progress = { done: number; total: number; what: string };

export function openProgressBar(): { show: (progress: Progress) => void; stop: () => void } {
  if (process.stderr.isTTY !== true) return { show: () => {}, stop: () => {} };
  const bar = new SingleBar({
    format: '{bar} {percentage}% {what}',
    hideCursor: true,
    clearOnComplete: true,
  });
  return {
    show({ done, total, what }) {
      if (!bar.isActive) bar.start(total, done, { what });
      else bar.update(done, { what });
    },
    stop: () => bar.stop(),
  };
}
