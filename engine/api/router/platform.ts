import { isOwnPlatform, PLATFORM } from '../../builder/platform.ts';
import type { Platform } from '../../image/documents.ts';
import { platformName } from '../../image/platform.ts';
import { badRequest } from './http-error.ts';

/** Single words that `--platform` takes (containerd, platforms.Parse). */
const WORDS: readonly string[] = [
  ...['aix', 'android', 'darwin', 'dragonfly', 'freebsd', 'illumos', 'linux', 'netbsd', 'openbsd', 'plan9', 'solaris'],
  ...['windows', '386', 'i386', 'aarch64', 'amd64', 'x86_64', 'x86-64', 'arm', 'armhf', 'armel', 'arm64', 'loong64'],
  ...['mips', 'mipsle', 'mips64', 'mips64le', 'ppc64', 'ppc64le', 'riscv64', 's390x', 'wasm'],
];

/** Lets through what this engine can run. @throws HttpError that says what that is */
export function checkPlatform(platform: string | null): void {
  if (!platform || isOwnPlatform(platform)) return;
  const isWord = /^[\w.-]+$/.test(platform);
  if (isWord && !WORDS.includes(platform.toLowerCase())) {
    throw badRequest(`"${platform}": unknown operating system or architecture: invalid argument`);
  }
  const own = `${PLATFORM.os}/${PLATFORM.architecture}`;
  throw badRequest(`platform ${platform} cannot be run here: this engine has ${own} only`);
}

/** The same for a platform that comes as JSON, as push has it. @throws HttpError */
export function checkJsonPlatform(text: string | null): void {
  const platform = jsonPlatform(text);
  if (platform) checkPlatform(platformName(platform));
}

/** A platform that comes as JSON (Engine API, `platform` of save, load, history, inspect). @throws HttpError */
export function jsonPlatform(text: string | null): Platform | undefined {
  if (!text) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(`invalid platform ${text}: failed to parse platform`);
  }
  const { os, architecture, variant } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === '' || architecture === '') {
    throw badRequest('both OS and Architecture must be provided');
  }
  return { os, architecture, ...(typeof variant === 'string' && variant && { variant }) };
}
