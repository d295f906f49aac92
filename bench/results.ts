/** What the steps gave so far, kept in bench/results/ and in the sections of docs/performance.md as it comes. */

import type { Pace } from './http-lines.ts';
import { formatLatencies } from './latency-lines.ts';
import type { Line } from './line.ts';
import { formatTable, readResults, writeResults, writeSection } from './report.ts';
import type { Measured } from './steps.ts';

type About = { machine: string; loader: string; quotes: number };
type Taken = { command: string; pace: Pace | null; measured: Measured | null; failure: string | null };
type All = About & { steps: Record<string, Taken> };

export function openResults({ about, command, keep }: { about: About; command: string; keep: boolean }) {
  const all: All = { ...about, steps: keep ? readEarlier(about) : {} };
  const put = (name: string, taken: Taken) => {
    all.steps[name] = taken;
    if (!keep) return;
    writeResults('speed', all);
    writeSection('speed', formatSteps(all));
    if (taken.measured?.latencies !== undefined)
      writeSection(
        'latency',
        `${about.machine}. \`${command}\`\n\n${formatLatencies(taken.measured.latencies)}`,
      );
  };
  return {
    all,
    add: (name: string, pace: Pace, measured: Measured) =>
      put(name, { command, pace, measured, failure: null }),
    /** What was measured before stays. */
    fail(name: string, failure: string) {
      if ((all.steps[name]?.measured ?? null) === null)
        put(name, { command, pace: null, measured: null, failure });
    },
  };
}

/** Of the same machine and size: other figures would not stand beside these. */
function readEarlier(about: About): All['steps'] {
  const earlier = readResults('speed') as All | null;
  const same = (key: keyof About) => earlier?.[key] === about[key];
  return earlier !== null && same('machine') && same('loader') && same('quotes') ? earlier.steps : {};
}

export function formatSteps({ machine, loader, quotes, steps }: All): string {
  const taken = Object.entries(steps);
  const commands = [...new Set(taken.map(([, { command }]) => `\`${command}\``))].join(', ');
  const paces = [...new Set(taken.flatMap(([, { pace }]) => (pace === null ? [] : [describePace(pace)])))];
  const rows = taken.flatMap(([name, { measured, failure }]) =>
    measured === null
      ? [[name, 'not measured', '', '–', '', '–', failure ?? '']]
      : measured.lines.map(formatLine),
  );
  const table = formatTable(
    ['what', 'Verbatim', 'beside', 'ratio', 'to reach', 'reached', 'seen besides'],
    rows.map((cells) => cells.map((cell) => cell.replaceAll('\n', ' '))),
  );
  return `${machine}. ${quotes.toLocaleString('en')} quotes, ${paces.join(' or ')}, load by ${loader}. ${commands}\n\n${table}`;
}

function describePace({ rounds, seconds, connections }: Pace): string {
  return `${rounds} rounds of ${seconds} s in turns with ${connections} connections`;
}

function formatLine(line: Line): string[] {
  const number = (value: number | null) =>
    value === null ? '–' : value.toLocaleString('en', { maximumSignificantDigits: 4 });
  return [
    line.what,
    `${number(line.ours)} ${line.unit}`,
    `${line.theirs === null ? '' : `${number(line.theirs)} `}${line.baseline}`,
    line.ratio === null ? '–' : line.ratio.toFixed(2),
    line.reach,
    line.reached === null ? '–' : line.reached ? 'yes' : '**no**',
    line.note,
  ];
}
