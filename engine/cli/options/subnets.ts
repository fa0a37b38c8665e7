import type { IpamConfig } from '../../api/types.ts';
import { CliError } from '../errors.ts';

interface SubnetFlags {
  readonly subnet: readonly string[];
  readonly 'ip-range': readonly string[];
  readonly gateway: readonly string[];
  /** `name=address` each. */
  readonly 'aux-address': readonly string[];
}

/** The address configuration of `docker network create`, each part with the subnet that it is of. Throws CliError. */
export function subnets(flags: SubnetFlags): readonly IpamConfig[] {
  if (flags.subnet.length < Math.max(flags['ip-range'].length, flags.gateway.length)) {
    throw new CliError('every ip-range or gateway must have a corresponding subnet');
  }
  const configs = new Map<string, IpamConfig>();
  for (const subnet of flags.subnet) {
    for (const other of configs.keys()) {
      if (contains(subnet, other) || contains(other, subnet)) {
        throw new CliError('multiple overlapping subnet configuration is not supported');
      }
    }
    configs.set(subnet, { Subnet: subnet });
  }
  const place = (what: string, text: string, set: (config: IpamConfig, subnet: string) => IpamConfig): void => {
    let found = false;
    for (const [subnet, config] of configs) {
      if (!contains(subnet, text)) continue;
      configs.set(subnet, set(config, subnet));
      found = true;
    }
    if (!found) throw new CliError(`no matching subnet for ${what} ${text}`);
  };
  for (const range of flags['ip-range']) {
    place('range', range, (config, subnet) => {
      if (!config.IPRange) return { ...config, IPRange: range };
      throw new CliError(
        `cannot configure multiple ranges (${range}, ${config.IPRange}) on the same subnet (${subnet})`,
      );
    });
  }
  for (const gateway of flags.gateway) {
    place('gateway', gateway, (config, subnet) => {
      if (!config.Gateway) return { ...config, Gateway: gateway };
      throw new CliError(
        `cannot configure multiple gateways (${gateway}, ${config.Gateway}) for the same subnet (${subnet})`,
      );
    });
  }
  for (const entry of flags['aux-address']) {
    const equals = entry.indexOf('=');
    const [name, address] = equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
    place('aux-address', address, (config) => ({
      ...config,
      AuxiliaryAddresses: { ...config.AuxiliaryAddresses, [name]: address },
    }));
  }
  return [...configs.values()];
}

/** Whether a subnet holds an address, or the first address of another. Throws CliError in Go's words. */
function contains(subnet: string, text: string): boolean {
  const block = cidr(subnet);
  if (!block) throw new CliError(`invalid subnet: invalid CIDR address: ${subnet}`);
  const other = text.includes('/') ? cidr(text)?.address : address(text);
  if (other === undefined && text.includes('/')) throw new CliError(`invalid CIDR address: ${text}`);
  const size = 2 ** (32 - block.bits);
  return other !== undefined && Math.floor(other / size) === Math.floor(block.address / size);
}

function cidr(text: string): { readonly address: number; readonly bits: number } | undefined {
  const [, first = '', bits = ''] = /^([\d.]+)\/(\d|[12]\d|3[0-2])$/.exec(text) ?? [];
  const parsed = address(first);
  return parsed === undefined ? undefined : { address: parsed, bits: Number(bits) };
}

function address(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(text) || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
