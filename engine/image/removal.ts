import { type Digest, hexOf, shortId } from './digest.ts';
import { ImageError } from './errors.ts';
import type { Image, ImageUser } from './image.ts';
import { indexKey, isSingleReference } from './name-index.ts';
import { parseReference, type Reference, repositoryName } from './reference.ts';

/** What removal must know of the store. */
export interface RemovalView {
  readonly image: Image;
  get(id: Digest): Image | undefined;
  references(id: Digest): readonly Reference[];
  children(id: Digest): readonly Digest[];
  users(id: Digest): readonly ImageUser[];
}

export type RemovalStep =
  | { readonly kind: 'untag'; readonly id: Digest; readonly reference: Reference }
  | { readonly kind: 'delete'; readonly id: Digest };

/**
 * What `docker rmi` does, in order, decided before anything is touched (dockerd's rules for its classic image store).
 * Removing a name never fails for what keeps the image itself: then only the name goes.
 * @throws ImageError `conflict` when nothing at all may be done
 */
export function planRemoval(
  view: RemovalView,
  nameOrId: string,
  options: { readonly force: boolean; readonly prune: boolean },
): readonly RemovalStep[] {
  const { image } = view;
  const { id } = image;
  const references = view.references(id);
  const steps: RemovalStep[] = [];
  let left: readonly Reference[] = references;

  if (!isIdPrefix(id, nameOrId)) {
    const user = view.users(id)[0];
    if (!options.force && isSingleReference(references) && user) {
      throw new ImageError(
        'conflict',
        `conflict: unable to remove repository reference "${nameOrId}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortId(id)}`,
      );
    }
    const named = parseReference(nameOrId);
    const key = indexKey(named);
    const reference = references.find((candidate) => indexKey(candidate) === key) ?? named;
    steps.push({ kind: 'untag', id, reference });
    left = references.filter((candidate) => indexKey(candidate) !== key);
    const repository = repositoryName(named);
    const isInRepository = (candidate: Reference): boolean => repositoryName(candidate) === repository;
    // Digests of a repository go with its last tag.
    if (named.digest === undefined && !left.some((other) => other.digest === undefined && isInRepository(other))) {
      for (const other of left.filter(isInRepository)) steps.push({ kind: 'untag', id, reference: other });
      left = left.filter((other) => !isInRepository(other));
    }
    if (left.length > 0 || findConflict(view, id, [], options.force)) return steps;
  } else {
    // The one name of an image goes along with it, so being named is then no conflict.
    const conflict = findConflict(view, id, isSingleReference(references) ? [] : references, options.force);
    if (conflict) throw conflict;
  }
  for (const reference of left) steps.push({ kind: 'untag', id, reference });
  steps.push({ kind: 'delete', id });
  if (options.prune) steps.push(...parentSteps(view, image));
  return steps;
}

/** Parents go too, up to the first that has a name, another child or a container. */
function parentSteps(view: RemovalView, image: Image): RemovalStep[] {
  const steps: RemovalStep[] = [];
  let child = image;
  for (let parent = child.parent && view.get(child.parent); parent; parent = child.parent && view.get(child.parent)) {
    const others = view.children(parent.id).filter((id) => id !== child.id);
    if (others.length > 0 || view.references(parent.id).length > 0 || view.users(parent.id).length > 0) break;
    steps.push({ kind: 'delete', id: parent.id });
    child = parent;
  }
  return steps;
}

function findConflict(
  view: RemovalView,
  id: Digest,
  references: readonly Reference[],
  force: boolean,
): ImageError | undefined {
  const users = view.users(id);
  const running = users.find((user) => user.running);
  const stopped = users.find((user) => !user.running);
  if (view.children(id).length > 0) return conflictError(id, 'cannot be forced', 'image has dependent child images');
  if (running) {
    return conflictError(id, 'cannot be forced', `image is being used by running container ${shortId(running.id)}`);
  }
  if (force) return undefined;
  if (references.length > 0) return conflictError(id, 'must be forced', 'image is referenced in multiple repositories');
  if (stopped) {
    return conflictError(id, 'must be forced', `image is being used by stopped container ${shortId(stopped.id)}`);
  }
  return undefined;
}

function conflictError(id: Digest, how: string, why: string): ImageError {
  return new ImageError('conflict', `conflict: unable to delete ${shortId(id)} (${how}) - ${why}`);
}

function isIdPrefix(id: Digest, text: string): boolean {
  return id.startsWith(text) || hexOf(id).startsWith(text);
}
