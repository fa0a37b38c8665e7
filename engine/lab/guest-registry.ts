import type { Invocation, Machine } from '../machine/machine.ts';
import type { RegistryServer } from '../registry/index.ts';
import { serveConnection } from './http-connection.ts';

/** In the environment of a stub that is no command line: what is at the other end of its streams. */
const CONNECTION = 'DRYDOCK_CONNECTION';
const REGISTRY = 'registry';

/**
 * Has the guest host listen where the registry's name says that it is: `wget -qO- localhost:5000/v2/_catalog`. Each
 * connection is handed over by a stub of its own. Again after each restart of the machine.
 * @param hosts of the registry in references; none for no registry
 */
export function listenInGuest(machine: Machine, hosts: readonly string[]): void {
  const port = /:(\d+)$/.exec(hosts[0] ?? '')?.[1];
  if (port === undefined) return;
  const listen = async (): Promise<void> => {
    const process = await machine.spawn({
      user: { uid: 0, gid: 0 },
      args: ['/usr/bin/nc', '-ll', '-p', port, '-e', '/usr/bin/docker'],
      env: [`${CONNECTION}=${REGISTRY}`],
      cwd: '/',
    });
    const nothing = (): WritableStream<Uint8Array> => new WritableStream();
    await Promise.all([process.stdin.close(), process.stdout.pipeTo(nothing()), process.stderr.pipeTo(nothing())]);
  };
  // A guest without it is a guest all the same, and one that has ended has no ports.
  const begin = (): void => void listen().catch(() => undefined);
  if (machine.state === 'running') begin();
  machine.onStateChange((state) => {
    if (state === 'running') begin();
  });
}

/** Whether a stub stands for a connection to the registry, and not for a `docker` that somebody typed. */
export function isConnection({ env }: Invocation): boolean {
  return env[CONNECTION] === REGISTRY;
}

/** Answers the request that comes through a stub. Never rejects. */
export async function serveGuest(invocation: Invocation, registry: RegistryServer): Promise<void> {
  try {
    await serveConnection(invocation.stdin, invocation.stdout, (request) => registry.fetch(request));
  } catch {
    // The other end is gone: nobody is left to answer.
  } finally {
    await invocation.exit(0).catch(() => undefined);
  }
}
