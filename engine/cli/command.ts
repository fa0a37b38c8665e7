import type { EngineClient } from '../api/client/engine-client.ts';
import type { CliContext } from './context.ts';
import type { Flag, FlagValues } from './flags/flag.ts';
import type { Output } from './output.ts';

/** What every command works with. */
export interface Session {
  readonly context: CliContext;
  readonly client: EngineClient;
  readonly out: Output;
  readonly err: Output;
  /** `docker --debug`: say more. */
  readonly debug: boolean;
  /** Aborts when the caller is interrupted (SIGINT, SIGTERM), unless the command takes signals itself. */
  readonly interrupted: AbortSignal;
  /** From now on signals go to the listener and interrupt nothing. Returns how to stop. */
  takeSignals(listener: (signal: number) => void): () => void;
  /** A path of the command line, absolute. */
  resolve(path: string): string;
}

export interface Invocation<F extends readonly Flag[] = readonly Flag[]> {
  /** As called, such as `docker container ls`: for messages. */
  readonly path: string;
  readonly flags: FlagValues<F>;
  /** Names of the flags that were given, whatever their value. */
  readonly changed: ReadonlySet<string>;
  readonly args: readonly string[];
}

export interface CommandSpec<F extends readonly Flag[]> {
  readonly summary: string;
  /** What follows the name and `[OPTIONS]` in the usage line, such as `CONTAINER [CONTAINER...]`. */
  readonly usage?: string;
  /** Docker's usage line says nothing of its options. */
  readonly usageHidesOptions?: boolean;
  /** The line under `Aliases:`, such as `docker container ls, docker ps`. */
  readonly aliases?: string;
  /** How many arguments it takes. */
  readonly arity: { readonly min: number; readonly max: number };
  readonly flags?: F;
  /** False: the first argument ends the flags, so that those of the command to run are left alone. */
  readonly interspersed?: boolean;
  /** Resolves with the exit code (0 if nothing); an error is printed by the caller. */
  run(session: Session, invocation: Invocation<F>): Promise<number | undefined>;
}

/** A command with the types of its flags forgotten: what tables of commands hold. */
export interface Command extends CommandSpec<readonly Flag[]> {
  readonly flags: readonly Flag[];
}

export function defineCommand<const F extends readonly Flag[] = readonly []>(spec: CommandSpec<F>): Command {
  // The parser gives exactly the values that the table's types promise, which the compiler cannot see.
  return { flags: [], ...spec } as unknown as Command;
}

/** A command that only holds others, such as `docker container`. */
export interface Group {
  readonly summary: string;
  readonly commands: Readonly<Record<string, Command>>;
  /** Other names of commands that `--help` does not list: `list` for `ls`. */
  readonly synonyms?: Readonly<Record<string, string>>;
}
