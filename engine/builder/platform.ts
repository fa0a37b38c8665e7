/** What Drydock builds for, as its guest is. */
export const PLATFORM = { os: 'linux', architecture: '386' } as const;

/** Docker's default search path (moby, `DefaultPathEnv`). */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const NAME = `${PLATFORM.os}/${PLATFORM.architecture}`;

/** Whether a platform that was asked for is the one there is; nothing asked for is. */
export function isOwnPlatform(text: string): boolean {
  return ['', NAME, 'linux/i386', '386', 'i386', 'linux'].includes(text.toLowerCase());
}

/** Dockerfile reference, "Automatic platform ARGs in the global scope". */
export function platformArgs(targetStage: string): ReadonlyMap<string, string> {
  return new Map([
    ['BUILDPLATFORM', NAME],
    ['BUILDOS', PLATFORM.os],
    ['BUILDOSVERSION', ''],
    ['BUILDARCH', PLATFORM.architecture],
    ['BUILDVARIANT', ''],
    ['TARGETPLATFORM', NAME],
    ['TARGETOS', PLATFORM.os],
    ['TARGETOSVERSION', ''],
    ['TARGETARCH', PLATFORM.architecture],
    ['TARGETVARIANT', ''],
    ['TARGETSTAGE', targetStage],
  ]);
}

/**
 * Arguments that a RUN gets without ARG, and that neither history nor cache knows (same, "Predefined ARGs"). In small
 * letters; the case in which they are given means nothing.
 */
export const PROXY_ARGS: readonly string[] = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'];
