import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';

/** JSON lines for machines; on a terminal, lines for people. */
export function buildLogger(level: string, terminal: boolean): Logger {
  if (!terminal) return pino({ level });
  return pino(
    { level },
    pretty({ colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l', sync: true }),
  );
}
