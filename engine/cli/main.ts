import { EngineClient } from '../api/client/engine-client.ts';
import { suggest } from '../dockerfile/suggest.ts';
import { absent, commonCommands, groups, otherCommands } from './catalogue.ts';
import type { Command, Group, Session } from './command.ts';
import type { CliContext } from './context.ts';
import { CliError, errorText } from './errors.ts';
import { type Flag, flag } from './flags/flag.ts';
import { FlagError, parseFlags } from './flags/parse.ts';
import { commandHelp, commandRows, flagTable, groupHelp, usageLine } from './help/help.ts';
import { Output } from './output.ts';
import { CLI_VERSION } from './release.ts';
import { SIGINT, SIGTERM } from './streams/signals.ts';

const USAGE_FAILED = 125;
const PLAIN_WIDTH = 80;

const globalFlags: readonly Flag[] = [
  flag('debug', 'bool', 'Enable debug mode', 'D'),
  flag('version', 'bool', 'Print version information and quit', 'v'),
];

/**
 * One `docker` command line, from words to exit code. Never rejects: what goes wrong is printed to stderr, as Docker's
 * client would. The streams are given back unlocked and open.
 */
export async function runDocker(context: CliContext): Promise<number> {
  const out = new Output(context.stdout, context.tty.stdout);
  const err = new Output(context.stderr, context.tty.stderr);
  const signals = new Signals(context);
  try {
    return await Promise.race([dispatch(context, out, err, signals), signals.interruption]);
  } catch (error) {
    return await report(error, err);
  } finally {
    signals.stop();
    out.release();
    err.release();
  }
}

async function report(error: unknown, err: Output): Promise<number> {
  const text = errorText(error);
  // Whoever read stderr may be gone, and the exit code is all that is left to tell.
  if (text) await err.line(text).catch(() => {});
  return error instanceof CliError ? error.exitCode : 1;
}

async function dispatch(context: CliContext, out: Output, err: Output, signals: Signals): Promise<number> {
  const line = parse('docker', globalFlags, context.argv, false, 'docker [OPTIONS] COMMAND [ARG...]');
  const columns = context.tty.stdin ? context.size.columns : PLAIN_WIDTH;
  if (line.help === 'shorthand') await out.line('Flag shorthand -h has been deprecated, use --help');
  const [first, ...rest] = line.rest;
  if (!line.help && line.values.version === true) {
    await out.line(`Docker version ${CLI_VERSION}, Drydock`);
    return 0;
  }
  if (first === undefined || line.help) {
    await out.write(rootHelp(columns));
    return 0;
  }
  const asked = first === 'help' ? [...rest, '--help'] : [first, ...rest];
  if (first === 'help' && rest.length === 0) {
    await out.write(rootHelp(columns));
    return 0;
  }
  const found = find(asked, first === 'help');
  if ('group' in found) {
    await (found.asked ? out : err).write(groupHelp(found.path, found.group));
    return 0;
  }
  const { command, path, args } = found;
  const parsed = parse(path, command.flags, args, command.interspersed ?? true, usageLine(path, command));
  for (const { name, deprecated } of command.flags) {
    if (deprecated && parsed.changed.has(name)) await out.line(`Flag --${name} has been deprecated, ${deprecated}`);
  }
  if (parsed.help === 'shorthand') await out.line('Flag shorthand -h has been deprecated, use --help');
  if (parsed.help) {
    await out.write(commandHelp(path, command, columns));
    return 0;
  }
  requireArity(path, command, parsed.rest.length);
  const client = new EngineClient(context.transport);
  const session: Session = {
    context,
    client,
    out,
    err,
    debug: line.values.debug === true,
    interrupted: signals.interrupted,
    takeSignals: (listener) => signals.take(listener),
    resolve: (name) => absolute(context.cwd, name),
  };
  // Commands that need the engine fail with their own words if it is not there.
  await client.negotiate().catch(() => {});
  const { values, changed, rest: positional } = parsed;
  return (await command.run(session, { path, flags: values as never, changed, args: positional })) ?? 0;
}

type Found =
  | { readonly command: Command; readonly path: string; readonly args: readonly string[] }
  /** `asked`: with `--help`, and not for want of a command. */
  | { readonly group: Group; readonly path: string; readonly asked: boolean };

function find(words: readonly string[], isHelpTopic: boolean): Found {
  const [name = '', second, ...rest] = words;
  const command = own(commonCommands, name) ?? own(otherCommands, name);
  if (command) return { command, path: `docker ${name}`, args: words.slice(1) };
  const group = own(groups, name);
  if (!group) throw unknownCommand(name, isHelpTopic);
  if (second === undefined || second.startsWith('-')) {
    const path = `docker ${name}`;
    const { help } = parse(path, [], words.slice(1), false, `${path} COMMAND`);
    if (second === undefined || help) return { group, path, asked: help !== false };
  }
  const inner = own(group.commands, own(group.synonyms ?? {}, second ?? '') ?? second ?? '');
  if (inner) return { command: inner, path: `docker ${name} ${second}`, args: rest };
  const path = `docker ${name}`;
  throw new CliError(
    `docker: unknown command: ${path} ${second}${didYouMean(second ?? '', Object.keys(group.commands), `${path} `)}\n\n` +
      `Usage:  ${path}\n\nRun '${path} --help' for more information`,
  );
}

/** A plain lookup would find `constructor` too. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function unknownCommand(name: string, isHelpTopic: boolean): CliError {
  if (isHelpTopic) return new CliError(`unknown help topic: ${name}`);
  const reason = absent.get(name);
  if (reason) return new CliError(`docker: 'docker ${name}' is not available: ${reason}`);
  const names = [commonCommands, groups, otherCommands].flatMap((table) => Object.keys(table));
  return new CliError(
    `docker: unknown command: docker ${name}${didYouMean(name, names, 'docker ')}\n\nRun 'docker --help' for more information`,
  );
}

function didYouMean(word: string, names: readonly string[], before = ''): string {
  const sorted = (name: string): string => [...name].sort().join('');
  const swapped = names.find((name) => sorted(name) === sorted(word));
  // Two edits turn any short word into another.
  const near = swapped ?? (word.length > 3 ? suggest(word, names) : undefined);
  return near === undefined ? '' : `\n\nDid you mean: ${before}${near}`;
}

function parse(path: string, flags: readonly Flag[], argv: readonly string[], interspersed: boolean, usage: string) {
  try {
    return parseFlags(flags, argv, interspersed);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const hint = error.suggestion ? `\n\nDid you mean: ${error.suggestion}` : '';
    throw new CliError(
      `${error.message}${hint}\n\nUsage:  ${usage}\n\nRun '${path} --help' for more information`,
      USAGE_FAILED,
      { cause: error },
    );
  }
}

function requireArity(path: string, command: Command, count: number): void {
  const { min, max } = command.arity;
  if (count >= min && count <= max) return;
  const counted = (number: number): string => `${number} ${number === 1 ? 'argument' : 'arguments'}`;
  const needs =
    max === 0
      ? 'accepts no arguments'
      : min === max
        ? `requires ${counted(min)}`
        : max === Number.POSITIVE_INFINITY
          ? `requires at least ${counted(min)}`
          : min === 0
            ? `requires at most ${counted(max)}`
            : `requires at least ${min} and at most ${counted(max)}`;
  // Docker's own words differ here, too.
  const see = max === Number.POSITIVE_INFINITY ? 'See' : 'Run';
  throw new CliError(
    `docker: '${path}' ${needs}\n\nUsage:  ${usageLine(path, command)}\n\n${see} '${path} --help' for more information`,
  );
}

function rootHelp(columns: number): string {
  const rows = (table: Readonly<Record<string, { readonly summary: string }>>): string =>
    commandRows(Object.entries(table).map(([name, { summary }]) => [name, summary] as const));
  return (
    'Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\n' +
    `Common Commands:\n${rows(commonCommands)}\n` +
    `Management Commands:\n${rows(groups)}\n` +
    `Commands:\n${rows(otherCommands)}\n` +
    `Global Options:\n${flagTable(globalFlags, columns)}\n` +
    "Run 'docker COMMAND --help' for more information on a command.\n\n" +
    'For more help on how to use Docker, head to https://docs.docker.com/go/guides/\n'
  );
}

/** An absolute path without `.` and `..`. */
function absolute(cwd: string, path: string): string {
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** Signals of the caller: they end the command, unless it has taken them. */
class Signals {
  readonly #controller = new AbortController();
  readonly #stop: () => void;
  /** Resolves with the exit code when the command is interrupted. */
  readonly interruption: Promise<number>;
  #listener: ((signal: number) => void) | undefined;

  constructor(context: CliContext) {
    let interrupt: (code: number) => void = () => {};
    this.interruption = new Promise((resolve) => {
      interrupt = resolve;
    });
    this.#stop = context.onSignal((signal) => {
      if (this.#listener) this.#listener(signal);
      else if (signal === SIGINT || signal === SIGTERM) {
        // The code first: the command's own failure at being aborted comes too late to be printed.
        interrupt(128 + signal);
        this.#controller.abort();
      }
    });
  }

  get interrupted(): AbortSignal {
    return this.#controller.signal;
  }

  take(listener: (signal: number) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  stop(): void {
    this.#stop();
  }
}
