import { docker } from './commands/docker.ts';
import { serve } from './commands/serve.ts';

const HELP = `Usage:  drydock COMMAND

Commands:
  serve    Run an engine in this process and serve the Docker Engine API
  docker   Drydock's docker command line, against the engine that DOCKER_HOST names

Run 'drydock COMMAND --help' for more information on a command.`;

/** Gives the exit code. */
export async function main([command, ...args]: readonly string[]): Promise<number> {
  try {
    if (command === 'serve') return await serve(args);
    if (command === 'docker') {
      const code = await docker(args);
      // Standard input may be open still, and would keep the process.
      process.exit(code);
    }
  } catch (error) {
    console.error(`drydock: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
  const isHelp = command === undefined || command === '--help' || command === 'help';
  if (!isHelp) console.error(`drydock: '${command}' is not a drydock command.\n`);
  console.log(HELP);
  return isHelp ? 0 : 1;
}
