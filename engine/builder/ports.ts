import { BuildError } from './errors.ts';

/**
 * `80`, `53/udp`, `8000-8002/tcp` as the keys of ExposedPorts. An address and a port of the host (`127.0.0.1:8080:80`)
 * are looked at, and mean nothing here.
 * @throws BuildError `invalid` in Docker's words
 */
export function parsePorts(text: string): readonly string[] {
  const parts = text.split(':');
  const [port = '', given = ''] = (parts.pop() ?? '').split('/', 2);
  const host = parts.pop() ?? '';
  const address = parts.join(':');
  if (port === '') throw new BuildError('invalid', `no port specified: ${text}<empty>`);
  const protocol = given.toLowerCase() || 'tcp';
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw new BuildError('invalid', `invalid proto: ${protocol}`);
  if (!isAddress(address)) throw new BuildError('invalid', `invalid IP address: ${address}`);
  const range = parseRange(port);
  if (!range) throw new BuildError('invalid', `invalid containerPort: ${port}`);
  const [first, last] = range;
  if (host !== '') {
    const own = parseRange(host);
    if (!own) throw new BuildError('invalid', `invalid hostPort: ${host}`);
    if (last > first && own[1] - own[0] !== last - first) {
      throw new BuildError('invalid', `invalid ranges specified for container and host Ports: ${port} and ${host}`);
    }
  }
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
}

function parseRange(text: string): readonly [number, number] | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return last > 65535 || last < first ? undefined : [first, last];
}

function isAddress(text: string): boolean {
  if (text === '' || /^\[[0-9a-fA-F:.]+\]$/.test(text) || /^[0-9a-fA-F:]*::?[0-9a-fA-F:]*$/.test(text)) return true;
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}
