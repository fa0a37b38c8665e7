import type { RegistryClient } from './client/registry-client.ts';
import { RegistryError } from './errors.ts';

/** What `docker login` without a server means. */
const DEFAULT_SERVER = 'docker.io';

/**
 * `docker login`. The engine's own registry takes everybody, whoever they say they are; to others this engine never
 * says who is asking.
 * @param address as `POST /auth` has it: a host, or a URL that begins with one
 * @throws RegistryError `refused`
 */
export function logIn(client: RegistryClient, address: string): void {
  const host = address.replace(/^https?:\/\//, '').split('/')[0] || DEFAULT_SERVER;
  const domain = host === 'index.docker.io' ? DEFAULT_SERVER : host;
  if (client.endpoint(domain)?.kind === 'own') return;
  throw new RegistryError(
    'refused',
    `login attempt to ${domain} failed: this engine asks registries for what they give to anybody, and sends no credentials`,
  );
}
