import type { Directory } from '../../../../files/node.ts';
import { installPackages } from '../../packages/install.ts';
import { excludes, type PathRule } from '../../packages/path-filter.ts';
import { RootBuilder } from '../../packages/root-builder.ts';
import { SLIM } from '../debian/slim.ts';
import type { Recipe, RecipeInput } from '../recipe.ts';
import { bytecode } from './bytecode.ts';

const LIBRARY = 'usr/lib/python3.11';

const RULES: readonly PathRule[] = [
  ...SLIM,
  ...excludes(
    // Modules that need libraries which are not here: OpenSSL, SQLite, curses, databases, NIS, a sound device.
    ...'_ssl _hashlib _sqlite3 _curses _curses_panel _dbm nis ossaudiodev'
      .split(' ')
      .map((name) => `/${LIBRARY}/lib-dynload/${name}.*`),
    // Character sets of East Asia, old computers and terminals.
    `/${LIBRARY}/lib-dynload/_codecs_*`,
    `/${LIBRARY}/lib-dynload/_multibytecodec.*`,
    ...'big5* cp[0-9]* euc_* gb* hp_roman8* hz* iso2022* iso8859_* johab* koi8* kz1048* mac_* palmos* ptcp154* shift_* tis_620*'
      .split(' ')
      .map((name) => `/${LIBRARY}/encodings/${name}`),
    // Python's own tests, the manual inside pydoc, windows and turtles.
    `/${LIBRARY}/lib-dynload/_test*`,
    `/${LIBRARY}/lib-dynload/_ctypes_test.*`,
    `/${LIBRARY}/lib-dynload/_xxtestfuzz.*`,
    `/${LIBRARY}/lib-dynload/xxlimited*`,
    `/${LIBRARY}/test/*`,
    `/${LIBRARY}/*/test/*`,
    `/${LIBRARY}/pydoc_data/*`,
    `/${LIBRARY}/turtle.py`,
    // In C too.
    `/${LIBRARY}/_pydecimal.py`,
    // A hook for crash reports, read at every start.
    `/${LIBRARY}/sitecustomize.py`,
    '/etc/python3.11/*',
    '/usr/share/applications/*',
    '/usr/share/pixmaps/*',
    '/usr/lib/valgrind/*',
    '/usr/bin/pygettext3*',
    // For Perl's dh_python3 and for py3compile.
    '/usr/share/python3/*',
    '/usr/bin/py3*',
  ),
  // A zip file's names are in 437, and Windows' text in 1252.
  ...['ascii', 'cp437', 'cp1252', 'iso8859_1', 'iso8859_15', 'latin_1'].map(
    (name) => ['path-include', `/${LIBRARY}/encodings/${name}.py`] as const,
  ),
];

export const PYTHON: Recipe = {
  name: 'python',
  tags: ['3-slim', '3.11-slim', '3.11.2-slim', 'slim', '3', '3.11', '3.11.2', 'latest'],
  base: 'debian',
  packages: `libexpat1 libffi8 libpython3-stdlib libpython3.11-minimal libpython3.11-stdlib libreadline8 libuuid1
    python-is-python3 python3 python3-minimal python3.11 python3.11-minimal readline-common`.split(/\s+/),
  description: 'Python 3.11 with its standard library, but for what needs OpenSSL, SQLite or curses; no pip',
  standIn: "this python is the lab's stand-in: Debian's Python 3.11, without pip, ssl and sqlite3",
  licences: '/usr/share/doc/*/copyright',
  async rootfs({ packages, below, files, created }: RecipeInput): Promise<Directory> {
    const root = new RootBuilder(created);
    installPackages(root, { packages, below, rules: RULES, rulesFile: 'python' });
    // As the postinst scripts: a folder for local modules, and bytecode of the library.
    root.directory('usr/local/lib/python3.11/dist-packages');
    const library = root.at(LIBRARY);
    if (library?.kind !== 'directory') throw new Error('the packages have no library');
    return root
      .merge(await bytecode(library, `/${LIBRARY}`), `${LIBRARY}/`)
      .merge(files)
      .tree();
  },
};
