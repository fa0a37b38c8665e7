import type { Server } from 'node:http';
import type { RegistryServer } from '../../../registry/index.ts';
import { httpServer } from './http-server.ts';
import { ListenError, listen } from './listen.ts';

/** Where `docker push localhost:5000/...` looks for a registry. */
export const DEFAULT_REGISTRY = '127.0.0.1:5000';

export interface RegistryListener {
  /** What the registry that answers there is called in references; none if it is somebody else's. */
  readonly hosts: readonly string[];
  /** For people. */
  readonly line: string;
  readonly server: Server | undefined;
  /** What to answer with; requests before this wait. */
  attach(registry: RegistryServer): void;
}

/**
 * Listens for the engine's registry before there is an engine, since what is at the address decides what its name means:
 * a registry of this computer that is at the default address keeps it.
 * @param asked `HOST:PORT`, `none`, or undefined for the default
 * @throws ListenError if it was asked for and cannot be had
 */
export async function listenForRegistry(
  asked: string | undefined,
  preset: string = DEFAULT_REGISTRY,
): Promise<RegistryListener> {
  let attach: RegistryListener['attach'] = () => undefined;
  const ready = new Promise<RegistryServer>((resolve) => {
    attach = resolve;
  });
  const fetch = async (request: Request): Promise<Response> => (await ready).fetch(request);
  if (asked === 'none') return { hosts: [], line: 'No registry', server: undefined, attach };
  if (asked !== undefined && !/^.+:\d+$/.test(asked)) {
    throw new ListenError(asked, `invalid registry address ${JSON.stringify(asked)}: use 127.0.0.1:PORT or none`);
  }
  const server = httpServer({ fetch, upgrade: fetch });
  const address = `tcp://${asked ?? preset}`;
  try {
    const bound = new URL((await listen(server, address)).replace('tcp:', 'http:'));
    const names = new Set(['localhost', bound.hostname]);
    return {
      hosts: [...names].map((name) => `${name}:${bound.port}`),
      line: `Registry at localhost:${bound.port}`,
      server,
      attach,
    };
  } catch (error) {
    const isTaken = error instanceof ListenError && (error.cause as NodeJS.ErrnoException)?.code === 'EADDRINUSE';
    if (asked !== undefined || !isTaken) throw error;
    const name = preset.replace('127.0.0.1', 'localhost');
    return {
      hosts: [],
      line: `Another program listens on ${preset}, so ${name} in image names means that one. 'drydock serve --registry 127.0.0.1:PORT' starts the engine's own registry elsewhere`,
      server: undefined,
      attach,
    };
  }
}
