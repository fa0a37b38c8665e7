import { defineCommand } from '../command.ts';
import { joined } from '../errors.ts';

export const wait = defineCommand({
  summary: 'Block until one or more containers stop, then print their exit codes',
  usage: 'CONTAINER [CONTAINER...]',
  aliases: 'docker container wait, docker wait',
  arity: { min: 1, max: Number.POSITIVE_INFINITY },
  async run({ client, out, interrupted }, { args }) {
    const failures: unknown[] = [];
    for (const name of args) {
      try {
        const { exit } = await client.containers.wait(name, undefined, interrupted);
        await out.line(String((await exit).StatusCode));
      } catch (error) {
        failures.push(error);
      }
    }
    const failure = joined(failures);
    if (failure) throw failure;
    return 0;
  },
});
