import { canonicalName, parseReference } from '../image/reference.ts';
import type { NamedContext } from './request.ts';
import type { StageSource } from './stage-graph.ts';

/**
 * What `--build-context NAME=...` puts in the place of a stage or image of that name; undefined if nothing. An image's
 * name stands for all ways to write it.
 */
export function namedSource(
  contexts: Readonly<Record<string, NamedContext>>,
  name: string,
): Extract<StageSource, { kind: 'image' | 'context' }> | undefined {
  const wanted = imageName(name);
  const key = Object.keys(contexts).find((key) => key === name || (wanted !== undefined && imageName(key) === wanted));
  const context = key === undefined ? undefined : contexts[key];
  if (key === undefined || !context) return undefined;
  return context.kind === 'image'
    ? { kind: 'image', reference: context.reference }
    : { kind: 'context', name: key, tree: context.tree };
}

function imageName(text: string): string | undefined {
  try {
    return canonicalName(parseReference(text));
  } catch {
    // Then it can only be a stage's name.
    return undefined;
  }
}
