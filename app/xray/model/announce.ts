import { plural } from '../../ui/words.ts';
import { leafChanges } from './changes.ts';
import type { Change, ContainerFact, Facts, ImageFact } from './facts.ts';
import { sharedLayers } from './picture.ts';

/** More than this many files at once are counted, not named. */
const MAX_NAMED_FILES = 3;

/** What changed between two states of the engine, in sentences for people; empty if nothing worth saying did. */
export function announce(before: Facts, after: Facts): readonly string[] {
  return [...announceImages(before, after), ...announceContainers(before, after)];
}

function announceImages(before: Facts, after: Facts): readonly string[] {
  const said: string[] = [];
  const oldTags = tagOwners(before);
  const newTags = tagOwners(after);
  for (const [tag, image] of newTags) {
    const old = oldTags.get(tag);
    if (!old) said.push(`Image ${tag} created${sharing(image, tag, after)}.`);
    else if (old.id !== image.id) said.push(`${tag} now names another image${sharing(image, tag, after)}.`);
  }
  for (const [tag, image] of oldTags) {
    if (newTags.has(tag)) continue;
    const kept = after.images.some(({ id }) => id === image.id);
    said.push(kept ? `${tag} untagged; the image is kept.` : `Image ${tag} removed.`);
  }
  return said;
}

function tagOwners({ images }: Facts): ReadonlyMap<string, ImageFact> {
  return new Map(images.flatMap((image) => image.tags.map((tag) => [tag, image] as const)));
}

/** `, shares 3 layers with myapp:latest`: with the image that shares the most, other than itself. */
function sharing(image: ImageFact, tag: string, { images }: Facts): string {
  let best: { readonly tag: string; readonly count: number } = { tag: '', count: 0 };
  for (const other of images) {
    const name = other.tags.find((candidate) => candidate !== tag);
    const count = name === undefined ? 0 : sharedLayers(other, image);
    if (name !== undefined && count > best.count) best = { tag: name, count };
  }
  return best.count === 0 ? '' : `, shares ${plural(best.count, 'layer')} with ${best.tag}`;
}

function announceContainers(before: Facts, after: Facts): readonly string[] {
  const said: string[] = [];
  const old = new Map(before.containers.map((container) => [container.id, container]));
  for (const container of after.containers) {
    const was = old.get(container.id);
    old.delete(container.id);
    if (!was) said.push(`Container ${container.name} created from ${container.image}, ${stateWords(container)}.`);
    else if (was.state !== container.state) said.push(`${container.name} is ${stateWords(container)}.`);
    else if (was.name !== container.name) said.push(`Container ${was.name} renamed to ${container.name}.`);
    said.push(...announceFiles(container.name, was?.changes ?? [], container.changes));
  }
  for (const { name } of old.values()) said.push(`Container ${name} removed, with its writable layer.`);
  return said;
}

function announceFiles(name: string, before: readonly Change[], after: readonly Change[]): readonly string[] {
  const known = new Set(before.map(({ path, kind }) => `${kind} ${path}`));
  const fresh = leafChanges(after).filter(({ path, kind }) => !known.has(`${kind} ${path}`));
  if (fresh.length > MAX_NAMED_FILES) return [`${fresh.length} files changed in ${name}’s writable layer.`];
  return fresh.map(({ path, kind }) => FILE_NEWS[kind](path, name));
}

const FILE_NEWS: Readonly<Record<Change['kind'], (path: string, name: string) => string>> = {
  added: (path, name) => `${path} written in ${name}’s writable layer.`,
  modified: (path, name) => `${path} copied up into ${name}’s writable layer and changed.`,
  deleted: (path, name) => `${path} deleted in ${name}: a whiteout hides the image’s file.`,
};

/** `running`, `exited (0)`. */
export function stateWords({ state, status }: Pick<ContainerFact, 'state' | 'status'>): string {
  const code = /\((\d+)\)/.exec(status)?.[1];
  return state === 'exited' && code !== undefined ? `exited (${code})` : state;
}
