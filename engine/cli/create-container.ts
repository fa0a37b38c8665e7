import { EngineApiError } from '../api/client/errors.ts';
import type { ContainerCreateRequest } from '../api/types.ts';
import { familiarName } from '../image/reference.ts';
import type { Session } from './command.ts';
import { CliError } from './errors.ts';
import { pullImage } from './pulling.ts';
import { reference } from './references.ts';

export interface CreateOptions {
  readonly name: string;
  readonly platform: string;
  /** `always`, `missing` or `never`. */
  readonly pull: string;
  readonly quiet: boolean;
  readonly cidfile: string;
}

export function requirePullPolicy(policy: string): void {
  if (['always', 'missing', 'never', ''].includes(policy)) return;
  throw new CliError(`invalid pull option: '${policy}': must be one of "always", "missing" or "never"`);
}

/** Creates a container, pulling its image first where the policy says so. Gives its ID. */
export async function createContainer(
  session: Session,
  request: ContainerCreateRequest,
  options: CreateOptions,
): Promise<string> {
  const { client, err } = session;
  const image = request.Image ?? '';
  const parsed = /^[a-f0-9]{64}$/.test(image) ? undefined : reference(image);
  const named = parsed && { ...parsed, ...(parsed.tag || parsed.digest ? {} : { tag: 'latest' }) };
  const idFile = options.cidfile ? session.resolve(options.cidfile) : '';
  if (idFile && (await session.context.files.stat(idFile))) {
    throw new CliError(
      `container ID file found, make sure the other container isn't running or delete ${options.cidfile}`,
    );
  }
  const pull = async (): Promise<void> => {
    if (!named) return;
    await pullImage(session, named, { out: err, quiet: options.quiet, platform: options.platform });
  };
  const create = () =>
    client.containers.create(request, { name: options.name || undefined, platform: options.platform || undefined });

  if (options.pull === 'always') await pull();
  const created = await create().catch(async (error: unknown) => {
    const missing = error instanceof EngineApiError && error.status === 404 && options.pull === 'missing' && named;
    if (!missing) throw error;
    if (!options.quiet) await err.line(`Unable to find image '${familiarName(named)}' locally`);
    await pull();
    return create();
  });
  for (const warning of created.Warnings ?? []) await err.line(`WARNING: ${warning}`);
  if (idFile) await session.context.files.write(idFile, new TextEncoder().encode(created.Id));
  return created.Id;
}
