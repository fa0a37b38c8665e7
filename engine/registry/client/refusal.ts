import { familiarName, familiarRepository, type Reference } from '../../image/reference.ts';
import { type Catalogue, listNames } from '../catalogue.ts';
import { RegistryError } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';
import { readRefusal } from './failure.ts';

type Repository = Pick<Reference, 'domain' | 'path'>;
type Named = Repository & Partial<Reference>;

/** What can be said about what there is. */
interface Known {
  readonly reachable: string;
  catalogue(domain?: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Catalogue | undefined>;
  tags(repository: Repository): Promise<readonly string[]>;
}

/** Docker's words for an answer about a reference that is no success (dockerd, "translatePullError"). */
export async function pullRefusal(
  known: Known,
  endpoint: Endpoint,
  reference: Named,
  url: string,
  response: Response,
  signal?: AbortSignal,
): Promise<RegistryError> {
  const { status } = response;
  const { code, text } = await readRefusal(response);
  if (endpoint.kind === 'mirror' && [401, 403, 404].includes(status)) return notThere(known, reference, signal);
  const repository = familiarRepository(reference);
  if (status === 401 || status === 403) return new RegistryError('denied', denied(repository, code && text));
  if (status !== 404) return new RegistryError('unavailable', `${text}: ${url}`);
  if (code === 'NAME_UNKNOWN') {
    return new RegistryError('manifest-unknown', `repository ${repository} not found: ${text}`);
  }
  const cause = code === 'MANIFEST_UNKNOWN' ? text : 'manifest unknown: manifest unknown';
  const there = endpoint.kind === 'own' ? await pushed(known, reference) : '';
  return new RegistryError('manifest-unknown', `manifest for ${familiarName(reference)} not found: ${cause}${there}`);
}

/** Docker's words for a name that a mirror does not have, and what it has. */
export async function notThere(known: Known, reference: Named, signal?: AbortSignal): Promise<RegistryError> {
  const repository = familiarRepository(reference);
  const catalogue = await known.catalogue(reference.domain, { signal });
  const entry = catalogue?.repositories.find(({ name }) => name === repository);
  if (!entry) return new RegistryError('denied', denied(repository) + (await offer(known, signal)));
  return new RegistryError(
    'manifest-unknown',
    `manifest for ${familiarName(reference)} not found: manifest unknown: manifest unknown. Tags of ${repository} that can be pulled here: ${entry.tags.join(', ')}`,
  );
}

/** For a registry that there is no way to. */
export async function unreachable(known: Known, reference: Named, signal?: AbortSignal): Promise<RegistryError> {
  return new RegistryError(
    'no-mirror',
    `registry ${reference.domain} cannot be reached from here, so ${familiarName(reference)} cannot be pulled: this lab pulls from ${known.reachable} only${await offer(known, signal)}`,
  );
}

function denied(repository: string, cause = 'denied: requested access to the resource is denied'): string {
  return `pull access denied for ${repository}, repository does not exist or may require 'docker login': ${cause}`;
}

async function offer(known: Known, signal?: AbortSignal): Promise<string> {
  const catalogue = await known.catalogue('docker.io', { signal });
  return catalogue ? `. Images that can be pulled here: ${listNames(catalogue)}` : '';
}

/** What has been pushed to a repository of our own registry. */
async function pushed(known: Known, repository: Repository): Promise<string> {
  const name = familiarRepository(repository);
  const tags = await known.tags(repository).catch(() => []);
  if (tags.length > 0) return `. Tags of ${name} that can be pulled: ${tags.join(', ')}`;
  return `. Nothing has been pushed to ${name}: docker push ${name} does that`;
}
