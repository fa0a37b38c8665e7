import { canonicalName, parseReference, type Reference, repositoryName } from '../image/reference.ts';
import type { Session } from './command.ts';
import type { Output } from './output.ts';
import { awaitMessages, showMessages } from './progress/json-messages.ts';

/** Pulls an image, showing it on `out` unless `quiet`. Throws EngineApiError or StreamError. */
export async function pullImage(
  session: Session,
  image: Reference,
  options: { readonly out: Output; readonly quiet: boolean; readonly platform: string; readonly allTags?: boolean },
): Promise<void> {
  const tag = options.allTags ? undefined : (image.digest ?? image.tag ?? 'latest');
  const messages = await session.client.images.pull(repositoryName(image), {
    ...(tag === undefined ? {} : { tag }),
    ...(options.platform ? { platform: options.platform } : {}),
    signal: session.interrupted,
  });
  if (!options.quiet) return showMessages(messages, options.out, { columns: session.context.size.columns });
  await awaitMessages(messages);
}

/** With the tag that Docker would take: `alpine` is `docker.io/library/alpine:latest`; without, if it takes all. */
export function pullName(text: string, allTags = false): string {
  return canonicalName(parseReference(text, { bare: allTags }));
}
