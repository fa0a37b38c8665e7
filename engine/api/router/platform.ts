import { isOwnPlatform, PLATFORM } from '../../builder/platform.ts';
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

/** The same for a platform that comes as JSON, as push and save have it. @throws HttpError */
export function checkJsonPlatform(text: string | null): void {
  if (!text) return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(`invalid platform ${text}: failed to parse platform`);
  }
  const { os = '', architecture = '', variant } = (value ?? {}) as Readonly<Record<string, string>>;
  checkPlatform([os, architecture, variant].filter(Boolean).join('/'));
}
