import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { checked, flag } from '../flags/flag.ts';
import { checks } from '../options/checks.ts';
import { environment } from '../options/key-values.ts';
import { interact } from '../streams/interact.ts';
import { followSize, requireTerminal } from '../streams/terminal.ts';

export const exec = defineCommand({
  summary: 'Execute a command in a running container',
  usage: 'CONTAINER COMMAND [ARG...]',
  aliases: 'docker container exec, docker exec',
  arity: { min: 2, max: Number.POSITIVE_INFINITY },
  interspersed: false,
  flags: [
    flag('detach', 'bool', 'Detached mode: run command in the background', 'd'),
    flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
    checked(flag('env', 'list', 'Set environment variables', 'e'), checks.environment),
    flag('env-file', 'list', 'Read in a file of environment variables'),
    flag('interactive', 'bool', 'Keep STDIN open even if not attached', 'i'),
    flag('privileged', 'bool', 'Give extended privileges to the command'),
    flag('tty', 'bool', 'Allocate a pseudo-TTY', 't'),
    flag('user', 'string', 'Username or UID (format: "<name|uid>[:<group|gid>]")', 'u'),
    flag('workdir', 'string', 'Working directory inside the container', 'w'),
  ],
  async run(session, { flags, args }) {
    const { client, context } = session;
    const [container = '', ...command] = args;
    const env = await environment(session, flags);
    const { tty, detach } = flags;
    const stdin = flags.interactive && !detach;
    await client.containers.inspect(container);
    if (!detach) requireTerminal(context, { tty, stdin });
    const size = tty && context.tty.stdout ? context.size : undefined;
    const { Id } = await client.exec.create(container, {
      User: flags.user,
      Privileged: flags.privileged,
      Tty: tty,
      ...(size ? { ConsoleSize: [size.rows, size.columns] as const } : {}),
      AttachStdin: stdin,
      AttachStderr: !detach,
      AttachStdout: !detach,
      Detach: detach,
      DetachKeys: flags['detach-keys'],
      Env: env.length > 0 ? env : null,
      WorkingDir: flags.workdir,
      Cmd: command,
    });
    if (detach) {
      await client.exec.startDetached(Id, tty);
      return 0;
    }
    const stream = await client.exec.start(Id, { tty, ...(size ? { size } : {}) });
    const stopSize = tty ? followSize(session, (changed) => client.exec.resize(Id, changed)) : () => {};
    const stopSignals = tty ? session.takeSignals(() => {}) : () => {};
    try {
      const ended = await interact(session, stream, { tty, stdin, detachKeys: flags['detach-keys'] });
      if (ended === 'detached') throw new CliError('read escape sequence');
    } finally {
      stopSize();
      stopSignals();
    }
    return (await client.exec.inspect(Id)).ExitCode ?? 0;
  },
});
