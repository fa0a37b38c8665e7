import { defineCommand, type Session } from '../command.ts';
import { CliError, errorText } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { interact } from '../streams/interact.ts';
import { followSize, forwardSignals, requireTerminal } from '../streams/terminal.ts';

export const start = defineCommand({
  summary: 'Start one or more stopped containers',
  usage: 'CONTAINER [CONTAINER...]',
  aliases: 'docker container start, docker start',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [
    flag('attach', 'bool', 'Attach STDOUT/STDERR and forward signals', 'a'),
    flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
    flag('interactive', 'bool', "Attach container's STDIN", 'i'),
  ],
  async run(session, { flags, args }) {
    if (flags.attach || flags.interactive) {
      if (args.length > 1) throw new CliError('you cannot start and attach multiple containers at once');
      return startAttached(session, args[0] ?? '', flags.interactive, flags['detach-keys']);
    }
    const failed: string[] = [];
    for (const name of args) {
      try {
        await session.client.containers.start(name);
        await session.out.line(name);
      } catch (error) {
        await session.err.line(errorText(error));
        failed.push(name);
      }
    }
    if (failed.length > 0) throw new CliError(`Error: failed to start containers: ${failed.join(', ')}`);
    return 0;
  },
});

async function startAttached(
  session: Session,
  name: string,
  interactive: boolean,
  detachKeys: string,
): Promise<number> {
  const { client, context } = session;
  const container = await client.containers.inspect(name);
  const { Id: id } = container;
  const tty = container.Config.Tty;
  const stdin = interactive && container.Config.OpenStdin;
  requireTerminal(context, { tty, stdin });
  const stopSignals = tty ? session.takeSignals(() => {}) : forwardSignals(session, id);
  let stopSize = (): void => {};
  try {
    const stream = await client.containers.attach(id, { stream: true, stdin, stdout: true, stderr: true, detachKeys });
    const wait = await client.containers.wait(id, container.HostConfig.AutoRemove ? 'removed' : 'next-exit');
    const interaction = interact(session, stream, { tty, stdin, detachKeys });
    interaction.catch(() => {});
    try {
      await client.containers.start(id, { detachKeys: detachKeys || undefined });
    } catch (error) {
      await stream.readable.cancel().catch(() => {});
      await interaction.catch(() => {});
      throw error;
    }
    if (tty) stopSize = followSize(session, (size) => client.containers.resize(id, size));
    if ((await interaction) === 'detached') return 0;
    return (await wait.exit).StatusCode;
  } finally {
    stopSize();
    stopSignals();
  }
}
