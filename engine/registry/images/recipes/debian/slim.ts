import { excludes, type PathRule } from '../../packages/path-filter.ts';

/** What every slim image of Debian leaves out, and conversions between character sets. */
export const SLIM: readonly PathRule[] = [
  ...excludes('/usr/share/doc/*'),
  ['path-include', '/usr/share/doc/*/copyright'],
  ...excludes(
    ...'bash-completion bug doc-base groff info linda lintian locale man menu'
      .split(' ')
      .map((name) => `/usr/share/${name}/*`),
    '/usr/lib/*/gconv/*',
  ),
];
