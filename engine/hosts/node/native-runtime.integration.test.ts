import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, runBundle, unpackBundle } from '../../../scripts/peers/crun.ts';
import type { Engine } from '../../engine.ts';
import { compileStatic } from '../../guest/build/compile-static.ts';
import { startEngine } from './start-engine.ts';
import { runCli, temporaryFolder } from './testing/cli.ts';

// What is built here and saved runs under Debian's crun as it runs in Drydock.

const execute = promisify(execFile);
const REPORT = fileURLToPath(new URL('testing/report.c', import.meta.url));
const LONG = `${'long-directory-name/'.repeat(8)}file-${'x'.repeat(120)}`;

const DOCKERFILE = `FROM alpine AS files
WORKDIR /data
RUN mkdir -p "${LONG.slice(0, LONG.lastIndexOf('/'))}" gone/below emptied replaced/by-a-file \\
 && echo deep > "${LONG}" && echo 1 > gone/one && echo 2 > emptied/two && echo 3 > replaced/by-a-file/three \\
 && echo linked > first && ln first second && ln -s first link && ln -s /nowhere/at/all dangling \\
 && mkdir sticky && chmod 1777 sticky && mkdir shared && chmod 2775 shared && chown 1234:77 shared \\
 && echo big > owned && chown 3000000:4000000 owned && touch 'grüße 世界' && mknod pipe p && mknod null c 1 3
RUN rm -r gone && rm -r emptied && mkdir emptied && echo new > emptied/new \\
 && rm -r replaced/by-a-file && echo file > replaced/by-a-file && rm /etc/issue && echo changed >> owned

FROM files
COPY --chmod=4755 report /usr/bin/report
COPY --chown=1234:77 copied /srv/copied
RUN echo 'app:x:1234:1234::/home/app:/bin/sh' >> /etc/passwd \\
 && echo 'app:x:1234:' >> /etc/group && echo 'extra:x:77:app' >> /etc/group \\
 && mkdir -p /home/app && chown app:app /home/app && chmod 700 /home/app
ENV GREETING="hello world" EMPTY=
WORKDIR /srv/copied
USER app
ENTRYPOINT ["report"]
CMD ["7", "two words"]
`;

const folder = temporaryFolder();
const at = (name: string): string => join(folder.path, name);
let engine: Engine;
let bundles = 0;

/** Runs our own command line; gives what it printed. */
async function docker(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(engine.transport, args, { cwd: folder.path });
  expect(code, `docker ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** An image of this engine as another runtime gets it: saved, and unpacked by others. */
async function bundleOf(image: string): Promise<Bundle> {
  const name = `bundle-${++bundles}`;
  await docker('save', '-o', at(`${name}.tar`), image);
  mkdirSync(at(`${name}-layout`));
  await execute('tar', ['-C', at(`${name}-layout`), '-xf', at(`${name}.tar`)]);
  return unpackBundle(`${at(`${name}-layout`)}:latest`, at(name));
}

const runHere = async (image: string, args: readonly string[] = [], flags: readonly string[] = []) => {
  const { code, stdout, stderr } = await runCli(engine.transport, [
    'run',
    '--rm',
    '--network=none',
    ...flags,
    image,
    ...args,
  ]);
  return { code, stdout, stderr };
};

beforeAll(async () => {
  engine = await startEngine();
  mkdirSync(at('copied'));
  for (let i = 0; i < 40; i += 1) writeFileSync(at(`copied/file-${i}`), `${i}\n`.repeat(i * 100));
  await compileStatic([REPORT], at('report'));
  writeFileSync(at('Dockerfile'), DOCKERFILE);
  writeFileSync(at('.dockerignore'), '*.tar\nbundle-*\n');
  await docker('build', '--progress=plain', '-t', 'native', '.');
});

afterAll(async () => {
  await engine?.stop();
  folder.remove();
});

describe('an image built here, under crun', () => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await bundleOf('native');
  });

  test('starts with the same user, groups, folder, arguments and variables, and ends with the same code', async () => {
    const here = await runHere('native');
    expect(here).toEqual(await runBundle(bundle));
    expect(here).toMatchObject({ code: 7, stderr: 'done\n' });
    // The program is setuid root, and neither runtime takes that from it.
    expect(here.stdout).toContain('user 1234 effective 0 group 1234 effective 1234 in /srv/copied\ngroup ');
    expect(here.stdout).toContain('group 77\n');
    expect(here.stdout).toContain('argument report\nargument 7\nargument two words\n');
    expect(here.stdout).toContain('variable EMPTY=\nvariable GREETING=hello world\n');
    expect(here.stdout).toContain('variable HOME=/home/app\n');
  });

  test('shows the same files: kinds, modes, owners, times, sizes, contents, links', async () => {
    const here = await runHere('native', ['tree'], ['--user=0:0']);
    const there = await runBundle(bundle, { args: ['report', 'tree'], user: { uid: 0, gid: 0 } });
    expect(here.stdout.split('\n')).toEqual(there.stdout.split('\n'));
    expect(here).toEqual(there);
    const paths = here.stdout.split('\n').map((line) => line.slice(0, line.search(/ [0-7]{5,6} /)));
    for (const path of [`/data/${LONG}`, '/data/grüße 世界', '/data/emptied/new', '/srv/copied/file-39']) {
      expect(paths).toContain(path);
    }
    for (const path of ['/data/gone', '/data/emptied/two', '/etc/issue', '/data/replaced/by-a-file/three']) {
      expect(paths).not.toContain(path);
    }
  });

  test('ends with the same code and output when a shell, an error or a signal ends it', async () => {
    const commands = [
      'echo out; echo err >&2; exit 3',
      'nosuchprogram',
      'kill -9 $$',
      'cat /etc/shadow',
      'ls /root/..',
    ];
    for (const command of commands) {
      const args = ['/bin/sh', '-c', command];
      const here = await runHere('native', args.slice(1), ['--entrypoint=/bin/sh']);
      expect(here, command).toEqual(await runBundle(bundle, { args }));
    }
  });
});

test('a committed container runs under crun with what was written in it', async () => {
  await docker(
    'run',
    '--name=changed',
    '--network=none',
    '--user=0',
    '--entrypoint=/bin/sh',
    'native',
    '-c',
    [
      'echo written > /data/written; rm /data/dangling; echo more >> /data/owned; chmod 600 /data/owned',
      'mv /srv/copied/file-1 /data/moved; rm -r /data/shared; mkdir /data/shared; ln /data/written /data/twin',
    ].join('; '),
  );
  await docker('commit', '--change=ENTRYPOINT ["report"]', '--change=CMD ["0"]', 'changed', 'native-changed');
  await docker('rm', 'changed');
  const bundle = await bundleOf('native-changed');
  const here = await runHere('native-changed', ['tree'], ['--user=0:0']);
  const there = await runBundle(bundle, { args: ['report', 'tree'], user: { uid: 0, gid: 0 } });
  expect(here.stdout.split('\n')).toEqual(there.stdout.split('\n'));
  expect(here.stdout).toMatch(/^\/data\/twin 100644 0:0 .* 8 bytes [0-9a-f]{16}, 2 names$/m);
  expect(here.stdout).not.toContain('/data/dangling');
  expect((await runHere('native-changed')).code).toBe(0);
  rmSync(bundle.folder, { recursive: true });
});
