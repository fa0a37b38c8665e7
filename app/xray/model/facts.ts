import type {
  ContainerSummary,
  FilesystemChange,
  HistoryItem,
  ImageInspect,
  ImageSummary,
} from '../../../engine/api/types.ts';
import { CHANGE_ADDED, CHANGE_DELETED } from '../../../engine/api/types.ts';

/** What the engine holds, as far as the picture needs it; immutable, and from Docker's API alone. */
export interface Facts {
  /** In the order in which they came, so that what stands in the picture does not change places. */
  readonly images: readonly ImageFact[];
  /** Oldest first. */
  readonly containers: readonly ContainerFact[];
}

export interface ImageFact {
  /** `sha256:` and 64 hex digits: the digest of the image's configuration. */
  readonly id: string;
  /** `name:tag`; empty for an untagged image. */
  readonly tags: readonly string[];
  /** Seconds since the epoch. */
  readonly created: number;
  /** Bytes, all layers. */
  readonly size: number;
  /** Diff IDs, base first. */
  readonly layers: readonly string[];
  /** Oldest first. */
  readonly history: readonly HistoryItem[];
  /** Names of the environment variables that it sets. */
  readonly variables: readonly string[];
}

export type ChangeKind = 'added' | 'modified' | 'deleted';

export interface Change {
  /** Absolute, as the container sees it. */
  readonly path: string;
  readonly kind: ChangeKind;
}

export interface ContainerFact {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly imageId: string;
  /** The name it was created with. */
  readonly image: string;
  readonly state: ContainerSummary['State'];
  /** For people: `Up 2 minutes`, `Exited (0) 3 seconds ago`. */
  readonly status: string;
  readonly command: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Everything that differs from the image, directories too. */
  readonly changes: readonly Change[];
}

export function imageFact(
  summary: Pick<ImageSummary, 'RepoTags' | 'Created' | 'Size'>,
  inspect: ImageInspect,
  history: readonly HistoryItem[],
): ImageFact {
  return {
    id: inspect.Id,
    // Daemons of the past wrote `<none>:<none>` for an untagged image.
    tags: (summary.RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
    created: summary.Created,
    size: summary.Size,
    layers: inspect.RootFS.Layers ?? [],
    history: history.toReversed(),
    variables: (inspect.Config?.Env ?? []).map((entry) => entry.split('=', 1)[0] ?? entry),
  };
}

export function containerFact(
  summary: Pick<ContainerSummary, 'Id' | 'Names' | 'ImageID' | 'Image' | 'State' | 'Status' | 'Command' | 'Created'>,
  changes: readonly Change[],
): ContainerFact {
  return {
    id: summary.Id,
    name: (summary.Names[0] ?? summary.Id.slice(0, 12)).replace(/^\//, ''),
    imageId: summary.ImageID,
    image: summary.Image,
    state: summary.State,
    status: summary.Status,
    command: summary.Command,
    created: summary.Created,
    changes,
  };
}

export function changeOf({ Path, Kind }: FilesystemChange): Change {
  return { path: Path, kind: Kind === CHANGE_ADDED ? 'added' : Kind === CHANGE_DELETED ? 'deleted' : 'modified' };
}

/** Oldest first; of the same second, the one with fewer layers first, as what is built on something comes after it. */
export function imagesByAge(images: readonly ImageFact[]): readonly ImageFact[] {
  return images.toSorted(
    (a, b) => a.created - b.created || a.layers.length - b.layers.length || (a.id < b.id ? -1 : 1),
  );
}

/** Oldest first; the engine lists the newest first and counts in seconds. */
export function containersByAge(newestFirst: readonly ContainerFact[]): readonly ContainerFact[] {
  return newestFirst.toReversed().toSorted((a, b) => a.created - b.created);
}
