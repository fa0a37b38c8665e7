import type { RegistryClient } from './client/registry-client.ts';
import { RegistryError } from './errors.ts';

/** An entry of `GET /images/search`, in the Engine API's spelling. */
export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
  readonly is_automated: boolean;
}

/**
 * `docker search`: what can be pulled here and has the term in its name or description. Nobody gives stars to a lab's
 * images, and none of them is the official one of its name.
 * @throws RegistryError `refused` for a registry that keeps no list for people
 */
export async function search(
  client: RegistryClient,
  term: string,
  signal?: AbortSignal,
): Promise<readonly SearchResult[]> {
  const domain = /^([^/]*[.:][^/]*|localhost)\//.exec(term)?.[1] ?? 'docker.io';
  const catalogue = await client.catalogue(domain, { signal });
  if (!catalogue) {
    throw new RegistryError(
      'refused',
      `${domain} cannot be searched from here: registries have no search in common, and only docker.io's mirror lists what it has`,
    );
  }
  const wanted = term.toLowerCase();
  return catalogue.repositories
    .filter(({ name, description }) => `${name}\n${description}`.toLowerCase().includes(wanted))
    .map(({ name, description }) => ({ name, description, star_count: 0, is_official: false, is_automated: false }));
}
