import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createConnection } from 'node:net';

/** An address that cannot be listened on, in words for the person who gave it. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly address: string;
  constructor(address: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.address = address;
  }
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

/**
 * Listens on `tcp://HOST:PORT` or `unix://PATH`, as dockerd's `--host`. Gives the address with its real port.
 * Only loopback is allowed: neither the Engine API nor the registry has authentication.
 * @throws ListenError
 */
export async function listen(server: Server, address: string): Promise<string> {
  if (address.startsWith('unix://')) {
    const path = address.slice('unix://'.length);
    await removeDeadSocket(address, path);
    await started(server, address, () => server.listen(path));
    return address;
  }
  const match = /^tcp:\/\/(\[[^\]]+\]|[^:/]*):(\d+)$/.exec(address);
  if (!match)
    throw new ListenError(
      address,
      `invalid address ${JSON.stringify(address)}: use tcp://127.0.0.1:PORT or unix://PATH`,
    );
  const [, host = '', port = ''] = match;
  if (!LOOPBACK.has(host)) {
    throw new ListenError(
      address,
      `refusing to listen on ${host || 'every address'}: whoever reaches it may do anything, so only loopback is served (127.0.0.1:${port})`,
    );
  }
  await started(server, address, () => server.listen(Number(port), host.replace(/^\[|\]$/g, '')));
  const bound = server.address();
  return typeof bound === 'object' && bound ? `tcp://${host}:${bound.port}` : address;
}

function started(server: Server, address: string, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'something else is listening there' : error.message;
      reject(new ListenError(address, `cannot listen on ${address}: ${why}`, { cause: error }));
    });
    server.once('listening', () => resolve());
    begin();
  });
}

/** A socket file left by a process that is gone is in the way; one that answers is somebody's. */
function removeDeadSocket(address: string, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createConnection(path);
    probe.once('connect', () => {
      probe.destroy();
      reject(new ListenError(address, `cannot listen on ${address}: something else is listening there`));
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') rmSync(path, { force: true });
      resolve();
    });
  });
}
