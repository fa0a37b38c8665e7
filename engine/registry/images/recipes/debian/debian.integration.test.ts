import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Lab, startLab } from '../../testing/lab.ts';

const execute = promisify(execFile);

// dpkg reads its whole database each time, and the machine is an emulated one.
vi.setConfig({ testTimeout: 600_000 });

let lab: Lab;
let folder: string;

beforeAll(async () => {
  [lab, folder] = await Promise.all([startLab(), mkdtemp(join(tmpdir(), 'drydock-debian-'))]);
});
afterAll(async () => {
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

const bash = (script: string) => lab.succeed('run', '--rm', 'debian:bookworm-slim', 'bash', '-euc', script);

it('is Debian 12, and says whose', async () => {
  const pulled = await lab.succeed('pull', 'debian:bookworm-slim');
  expect(pulled).toContain("Note: this debian is the lab's stand-in: packages of Debian 12, without apt and Perl");
  const release = await bash('. /etc/os-release; echo "$ID $VERSION_ID $VARIANT"; cat /etc/debian_version');
  expect(release).toMatch(/^debian 12 Drydock's stand-in for debian:bookworm-slim\n12\.\d+\n$/);
  const id = await lab.succeed('image', 'inspect', '--format', '{{.Id}}', 'debian:bookworm-slim');
  await lab.succeed('pull', 'debian');
  expect(await lab.succeed('image', 'inspect', '--format', '{{.Id}}', 'debian')).toBe(id);
});

it('has the tools of a shell script', async () => {
  const output = await bash(`
    printf 'b 2\\na 1\\n' | sort | awk '{ print $2 }' | sed s/1/one/ | grep -n one
    echo hello | gzip | zcat
    find /usr/bin -name 'bas?' | xargs basename
    tar c -C /etc passwd | tar t
    diff <(echo 1) <(echo 2) | head -1 || true
    which ls; readlink /bin; sh -c 'echo $0'; LC_ALL=C.UTF-8 bash -c 'x=é; echo \${#x}'
    TERM=xterm tput colors; id -un 33`);
  expect(output.split('\n')).toEqual([
    '1:one',
    'hello',
    'bash',
    'passwd',
    '1c1',
    '/usr/bin/ls',
    'usr/bin',
    'sh',
    '1',
    '8',
    'www-data',
    '',
  ]);
});

it('lists what is inside with dpkg, which finds nothing amiss', async () => {
  expect(await bash('dpkg -S /bin/bash; dpkg -L mawk | grep bin/')).toBe('bash: /bin/bash\n/usr/bin/mawk\n');
  expect(await bash('dpkg --audit; dpkg --configure -a; dpkg-divert --list; update-alternatives --list awk')).toBe(
    '/usr/bin/mawk\n',
  );
  const listed = await bash('dpkg -l');
  expect(listed).toMatch(/^ii {2}coreutils +9\.1-1 +i386 +GNU core utilities$/m);
  const states = listed
    .split('\n')
    .slice(5, -1)
    .map((line) => line.slice(0, 3));
  expect(new Set(states)).toEqual(new Set(['ii ']));
  // What is in the database is in the root, but for what dpkg is told to leave out.
  const missing = (await bash("dpkg --verify | grep '^missing' | sed 's/.* //' || true")).trim().split('\n');
  const told = /^\/(usr\/share\/(doc|man|info|locale|lintian|menu|bug|doc-base)\/|usr\/lib\/i386-linux-gnu\/gconv\/)/;
  expect(missing.filter((path) => !told.test(path))).toEqual([
    '/lib/i386-linux-gnu/security/pam_userdb.so',
    '/usr/sbin/pam-auth-update',
    '/usr/sbin/pam_getenv',
  ]);
});

it('installs and removes a package', async () => {
  const deb = join(folder, 'deb');
  await mkdir(join(deb, 'DEBIAN'), { recursive: true });
  await mkdir(join(deb, 'usr/bin'), { recursive: true });
  await mkdir(join(deb, 'usr/share/doc/greet'), { recursive: true });
  await writeFile(join(deb, 'usr/share/doc/greet/README'), 'left out\n');
  await writeFile(join(deb, 'usr/bin/greet'), '#!/bin/sh\necho greetings\n');
  await chmod(join(deb, 'usr/bin/greet'), 0o755);
  await writeFile(
    join(deb, 'DEBIAN/control'),
    'Package: greet\nVersion: 1.0\nArchitecture: all\nDepends: bash (>= 5), libc6\nMaintainer: T <t@example.org>\nDescription: greets\n',
  );
  // A library's package does so: then libc-bin's own script runs ldconfig.
  await writeFile(join(deb, 'DEBIAN/triggers'), 'activate-noawait ldconfig\n');
  await execute('dpkg-deb', ['--root-owner-group', '-b', deb, join(folder, 'greet.deb')]);
  await rm(deb, { recursive: true });
  await writeFile(
    join(folder, 'Dockerfile'),
    `FROM debian:bookworm-slim
COPY greet.deb /tmp/
RUN dpkg -i /tmp/greet.deb && greet && dpkg -S /usr/bin/greet && dpkg -l greet | tail -1
RUN test ! -e /usr/share/doc/greet/README && test -s /etc/ld.so.cache
RUN dpkg -r greet && ! dpkg -s greet && ! test -e /usr/bin/greet
`,
  );
  const { code, stdout, stderr } = await lab.docker('build', '--progress=plain', folder);
  const output = stdout + stderr;
  expect(code, output).toBe(0);
  expect(output).toContain('Setting up greet (1.0) ...');
  expect(output).toMatch(/Processing triggers for libc-bin/);
  expect(output).toMatch(/greetings/);
  expect(output).toMatch(/ii {2}greet +1\.0 +all +greets/);
});

it('makes users with their passwords', async () => {
  const output = await bash(`
    useradd -m -s /bin/bash app; echo app:secret | chpasswd; passwd -S app | cut -d' ' -f1-2
    groupadd crew; usermod -aG crew app; id app; stat -c '%U %G %a' /home/app /etc/shadow`);
  expect(output).toBe('app P\nuid=1000(app) gid=1000(app) groups=1000(app),1001(crew)\napp app 755\nroot shadow 640\n');
});

it.each(['apt', 'apt-get', 'apt-cache'])('says in %s why there is none', async (name) => {
  const { code, stderr } = await lab.docker('run', '--rm', 'debian', name, 'update');
  expect(code).toBe(100);
  expect(stderr).toMatch(new RegExp(`^E: ${name} is not in this image.*nothing in the lab reaches the internet`, 's'));
});
