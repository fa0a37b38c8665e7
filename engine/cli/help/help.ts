import type { Command, Group } from '../command.ts';
import type { Flag } from '../flags/flag.ts';
import { wrap } from './wrap.ts';

const NAME_PADDING = 11;

/** `docker run [OPTIONS] IMAGE [COMMAND] [ARG...]` */
export function usageLine(path: string, command: Command): string {
  const shown = !command.usageHidesOptions && command.flags.some((each) => !each.hidden);
  const options = shown ? ' [OPTIONS]' : '';
  return `${path}${options}${command.usage ? ` ${command.usage}` : ''}`;
}

export function commandHelp(path: string, command: Command, columns: number): string {
  const aliases = command.aliases ? `\nAliases:\n  ${command.aliases}\n` : '';
  const options = flagTable(command.flags, columns);
  const head = `Usage:  ${usageLine(path, command)}\n\n${command.summary}\n${aliases}`;
  return options ? `${head}\nOptions:\n${options}` : head;
}

export function groupHelp(path: string, group: Group): string {
  const rows = Object.entries(group.commands).map(([name, { summary }]) => [name, summary] as const);
  return (
    `Usage:  ${path} COMMAND\n\n${group.summary}\n\nCommands:\n${commandRows(rows)}\n` +
    `Run '${path} COMMAND --help' for more information on a command.\n`
  );
}

/** Names and summaries as `--help` lists commands, in the order of the alphabet. */
export function commandRows(rows: readonly (readonly [name: string, summary: string])[]): string {
  return rows.map(([name, summary]) => `  ${name.padEnd(NAME_PADDING)} ${summary}\n`).join('');
}

/** The flags in the order of the alphabet, wrapped. Empty if there is none to tell of. */
export function flagTable(flags: readonly Flag[], columns: number): string {
  const shown = flags.filter((each) => !each.hidden).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const heads = shown.map((each) => {
    const letter = each.shorthand ? `-${each.shorthand}, ` : '    ';
    return `  ${letter}--${each.name}${each.type === 'bool' ? '' : ` ${each.type}`}`;
  });
  // Three blanks after the longest name.
  const indent = Math.max(0, ...heads.map((head) => head.length)) + 3;
  // Docker leaves the last column free.
  return shown
    .map((each, index) => `${(heads[index] ?? '').padEnd(indent)}${wrap(indent, columns - 1, description(each))}\n`)
    .join('');
}

function description({ usage, initial }: Flag): string {
  if (initial === undefined) return usage;
  return `${usage} (default ${typeof initial === 'string' ? JSON.stringify(initial) : initial})`;
}
