import type { Directory } from '../../../../files/node.ts';
import { addAlternative } from '../../packages/alternatives.ts';
import { installPackages } from '../../packages/install.ts';
import { excludes, type PathRule } from '../../packages/path-filter.ts';
import { RootBuilder } from '../../packages/root-builder.ts';
import { fileIn, textOf, type UnpackedPackage } from '../../packages/unpack.ts';
import { packageNamed, type Recipe, type RecipeInput } from '../recipe.ts';
import { SLIM } from './slim.ts';

const RULES: readonly PathRule[] = [
  ...SLIM,
  // These need a package that is not here: Perl, libdb.
  ...excludes('/usr/sbin/pam-auth-update', '/usr/sbin/pam_getenv', '/lib/*/security/pam_userdb.so'),
];

export const DEBIAN: Recipe = {
  name: 'debian',
  tags: ['bookworm-slim', 'bookworm', '12-slim', '12', 'latest'],
  packages:
    `base-files base-passwd bash coreutils dash debianutils diffutils dpkg findutils gcc-12-base grep gzip hostname
    libacl1 libattr1 libaudit-common libaudit1 libbz2-1.0 libc-bin libc6 libcap-ng0 libcrypt1 libdebconfclient0 libgcc-s1
    libgmp10 liblzma5 libmd0 libpam-modules libpam-modules-bin libpam-runtime libpam0g libpcre2-8-0 libselinux1
    libsemanage-common libsemanage2 libsepol2 libtinfo6 libzstd1 login mawk ncurses-base ncurses-bin passwd sed tar
    usr-is-merged zlib1g`.split(/\s+/),
  description: 'Debian 12 without documentation: bash, coreutils, dpkg and what they need; no apt, no Perl',
  standIn: "this debian is the lab's stand-in: packages of Debian 12, without apt and Perl",
  licences: '/usr/share/doc/*/copyright',
  rootfs({ packages, files, created }: RecipeInput): Directory {
    const root = new RootBuilder(created);
    for (const folder of ['bin', 'sbin', 'lib']) root.symlink(folder, `usr/${folder}`);
    installPackages(root, { packages, rules: RULES, rulesFile: 'drydock' });
    configureBaseFiles(root, packageNamed(packages, 'base-files'));
    configureAccounts(root, packageNamed(packages, 'base-passwd'), created);
    root.file('etc/nsswitch.conf', fileIn(packageNamed(packages, 'libc-bin'), 'usr/share/libc-bin/nsswitch.conf').data);
    addAlternative(root, {
      name: 'awk',
      link: '/usr/bin/awk',
      target: '/usr/bin/mawk',
      priority: 5,
      slaves: { nawk: '/usr/bin/nawk' },
    });
    addAlternative(root, { name: 'which', link: '/usr/bin/which', target: '/usr/bin/which.debianutils', priority: 0 });
    return root.merge(files).tree();
  },
};

/** What the package's postinst does. */
function configureBaseFiles(root: RootBuilder, baseFiles: UnpackedPackage): void {
  const share = (name: string) => fileIn(baseFiles, `usr/share/base-files/${name}`).data;
  root
    .symlink('etc/dpkg/origins/default', 'debian')
    .file('root/.profile', share('dot.profile'))
    .file('root/.bashrc', share('dot.bashrc'))
    .file('etc/profile', share('profile'))
    .file('etc/motd', share('motd'));
  for (const folder of 'mnt srv opt etc/opt var/opt media'.split(' ')) root.directory(folder);
  for (const folder of 'bin etc games include lib sbin share/man src'.split(' ')) root.directory(`usr/local/${folder}`);
  root.symlink('usr/local/man', 'share/man');
  root.directory('var/mail', { mode: 0o2775, gid: GROUPS.mail }).symlink('var/spool/mail', '../mail');
  root.directory('run/lock', { mode: 0o1777 }).remove('var/run').remove('var/lock');
  root.symlink('var/run', '/run').symlink('var/lock', '/run/lock');
  for (const [log, mode] of [
    ['wtmp', 0o664],
    ['btmp', 0o660],
    ['lastlog', 0o664],
  ] as const) {
    root.file(`var/log/${log}`, '', { mode, gid: GROUPS.utmp });
  }
  // os-release(5): this file goes before the package's own, and VARIANT tells special builds from the distribution.
  const release = textOf(fileIn(baseFiles, 'usr/lib/os-release'));
  root.file('etc/os-release', `${release}VARIANT="Drydock's stand-in for debian:bookworm-slim"\nVARIANT_ID=drydock\n`);
}

/** What the postinst scripts of base-passwd and passwd do: accounts, without passwords, and their shadows. */
function configureAccounts(root: RootBuilder, basePasswd: UnpackedPackage, created: number): void {
  const master = (name: string) =>
    textOf(fileIn(basePasswd, `usr/share/base-passwd/${name}.master`))
      .trim()
      .split('\n')
      .map((line) => line.split(':'));
  const lines = (rows: readonly (readonly string[])[]) => `${rows.map((row) => row.join(':')).join('\n')}\n`;
  const shadowed = (rows: readonly (readonly string[])[]) =>
    lines(rows.map(([name = '', , ...rest]) => [name, 'x', ...rest]));
  const users = master('passwd');
  const groups = master('group');
  const today = String(Math.floor(created / 86_400));
  const secret = { mode: 0o640, gid: GROUPS.shadow };
  root
    .file('etc/passwd', shadowed(users))
    .file('etc/group', shadowed(groups))
    .file('etc/shadow', lines(users.map(([name = '']) => [name, '*', today, '0', '99999', '7', '', '', ''])), secret)
    .file('etc/gshadow', lines(groups.map(([name = '']) => [name, '*', '', ''])), secret);
}

/** Debian's numbers, the same on every system (base-passwd's group.master). */
const GROUPS = { mail: 8, shadow: 42, utmp: 43 } as const;
