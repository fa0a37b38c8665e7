import type { Platform } from './documents.ts';
import { ImageError } from './errors.ts';

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
    (!wanted.variant || wanted.variant === platform.variant)
  );
}

const OPERATING_SYSTEMS = 'aix android darwin dragonfly freebsd illumos linux netbsd openbsd plan9 solaris windows';
const ARCHITECTURES = '386 amd64 arm arm64 loong64 mips mipsle mips64 mips64le ppc64 ppc64le riscv64 s390x wasm';
const COMPONENT = /^[A-Za-z0-9_.-]+$/;

/**
 * `--platform`: `os[/arch[/variant]]`, or an operating system or architecture alone (containerd, `platforms.Parse`).
 * @throws ImageError `invalid` in containerd's words
 */
export function parsePlatform(text: string): Platform {
  const fail = (why: string): ImageError =>
    new ImageError('invalid', `${JSON.stringify(text)}${why}: invalid argument`);
  if (text.includes('*')) throw fail(': wildcards not yet supported');
  const parts = text.split('/');
  const wrong = parts.find((part) => !COMPONENT.test(part));
  if (wrong !== undefined) {
    throw new ImageError(
      'invalid',
      `${JSON.stringify(wrong)} is an invalid component of ${JSON.stringify(text)}: platform specifier component must match ${JSON.stringify(COMPONENT.source)}: invalid argument`,
    );
  }
  const [first = '', second, variant = ''] = parts.map((part) => part.toLowerCase());
  if (parts.length > 3) throw fail(': cannot parse platform specifier');
  if (second !== undefined) return normalize(first === 'macos' ? 'darwin' : first, second, variant);
  const os = first === 'macos' ? 'darwin' : first;
  if (OPERATING_SYSTEMS.split(' ').includes(os)) return { os, architecture: ownPlatform.architecture };
  const platform = normalize(ownPlatform.os, first, '');
  if (!ARCHITECTURES.split(' ').includes(platform.architecture)) {
    throw fail(': unknown operating system or architecture');
  }
  return platform;
}

/** Other names of architectures, and variants that go without saying. */
function normalize(os: string, name: string, variant: string): Platform {
  const named = (architecture: string, kind = variant): Platform => ({
    os,
    architecture,
    ...(kind && { variant: kind }),
  });
  switch (name) {
    case 'i386':
      return named('386', '');
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return named('amd64', variant === 'v1' ? '' : variant);
    case 'aarch64':
    case 'arm64':
      return named('arm64', variant === '8' || variant === 'v8' ? '' : variant);
    case 'armhf':
      return named('arm', 'v7');
    case 'armel':
      return named('arm', 'v6');
    case 'arm':
      return named('arm', variant === '' ? 'v7' : /^[5-8]$/.test(variant) ? `v${variant}` : variant);
    default:
      return named(name);
  }
}
