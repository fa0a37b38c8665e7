import { frames } from '../../api/client/multiplex.ts';
import { defineCommand } from '../command.ts';
import { CliError, errorText } from '../errors.ts';
import { flag } from '../flags/flag.ts';
import { timestamp } from '../timestamps.ts';

export const logs = defineCommand({
  summary: 'Fetch the logs of a container',
  usage: 'CONTAINER',
  aliases: 'docker container logs, docker logs',
  arity: { min: 1, max: 1 },
  flags: [
    flag('details', 'bool', 'Show extra details provided to logs'),
    flag('follow', 'bool', 'Follow log output', 'f'),
    flag(
      'since',
      'string',
      'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
    flag('tail', 'string', 'Number of lines to show from the end of the logs', 'n', 'all'),
    flag('timestamps', 'bool', 'Show timestamps', 't'),
    flag(
      'until',
      'string',
      'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
  ],
  async run({ client, out, err, interrupted }, { flags, args }) {
    const container = await client.containers.inspect(args[0] ?? '');
    const { follow, timestamps, tail, details, since, until } = flags;
    const stream = await client.containers.logs(
      container.Id,
      {
        stdout: true,
        stderr: true,
        follow,
        timestamps,
        tail,
        details,
        ...(since ? { since: logTime('since', since) } : {}),
        ...(until ? { until: logTime('until', until) } : {}),
      },
      interrupted,
    );
    if (container.Config.Tty) await out.pipe(stream);
    else for await (const { kind, data } of frames(stream)) await (kind === 'stderr' ? err : out).write(data);
    return 0;
  },
});

function logTime(flagName: string, text: string): string {
  try {
    return timestamp(text);
  } catch (error) {
    throw new CliError(`invalid value for ${JSON.stringify(flagName)}: ${errorText(error)}`, 1, { cause: error });
  }
}
