import type { Directory } from '../../files/node.ts';
import { alpineRootfs, busyboxRootfs, type RootfsInput } from './rootfs.ts';

/** A base image: its folder here has a Dockerfile and a `rootfs/`. */
export interface Recipe {
  readonly folder: string;
  readonly reference: string;
  /** For the catalogue. */
  readonly description: string;
  readonly rootfs: (input: RootfsInput) => Directory;
}

export const RECIPES: readonly Recipe[] = [
  {
    folder: 'alpine',
    reference: 'alpine:latest',
    description: "The lab's stand-in for Alpine Linux: BusyBox and musl from Debian, no apk",
    rootfs: alpineRootfs,
  },
  {
    folder: 'busybox',
    reference: 'busybox:latest',
    description: 'BusyBox as Debian builds it, static',
    rootfs: busyboxRootfs,
  },
];

/** Debian's names of the packages that all recipes together need. */
export const PACKAGES = ['busybox-static', 'musl'] as const;
