import type { Change } from './facts.ts';

/** What happened to a file of a container, as `/_drydock/changes` tells it. */
export interface LiveChange {
  readonly path: string;
  readonly kind: 'created' | 'modified' | 'deleted';
}

/**
 * The writable layer after one more change. What was added and then deleted is gone without a trace; what came from the
 * image and was deleted leaves a whiteout; what was deleted and made anew replaces the image's.
 */
export function applyChange(changes: readonly Change[], { path, kind }: LiveChange): readonly Change[] {
  const before = changes.find((change) => change.path === path);
  const others = changes.filter((change) => change.path !== path);
  switch (kind) {
    case 'created':
      return [...others, { path, kind: before && before.kind !== 'added' ? 'modified' : 'added' }];
    case 'modified':
      return before?.kind === 'added' ? changes : [...others, { path, kind: 'modified' }];
    case 'deleted': {
      const outside = others.filter((change) => !change.path.startsWith(`${path}/`));
      return before?.kind === 'added' ? outside : [...outside, { path, kind: 'deleted' }];
    }
  }
}

/**
 * Changes worth a chip: a directory that is listed only because something in it changed is left out. In the order of
 * their paths.
 */
export function leafChanges(changes: readonly Change[]): readonly Change[] {
  const parents = new Set<string>();
  for (const { path } of changes) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
      parents.add(path.slice(0, end));
  }
  return changes
    .filter(({ path }) => !parents.has(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Above this many chips, counters take their place. */
export const MAX_CHIPS = 12;

export interface ChangeCounts {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

export function countChanges(changes: readonly Change[]): ChangeCounts {
  const of = (kind: Change['kind']) => changes.filter((change) => change.kind === kind).length;
  return { added: of('added'), modified: of('modified'), deleted: of('deleted') };
}
