import { EngineApiError } from '../../api/client/errors.ts';
import { defineCommand } from '../command.ts';
import { errorText, joined } from '../errors.ts';
import { flag } from '../flags/flag.ts';

export const rm = defineCommand({
  summary: 'Remove one or more containers',
  usage: 'CONTAINER [CONTAINER...]',
  aliases: 'docker container rm, docker container remove, docker rm',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [
    flag('force', 'bool', 'Force the removal of a running container (uses SIGKILL)', 'f'),
    flag('link', 'bool', 'Remove the specified link', 'l'),
    flag('volumes', 'bool', 'Remove anonymous volumes associated with the container', 'v'),
  ],
  async run({ client, out, err }, { flags, args }) {
    const { force, volumes, link } = flags;
    // `/web` is a name as `docker inspect` shows it.
    const names = args.map((name) => name.replace(/^\/+/, ''));
    const outcomes = await Promise.allSettled(
      names.map((name) => client.containers.remove(name, { force, volumes, link })),
    );
    const failures: unknown[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') await out.line(args[index]);
      else if (force && outcome.reason instanceof EngineApiError && outcome.reason.status === 404) {
        // What is to be gone is gone.
        await err.line(errorText(outcome.reason));
      } else failures.push(outcome.reason);
    }
    const failure = joined(failures);
    if (failure) throw failure;
    return 0;
  },
});
