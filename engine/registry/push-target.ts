import { familiarRepository, type Reference, repositoryName } from '../image/reference.ts';
import type { Endpoint } from './client/endpoint.ts';
import type { RegistryClient } from './client/registry-client.ts';
import { RegistryError } from './errors.ts';

/**
 * Where a repository can be pushed to.
 * @throws RegistryError `denied` for a mirror, `no-mirror` for a registry that there is no way to; with what can be done
 */
export function pushTarget(client: RegistryClient, reference: Reference): Endpoint {
  const { domain, path, tag } = reference;
  const endpoint = client.endpoint(domain);
  if (endpoint && endpoint.kind !== 'mirror') return endpoint;
  const own = client.ownHost;
  const suffix = tag === undefined || tag === 'latest' ? '' : `:${tag}`;
  const name = own && `${own}/${path.replace(/^library\//, '')}${suffix}`;
  const instead = name
    ? `. To push to this engine's own registry: docker tag ${familiarRepository(reference)}${suffix} ${name} && docker push ${name}`
    : '';
  if (endpoint) {
    const why = `denied: requested access to the resource is denied: ${domain} can only be pulled from here`;
    throw new RegistryError('denied', why + instead);
  }
  const why = `registry ${domain} cannot be reached from here, so ${repositoryName(reference)} cannot be pushed`;
  throw new RegistryError('no-mirror', why + instead);
}
