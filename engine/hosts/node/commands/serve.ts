import type { Server } from 'node:http';
import { parseArgs } from 'node:util';
import { FlagValueError, parseBytes } from '../../../cli/flags/values.ts';
import type { Engine } from '../../../engine.ts';
import { httpServer } from '../server/http-server.ts';
import { ListenError, listen } from '../server/listen.ts';
import { DEFAULT_REGISTRY, listenForRegistry } from '../server/registry-listener.ts';
import { startEngine } from '../start-engine.ts';

const DEFAULT_HOST = 'tcp://127.0.0.1:2375';
const HELP = `Usage:  drydock serve [OPTIONS]

Run the engine in this process and serve the Docker Engine API

Options:
  -H, --host list                Address to listen on: tcp://127.0.0.1:PORT or unix://PATH
                                 (default [${DEFAULT_HOST}])
      --registry string          Address of the engine's own registry: 127.0.0.1:PORT or none
                                 (default [${DEFAULT_REGISTRY}], unless that is taken)
      --registry-mirror string   URL of a registry to pull docker.io's images from
                                 (default: the images that 'npm run images' has built)
      --unpack-limit bytes       What archives, build contexts and an image's layers may unpack to
                                 (default "1g", or the environment's DRYDOCK_UNPACK_LIMIT)
      --console                  Print the guest's serial console
      --help                     Print usage`;

/** `drydock serve`: ends when asked to by a signal. Gives the exit code. */
export async function serve(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      host: { type: 'string', short: 'H', multiple: true },
      registry: { type: 'string' },
      'registry-mirror': { type: 'string' },
      'unpack-limit': { type: 'string' },
      console: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const mirror = values['registry-mirror'];
  if (mirror !== undefined && !/^https?:\/\//.test(mirror)) {
    console.error(`drydock: invalid mirror ${JSON.stringify(mirror)}: use http://HOST or https://HOST`);
    return 1;
  }
  const limit = values['unpack-limit'] ?? process.env.DRYDOCK_UNPACK_LIMIT;
  let unpackLimit: number | undefined;
  try {
    unpackLimit = limit ? parseBytes(limit) : undefined;
  } catch (error) {
    if (!(error instanceof FlagValueError)) throw error;
    console.error(`drydock: invalid unpack limit: ${error.message}`);
    return 1;
  }
  const started = performance.now();
  const servers: Server[] = [];
  let engine: Engine | undefined;
  try {
    const registry = await listenForRegistry(values.registry);
    if (registry.server) servers.push(registry.server);
    engine = await startEngine({
      ownHosts: registry.hosts,
      ...(unpackLimit === undefined ? {} : { unpackLimit }),
      ...(mirror === undefined ? {} : { mirror }),
      ...(values.console ? { onConsole: (line) => console.error(`guest: ${line}`) } : {}),
    });
    registry.attach(engine.registry);
    for (const address of values.host ?? [DEFAULT_HOST]) {
      const server = httpServer(engine.transport);
      const bound = await listen(server, address);
      servers.push(server);
      console.log(`API listen on ${bound}`);
    }
    console.log(registry.line);
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
    await engine?.stop();
  }
}
