import type { PortBinding } from '../../api/types.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { natural } from '../format/natural.ts';

const LAST_PORT = 65535;

export const port = defineCommand({
  summary: 'List port mappings or a specific mapping for the container',
  usage: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
  aliases: 'docker container port, docker port',
  arity: { min: 1, max: 2 },
  async run({ client, out }, { args: [container = '', wanted = ''] }) {
    const ports = (await client.containers.inspect(container)).NetworkSettings.Ports;
    const lines = wanted === '' ? all(ports) : one(ports, wanted, container);
    if (lines.length > 0) await out.line(lines.toSorted(natural).join('\n'));
    return 0;
  },
});

type Ports = Readonly<Record<string, readonly PortBinding[] | null>>;

function all(ports: Ports): readonly string[] {
  return Object.entries(ports).flatMap(([inside, bindings]) =>
    (bindings ?? []).map((binding) => `${inside} -> ${address(binding)}`),
  );
}

function one(ports: Ports, wanted: string, container: string): readonly string[] {
  const [number = '', protocol = ''] = wanted.split('/', 2);
  if (!/^\d+$/.test(number) || Number(number) > LAST_PORT) {
    const reason = /^\d+$/.test(number) ? 'value out of range' : 'invalid syntax';
    throw new CliError(
      `Error: invalid port (${number}): strconv.ParseUint: parsing ${JSON.stringify(number)}: ${reason}`,
    );
  }
  const bindings = ports[`${number}/${protocol || 'tcp'}`];
  if (!bindings?.length) throw new CliError(`Error: No public port '${wanted}' published for ${container}`);
  return bindings.map(address);
}

const address = ({ HostIp, HostPort }: PortBinding): string =>
  HostIp?.includes(':') ? `[${HostIp}]:${HostPort}` : `${HostIp ?? ''}:${HostPort}`;
