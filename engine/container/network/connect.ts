import type { EndpointSettings } from '../../api/types.ts';
import type { LineEdit, SandboxChange } from '../../machine/network.ts';
import type { Container } from '../container.ts';
import { type Context, findContainer, update } from '../context.ts';
import { ContainerError, invalidParameter } from '../errors.ts';
import { isRunning } from '../lifecycle.ts';
import { validateEndpoint } from './endpoint-settings.ts';
import { publishPorts } from './enter.ts';
import { etcPath, ownLine, resolvLines } from './etc-files.ts';
import type { NetworkRecord } from './network-record.ts';
import { desired } from './requests.ts';
import { endpointSpec, type Sandbox } from './sandbox.ts';

const SHARED =
  'container sharing network namespace with another container or host cannot be connected to any other network';
const PRIVATE = 'container cannot be connected to multiple networks with one of the networks in private (none) mode';

/** Puts a container on a network: at once if it runs, else from its next start. Throws ContainerError in dockerd's words. */
export function connectContainer(
  context: Context,
  networkQuery: string,
  containerQuery: string,
  settings: EndpointSettings,
): Promise<void> {
  const container = findContainer(context, containerQuery);
  return container.exclusive(async () => {
    refuseRemoved(container);
    if (container.record.host.NetworkMode.startsWith('container:')) throw invalidParameter(SHARED);
    const running = isRunning(container.record.lifecycle);
    const network = findUnlessStopped(context, networkQuery, running);
    const asked = desired(settings);
    if (!network) {
      await setEndpoint(context, container, networkQuery, asked);
      return;
    }
    validateEndpoint(network.name, asked, network);
    refuseCombination(container, network);
    if (container.sandbox && running) await joinLive(context, container, container.sandbox, network, asked);
    else if (!Object.hasOwn(container.record.endpoints, network.name)) {
      await setEndpoint(context, container, network.name, asked);
    }
  });
}

/** Takes a container off a network. Throws ContainerError in dockerd's words. */
export function disconnectContainer(
  context: Context,
  networkQuery: string,
  containerQuery: string,
  force: boolean,
): Promise<void> {
  const container = findContainer(context, containerQuery);
  return container.exclusive(async () => {
    refuseRemoved(container);
    const running = isRunning(container.record.lifecycle);
    const network = findUnlessStopped(context, networkQuery, running && !force);
    const { sandbox } = container;
    if (running && network && sandbox) {
      if (container.record.host.NetworkMode === 'host' && network.driver === 'host') {
        throw invalidParameter(
          'cannot disconnect container from host network - container was created in host network mode',
        );
      }
      await leaveLive(context, container, sandbox, network);
      return;
    }
    const name = network?.name ?? networkQuery;
    if (!Object.hasOwn(container.record.endpoints, name)) {
      throw new ContainerError('system', `container ${container.id} is not connected to the network ${name}`);
    }
    await removeEndpoint(context, container, name);
  });
}

function refuseRemoved({ id, record }: Container): void {
  if (record.lifecycle.status !== 'removing' && record.lifecycle.status !== 'dead') return;
  const message = `Container ${id} is marked for removal and cannot be connected or disconnected to the network`;
  throw new ContainerError('system', message);
}

/** A container that does not run may name a network that is not there yet. */
function findUnlessStopped(context: Context, query: string, required: boolean): NetworkRecord | undefined {
  try {
    return context.networks.find(query);
  } catch (error) {
    if (required || !(error instanceof ContainerError) || error.code !== 'not-found') throw error;
    return undefined;
  }
}

function refuseCombination({ record }: Container, network: NetworkRecord): void {
  const { NetworkMode } = record.host;
  if (NetworkMode !== 'host' && network.driver === 'host') {
    throw invalidParameter('cannot connect container to host network - container must be created in host network mode');
  }
  for (const name of Object.keys(record.endpoints)) {
    if (name === network.name) continue;
    if (name === 'host' || network.driver === 'host') throw invalidParameter(SHARED);
    if (name === 'none' || network.driver === 'null') throw invalidParameter(PRIVATE);
  }
}

async function joinLive(
  context: Context,
  container: Container,
  sandbox: Sandbox,
  network: NetworkRecord,
  settings: EndpointSettings,
): Promise<void> {
  const { id, name } = container;
  if (sandbox.attachment(network.id)) {
    throw new ContainerError('forbidden', `endpoint with name ${name} already exists in network ${network.name}`);
  }
  const before = snapshot(container, sandbox);
  const attachment = sandbox.join(network, settings);
  try {
    const published = sandbox.ports.length;
    publishPorts(container, sandbox);
    try {
      const change = difference(before, snapshot(container, sandbox), container);
      await context.machine.networks.change(id, { add: endpointSpec(attachment), ...change });
    } catch (error) {
      if (published === 0) sandbox.unpublish();
      throw error;
    }
  } catch (error) {
    sandbox.leave(attachment);
    throw error;
  }
  await setEndpoint(context, container, network.name, { ...settings, NetworkID: network.id });
  context.networks.publish(network, 'connect', { container: id });
}

async function leaveLive(
  context: Context,
  container: Container,
  sandbox: Sandbox,
  network: NetworkRecord,
): Promise<void> {
  const { id } = container;
  const attachment = sandbox.attachment(network.id);
  if (!attachment) {
    throw new ContainerError('system', `container ${id} is not connected to network ${network.name}`);
  }
  const before = snapshot(container, sandbox);
  sandbox.leave(attachment);
  if (!sandbox.way) sandbox.unpublish();
  const change = difference(before, snapshot(container, sandbox), container);
  const { interfaceName } = attachment.endpoint;
  await context.machine.networks.change(id, { ...(interfaceName && { remove: [interfaceName] }), ...change });
  await removeEndpoint(context, container, network.name);
  context.networks.publish(network, 'disconnect', { container: id });
}

/** What of a container's network follows from all its endpoints together. */
interface Snapshot {
  readonly gateway: string | null;
  readonly ports: NonNullable<SandboxChange['ports']>;
  readonly resolves: boolean;
  readonly hosts: readonly string[];
}

function snapshot({ record }: Container, sandbox: Sandbox): Snapshot {
  return {
    gateway: sandbox.way?.endpoint.gateway ?? null,
    ports: sandbox.portSpecs(),
    resolves: sandbox.resolves,
    hosts: sandbox.attachments.flatMap(({ endpoint }) =>
      endpoint.address === '' ? [] : ownLine({ config: record.config }, endpoint.address),
    ),
  };
}

function difference(before: Snapshot, after: Snapshot, { id, record }: Container): SandboxChange {
  const hosts: LineEdit = {
    path: etcPath(id, 'hosts'),
    remove: before.hosts.filter((line) => !after.hosts.includes(line)),
    add: after.hosts.filter((line) => !before.hosts.includes(line)),
  };
  // The name server stays when the last network that has one is left: what is in use there must go on being answered.
  const starts = after.resolves && !before.resolves;
  const input = { config: record.config, host: record.host, addresses: [] };
  const resolv: LineEdit = {
    path: etcPath(id, 'resolv.conf'),
    remove: resolvLines({ ...input, resolves: false }),
    add: resolvLines({ ...input, resolves: true }),
  };
  return {
    // A route goes with its interface, so it is set again whenever one goes.
    gateway: after.gateway,
    ...(JSON.stringify(before.ports) !== JSON.stringify(after.ports) && { ports: after.ports }),
    ...(starts && { resolver: true }),
    lines: starts ? [hosts, resolv] : [hosts],
  };
}

const setEndpoint = (context: Context, container: Container, name: string, settings: EndpointSettings) =>
  update(context, container, { endpoints: { ...container.record.endpoints, [name]: settings } });

function removeEndpoint(context: Context, container: Container, name: string): Promise<void> {
  const { [name]: _, ...endpoints } = container.record.endpoints;
  return update(context, container, { endpoints });
}
