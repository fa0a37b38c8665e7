/** Where DOCKER_HOST points. */
export type DockerHost =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly hostname: string; readonly port: number };

export const DEFAULT_DOCKER_HOST = 'unix:///var/run/docker.sock';
const DEFAULT_PORT = 2375;

/** DOCKER_HOST is in no form that is known here. */
export class DockerHostError extends Error {
  override readonly name = 'DockerHostError';
  readonly code = 'docker-host';
}

/** Reads `unix:///path`, `tcp://host:port` or `http://host:port`. Throws {@link DockerHostError}. */
export function parseDockerHost(text: string): DockerHost {
  const match = /^(unix|tcp|http):\/\/(.*)$/.exec(text);
  if (!match) throw new DockerHostError(`unable to parse docker host \`${text}\``);
  const [, scheme, rest = ''] = match;
  if (scheme === 'unix') return { kind: 'unix', path: rest };
  const url = URL.canParse(`http://${rest}`) ? new URL(`http://${rest}`) : undefined;
  if (!url?.hostname) throw new DockerHostError(`unable to parse docker host \`${text}\``);
  const port = url.port === '' ? (/:80$/.test(url.host) ? 80 : DEFAULT_PORT) : Number(url.port);
  // Node wants IPv6 addresses without the brackets that a URL needs.
  return { kind: 'tcp', hostname: url.hostname.replace(/^\[|\]$/g, ''), port };
}
