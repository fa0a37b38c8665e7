import { suggest } from '../dockerfile/suggest.ts';
import type { Image } from '../image/image.ts';
import { canonicalName, parseReference } from '../image/reference.ts';
import { BuildError, throwIfCanceled } from './errors.ts';
import { PLATFORM } from './platform.ts';
import type { Reporter, VertexReporter } from './reporter.ts';
import type { BuildEnvironment } from './request.ts';

export interface BaseImageOptions {
  /** Names of stages, one of which may have been meant by a name that no image has. */
  readonly stageNames: readonly string[];
  readonly pull: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Finds or pulls an image, telling of it as BuildKit does: metadata first, then `FROM`.
 * @param reference in full
 * @param prefix `[1/3] `, in front of the FROM vertex's name
 * @throws BuildError `pull`
 */
export async function loadBaseImage(
  environment: BuildEnvironment,
  reporter: Reporter,
  reference: string,
  prefix: string,
  options: BaseImageOptions,
): Promise<Image> {
  const metadata = await reporter.vertex(`[internal] load metadata for ${reference}`);
  metadata.start();
  const present = options.pull ? undefined : environment.images.resolve(parseReference(reference));
  let from: VertexReporter | undefined;
  try {
    throwIfCanceled(options.signal);
    if (!present) from = await reporter.vertex(`${prefix}FROM ${reference}`);
    const image =
      present ??
      (await environment.pullImage(reference, {
        platform: `${PLATFORM.os}/${PLATFORM.architecture}`,
        signal: options.signal,
        onProgress: (id, current, total) => {
          from?.start();
          from?.status(id, current, total, total > 0 && current >= total);
        },
      }));
    metadata.complete();
    from ??= await reporter.vertex(`${prefix}FROM ${withDigest(reference, image)}`);
    from.start();
    from.complete();
    return image;
  } catch (cause) {
    throwIfCanceled(options.signal);
    const reason = cause instanceof Error ? cause.message : String(cause);
    metadata.complete({ error: reason });
    const name = shortName(reference);
    const present = environment.images.list().flatMap(({ id }) => environment.images.names(id).tags.map(shortName));
    const near = suggest(name, [...options.stageNames, ...present], true);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    const message = `${name}: failed to resolve source metadata for ${reference}: ${reason}${hint}`;
    throw new BuildError('pull', message, { vertex: metadata.name, cause });
  }
}

function withDigest(reference: string, image: Image): string {
  return image.manifest && !reference.includes('@') ? `${reference}@${image.manifest}` : reference;
}

/** `alpine:latest` in full becomes what was written, as far as that can be told. */
function shortName(reference: string): string {
  const { tag, ...rest } = parseReference(reference);
  const bare = canonicalName(rest).replace(/^docker\.io\/(library\/)?/, '');
  return tag === undefined || tag === 'latest' ? bare : `${bare}:${tag}`;
}
