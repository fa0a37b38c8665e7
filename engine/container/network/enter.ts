import type { ContainerConfig, EndpointSettings } from '../../api/types.ts';
import { StartError } from '../../machine/errors.ts';
import type { GuestFile, GuestProcess } from '../../machine/machine.ts';
import type { SandboxSpec } from '../../machine/network.ts';
import type { Container } from '../container.ts';
import { type Context, findContainer } from '../context.ts';
import { ContainerError } from '../errors.ts';
import { isRunning } from '../lifecycle.ts';
import { validateEndpoint } from './endpoint-settings.ts';
import { etcFiles } from './etc-files.ts';
import { isUserDefined, type NetworkRecord } from './network-record.ts';
import { portRequests } from './port-requests.ts';
import { type Attachment, Sandbox } from './sandbox.ts';

/** What a container's networks mean for its start. */
export interface Entered {
  /** With what its networks decide. */
  readonly config: ContainerConfig;
  /** The namespace to join in place of one of its own. */
  readonly namespace?: string;
  /** Whose `/etc/hosts` and the like are mounted. */
  readonly etcOwner: string;
  readonly etcFiles: readonly GuestFile[];
}

const SETUP = 'failed to set up container networking';

/** Takes a starting container's addresses and ports. {@link leaveNetworks} gives them back. Throws ContainerError. */
export function enterNetworks(context: Context, container: Container): Entered {
  const { id, config, host } = container.record;
  if (host.NetworkMode.startsWith('container:')) return shareNetwork(context, container);
  const sandbox = new Sandbox(context.networks, id);
  try {
    const endpoints: Record<string, EndpointSettings> = {};
    for (const [key, settings] of joiningOrder(container)) {
      const network = context.networks.find(settings.NetworkID || key);
      validateEndpoint(network.name, settings, network);
      sandbox.join(network, settings);
      endpoints[network.name] = { ...settings, NetworkID: network.id };
    }
    publishPorts(container, sandbox);
    container.sandbox = sandbox;
    // Stored with the start's outcome, which follows.
    container.record = { ...container.record, endpoints };
  } catch (error) {
    sandbox.close();
    throw setupError(error);
  }
  for (const { network } of sandbox.attachments) context.networks.publish(network, 'connect', { container: id });
  const addresses = sandbox.attachments.flatMap(({ endpoint }) => endpoint.address || []);
  return { config, etcOwner: id, etcFiles: etcFiles(id, { config, host, addresses, resolves: sandbox.resolves }) };
}

/** The main network first: it has `eth0`. */
function joiningOrder({ record }: Container): readonly (readonly [string, EndpointSettings])[] {
  const isMain = ([key, { NetworkID }]: readonly [string, EndpointSettings]): boolean =>
    key === record.host.NetworkMode || NetworkID === record.host.NetworkMode;
  const all = Object.entries(record.endpoints);
  return [...all.filter(isMain), ...all.filter((entry) => !isMain(entry))];
}

/** Publishes by the network that is the way out; with none there is nowhere to lead to. Throws ContainerError. */
export function publishPorts({ name, record }: Container, sandbox: Sandbox): void {
  const { way } = sandbox;
  if (!way || sandbox.ports.length > 0) return;
  try {
    sandbox.publish(portRequests(record));
  } catch (error) {
    throw externalError(name, way, error instanceof Error ? error.message : String(error), error);
  }
}

function externalError(name: string, { endpoint }: Attachment, reason: string, cause: unknown): ContainerError {
  return new ContainerError(
    'system',
    `driver failed programming external connectivity on endpoint ${name} (${endpoint.id}): ${reason}`,
    { cause },
  );
}

function setupError(error: unknown): unknown {
  if (!(error instanceof ContainerError)) return error;
  return new ContainerError(error.code, `${SETUP}: ${error.message}`, { cause: error });
}

/** What a container of network mode `container:X` gets of X. Throws ContainerError. */
function shareNetwork(context: Context, container: Container): Entered {
  const owner = sharedContainer(context, container);
  const { Hostname, Domainname } = owner.record.config;
  const config = { ...container.record.config, Hostname, Domainname };
  container.record = { ...container.record, config };
  return { config, namespace: `/proc/${owner.process?.pid}/ns/net`, etcOwner: etcOwner(context, owner), etcFiles: [] };
}

/** The container whose network this one shares. Throws ContainerError if it does not run. */
function sharedContainer(context: Context, container: Container): Container {
  const query = container.record.host.NetworkMode.slice('container:'.length);
  const joining = 'joining network namespace of container';
  let owner: Container;
  try {
    owner = findContainer(context, query);
  } catch (error) {
    throw new ContainerError('system', `${joining}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  const { status } = owner.record.lifecycle;
  if (owner === container) throw new ContainerError('system', 'cannot join own network namespace');
  if (status === 'restarting') {
    const message = `Container ${query} is restarting, wait until the container is running`;
    throw new ContainerError('conflict', `${joining}: ${message}`);
  }
  if (!isRunning(owner.record.lifecycle) || !owner.process) {
    throw new ContainerError(
      'conflict',
      `cannot join network namespace of a non running container: container ${owner.name} is ${status}`,
    );
  }
  return owner;
}

/** Whose files a container has as its `/etc/hosts` and the like: its own, or of the one whose network it shares. */
export function etcOwner(context: Context, container: Container): string {
  const passed = new Set<Container>();
  let at = container;
  // Two may each name the other; then neither runs, and there are no files at all.
  while (at.record.host.NetworkMode.startsWith('container:') && !passed.has(at)) {
    passed.add(at);
    const owner = context.containers.get(at.record.host.NetworkMode.slice('container:'.length));
    if (!owner) return at.id;
    at = owner;
  }
  return at.id;
}

/** Linux errno. */
const ADDRESS_IN_USE = 98;

/**
 * Starts a container that has entered its networks. A port that nobody asked for by number and that a program of the host
 * turns out to have is given up for another. Throws ContainerError if the network cannot be had, and whatever `start` throws.
 */
export async function startOnNetworks(
  container: Container,
  start: (network: SandboxSpec | undefined) => Promise<GuestProcess>,
): Promise<GuestProcess> {
  const { sandbox } = container;
  const own = sandbox && container.record.host.NetworkMode !== 'host' ? sandbox : undefined;
  for (;;) {
    try {
      return await start(own?.spec());
    } catch (error) {
      if (!own || !(error instanceof StartError) || error.stage !== 'network') throw error;
      const port = own.ports.find(({ host }) => `${host.address}:${host.port}/${host.protocol}` === error.subject);
      const { way } = own;
      if (!port || !way) {
        throw new ContainerError('system', `${SETUP}: ${error.subject}: ${error.message}`, { cause: error });
      }
      if (error.errno === ADDRESS_IN_USE && own.replace(port)) continue;
      const { request, host } = port;
      const where = `${host.address}:${host.port}:${way.endpoint.address}:${request.port}/${host.protocol}`;
      const cause = error.errno === ADDRESS_IN_USE ? 'address already in use' : error.message.toLowerCase();
      const reason = `failed to bind host port for ${where}: ${cause}`;
      throw setupError(externalError(container.name, way, reason, error));
    }
  }
}

/** Gives a container's addresses and ports back. Does nothing if it has none. */
export function leaveNetworks(context: Context, container: Container): void {
  const { sandbox } = container;
  if (!sandbox) return;
  container.sandbox = undefined;
  const networks: readonly NetworkRecord[] = sandbox.attachments.map(({ network }) => network);
  sandbox.close();
  for (const network of networks) context.networks.publish(network, 'disconnect', { container: container.id });
}

/** Names that an endpoint answers to, the first of them in answers to reverse lookups (moby, buildEndpointDNSNames). */
export function endpointNames({ record }: Container, network: NetworkRecord): readonly string[] {
  if (!isUserDefined(network)) return [];
  const aliases = record.endpoints[network.name]?.Aliases ?? [];
  const names = [record.name, ...aliases, record.id.slice(0, 12), record.config.Hostname];
  return [...new Set(names.filter((name) => name !== ''))];
}
