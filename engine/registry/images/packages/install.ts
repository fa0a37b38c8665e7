import { writeDpkgDatabase } from './dpkg-database.ts';
import { formatRules, isExcluded, type PathRule } from './path-filter.ts';
import type { RootBuilder } from './root-builder.ts';
import { asFile, type UnpackedPackage } from './unpack.ts';

export interface Installation {
  readonly packages: readonly UnpackedPackage[];
  /** What the image below has installed. */
  readonly below?: readonly UnpackedPackage[];
  /** Which files are left out. */
  readonly rules: readonly PathRule[];
  /** Name in /etc/dpkg/dpkg.cfg.d under which the rules are told to the image's own dpkg, for later packages. */
  readonly rulesFile: string;
}

/**
 * Installs packages as dpkg does, but for their maintainer scripts: those are for the image's recipe to stand in for.
 * The root has a merged /usr: what a package has in /bin, /sbin or /lib goes to /usr.
 */
export function installPackages(root: RootBuilder, { packages, below = [], rules, rulesFile }: Installation): void {
  for (const { entries } of packages) {
    for (const entry of entries) {
      const path = entry.name.replace(/^\.\/|\/$/g, '');
      if (path === '' || isExcluded(`/${path}`, rules)) continue;
      const place = mergedPath(path);
      const { mode, uid, gid, mtime } = entry;
      if (entry.type === 'directory') {
        if (!root.has(place)) root.directory(place, { mode, uid, gid });
      } else if (entry.type === 'symlink') {
        root.put(place, { kind: 'symlink', mode: 0o777, uid, gid, mtime, target: entry.linkName ?? '' });
      } else if (entry.type === 'hard-link') {
        const first = root.at(mergedPath((entry.linkName ?? '').replace(/^\.\//, '')));
        if (first?.kind !== 'file') throw new Error(`${path} is a link to ${entry.linkName}, which is not there`);
        root.put(place, first);
      } else if (entry.type === 'file') {
        root.put(place, asFile(entry));
      } else {
        throw new Error(`${path} is a ${entry.type}, which no package here has had so far`);
      }
    }
  }
  root.file(`etc/dpkg/dpkg.cfg.d/${rulesFile}`, `# What this image leaves out.\n${formatRules(rules)}`);
  writeDpkgDatabase(root, packages, below);
}

function mergedPath(path: string): string {
  return /^(?:bin|sbin|lib)(?:\/|$)/.test(path) ? `usr/${path}` : path;
}
