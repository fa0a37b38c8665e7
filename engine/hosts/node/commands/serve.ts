import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import { httpServer } from '../server/http-server.ts';
import { ListenError, listen } from '../server/listen.ts';
import { startEngine } from '../start-engine.ts';

const DEFAULT_HOST = 'tcp://127.0.0.1:2375';
const HELP = `Usage:  drydock serve [OPTIONS]

Run the engine in this process and serve the Docker Engine API

Options:
  -H, --host list   Address to listen on: tcp://127.0.0.1:PORT or unix://PATH
                    (default [${DEFAULT_HOST}])
      --console     Print the guest's serial console
      --help        Print usage`;

/** `drydock serve`: ends when asked to by a signal. Gives the exit code. */
export async function serve(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', short: 'H', multiple: true },
      console: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const started = performance.now();
  const engine = await startEngine(values.console ? { onConsole: (line) => console.error(`guest: ${line}`) } : {});
  const servers: Server[] = [];
  try {
    for (const address of values.host ?? [DEFAULT_HOST]) {
      const server = httpServer(engine.transport);
      const bound = await listen(server, address);
      servers.push(server);
      console.log(`API listen on ${bound}`);
    }
    console.log(`Engine ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    return 0;
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    console.error(`drydock: ${error.message}`);
    return 1;
  } finally {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await engine.stop();
  }
}
