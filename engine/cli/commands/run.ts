import { EngineApiError, EngineUnreachableError, StreamError } from '../../api/client/errors.ts';
import { defineCommand, type Session } from '../command.ts';
import { createContainer, requirePullPolicy } from '../create-container.ts';
import { CliError, errorText } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { FlagValueError } from '../flags/values.ts';
import { containerConfig } from '../options/container-config.ts';
import { containerFlags } from '../options/container-flags.ts';
import { interact } from '../streams/interact.ts';
import { followSize, forwardSignals, requireTerminal } from '../streams/terminal.ts';

const ENGINE_FAILED = 125;
const CANNOT_RUN = 126;
const NOT_FOUND = 127;

export const run = defineCommand({
  summary: 'Create and run a new container from an image',
  usage: 'IMAGE [COMMAND] [ARG...]',
  aliases: 'docker container run, docker run',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  interspersed: false,
  flags: [
    ...containerFlags,
    flag('detach', 'bool', 'Run container in background and print container ID', 'd'),
    flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
    flag('pull', 'string', 'Pull image before running ("always", "missing", "never")', '', 'missing'),
    flag('sig-proxy', 'bool', 'Proxy received signals to the process', '', true),
  ],
  async run(session, { flags, changed, args, path }) {
    const { client, context, out } = session;
    let id: string;
    let request: Awaited<ReturnType<typeof containerConfig>>;
    try {
      requirePullPolicy(flags.pull);
      request = await containerConfig(session, { flags, changed, args });
    } catch (error) {
      throw withHelp(error, path);
    }
    if (flags.detach) {
      if (flags.attach.length > 0) {
        throw new CliError('conflicting options: cannot specify both --attach and --detach');
      }
      request = { ...request, AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false };
    } else requireTerminal(context, { tty: flags.tty, stdin: request.AttachStdin ?? false });
    try {
      id = await createContainer(session, request, {
        name: flags.name,
        platform: flags.platform,
        pull: flags.pull,
        quiet: flags.quiet,
        cidfile: flags.cidfile,
      });
    } catch (error) {
      throw withHelp(error, path);
    }
    const attached = request.AttachStdin || request.AttachStdout || request.AttachStderr;
    if (!attached) {
      await client.containers.start(id).catch((error: unknown) => {
        throw withHelp(error, path);
      });
      await out.line(id);
      return 0;
    }
    return runAttached(session, id, {
      path,
      tty: flags.tty,
      stdin: request.AttachStdin ?? false,
      stdout: request.AttachStdout ?? false,
      stderr: request.AttachStderr ?? false,
      detachKeys: flags['detach-keys'],
      signals: flags['sig-proxy'] && !flags.tty,
      remove: flags.rm,
    });
  },
});

interface RunAttached {
  readonly path: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly detachKeys: string;
  readonly signals: boolean;
  readonly remove: boolean;
}

async function runAttached(session: Session, id: string, options: RunAttached): Promise<number> {
  const { client } = session;
  const { tty, stdin, stdout, stderr, detachKeys } = options;
  // With a terminal the keys reach the container, and a signal to this command is not for it.
  const stopSignals = options.signals ? forwardSignals(session, id) : session.takeSignals(() => {});
  let stopSize = (): void => {};
  try {
    // Attached and waiting before it starts, so that nothing is missed.
    const stream = await client.containers.attach(id, { stream: true, stdin, stdout, stderr, detachKeys });
    const wait = await client.containers.wait(id, options.remove ? 'removed' : 'next-exit');
    const interaction = interact(session, stream, { tty, stdin, detachKeys });
    // Whatever comes first, its failure is not to go unheard of.
    interaction.catch(() => {});
    try {
      await client.containers.start(id);
    } catch (error) {
      await stream.readable.cancel().catch(() => {});
      await interaction.catch(() => {});
      if (options.remove) await wait.exit.catch(() => {});
      throw error;
    }
    if (tty) stopSize = followSize(session, (size) => client.containers.resize(id, size));
    if ((await interaction) === 'detached') return 0;
    return (await wait.exit).StatusCode;
  } catch (error) {
    throw withHelp(error, options.path);
  } finally {
    stopSize();
    stopSignals();
  }
}

/** `docker run` tells a failure of its own from the container's exit code by 125, 126 and 127. */
function withHelp(error: unknown, path: string): unknown {
  const known =
    error instanceof EngineApiError ||
    error instanceof EngineUnreachableError ||
    error instanceof StreamError ||
    error instanceof CliError ||
    error instanceof FlagValueError;
  if (!known) return error;
  if (error instanceof CliError && error.exitCode === ENGINE_FAILED) return error;
  const text = errorText(error);
  const message = `docker: ${text}\n\nRun '${path} --help' for more information`;
  return new CliError(message, error instanceof EngineApiError ? startExitCode(text) : ENGINE_FAILED, { cause: error });
}

function startExitCode(text: string): number {
  const lower = text.toLowerCase();
  if (/executable file not found|no such file or directory/.test(lower)) return NOT_FOUND;
  if (/permission denied|is a directory/.test(lower)) return CANNOT_RUN;
  return ENGINE_FAILED;
}
