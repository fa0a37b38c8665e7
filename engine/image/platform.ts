import type { Platform } from './documents.ts';

/** What the guest runs. */
export const ownPlatform: Platform = { os: 'linux', architecture: '386' };

/** `linux/386`, `linux/arm/v7` */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant ? [variant] : [])].join('/');
}

/** A wanted platform without a variant takes any. */
export function isPlatform(platform: Platform, wanted: Platform): boolean {
  return (
    platform.os === wanted.os &&
    platform.architecture === wanted.architecture &&
    (wanted.variant === undefined || wanted.variant === platform.variant)
  );
}
