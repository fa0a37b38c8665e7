import { BuildError } from './errors.ts';

/**
 * `80`, `53/udp`, `8000-8002/tcp` as the keys of ExposedPorts; a host part (`8080:80`) means nothing here.
 * @throws BuildError `invalid` in Docker's words
 */
export function parsePorts(text: string): readonly string[] {
  const [spec = '', protocol = 'tcp'] = text.split('/', 2);
  const container = spec.slice(spec.lastIndexOf(':') + 1);
  if (container === '') throw new BuildError('invalid', `no port specified: ${text}<empty>`);
  if (!['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) {
    throw new BuildError('invalid', `invalid proto: ${protocol}`);
  }
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(container);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || first > 65535 || last > 65535 || last < first) {
    throw new BuildError('invalid', `invalid containerPort: ${container}`);
  }
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol.toLowerCase()}`);
}
