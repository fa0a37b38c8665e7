import type { ContainerConfig, HostConfig } from '../../api/types.ts';
import type { GuestFile } from '../../machine/machine.ts';
import type { SandboxSpec } from '../../machine/network.ts';
import type { Context } from '../context.ts';
import { etcFiles } from './etc-files.ts';
import { Sandbox } from './sandbox.ts';

/** The network of a build step: the default bridge, none, or the host's. No events tell of it. */
export interface StepNetwork {
  /** Left out on the host's network. */
  readonly network?: SandboxSpec;
  readonly files: readonly GuestFile[];
  release(): void;
}

/** Takes an address on the network that `host` names. Throws ContainerError. */
export function enterStepNetwork(context: Context, id: string, config: ContainerConfig, host: HostConfig): StepNetwork {
  const sandbox = new Sandbox(context.networks, id);
  sandbox.join(context.networks.find(host.NetworkMode), {});
  const addresses = sandbox.attachments.flatMap(({ endpoint }) => endpoint.address || []);
  return {
    ...(host.NetworkMode !== 'host' && { network: sandbox.spec() }),
    files: etcFiles(id, { config, host, addresses, resolves: sandbox.resolves }),
    release: () => sandbox.close(),
  };
}
