import type { ContainerInspect } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { interact } from '../streams/interact.ts';
import { followSize, forwardSignals, requireTerminal } from '../streams/terminal.ts';

export const attach = defineCommand({
  summary: 'Attach local standard input, output, and error streams to a running container',
  usage: 'CONTAINER',
  aliases: 'docker container attach, docker attach',
  arity: { min: 1, max: 1 },
  flags: [
    flag('detach-keys', 'string', 'Override the key sequence for detaching a container'),
    flag('no-stdin', 'bool', 'Do not attach STDIN'),
    flag('sig-proxy', 'bool', 'Proxy all received signals to the process', '', true),
  ],
  async run(session, { flags, args }) {
    const { client, context } = session;
    const id = args[0] ?? '';
    const container = await client.containers.inspect(id);
    requireRunning(container);
    const tty = container.Config.Tty;
    const stdin = !flags['no-stdin'] && container.Config.OpenStdin;
    const detachKeys = flags['detach-keys'];
    requireTerminal(context, { tty, stdin: !flags['no-stdin'] });
    const stopSignals = flags['sig-proxy'] && !tty ? forwardSignals(session, id) : session.takeSignals(() => {});
    let stopSize = (): void => {};
    try {
      const wait = await client.containers.wait(id);
      const stream = await client.containers.attach(id, {
        stream: true,
        stdin,
        stdout: true,
        stderr: true,
        detachKeys,
      });
      // It may have stopped in between, and then nothing would ever come.
      requireRunning(await client.containers.inspect(id));
      // A size that changes makes the shell draw its prompt again.
      if (tty && context.tty.stdout) {
        const { columns, rows } = context.size;
        await client.containers.resize(id, { columns: columns + 1, rows: rows + 1 }).catch(() => {});
      }
      if (tty) stopSize = followSize(session, (size) => client.containers.resize(id, size));
      if ((await interact(session, stream, { tty, stdin, detachKeys })) === 'detached') {
        throw new CliError('read escape sequence');
      }
      return (await wait.exit).StatusCode;
    } finally {
      stopSize();
      stopSignals();
    }
  },
});

function requireRunning({ State }: ContainerInspect): void {
  if (!State.Running) throw new CliError('You cannot attach to a stopped container, start it first');
  if (State.Paused) throw new CliError('You cannot attach to a paused container, unpause it first');
  if (State.Restarting) throw new CliError('You cannot attach to a restarting container, wait until it is running');
}
