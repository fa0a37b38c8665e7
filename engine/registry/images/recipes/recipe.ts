import type { Directory } from '../../../files/node.ts';
import type { UnpackedPackage } from '../packages/unpack.ts';

/**
 * A base image. Its folder here, of the same name, has a Dockerfile, which unpacks `rootfs.tar`, and a `rootfs/` of our
 * own files, if there are any.
 */
export interface Recipe {
  /** As people write it: `debian`. */
  readonly name: string;
  /** The first is the one that its size is told for. */
  readonly tags: readonly string[];
  /** The recipe that it stands on, which comes before it. */
  readonly base?: string;
  /** Debian's names; those of the base are not repeated. */
  readonly packages: readonly string[];
  /** A line for the catalogue and the image's labels. */
  readonly description: string;
  /** What `docker pull` says about an image that bears another project's name. */
  readonly standIn: string;
  /** Where the licences of what is inside can be read. */
  readonly licences: string;
  /** What goes into `rootfs.tar`. */
  rootfs(input: RecipeInput): Directory | Promise<Directory>;
}

export interface RecipeInput {
  readonly packages: readonly UnpackedPackage[];
  /** Those of the images below. */
  readonly below: readonly UnpackedPackage[];
  /** The image's own `rootfs/` folder. */
  readonly files: Directory;
  /** Seconds since the epoch: the date of the newest file in the packages, which the image gives as its own. */
  readonly created: number;
}

/** One of the packages. @throws Error if the recipe did not ask for it */
export function packageNamed(packages: readonly UnpackedPackage[], name: string): UnpackedPackage {
  const found = packages.find((each) => each.name === name);
  if (!found) throw new Error(`the recipe does not ask for the package ${name}`);
  return found;
}
