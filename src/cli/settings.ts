/** The settings that a command takes as flags. */
import { type Command, Option } from 'commander';
import { type ConfigName, listSettings } from '../config.ts';

export function addSettings(command: Command, ...names: ConfigName[]): Command {
  for (const { name, description, standard } of listSettings()) {
    if (!names.includes(name)) continue;
    const flag = `--${name.toLowerCase().replaceAll('_', '-')} <value>`;
    command.addOption(new Option(flag, `${description} (${name}; default ${standard})`));
  }
  return command;
}

export function readFlags(options: Record<string, unknown>): Partial<Record<ConfigName, string>> {
  const flags: Partial<Record<ConfigName, string>> = {};
  for (const { name } of listSettings()) {
    const key = name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    if (typeof options[key] === 'string') flags[name] = options[key];
  }
  return flags;
}
